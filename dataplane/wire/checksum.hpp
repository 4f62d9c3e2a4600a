#pragma once
// The Internet checksum (RFC 1071), its incremental update (RFC 1624), and the pseudo-headers of
// IPv4 and IPv6 (RFC 8200 section 8.1).
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

#include "dataplane/wire/ip.hpp"

namespace weir {

// One's-complement sum in the byte order of the wire, not folded, not complemented. Only the last
// of several spans that are summed together may have an odd length.
inline std::uint64_t checksum_add(std::span<const std::byte> bytes,
                                  std::uint64_t sum = 0) noexcept {
    std::size_t i = 0;
    for (; i + 4 <= bytes.size(); i += 4) {
        std::uint32_t word;
        std::memcpy(&word, bytes.data() + i, 4);
        sum += word;
    }
    if (i < bytes.size()) {
        std::uint32_t word = 0;
        std::memcpy(&word, bytes.data() + i, bytes.size() - i);
        sum += word;
    }
    return sum;
}
inline be16 checksum_finish(std::uint64_t sum) noexcept {
    sum = (sum & 0xffffffffU) + (sum >> 32U);
    sum = (sum & 0xffffffffU) + (sum >> 32U);
    sum = (sum & 0xffffU) + (sum >> 16U);
    sum = (sum & 0xffffU) + (sum >> 16U);
    return std::bit_cast<be16>(static_cast<std::uint16_t>(~sum));
}
inline be16 checksum(std::span<const std::byte> bytes) noexcept {
    return checksum_finish(checksum_add(bytes));
}
// Over an upper-layer packet behind an IPv6 header; `bytes` includes its checksum field (0 to
// compute, as received to verify: the result is then 0).
inline be16 checksum_ipv6(const Ipv6Addr& source, const Ipv6Addr& destination, IpProto proto,
                          std::span<const std::byte> bytes) noexcept {
    std::uint64_t sum = checksum_add(std::as_bytes(std::span{source.octets}));
    sum = checksum_add(std::as_bytes(std::span{destination.octets}), sum);
    const be32 length{static_cast<std::uint32_t>(bytes.size())};
    const be32 next{static_cast<std::uint32_t>(proto)};
    sum = checksum_add(std::as_bytes(std::span{&length, 1}), sum);
    sum = checksum_add(std::as_bytes(std::span{&next, 1}), sum);
    return checksum_finish(checksum_add(bytes, sum));
}
inline bool ipv4_checksum_ok(const Ipv4Header& ip) noexcept {
    if (ip.header_length() == sizeof ip) [[likely]] {
        // 20 bytes in three loads; one's complement adds words of any size alike (RFC 1071 1.2).
        std::uint64_t a, b;
        std::uint32_t c;
        const auto* bytes = reinterpret_cast<const std::byte*>(&ip);
        std::memcpy(&a, bytes, 8);
        std::memcpy(&b, bytes + 8, 8);
        std::memcpy(&c, bytes + 16, 4);
        std::uint64_t sum = a + b;
        sum += sum < a;
        sum = (sum & 0xffffffffU) + (sum >> 32U) + c;
        // A word and itself turned by half: the upper half is the sum of both with its carry.
        const auto half = static_cast<std::uint32_t>((sum + std::rotl(sum, 32)) >> 32U);
        return half + std::rotl(half, 16) >= 0xffff0000U;
    }
    return checksum({reinterpret_cast<const std::byte*>(&ip), ip.header_length()}) == be16{0};
}
// TTL - 1 with the checksum updated in place (RFC 1624 eqn. 3; the TTL is the high byte of its
// word).
inline void ipv4_decrement_ttl(Ipv4Header& ip) noexcept {
    constexpr std::uint32_t ttl_step = std::bit_cast<std::uint16_t>(be16{0x100});
    --ip.ttl;
    // As it lies: one's complement adds in any byte order alike (RFC 1071 1.2).
    const std::uint32_t sum = std::bit_cast<std::uint16_t>(ip.checksum) + ttl_step;
    // 0xffff would be minus zero: what recomputing gives is 0.
    ip.checksum = std::bit_cast<be16>(static_cast<std::uint16_t>(sum + (sum >= 0xffffU ? 1U : 0U)));
}
// TOS replaced with the checksum updated in place (RFC 1624 eqn. 3).
inline void ipv4_set_tos(Ipv4Header& ip, std::uint8_t tos) noexcept {
    std::uint32_t sum = static_cast<std::uint16_t>(~ip.checksum.host());
    sum += static_cast<std::uint16_t>(~std::uint32_t{ip.tos}) + std::uint32_t{tos};
    sum = (sum & 0xffffU) + (sum >> 16U);
    sum = (sum & 0xffffU) + (sum >> 16U);
    ip.checksum = be16{static_cast<std::uint16_t>(~sum)};
    ip.tos = tos;
}

}  // namespace weir
