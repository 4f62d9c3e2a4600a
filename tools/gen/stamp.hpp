#pragma once
// What every counted packet of weir-gen carries as the first bytes of its UDP payload, and how the
// sink finds it again: behind Ethernet, any VLAN tags, IPv4 or IPv6, extension headers, and one
// more IP header where the packet arrives still encapsulated.
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "dataplane/wire/cursor.hpp"
#include "dataplane/wire/endian.hpp"

namespace weir {

// 22 bytes, so that an IPv4/UDP frame of 64 bytes (its FCS not counted) has room for it.
struct Stamp {
    be16 magic;
    be16 stream;
    be16 flow;
    be64 sequence;  // from 0, one count per flow
    be64 time;      // TSC of the sender
    static constexpr std::uint16_t magic_value = 0x5747;
};
static_assert(sizeof(Stamp) == 22 && WireHeader<Stamp>);

// The byte at `offset` of the UDP payload, behind the stamp: depends on its place, so that a
// segment lost, doubled or swapped inside a packet spoils the checksum.
constexpr std::uint8_t payload_pattern(std::size_t offset) {
    return static_cast<std::uint8_t>(offset * 167 + (offset >> 8U) * 13);
}

struct Found {
    const Stamp* stamp;
    std::size_t ip;   // offset of the IP header in front of UDP
    std::size_t udp;  // offset of the UDP header
};
// Nothing where `frame` is no packet of ours; never reads past it.
std::optional<Found> find_stamp(std::span<const std::byte> frame) noexcept;

// Whether the UDP checksum, and with IPv4 the header checksum, is right. A UDP checksum of 0 is
// right for IPv4 (RFC 768) and wrong for IPv6 (RFC 8200 section 8.1). `frame`: the whole packet.
bool checksums_ok(std::span<const std::byte> frame, const Found& found) noexcept;

}  // namespace weir
