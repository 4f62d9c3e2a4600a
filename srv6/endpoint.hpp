#pragma once
// Endpoint processing of RFC 8986 section 4 over bytes: what happens to a packet whose destination
// is a SID of ours. No DPDK, no clock, no allocation. A packet is never modified when a Drop is
// returned, so that an ICMP error can quote it as it came.
//
// `head` starts at the IPv6 header and holds what of the packet lies in its first buffer: every
// header must be in it. `packet_bytes` counts the whole packet, head.size() where it is no chain.
// Bytes behind the IPv6 payload length are not looked at.
//
// The headers that nearly every packet has (an SRH directly behind the IPv6 header, or none) are
// handled inline; whatever else may come takes the general walk in endpoint.cpp.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

#include "dataplane/base/drop.hpp"
#include "dataplane/wire/ip.hpp"

namespace weir {

// How many extension headers, an SRH included, are walked before a packet is extension_headers.
inline constexpr unsigned max_extension_headers = 8;
// How many TLVs of an SRH are checked; those behind are left alone (RFC 8754 section 2.1 allows
// such a cap).
inline constexpr unsigned max_checked_tlvs = 16;

// Why an ICMP parameter problem is due: the byte of the packet, counted from its IPv6 header.
struct ErrorPointer {
    std::uint32_t offset = 0;
};

// End (RFC 8986 4.1). On Drop::none the hop limit and Segments Left were decremented and the
// destination is the next segment: route it in the table it came in. Drops: truncated,
// extension_headers (too many, a hop-by-hop header that is not first, a fragment header: nothing is
// reassembled here), option_unknown (pointer 0: in silence), routing_type, hop_limit,
// srh_malformed, srh_tlv; upper_layer where the SRH is absent or exhausted - except ICMPv6, which
// is for the control thread: then `local` is set and the drop is none.
struct EndResult {
    Drop drop = Drop::none;
    bool local = false;  // an ICMPv6 packet for us (ping to a SID): punt
    ErrorPointer pointer{};
};
inline EndResult endpoint_end(std::span<std::byte> head, std::size_t packet_bytes) noexcept;

// Decapsulation (RFC 8986 4.4-4.8): the checks and where the inner packet begins. Which inner
// protocols the SID takes is the caller's: DX4/DT4 ipv4, DX6/DT6 ipv6, DT46 both. Works without any
// SRH. Drops as above, and: segments_left, upper_layer (pointer: offset of the upper-layer header),
// ecn_conflict, ipv4_header or ipv6_header (version or lengths of the inner header contradict each
// other), truncated (the inner packet claims more bytes than there are). The inner packet may be
// shorter than what carries it; its addresses and its IPv4 checksum are not looked at.
enum class Inner : std::uint8_t { ipv4 = 1, ipv6 = 2, both = 3 };
struct DecapResult {
    Drop drop = Drop::none;
    bool local = false;  // ICMPv6 to a decapsulating SID: punt
    IpProto inner = IpProto::ipv6;
    std::uint16_t inner_at = 0;  // offset of the inner IP header from the outer one
    ErrorPointer pointer{};
};
inline DecapResult endpoint_decap(std::span<const std::byte> head, std::size_t packet_bytes,
                                  Inner allowed) noexcept;

// RFC 6040 section 4.2 (figure 4): the inner ECN after decapsulation; false where the packet must
// be dropped (outer CE, inner Not-ECT).
constexpr bool decapsulated_ecn(Ecn inner, Ecn outer, Ecn& result) noexcept {
    result = inner;
    if (outer == Ecn::ce) {
        if (inner == Ecn::not_ect) return false;
        result = Ecn::ce;
    } else if (outer == Ecn::ect1 && inner == Ecn::ect0) {
        result = Ecn::ect1;
    }
    return true;
}

// Writes ECN (and with `uniform` the DSCP) of the outer traffic class into the inner header as RFC
// 6040 and the tunnel's mode say. The checks of endpoint_decap have passed.
inline void propagate_traffic_class(std::span<std::byte> inner_packet, std::uint8_t outer_class,
                                    bool uniform) noexcept;

namespace detail {

constexpr Ecn ecn_of(std::uint8_t traffic_class) noexcept {
    return static_cast<Ecn>(traffic_class & 3U);
}
constexpr bool takes(Inner allowed, Inner inner) noexcept {
    return (static_cast<unsigned>(allowed) & static_cast<unsigned>(inner)) != 0;
}

// Where a walk over extension headers stopped: at a drop, at the first SRH with segments left, or
// at the upper-layer header.
struct Stop {
    Drop drop = Drop::none;
    bool active_srh = false;
    IpProto next = IpProto::none;
    std::uint32_t at = 0;  // of the header; with a drop: what an ICMP error points at
};
Stop walk(std::span<const std::byte> head) noexcept;

bool tlvs_fit(std::span<const std::byte> tlvs) noexcept;
void write_traffic_class(std::span<std::byte> inner_packet, std::uint8_t outer_class,
                         bool uniform) noexcept;

// RFC 8986 section 4.1, S05 to S14, on a whole SRH with segments left at `at`.
inline EndResult to_next_segment(std::span<std::byte> packet, std::uint32_t at) noexcept {
    auto& ip = *reinterpret_cast<Ipv6Header*>(packet.data());
    auto& srh = *reinterpret_cast<SegmentRoutingHeader*>(packet.data() + at);
    const auto error = [at](Drop drop, std::size_t field) {
        return EndResult{.drop = drop, .pointer = {at + static_cast<std::uint32_t>(field)}};
    };
    if (ip.hop_limit <= 1) return {.drop = Drop::hop_limit};
    const int max_last_entry = srh.length_units / 2 - 1;  // -1 where Hdr Ext Len is 0
    if (srh.last_entry > max_last_entry || srh.segments_left > srh.last_entry + 1)
        return error(Drop::srh_malformed, offsetof(SegmentRoutingHeader, segments_left));
    const std::size_t list_end = sizeof srh + (srh.last_entry + std::size_t{1}) * sizeof(Ipv6Addr);
    if (srh.length() > list_end &&
        !tlvs_fit(packet.subspan(at + list_end, srh.length() - list_end))) [[unlikely]]
        return error(Drop::srh_tlv, offsetof(SegmentRoutingHeader, length_units));
    --ip.hop_limit;
    const std::size_t left = --srh.segments_left;
    std::memcpy(&ip.destination, packet.data() + at + sizeof srh + left * sizeof(Ipv6Addr),
                sizeof(Ipv6Addr));
    return {};
}

// The general case of endpoint_end, on a packet cut to its payload length.
EndResult end_behind_others(std::span<std::byte> packet) noexcept;

// The upper-layer header behind a spent SRH or behind none; everything else by walk().
inline Stop upper_layer(std::span<const std::byte> packet) noexcept {
    constexpr std::uint32_t at = sizeof(Ipv6Header);
    const IpProto next = reinterpret_cast<const Ipv6Header*>(packet.data())->next_header;
    const auto plain = [](IpProto protocol) {
        return protocol == IpProto::ipv4 || protocol == IpProto::ipv6;
    };
    if (plain(next)) return {.next = next, .at = at};
    if (next == IpProto::routing && packet.size() >= at + sizeof(SegmentRoutingHeader)) {
        const auto& srh = *reinterpret_cast<const SegmentRoutingHeader*>(packet.data() + at);
        if (srh.segments_left == 0 && plain(srh.next_header) && at + srh.length() <= packet.size())
            [[likely]]
            return {.next = srh.next_header, .at = at + static_cast<std::uint32_t>(srh.length())};
    }
    return walk(packet);
}

// Version and lengths of the inner header. `room`: bytes of the packet from there on.
inline Drop check_ipv4(std::span<const std::byte> head, std::size_t room) noexcept {
    if (head.size() < sizeof(Ipv4Header)) return Drop::truncated;
    const auto& ip = *reinterpret_cast<const Ipv4Header*>(head.data());
    const std::size_t header = ip.header_length(), total = ip.total_length.host();
    if (ip.version() != 4 || header < sizeof ip || total < header) return Drop::ipv4_header;
    return total > room || header > head.size() ? Drop::truncated : Drop::none;
}
inline Drop check_ipv6(std::span<const std::byte> head, std::size_t room) noexcept {
    if (head.size() < sizeof(Ipv6Header)) return Drop::truncated;
    const auto& ip = *reinterpret_cast<const Ipv6Header*>(head.data());
    if (ip.version() != 6) return Drop::ipv6_header;
    return sizeof ip + ip.payload_length.host() > room ? Drop::truncated : Drop::none;
}

}  // namespace detail

inline EndResult endpoint_end(std::span<std::byte> head, std::size_t packet_bytes) noexcept {
    if (head.size() < sizeof(Ipv6Header)) return {.drop = Drop::truncated};
    const auto& ip = *reinterpret_cast<const Ipv6Header*>(head.data());
    const std::size_t claimed = sizeof(Ipv6Header) + ip.payload_length.host();
    if (claimed > packet_bytes) return {.drop = Drop::truncated};
    const auto packet = head.first(std::min(head.size(), claimed));
    constexpr std::uint32_t at = sizeof(Ipv6Header);
    if (ip.next_header == IpProto::routing && packet.size() >= at + sizeof(SegmentRoutingHeader)) {
        const auto& srh = *reinterpret_cast<const SegmentRoutingHeader*>(packet.data() + at);
        if (srh.routing_type == SegmentRoutingHeader::type && srh.segments_left != 0 &&
            at + srh.length() <= packet.size()) [[likely]]
            return detail::to_next_segment(packet, at);
    }
    return detail::end_behind_others(packet);
}

inline DecapResult endpoint_decap(std::span<const std::byte> head, std::size_t packet_bytes,
                                  Inner allowed) noexcept {
    if (head.size() < sizeof(Ipv6Header)) return {.drop = Drop::truncated};
    const auto& ip = *reinterpret_cast<const Ipv6Header*>(head.data());
    const std::size_t claimed = sizeof(Ipv6Header) + ip.payload_length.host();
    if (claimed > packet_bytes) return {.drop = Drop::truncated};
    const auto packet = head.first(std::min(head.size(), claimed));
    const detail::Stop stop = detail::upper_layer(packet);
    if (stop.drop != Drop::none) return {.drop = stop.drop, .pointer = {stop.at}};
    if (stop.active_srh)
        return {
            .drop = Drop::segments_left,
            .pointer = {stop.at + std::uint32_t{offsetof(SegmentRoutingHeader, segments_left)}}};
    if (stop.next == IpProto::icmpv6) return {.local = true};

    const bool ipv4 = stop.next == IpProto::ipv4 && detail::takes(allowed, Inner::ipv4);
    const bool ipv6 = stop.next == IpProto::ipv6 && detail::takes(allowed, Inner::ipv6);
    if (!ipv4 && !ipv6) return {.drop = Drop::upper_layer, .pointer = {stop.at}};
    const auto inner = packet.subspan(stop.at);
    const std::size_t room = claimed - stop.at;
    const Drop drop = ipv4 ? detail::check_ipv4(inner, room) : detail::check_ipv6(inner, room);
    if (drop != Drop::none) return {.drop = drop};
    if (detail::ecn_of(ip.traffic_class()) == Ecn::ce) [[unlikely]] {
        const std::uint8_t inner_class =
            ipv4 ? reinterpret_cast<const Ipv4Header*>(inner.data())->tos
                 : reinterpret_cast<const Ipv6Header*>(inner.data())->traffic_class();
        if (detail::ecn_of(inner_class) == Ecn::not_ect) return {.drop = Drop::ecn_conflict};
    }
    return {.inner = stop.next, .inner_at = static_cast<std::uint16_t>(stop.at)};
}

inline void propagate_traffic_class(std::span<std::byte> inner_packet, std::uint8_t outer_class,
                                    bool uniform) noexcept {
    // These two outer marks change nothing of the inner one (RFC 6040 figure 4).
    const Ecn outer = detail::ecn_of(outer_class);
    if (!uniform && (outer == Ecn::not_ect || outer == Ecn::ect0)) [[likely]]
        return;
    detail::write_traffic_class(inner_packet, outer_class, uniform);
}

}  // namespace weir
