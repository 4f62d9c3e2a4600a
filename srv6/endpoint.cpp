#include "srv6/endpoint.hpp"

#include "dataplane/wire/checksum.hpp"
#include "dataplane/wire/cursor.hpp"
#include "dataplane/wire/options.hpp"

namespace weir::detail {
namespace {

// RFC 8754 section 2.1: a TLV that is only a type.
constexpr std::byte pad1{0};
struct Tlv {
    std::uint8_t type;
    std::uint8_t length;  // without these two bytes
};

}  // namespace

Stop walk(std::span<const std::byte> head) noexcept {
    Cursor cursor{head};
    IpProto next = cursor.take<Ipv6Header>()->next_header;
    for (unsigned n = 0;; ++n) {
        const auto at = static_cast<std::uint32_t>(cursor.position());
        const bool walked =
            next == IpProto::hop_by_hop || next == IpProto::routing || next == IpProto::destination;
        if (!walked) {
            if (next == IpProto::fragment) return {.drop = Drop::extension_headers};
            return {.next = next, .at = at};
        }
        // RFC 8200 section 4.1: hop-by-hop options only directly behind the IPv6 header.
        if (n == max_extension_headers || (next == IpProto::hop_by_hop && n != 0))
            return {.drop = Drop::extension_headers};
        const auto* header = cursor.peek<ExtensionHeader>();
        if (header == nullptr || !cursor.skip(header->length())) return {.drop = Drop::truncated};
        if (next != IpProto::routing) [[unlikely]] {
            const auto verdict = check_options(head.subspan(at, header->length()));
            if (verdict.drop != Drop::none)
                return {.drop = verdict.drop, .at = verdict.at == 0 ? 0 : at + verdict.at};
        } else {
            const auto& srh = *reinterpret_cast<const SegmentRoutingHeader*>(header);
            if (srh.segments_left != 0 && srh.routing_type == SegmentRoutingHeader::type)
                return {.active_srh = true, .next = next, .at = at};
            if (srh.segments_left != 0)  // RFC 8200 section 4.4
                return {.drop = Drop::routing_type,
                        .at = at + std::uint32_t{offsetof(SegmentRoutingHeader, routing_type)}};
        }
        next = header->next_header;
    }
}

bool tlvs_fit(std::span<const std::byte> tlvs) noexcept {
    Cursor cursor{tlvs};
    for (unsigned n = 0; n < max_checked_tlvs && !cursor.rest().empty(); ++n) {
        if (cursor.rest().front() == pad1) {
            cursor.skip(1);
            continue;
        }
        const auto* tlv = cursor.take<Tlv>();
        if (tlv == nullptr || !cursor.skip(tlv->length)) return false;
    }
    return true;
}

EndResult end_behind_others(std::span<std::byte> packet) noexcept {
    const Stop stop = walk(packet);
    if (stop.drop != Drop::none) return {.drop = stop.drop, .pointer = {stop.at}};
    if (stop.active_srh) return to_next_segment(packet, stop.at);
    if (stop.next == IpProto::icmpv6) return {.local = true};
    return {.drop = Drop::upper_layer, .pointer = {stop.at}};
}

void write_traffic_class(std::span<std::byte> inner_packet, std::uint8_t outer_class,
                         bool uniform) noexcept {
    const bool ipv4 = std::to_integer<unsigned>(inner_packet.front()) >> 4U == 4;
    auto& ip4 = *reinterpret_cast<Ipv4Header*>(inner_packet.data());
    auto& ip6 = *reinterpret_cast<Ipv6Header*>(inner_packet.data());
    const std::uint8_t inner_class = ipv4 ? ip4.tos : ip6.traffic_class();
    Ecn ecn;
    decapsulated_ecn(ecn_of(inner_class), ecn_of(outer_class), ecn);
    const unsigned dscp = (uniform ? outer_class : inner_class) & 0xfcU;
    const auto wanted = static_cast<std::uint8_t>(dscp | static_cast<unsigned>(ecn));
    if (wanted == inner_class) return;
    if (ipv4)
        ipv4_set_tos(ip4, wanted);
    else
        ip6.set_traffic_class(wanted);
}

}  // namespace weir::detail
