// TOML values to types.
#include <fmt/format.h>

#include "dataplane/config/quantity.hpp"
#include "dataplane/config/section.hpp"

namespace weir {
namespace {

std::string_view kind_of(const toml::node& node) {
    switch (node.type()) {
        case toml::node_type::none:
            return "nothing";
        case toml::node_type::table:
            return "a table";
        case toml::node_type::array:
            return "a list";
        case toml::node_type::string:
            return "text";
        case toml::node_type::integer:
            return "a number";
        case toml::node_type::floating_point:
            return "a decimal number";
        case toml::node_type::boolean:
            return "true or false";
        case toml::node_type::date:
        case toml::node_type::time:
        case toml::node_type::date_time:
            return "a date or time";
    }
    return "something else";
}

template <class T>
std::uint64_t base_units(const T& quantity) {
    if constexpr (std::is_same_v<T, Nanos>)
        return static_cast<std::uint64_t>(quantity.count());
    else
        return quantity.count();
}

template <class T>
bool take(const Value& value, const std::string& text, const Reading<T>& reading, T& out) {
    if (const auto* wrong = std::get_if<Wrong>(&reading))
        return value.wrong(in_quotes(text) + " " + wrong->text);
    const T& made = std::get<T>(reading);
    if constexpr (!std::is_same_v<T, RateOrShare>) {
        const KeyType& type = value.key.type;
        const std::uint64_t number = base_units(made);
        if (number < static_cast<std::uint64_t>(type.min) ||
            (type.max != 0 && number > static_cast<std::uint64_t>(type.max)))
            return value.wrong(fmt::format("{} is out of range: {}", in_quotes(text), type.text));
    }
    out = made;
    return true;
}

template <class T, class Parse>
bool quantity(const Value& value, T& out, Parse parse, std::string_view example) {
    if (value.node.is_number())
        return value.wrong(fmt::format("needs quotes and a unit; write it like \"{}\"", example));
    const std::string* text = value.text();
    return text != nullptr && take<T>(value, *text, parse(*text), out);
}

template <class Prefix>
bool is_network(const Value& value, const Prefix& prefix) {
    using Address = decltype(prefix.address);
    const Prefix network{Address::from_bits(prefix.address.bits() & prefix.mask()), prefix.length};
    if (network.address == prefix.address) return true;
    return value.wrong(fmt::format("{} has bits set behind its length; write \"{}\"",
                                   to_string(prefix), to_string(network)));
}

}  // namespace

bool Value::wrong_type() const {
    const bool element = at.steps().back().element();
    return wrong(element ? fmt::format("found {} in a {}", kind_of(node), key.type.text)
                         : fmt::format("expected {}, found {}", key.type.text, kind_of(node)));
}

const std::string* Value::text() const {
    if (const auto* string = node.as_string()) return &string->get();
    wrong_type();
    return nullptr;
}

bool Value::integer(std::int64_t& out) const {
    const auto* number = node.as_integer();
    if (number == nullptr) return wrong_type();
    if (number->get() < key.type.min || number->get() > key.type.max)
        return wrong(
            fmt::format("{} is out of range {}..{}", number->get(), key.type.min, key.type.max));
    out = number->get();
    return true;
}

bool convert(const Value& value, bool& out) {
    const auto* flag = value.node.as_boolean();
    if (flag == nullptr) return value.wrong_type();
    out = flag->get();
    return true;
}

bool convert(const Value& value, std::string& out) {
    const std::string* text = value.text();
    if (text == nullptr) return false;
    out = *text;
    return true;
}

bool convert(const Value& value, BitsPerSecond& out) {
    return quantity(value, out, parse_rate, "40G");
}
bool convert(const Value& value, Bytes& out) { return quantity(value, out, parse_size, "12.5MB"); }
bool convert(const Value& value, PacketsPerSecond& out) {
    return quantity(value, out, parse_packet_rate, "1000pps");
}
bool convert(const Value& value, Nanos& out) {
    const bool distance = value.key.type.text.starts_with("distance");
    return quantity(value, out, distance ? parse_distance : parse_time,
                    distance ? "100km" : "50us");
}
bool convert(const Value& value, RateOrShare& out) {
    return quantity(value, out, parse_rate_or_share, "40%");
}

bool convert(const Value& value, Ipv6Addr& out) {
    const std::string* text = value.text();
    if (text == nullptr) return false;
    const auto address = parse_ipv6(*text);
    if (!address) return value.wrong(in_quotes(*text) + " is not an IPv6 address");
    if (address->multicast() || address->unspecified() || address->loopback() ||
        is_mapped(*address))
        return value.wrong(in_quotes(*text) +
                           " is not the address of a node: it is multicast, "
                           "unspecified, loopback or IPv4-mapped");
    out = *address;
    return true;
}

bool convert(const Value& value, std::variant<Ipv4Addr, Ipv6Addr>& out) {
    const std::string* text = value.text();
    if (text == nullptr) return false;
    if (text->find(':') != std::string::npos) {
        Ipv6Addr v6{};
        if (!convert(value, v6)) return false;
        out = v6;
        return true;
    }
    const auto v4 = parse_ipv4(*text);
    if (!v4) return value.wrong(in_quotes(*text) + " is neither an IPv4 nor an IPv6 address");
    if (v4->octets[0] == 0 || v4->octets[0] == 127 || v4->octets[0] >= 224)
        return value.wrong(in_quotes(*text) +
                           " is not the address of a node: it is in 0.0.0.0/8, "
                           "127.0.0.0/8 or 224.0.0.0/3");
    out = *v4;
    return true;
}

bool convert(const Value& value, Ipv6Prefix& out) {
    const std::string* text = value.text();
    if (text == nullptr) return false;
    const auto prefix = parse_ipv6_prefix(*text);
    if (!prefix)
        return value.wrong(in_quotes(*text) +
                           " is not an IPv6 prefix; write it like "
                           "\"fc00:a::/32\"");
    if (!is_network(value, *prefix)) return false;
    out = *prefix;
    return true;
}

bool convert(const Value& value, std::variant<Ipv4Prefix, Ipv6Prefix>& out) {
    const std::string* text = value.text();
    if (text == nullptr) return false;
    if (const auto v4 = parse_ipv4_prefix(*text)) {
        out = *v4;
        return is_network(value, *v4);
    }
    if (const auto v6 = parse_ipv6_prefix(*text)) {
        out = *v6;
        return is_network(value, *v6);
    }
    return value.wrong(in_quotes(*text) +
                       " is not a prefix; write it like \"10.2.0.0/16\" or "
                       "\"fd00:2::/48\"");
}

}  // namespace weir
