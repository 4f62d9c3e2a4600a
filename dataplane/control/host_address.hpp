#pragma once
// Addresses that one host can have: as a source it may be answered (RFC 1122 section 3.2.1.3 and
// 3.2.2, RFC 4443 section 2.4 (e)), as a neighbor it may be asked for. A subnet's own broadcast
// address is not recognised here.
#include "dataplane/wire/address.hpp"

namespace weir {

constexpr bool is_host(Ipv4Addr address) {
    return address.octets[0] != 0 && address.octets[0] != 127 && address.octets[0] < 224;
}
constexpr bool is_host(const Ipv6Addr& address) {
    return !address.multicast() && !address.unspecified() && !address.loopback();
}

}  // namespace weir
