#pragma once
// What parse checks of a packet as it comes in, checked of one that comes out of a tunnel: whoever
// wrote it is as far away and as free to write anything.
#include "dataplane/base/drop.hpp"
#include "dataplane/wire/checksum.hpp"
#include "dataplane/wire/ip.hpp"

namespace weir {

// Lengths were checked by endpoint_decap. RFC 1812 5.2.2 and 5.3.7.
inline Drop check_inner_ipv4(const Ipv4Header& ip) noexcept {
    if (!ipv4_checksum_ok(ip)) return Drop::ipv4_checksum;
    const unsigned source = ip.source.octets[0], to = ip.destination.octets[0];
    if (source == 127 || source - 1 >= 223 || to == 127 || to == 0) return Drop::martian;
    return to >= 224 ? Drop::multicast : Drop::none;
}

// RFC 4291 2.5.2, 2.5.3, 2.5.6, 2.7.
inline Drop check_inner_ipv6_rare(const Ipv6Header& ip) noexcept {
    if (ip.source.multicast() || ip.source.unspecified() || ip.source.loopback() ||
        ip.destination.unspecified() || ip.destination.loopback())
        return Drop::martian;
    if (ip.destination.multicast()) return Drop::multicast;
    return ip.source.link_local() || ip.destination.link_local() ? Drop::link_local : Drop::none;
}
inline Drop check_inner_ipv6(const Ipv6Header& ip) noexcept {
    // All that is special begins with 0x00, 0xfe or 0xff.
    const auto special = [](std::uint8_t first) {
        return static_cast<std::uint8_t>(first + 2U) < 3;
    };
    if (special(ip.source.octets[0]) || special(ip.destination.octets[0])) [[unlikely]]
        return check_inner_ipv6_rare(ip);
    return Drop::none;
}

// `ip`: the inner header, whole.
inline Drop check_inner(const std::byte* ip, IpProto version) noexcept {
    return version == IpProto::ipv4 ? check_inner_ipv4(*reinterpret_cast<const Ipv4Header*>(ip))
                                    : check_inner_ipv6(*reinterpret_cast<const Ipv6Header*>(ip));
}

}  // namespace weir
