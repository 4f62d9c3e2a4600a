#pragma once
// ICMPv4 (RFC 792), ICMPv6 (RFC 4443), ND (RFC 4861), ARP (RFC 826): headers and codes.
#include "dataplane/wire/address.hpp"
#include "dataplane/wire/cursor.hpp"
#include "dataplane/wire/endian.hpp"

namespace weir {

struct IcmpHeader {  // ICMPv4 and ICMPv6 share it; `value` is id+sequence, pointer, MTU or flags
    std::uint8_t type;
    std::uint8_t code;
    be16 checksum;
    be32 value;
};
static_assert(sizeof(IcmpHeader) == 8 && WireHeader<IcmpHeader>);

namespace icmpv4 {
inline constexpr std::uint8_t echo_reply = 0, unreachable = 3, echo_request = 8, time_exceeded = 11;
inline constexpr std::uint8_t code_net_unreachable = 0, code_host_unreachable = 1,
                              code_protocol_unreachable = 2, code_port_unreachable = 3,
                              code_fragmentation_needed = 4;
}  // namespace icmpv4

namespace icmpv6 {
inline constexpr std::uint8_t unreachable = 1, packet_too_big = 2, time_exceeded = 3,
                              parameter_problem = 4, echo_request = 128, echo_reply = 129,
                              router_solicitation = 133, neighbor_solicitation = 135,
                              neighbor_advertisement = 136, redirect = 137;
inline constexpr std::uint8_t code_no_route = 0, code_address_unreachable = 3,
                              code_port_unreachable = 4;
inline constexpr std::uint8_t code_erroneous_field = 0, code_unknown_next_header = 1,
                              code_unknown_option = 2,
                              code_sr_upper_layer = 4;  // RFC 8986 section 10.3
}  // namespace icmpv6

struct NeighborMessage {  // solicitation and advertisement; options follow (RFC 4861
                          // section 4.3, 4.4)
    IcmpHeader icmp;      // value: flags R S O in the three top bits of an advertisement
    Ipv6Addr target;
};
static_assert(sizeof(NeighborMessage) == 24 && WireHeader<NeighborMessage>);

struct LinkLayerOption {  // RFC 4861 section 4.6.1
    std::uint8_t type;    // 1 source, 2 target
    std::uint8_t length_units;
    MacAddr mac;
};
static_assert(sizeof(LinkLayerOption) == 8 && WireHeader<LinkLayerOption>);

struct ArpPacket {  // Ethernet and IPv4 only
    be16 hardware;
    be16 protocol;
    std::uint8_t hardware_length;
    std::uint8_t protocol_length;
    be16 operation;  // 1 request, 2 reply
    MacAddr sender_mac;
    Ipv4Addr sender;
    MacAddr target_mac;
    Ipv4Addr target;
};
static_assert(sizeof(ArpPacket) == 28 && WireHeader<ArpPacket>);

}  // namespace weir
