#pragma once
// The ICMP messages weir sends: echo replies, and errors about packets that could not go on. Pure
// functions over bytes: an IP packet in, an IP packet out, or nothing where the RFCs forbid an
// answer. Limiting their rate is the caller's (RFC 4443 section 2.4 (f), RFC 1812 section 4.3.2.8).
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "dataplane/base/drop.hpp"
#include "dataplane/wire/address.hpp"

namespace weir {

using IpPacket = std::vector<std::byte>;

// To an IPv4 or IPv6 echo request (checksum verified, hop limit of the reply 64, its source the
// address that was asked). An SRH with Segments Left 0, or any extension header chain that ends in
// ICMPv6, is accepted and not repeated in the answer. Nothing where it is not a valid echo request.
std::optional<IpPacket> echo_reply(std::span<const std::byte> packet);

// The error that `drop` owes the sender of `packet` (its outermost IP header first), or nothing:
// where the drop owes none, the packet is itself an ICMP error, a later fragment, or its source or
// destination is not a single host (RFC 4443 section 2.4 (e), RFC 1122 section 3.2.2;
// an IPv6 packet_too_big answers multicast too). value: ErrorPointer offset for srh_malformed,
// srh_tlv, segments_left, routing_type, upper_layer, option_unknown (there 0: in silence); the MTU
// for packet_too_big (IPv4: fragmentation needed). IPv6 errors quote as much as fits 1,280 bytes,
// IPv4 as much as fits 576 (RFC 1812 section 4.3.2.3).
struct IcmpErrorSource {
    std::optional<Ipv4Addr> ipv4;
    std::optional<Ipv6Addr> ipv6;
};
std::optional<IpPacket> icmp_error(std::span<const std::byte> packet, Drop drop,
                                   std::uint32_t value, const IcmpErrorSource& source);
// Why an IPv6 packet to an address of ours (no SID) goes no further than its extension headers, and
// the `value` of the error that is due. Drop::none for all others.
struct Refusal {
    Drop drop = Drop::none;
    std::uint32_t value = 0;
};
Refusal refusal(std::span<const std::byte> packet);
// Whether `drop` ever owes an error: lets the packet path skip the way to the control thread.
bool owes_icmp_error(Drop drop);

}  // namespace weir
