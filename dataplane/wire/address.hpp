#pragma once
// Addresses as values: MAC, IPv4, IPv6, and prefixes of the two. Text forms follow RFC 4291 and
// RFC 5952; parsing returns nothing where the text is not exactly an address.
#include <algorithm>
#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>

#include "dataplane/wire/endian.hpp"

namespace weir {

namespace detail {
// std::array's == calls memcmp, which costs more than all of parse; a builtin of known size does
// not.
template <std::size_t N>
constexpr bool same_octets(const std::array<std::uint8_t, N>& a,
                           const std::array<std::uint8_t, N>& b) {
    if (std::is_constant_evaluated()) return a == b;
    return __builtin_memcmp(a.data(), b.data(), N) == 0;
}
}  // namespace detail

struct MacAddr {
    std::array<std::uint8_t, 6> octets;
    friend constexpr auto operator<=>(const MacAddr&, const MacAddr&) = default;
    friend constexpr bool operator==(const MacAddr& a, const MacAddr& b) {
        return detail::same_octets(a.octets, b.octets);
    }
    constexpr bool multicast() const { return (octets[0] & 1) != 0; }
};
inline constexpr MacAddr broadcast_mac{{0xff, 0xff, 0xff, 0xff, 0xff, 0xff}};

struct Ipv4Addr {
    std::array<std::uint8_t, 4> octets;
    friend constexpr auto operator<=>(const Ipv4Addr&, const Ipv4Addr&) = default;
    friend constexpr bool operator==(const Ipv4Addr& a, const Ipv4Addr& b) {
        return detail::same_octets(a.octets, b.octets);
    }
    constexpr std::uint32_t bits() const {
        return std::uint32_t{octets[0]} << 24 | std::uint32_t{octets[1]} << 16 |
               std::uint32_t{octets[2]} << 8 | octets[3];
    }
    static constexpr Ipv4Addr from_bits(std::uint32_t b) {
        return {{static_cast<std::uint8_t>(b >> 24), static_cast<std::uint8_t>(b >> 16),
                 static_cast<std::uint8_t>(b >> 8), static_cast<std::uint8_t>(b)}};
    }
    constexpr bool multicast() const { return octets[0] >= 224 && octets[0] < 240; }
};

struct Ipv6Addr {
    std::array<std::uint8_t, 16> octets;
    friend constexpr auto operator<=>(const Ipv6Addr&, const Ipv6Addr&) = default;
    friend constexpr bool operator==(const Ipv6Addr& a, const Ipv6Addr& b) {
        return detail::same_octets(a.octets, b.octets);
    }
    unsigned __int128 bits() const {
        be64 high, low;
        __builtin_memcpy(&high, octets.data(), 8);
        __builtin_memcpy(&low, octets.data() + 8, 8);
        return static_cast<unsigned __int128>(high.host()) << 64 | low.host();
    }
    static Ipv6Addr from_bits(unsigned __int128 b) {
        const be64 high{static_cast<std::uint64_t>(b >> 64)}, low{static_cast<std::uint64_t>(b)};
        Ipv6Addr a;
        __builtin_memcpy(a.octets.data(), &high, 8);
        __builtin_memcpy(a.octets.data() + 8, &low, 8);
        return a;
    }
    constexpr bool multicast() const { return octets[0] == 0xff; }
    constexpr bool link_local() const { return octets[0] == 0xfe && (octets[1] & 0xc0) == 0x80; }
    bool starts_empty() const {  // the first 8 octets are 0
        std::uint64_t first;
        __builtin_memcpy(&first, octets.data(), sizeof first);
        return first == 0;
    }
    bool unspecified() const { return bits() == 0; }
    bool loopback() const { return bits() == 1; }
};
static_assert(sizeof(MacAddr) == 6 && sizeof(Ipv4Addr) == 4 && sizeof(Ipv6Addr) == 16);

// An address and how many leading bits of it count. `covers` ignores the bits behind `length`.
struct Ipv4Prefix {
    Ipv4Addr address;
    std::uint8_t length;  // 0..32
    friend constexpr auto operator<=>(const Ipv4Prefix&, const Ipv4Prefix&) = default;
    constexpr std::uint32_t mask() const {
        return length == 0 ? 0 : ~std::uint32_t{0} << (32 - length);
    }
    constexpr bool covers(Ipv4Addr a) const { return ((a.bits() ^ address.bits()) & mask()) == 0; }
};
struct Ipv6Prefix {
    Ipv6Addr address;
    std::uint8_t length;  // 0..128
    friend constexpr auto operator<=>(const Ipv6Prefix&, const Ipv6Prefix&) = default;
    constexpr unsigned __int128 mask() const {
        return length == 0 ? 0 : ~static_cast<unsigned __int128>(0) << (128 - length);
    }
    bool covers(const Ipv6Addr& a) const { return ((a.bits() ^ address.bits()) & mask()) == 0; }
};

std::optional<MacAddr> parse_mac(std::string_view text);
std::optional<Ipv4Addr> parse_ipv4(std::string_view text);
std::optional<Ipv6Addr> parse_ipv6(std::string_view text);
std::optional<Ipv4Prefix> parse_ipv4_prefix(
    std::string_view text);  // "10.0.0.0/8"; length required
std::optional<Ipv6Prefix> parse_ipv6_prefix(std::string_view text);
std::string to_string(const MacAddr& mac);
std::string to_string(const Ipv4Addr& address);
std::string to_string(const Ipv6Addr& address);  // RFC 5952
std::string to_string(const Ipv4Prefix& prefix);
std::string to_string(const Ipv6Prefix& prefix);

// ::ffff:a.b.c.d (RFC 4291 section 2.5.5.2): both families as one key.
constexpr Ipv6Addr mapped(Ipv4Addr a) {
    return {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, a.octets[0], a.octets[1], a.octets[2],
             a.octets[3]}};
}
constexpr bool is_mapped(const Ipv6Addr& a) {
    return std::equal(a.octets.begin(), a.octets.begin() + 12, mapped({}).octets.begin());
}
constexpr Ipv4Addr unmapped(const Ipv6Addr& a) {
    return {{a.octets[12], a.octets[13], a.octets[14], a.octets[15]}};
}

// ff02::1:ffXX:XXXX, where ND asks for `address` (RFC 4291 section 2.7.1).
Ipv6Addr solicited_node(const Ipv6Addr& address);
// 33:33 and the last four octets (RFC 2464 section 7).
MacAddr multicast_mac(const Ipv6Addr& group);
// fe80:: and the EUI-64 of the MAC (RFC 4291 appendix A).
Ipv6Addr link_local_address(const MacAddr& mac);

}  // namespace weir
