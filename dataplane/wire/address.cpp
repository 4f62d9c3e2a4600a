#include "dataplane/wire/address.hpp"

#include <arpa/inet.h>

#include <charconv>
#include <cstdio>
#include <cstring>

namespace weir {
namespace {

template <class Addr>
std::optional<Addr> parse_with_libc(int family, std::string_view text) {
    char buffer[INET6_ADDRSTRLEN] = {};
    if (text.empty() || text.size() >= sizeof buffer) return {};
    std::memcpy(buffer, text.data(), text.size());
    if (std::strlen(buffer) != text.size()) return {};
    Addr addr;
    if (inet_pton(family, buffer, addr.octets.data()) != 1) return {};
    return addr;
}

template <class Prefix, class Parse>
std::optional<Prefix> parse_prefix(std::string_view text, unsigned longest, Parse parse) {
    const auto slash = text.find('/');
    if (slash == std::string_view::npos) return {};
    const auto address = parse(text.substr(0, slash));
    const auto digits = text.substr(slash + 1);
    unsigned length = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), length);
    if (!address || error != std::errc{} || end != digits.data() + digits.size() ||
        length > longest)
        return {};
    return Prefix{*address, static_cast<std::uint8_t>(length)};
}

template <class Addr>
std::string print_with_libc(int family, const Addr& address) {
    char buffer[INET6_ADDRSTRLEN];
    return inet_ntop(family, address.octets.data(), buffer, sizeof buffer);
}

}  // namespace

std::optional<MacAddr> parse_mac(std::string_view text) {
    if (text.size() != 17) return {};
    MacAddr mac;
    for (std::size_t i = 0; i < 6; ++i) {
        const char* digits = text.data() + 3 * i;
        const auto [end, error] = std::from_chars(digits, digits + 2, mac.octets[i], 16);
        if (error != std::errc{} || end != digits + 2) return {};
        if (i < 5 && digits[2] != ':') return {};
    }
    return mac;
}
std::optional<Ipv4Addr> parse_ipv4(std::string_view text) {
    return parse_with_libc<Ipv4Addr>(AF_INET, text);
}
std::optional<Ipv6Addr> parse_ipv6(std::string_view text) {
    return parse_with_libc<Ipv6Addr>(AF_INET6, text);
}
std::optional<Ipv4Prefix> parse_ipv4_prefix(std::string_view text) {
    return parse_prefix<Ipv4Prefix>(text, 32, parse_ipv4);
}
std::optional<Ipv6Prefix> parse_ipv6_prefix(std::string_view text) {
    return parse_prefix<Ipv6Prefix>(text, 128, parse_ipv6);
}

std::string to_string(const MacAddr& mac) {
    char text[18];
    const auto& o = mac.octets;
    std::snprintf(text, sizeof text, "%02x:%02x:%02x:%02x:%02x:%02x", o[0], o[1], o[2], o[3], o[4],
                  o[5]);
    return text;
}
std::string to_string(const Ipv4Addr& address) { return print_with_libc(AF_INET, address); }
std::string to_string(const Ipv6Addr& address) { return print_with_libc(AF_INET6, address); }
std::string to_string(const Ipv4Prefix& prefix) {
    return to_string(prefix.address) + "/" + std::to_string(prefix.length);
}
std::string to_string(const Ipv6Prefix& prefix) {
    return to_string(prefix.address) + "/" + std::to_string(prefix.length);
}

Ipv6Addr solicited_node(const Ipv6Addr& address) {
    Ipv6Addr group{{0xff, 0x02, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0xff}};
    for (std::size_t i = 13; i < 16; ++i) group.octets[i] = address.octets[i];
    return group;
}
MacAddr multicast_mac(const Ipv6Addr& group) {
    return {{0x33, 0x33, group.octets[12], group.octets[13], group.octets[14], group.octets[15]}};
}
Ipv6Addr link_local_address(const MacAddr& mac) {
    const auto& m = mac.octets;
    return {{0xfe, 0x80, 0, 0, 0, 0, 0, 0, static_cast<std::uint8_t>(m[0] ^ 2), m[1], m[2], 0xff,
             0xfe, m[3], m[4], m[5]}};
}

}  // namespace weir
