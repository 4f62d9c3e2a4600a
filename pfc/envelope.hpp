#pragma once
// The packet around a message: IPv6 (RFC 8200) and ICMPv6 (RFC 4443) of type 200, one of the two
// that section 2.1 leaves to private experimentation.
#include <cstddef>
#include <cstdint>
#include <span>

#include "dataplane/wire/icmp.hpp"
#include "dataplane/wire/ip.hpp"
#include "pfc/codec.hpp"

namespace weir {

inline constexpr std::uint8_t message_icmp_type = 200, message_icmp_code = 0;
inline constexpr std::uint8_t message_hop_limit = 255;  // no router makes one (RFC 5082)

struct MessageIcmp {  // what every ICMPv6 message starts with (RFC 4443 section 2.1)
    std::uint8_t type;
    std::uint8_t code;
    be16 checksum;
};
inline constexpr std::size_t message_body_at = sizeof(Ipv6Header) + sizeof(MessageIcmp);
static_assert(message_body_at == 44 && WireHeader<MessageIcmp>);

struct Envelope {
    Ipv6Addr source, destination;
    std::uint8_t traffic_class = 0;
    FlowLabel label{};
};

// Where in `packet` a MessageWriter puts the body: all of it that a packet of `mtu` octets and at
// most `longest_message_packet` has left. Who puts an SRH in front takes its length off `mtu`.
std::span<std::byte> body_room(std::span<std::byte> packet, std::size_t mtu) noexcept;
// Puts the headers in front of a body of `body_bytes` that lies where `body_room` said (so they
// fit), signed before if it is to be, because the checksum is over it. -> the whole packet.
std::span<std::byte> wrap_message(std::span<std::byte> packet, std::size_t body_bytes,
                                  const Envelope& envelope) noexcept;

struct OpenedMessage {
    MessageFault fault = MessageFault::none;
    Envelope envelope{};  // from here on: set if `fault` is none
    std::uint8_t hop_limit = 0;
    std::span<const std::byte> body{};  // for Keys::verify
    MessageView view{};
};

// Takes a packet apart that starts at its IPv6 header; octets behind its payload are not looked at.
// A routing header that is through (segments left 0) may stand in between. Every fault but those of
// keys, the cheap ones first. `least_hop_limit`: 255 from an adjacent peer, else 255 less the
// routers on the way.
OpenedMessage open_message(std::span<const std::byte> packet,
                           std::uint8_t least_hop_limit = message_hop_limit) noexcept;

}  // namespace weir
