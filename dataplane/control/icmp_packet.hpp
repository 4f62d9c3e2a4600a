#pragma once
// The packets that ICMP messages are about, read as far as an answer needs, and the packets that
// carry an answer.
#include <cstddef>
#include <optional>
#include <span>

#include "dataplane/control/icmp_reply.hpp"
#include "dataplane/wire/icmp.hpp"
#include "dataplane/wire/ip.hpp"

namespace weir {

// The IP header at the front, where it is whole, its lengths agree with each other and (IPv4) its
// checksum is right; else nullptr. The packet may be longer than the span: see packet_length.
const Ipv4Header* read_ipv4(std::span<const std::byte> packet);
const Ipv6Header* read_ipv6(std::span<const std::byte> packet);
inline std::size_t packet_length(const Ipv4Header& ip) { return ip.total_length.host(); }
inline std::size_t packet_length(const Ipv6Header& ip) {
    return sizeof(Ipv6Header) + ip.payload_length.host();
}

// Where the extension headers of an IPv6 packet lead.
struct UpperLayer {
    IpProto protocol;
    std::size_t at;               // offset of the upper-layer header
    std::size_t named_at;         // offset of the Next Header field that says `protocol`
    bool more_fragments = false;  // this is only the first of several
    // Why the packet is not for the upper layer, though its headers lead there, and what an error
    // points at (0: in silence): routing_type where segments are left (RFC 8754 section 4.3.2),
    // option_unknown, extension_headers.
    Drop refused = Drop::none;
    std::uint32_t pointer = 0;
};
// Nothing where the headers are too many, run past the bytes, or belong to a later fragment.
std::optional<UpperLayer> find_upper_layer(std::span<const std::byte> packet, const Ipv6Header& ip);

// `ip` says addresses, traffic class and (IPv4) id and flags; `icmp` all but the checksum. The rest
// is filled in, the hop limit is 64.
IpPacket ipv4_packet(Ipv4Header ip, IcmpHeader icmp, std::span<const std::byte> body);
IpPacket ipv6_packet(Ipv6Header ip, IcmpHeader icmp, std::span<const std::byte> body);

}  // namespace weir
