#include "srv6/flow.hpp"

#include <nmmintrin.h>

#include <cstring>

#include "dataplane/wire/cursor.hpp"

namespace weir {
namespace {

constexpr unsigned max_walked_headers = 8;
// Behind the ports of a RoCEv2 packet: the rest of UDP, then the Base Transport Header (IB
// specification volume 1, section 9.2) with the destination queue pair in bytes 5..7.
constexpr std::size_t queue_pair_at = sizeof(UdpHeader) + 5;
constexpr std::size_t queue_pair_end = queue_pair_at + 3;

std::uint64_t load64(const void* from) noexcept {
    std::uint64_t word;
    std::memcpy(&word, from, sizeof word);
    return word;
}
std::uint64_t crc(std::uint64_t seed, std::uint64_t word) noexcept {
    return _mm_crc32_u64(seed, word);
}

// CRC is linear: without the products, flows that differ in one bit of an address and one of a port
// could meet in the same high bits, from which paths are chosen.
std::uint32_t finish(std::uint64_t addresses, std::uint64_t rest) noexcept {
    const std::uint64_t mixed = addresses ^ rest * 0xff51afd7ed558ccdU;
    return static_cast<std::uint32_t>(mixed * 0x9e3779b97f4a7c15U >> 32U);
}

std::uint64_t ipv6_addresses(const Ipv6Header& ip) noexcept {
    const auto& from = ip.source.octets;
    const auto& to = ip.destination.octets;
    const std::uint64_t high = crc(crc(1, load64(from.data())), load64(to.data()));
    const std::uint64_t low = crc(crc(2, load64(from.data() + 8)), load64(to.data() + 8));
    return high << 32U | low;
}

constexpr std::uint64_t protocol_key(IpProto protocol) noexcept {
    return std::uint64_t{static_cast<std::uint8_t>(protocol)} << 32U;
}

// What tells flows between two hosts apart: ports 32 bits, protocol 8, queue pair 24.
std::uint64_t transport_key(IpProto protocol, std::span<const std::byte> transport) noexcept {
    std::uint64_t key = protocol_key(protocol);
    const bool ports = protocol == IpProto::tcp || protocol == IpProto::udp;
    if (!ports || transport.size() < 4) return key;
    std::uint32_t both;
    std::memcpy(&both, transport.data(), sizeof both);
    key |= both;
    be16 destination;
    std::memcpy(&destination, transport.data() + 2, sizeof destination);
    if (destination == be16{roce_v2_port} && protocol == IpProto::udp &&
        transport.size() >= queue_pair_end)
        key |= load64(transport.data() + queue_pair_end - 8) >> 40U << 40U;
    return key;
}

std::uint64_t ipv6_transport_key(std::span<const std::byte> packet) noexcept {
    Cursor cursor{packet};
    IpProto next = cursor.take<Ipv6Header>()->next_header;
    for (unsigned n = 0; n < max_walked_headers; ++n) {
        const bool walked = next == IpProto::hop_by_hop || next == IpProto::routing ||
                            next == IpProto::destination || next == IpProto::fragment;
        if (!walked) return transport_key(next, cursor.rest());
        const auto* header = cursor.peek<ExtensionHeader>();
        if (header == nullptr) break;
        // All fragments of a packet name the same next header here, but only the first has ports.
        if (next == IpProto::fragment) return protocol_key(header->next_header);
        if (!cursor.skip(header->length())) break;
        next = header->next_header;
    }
    return protocol_key(next);
}

}  // namespace

std::uint32_t flow_hash_ipv4(std::span<const std::byte> packet) noexcept {
    const auto& ip = *reinterpret_cast<const Ipv4Header*>(packet.data());
    const std::size_t header = ip.header_length();
    const bool fragment = (ip.fragment.host() & 0x3fffU) != 0;  // MF or an offset
    const std::uint64_t key = fragment || header > packet.size()
                                  ? protocol_key(ip.protocol)
                                  : transport_key(ip.protocol, packet.subspan(header));
    return finish(crc(1, load64(&ip.source)), crc(2, key));
}

std::uint32_t flow_hash_ipv6(std::span<const std::byte> packet) noexcept {
    const auto& ip = *reinterpret_cast<const Ipv6Header*>(packet.data());
    return finish(ipv6_addresses(ip), crc(3, ipv6_transport_key(packet)));
}

std::uint32_t flow_hash_outer(const Ipv6Header& ip) noexcept {
    return finish(ipv6_addresses(ip), crc(3, static_cast<std::uint32_t>(ip.flow_label())));
}

}  // namespace weir
