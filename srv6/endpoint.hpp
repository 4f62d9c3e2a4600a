#pragma once
// Endpoint processing of RFC 8986 section 4 over bytes: what happens to a packet whose destination
// is a SID of ours. No DPDK, no clock, no allocation. A packet is never modified when a Drop is
// returned, so that an ICMP error can quote it as it came.
//
// `head` starts at the IPv6 header and holds what of the packet lies in its first buffer: every
// header must be in it. `packet_bytes` counts the whole packet, head.size() where it is no chain.
// Bytes behind the IPv6 payload length are not looked at.
#include <cstddef>
#include <cstdint>
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
// reassembled here), routing_type, hop_limit, srh_malformed, srh_tlv; upper_layer where the SRH is
// absent or exhausted - except ICMPv6, which is for the control thread: then `local` is set and the
// drop is none.
struct EndResult {
    Drop drop = Drop::none;
    bool local = false;  // an ICMPv6 packet for us (ping to a SID): punt
    ErrorPointer pointer{};
};
EndResult endpoint_end(std::span<std::byte> head, std::size_t packet_bytes) noexcept;

// Decapsulation (RFC 8986 4.4-4.8): the checks and where the inner packet begins. Which inner
// protocols the SID takes is the caller's: DX4/DT4 ipv4, DX6/DT6 ipv6, DT46 both. Works without any
// SRH. Drops as above, and: segments_left, upper_layer (pointer: offset of the upper-layer header),
// ecn_conflict, ipv4_header or ipv6_header (version or lengths of the inner header contradict each
// other), truncated (the inner packet claims more bytes than there are). The inner packet may be
// shorter than what carries it; its IPv4 checksum is not verified.
enum class Inner : std::uint8_t { ipv4 = 1, ipv6 = 2, both = 3 };
struct DecapResult {
    Drop drop = Drop::none;
    bool local = false;  // ICMPv6 to a decapsulating SID: punt
    IpProto inner = IpProto::ipv6;
    std::uint16_t inner_at = 0;  // offset of the inner IP header from the outer one
    ErrorPointer pointer{};
};
DecapResult endpoint_decap(std::span<const std::byte> head, std::size_t packet_bytes,
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
void propagate_traffic_class(std::span<std::byte> inner_packet, std::uint8_t outer_class,
                             bool uniform) noexcept;

}  // namespace weir
