#pragma once
// Congestion Experienced on the outermost IP header of a frame that is ready to be sent (RFC 3168
// section 5).
#include <cstddef>
#include <span>

#include "dataplane/wire/checksum.hpp"
#include "dataplane/wire/ethernet.hpp"
#include "dataplane/wire/ip.hpp"

namespace weir {

// Not-ECT for what is not IP: it is never marked.
inline Ecn ecn_of_frame(std::span<const std::byte> frame) noexcept {
    Cursor cursor{frame};
    const auto* ethernet = cursor.take<EthernetHeader>();
    if (ethernet == nullptr) return Ecn::not_ect;
    if (ethernet->ether_type() == EtherType::ipv6) {
        const auto* ip = cursor.peek<Ipv6Header>();
        return ip == nullptr ? Ecn::not_ect : static_cast<Ecn>(ip->traffic_class() & 3U);
    }
    if (ethernet->ether_type() != EtherType::ipv4) return Ecn::not_ect;
    const auto* ip = cursor.peek<Ipv4Header>();
    return ip == nullptr ? Ecn::not_ect : static_cast<Ecn>(ip->tos & 3U);
}

// Of a frame that ecn_of_frame() found to be ECN-capable.
inline void mark_congestion(std::span<std::byte> frame) noexcept {
    const auto& ethernet = *reinterpret_cast<const EthernetHeader*>(frame.data());
    std::byte* header = frame.data() + sizeof(EthernetHeader);
    if (ethernet.ether_type() == EtherType::ipv6) {
        auto& ip = *reinterpret_cast<Ipv6Header*>(header);
        ip.set_traffic_class(static_cast<std::uint8_t>(ip.traffic_class() | 3U));
    } else {
        auto& ip = *reinterpret_cast<Ipv4Header*>(header);
        ipv4_set_tos(ip, static_cast<std::uint8_t>(ip.tos | 3U));
    }
}

}  // namespace weir
