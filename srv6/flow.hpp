#pragma once
// One hash per packet, from what names its flow, used for the outer flow label (RFC 8754
// section 5.5: MUST), the choice of a weighted path and ECMP. Inner IPv4/IPv6: addresses, protocol,
// TCP/UDP ports; RoCEv2 (UDP 4791) also the destination queue pair of the BTH. SRv6 in transit:
// outer addresses and flow label only (RFC 8986 section 7). Fragments hash without ports, so that
// all of a packet go one way.
#include <nmmintrin.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

#include "dataplane/wire/ip.hpp"

namespace weir {

// `packet` starts at the IP header, which is known to be whole; whatever lies behind it is checked.
inline std::uint32_t flow_hash_ipv4(std::span<const std::byte> packet) noexcept;
inline std::uint32_t flow_hash_ipv6(std::span<const std::byte> packet) noexcept;
// Addresses and flow label only.
inline std::uint32_t flow_hash_outer(const Ipv6Header& ip) noexcept;

// 20 bits, never 0 (0 means "no label", RFC 6437 section 2).
constexpr FlowLabel flow_label_from(std::uint32_t hash) noexcept {
    const std::uint32_t label = (hash ^ hash >> 20U) & 0xfffffU;
    return FlowLabel{label == 0 ? 1 : label};
}

namespace detail {

// Behind the ports of a RoCEv2 packet: the rest of UDP, then the Base Transport Header (IB
// specification volume 1, section 9.2) with the destination queue pair in bytes 5..7.
inline constexpr std::size_t queue_pair_at = sizeof(UdpHeader) + 5;
inline constexpr std::size_t queue_pair_end = queue_pair_at + 3;

inline std::uint64_t load64(const void* from) noexcept {
    std::uint64_t word;
    std::memcpy(&word, from, sizeof word);
    return word;
}
inline std::uint64_t crc(std::uint64_t seed, std::uint64_t word) noexcept {
    return _mm_crc32_u64(seed, word);
}

// CRC is linear: without the products, flows that differ in one bit of an address and one of a port
// could meet in the same high bits, from which paths are chosen.
inline std::uint32_t finish(std::uint64_t addresses, std::uint64_t rest) noexcept {
    const std::uint64_t mixed = addresses ^ rest * 0xff51afd7ed558ccdU;
    return static_cast<std::uint32_t>(mixed * 0x9e3779b97f4a7c15U >> 32U);
}

inline std::uint64_t ipv6_addresses(const Ipv6Header& ip) noexcept {
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
inline std::uint64_t transport_key(IpProto protocol,
                                   std::span<const std::byte> transport) noexcept {
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

// The same of the upper-layer header of an IPv6 packet behind its extension headers.
std::uint64_t walked_transport_key(std::span<const std::byte> packet) noexcept;

}  // namespace detail

inline std::uint32_t flow_hash_ipv4(std::span<const std::byte> packet) noexcept {
    const auto& ip = *reinterpret_cast<const Ipv4Header*>(packet.data());
    const std::size_t header = ip.header_length();
    const bool fragment = (ip.fragment.host() & 0x3fffU) != 0;  // MF or an offset
    const std::uint64_t key = fragment || header > packet.size()
                                  ? detail::protocol_key(ip.protocol)
                                  : detail::transport_key(ip.protocol, packet.subspan(header));
    return detail::finish(detail::crc(1, detail::load64(&ip.source)), detail::crc(2, key));
}

inline std::uint32_t flow_hash_ipv6(std::span<const std::byte> packet) noexcept {
    const auto& ip = *reinterpret_cast<const Ipv6Header*>(packet.data());
    const bool plain = ip.next_header == IpProto::udp || ip.next_header == IpProto::tcp;
    const std::uint64_t key = plain
                                  ? detail::transport_key(ip.next_header, packet.subspan(sizeof ip))
                                  : detail::walked_transport_key(packet);
    return detail::finish(detail::ipv6_addresses(ip), detail::crc(3, key));
}

inline std::uint32_t flow_hash_outer(const Ipv6Header& ip) noexcept {
    return detail::finish(detail::ipv6_addresses(ip),
                          detail::crc(3, static_cast<std::uint32_t>(ip.flow_label())));
}

}  // namespace weir
