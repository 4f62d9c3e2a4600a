#include "srv6/endpoint.hpp"

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <optional>

#include "dataplane/wire/checksum.hpp"
#include "dataplane/wire/cursor.hpp"

namespace weir {
namespace {

// What an IPv6 packet consists of, its payload length held against the bytes that came.
struct Outer {
    std::span<const std::byte> head;  // without what lies behind the payload
    std::size_t packet_bytes = 0;
};

// Where a walk over extension headers stopped: at a drop, at the first SRH with segments left, or
// at the upper-layer header.
struct Stop {
    Drop drop = Drop::none;
    bool active_srh = false;
    IpProto next = IpProto::none;
    std::uint32_t at = 0;  // of the header; with a drop: what an ICMP error points at
};

// Fields of an SRH that errors point at.
constexpr std::uint32_t length_at = offsetof(SegmentRoutingHeader, length_units);
constexpr std::uint32_t routing_type_at = offsetof(SegmentRoutingHeader, routing_type);
constexpr std::uint32_t segments_left_at = offsetof(SegmentRoutingHeader, segments_left);

// RFC 8754 section 2.1: a TLV that is only a type.
constexpr std::byte pad1{0};
struct Tlv {
    std::uint8_t type;
    std::uint8_t length;  // without these two bytes
};

std::optional<Outer> outer_packet(std::span<const std::byte> head,
                                  std::size_t packet_bytes) noexcept {
    if (head.size() < sizeof(Ipv6Header)) return {};
    const auto& ip = *reinterpret_cast<const Ipv6Header*>(head.data());
    const std::size_t claimed = sizeof(Ipv6Header) + ip.payload_length.host();
    if (claimed > packet_bytes) return {};
    return Outer{head.first(std::min(head.size(), claimed)), claimed};
}

// Inlined by force: at -O2 gcc would call it, and a decapsulation take 28 cycles and not 18.
[[gnu::always_inline]] inline Stop walk(std::span<const std::byte> head) noexcept {
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
        if (next == IpProto::routing) {
            const auto& srh = *reinterpret_cast<const SegmentRoutingHeader*>(header);
            if (srh.segments_left != 0 && srh.routing_type == SegmentRoutingHeader::type)
                return {.active_srh = true, .next = next, .at = at};
            if (srh.segments_left != 0)  // RFC 8200 section 4.4
                return {.drop = Drop::routing_type, .at = at + routing_type_at};
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

// RFC 8986 section 4.1, S05 to S14, on a whole SRH with segments left at `at`.
inline EndResult to_next_segment(std::span<std::byte> packet, std::uint32_t at) noexcept {
    auto& ip = *reinterpret_cast<Ipv6Header*>(packet.data());
    auto& srh = *reinterpret_cast<SegmentRoutingHeader*>(packet.data() + at);
    const auto error = [at](Drop drop, std::uint32_t field) {
        return EndResult{.drop = drop, .pointer = {at + field}};
    };
    if (ip.hop_limit <= 1) return {.drop = Drop::hop_limit};
    const int max_last_entry = srh.length_units / 2 - 1;  // -1 where Hdr Ext Len is 0
    if (srh.last_entry > max_last_entry || srh.segments_left > srh.last_entry + 1)
        return error(Drop::srh_malformed, segments_left_at);
    const std::size_t list_end = sizeof srh + (srh.last_entry + std::size_t{1}) * sizeof(Ipv6Addr);
    if (srh.length() > list_end &&
        !tlvs_fit(packet.subspan(at + list_end, srh.length() - list_end))) [[unlikely]]
        return error(Drop::srh_tlv, length_at);
    --ip.hop_limit;
    --srh.segments_left;
    std::memcpy(&ip.destination,
                packet.data() + at + sizeof srh + srh.segments_left * sizeof(Ipv6Addr),
                sizeof(Ipv6Addr));
    return {};
}

[[gnu::noinline]] EndResult end_behind_others(std::span<std::byte> packet) noexcept {
    const Stop stop = walk(packet);
    if (stop.drop != Drop::none) return {.drop = stop.drop, .pointer = {stop.at}};
    if (stop.active_srh) return to_next_segment(packet, stop.at);
    if (stop.next == IpProto::icmpv6) return {.local = true};
    return {.drop = Drop::upper_layer, .pointer = {stop.at}};
}

// Version and lengths of the inner header, its traffic class in `traffic_class`.
Drop check_ipv4(std::span<const std::byte> head, std::size_t room,
                std::uint8_t& traffic_class) noexcept {
    const auto* ip = Cursor{head}.peek<Ipv4Header>();
    if (ip == nullptr) return Drop::truncated;
    const std::size_t header = ip->header_length(), total = ip->total_length.host();
    if (ip->version() != 4 || header < sizeof *ip || total < header) return Drop::ipv4_header;
    if (total > room || header > head.size()) return Drop::truncated;
    traffic_class = ip->tos;
    return Drop::none;
}
Drop check_ipv6(std::span<const std::byte> head, std::size_t room,
                std::uint8_t& traffic_class) noexcept {
    const auto* ip = Cursor{head}.peek<Ipv6Header>();
    if (ip == nullptr) return Drop::truncated;
    if (ip->version() != 6) return Drop::ipv6_header;
    if (sizeof *ip + ip->payload_length.host() > room) return Drop::truncated;
    traffic_class = ip->traffic_class();
    return Drop::none;
}

constexpr bool takes(Inner allowed, Inner inner) noexcept {
    return (static_cast<unsigned>(allowed) & static_cast<unsigned>(inner)) != 0;
}
constexpr Ecn ecn_of(std::uint8_t traffic_class) noexcept {
    return static_cast<Ecn>(traffic_class & 3U);
}

}  // namespace

EndResult endpoint_end(std::span<std::byte> head, std::size_t packet_bytes) noexcept {
    const auto outer = outer_packet(head, packet_bytes);
    if (!outer) return {.drop = Drop::truncated};
    const auto packet = head.first(outer->head.size());
    constexpr std::uint32_t at = sizeof(Ipv6Header);
    const auto& ip = *reinterpret_cast<const Ipv6Header*>(packet.data());
    if (ip.next_header == IpProto::routing && packet.size() >= at + sizeof(SegmentRoutingHeader)) {
        const auto& srh = *reinterpret_cast<const SegmentRoutingHeader*>(packet.data() + at);
        if (srh.routing_type == SegmentRoutingHeader::type && srh.segments_left != 0 &&
            at + srh.length() <= packet.size()) [[likely]]
            return to_next_segment(packet, at);
    }
    return end_behind_others(packet);
}

DecapResult endpoint_decap(std::span<const std::byte> head, std::size_t packet_bytes,
                           Inner allowed) noexcept {
    const auto outer = outer_packet(head, packet_bytes);
    if (!outer) return {.drop = Drop::truncated};
    const Stop stop = walk(outer->head);
    if (stop.drop != Drop::none) return {.drop = stop.drop, .pointer = {stop.at}};
    if (stop.active_srh)
        return {.drop = Drop::segments_left, .pointer = {stop.at + segments_left_at}};
    if (stop.next == IpProto::icmpv6) return {.local = true};

    const bool ipv4 = stop.next == IpProto::ipv4 && takes(allowed, Inner::ipv4);
    const bool ipv6 = stop.next == IpProto::ipv6 && takes(allowed, Inner::ipv6);
    if (!ipv4 && !ipv6) return {.drop = Drop::upper_layer, .pointer = {stop.at}};
    const auto inner = outer->head.subspan(stop.at);
    const std::size_t room = outer->packet_bytes - stop.at;
    std::uint8_t inner_class = 0;
    const Drop drop =
        ipv4 ? check_ipv4(inner, room, inner_class) : check_ipv6(inner, room, inner_class);
    if (drop != Drop::none) return {.drop = drop};
    const auto& ip = *reinterpret_cast<const Ipv6Header*>(head.data());
    Ecn unused;
    if (!decapsulated_ecn(ecn_of(inner_class), ecn_of(ip.traffic_class()), unused))
        return {.drop = Drop::ecn_conflict};
    return {.inner = stop.next, .inner_at = static_cast<std::uint16_t>(stop.at)};
}

void propagate_traffic_class(std::span<std::byte> inner_packet, std::uint8_t outer_class,
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

}  // namespace weir
