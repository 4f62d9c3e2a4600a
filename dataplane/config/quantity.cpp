#include "dataplane/config/quantity.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "dataplane/config/suggest.hpp"

namespace weir {
namespace {

using Wide = unsigned __int128;

struct Unit {
    std::string_view name;
    std::uint64_t factor;
};
constexpr std::uint64_t kilo = 1000, mega = kilo * kilo, giga = mega * kilo, tera = giga * kilo;
constexpr Unit rate_units[] = {{"bps", 1}, {"k", kilo}, {"M", mega}, {"G", giga}, {"T", tera}};
constexpr Unit size_units[] = {
    {"B", 1},     {"kB", kilo},        {"KiB", 1ULL << 10}, {"MB", mega},       {"MiB", 1ULL << 20},
    {"GB", giga}, {"GiB", 1ULL << 30}, {"TB", tera},        {"TiB", 1ULL << 40}};
constexpr Unit packet_rate_units[] = {{"pps", 1}, {"kpps", kilo}, {"Mpps", mega}, {"Gpps", giga}};
constexpr Unit time_units[] = {{"ns", 1}, {"us", kilo}, {"ms", mega}, {"s", giga}};
constexpr Unit distance_units[] = {{"ns", 1},   {"us", kilo}, {"ms", mega},
                                   {"s", giga}, {"m", 5},     {"km", 5000}};
constexpr Unit share_units[] = {{"%", 10'000}};

struct Kind {
    std::span<const Unit> units;
    std::string_view example;
    std::string_view base;  // what the number counts
    std::uint64_t largest;
};
// Half the range of 64 bits: sums and differences of two such numbers still fit.
constexpr std::uint64_t plenty = std::numeric_limits<std::int64_t>::max() / 2;
constexpr Kind rate{rate_units, "40G", "bit/s", plenty};
constexpr Kind size{size_units, "12.5MB", "bytes", plenty};
constexpr Kind packet_rate{packet_rate_units, "1000pps", "packets/s", plenty};
constexpr Kind time{time_units, "50us", "nanoseconds", plenty};
constexpr Kind distance{distance_units, "100km", "nanoseconds", plenty};
constexpr Kind share{share_units, "40%", "millionths", 1'000'000};

constexpr bool digit(char c) { return c >= '0' && c <= '9'; }

std::string_view take_digits(std::string_view& text) {
    const auto end = std::ranges::find_if_not(text, digit);
    const auto n = static_cast<std::size_t>(end - text.begin());
    const auto digits = text.substr(0, n);
    text.remove_prefix(n);
    return digits;
}

std::string unit_names(const Kind& kind) {
    std::string names;
    for (const Unit& unit : kind.units)
        names += (names.empty() ? "" : " ") + std::string{unit.name};
    return names;
}

Wrong wrong_unit(const Kind& kind, std::string_view unit) {
    if (unit.empty()) return {fmt::format("needs a unit, for example \"{}\"", kind.example)};
    for (const Unit& known : kind.units)  // case alone: "40g"
        if (edit_distance(known.name, unit) == 0)
            return {fmt::format("has unknown unit {}; did you mean \"{}\"?", in_quotes(unit),
                                known.name)};
    return {fmt::format("has unknown unit {}; units are {}", in_quotes(unit), unit_names(kind))};
}

// whole.fraction x factor, exact.
Reading<std::uint64_t> scale(std::string_view whole, std::string_view fraction, const Unit& unit,
                             const Kind& kind) {
    while (!fraction.empty() && fraction.back() == '0') fraction.remove_suffix(1);
    const auto too_large = [&] {
        return Wrong{
            fmt::format("is too large: at most {}{}", kind.largest / unit.factor, unit.name)};
    };
    Wide value = 0;
    for (const char c : whole) {
        value = value * 10 + static_cast<unsigned>(c - '0');
        if (value > kind.largest) return too_large();
    }
    const auto not_whole = [&] {
        return Wrong{fmt::format(
            "is not a whole number of {}: write fewer decimals or a smaller unit", kind.base)};
    };
    if (fraction.size() > 18) return not_whole();
    Wide part = 0, power = 1;
    for (const char c : fraction) {
        part = part * 10 + static_cast<unsigned>(c - '0');
        power *= 10;
    }
    part *= unit.factor;
    if (part % power != 0) return not_whole();
    value = value * unit.factor + part / power;
    if (value > kind.largest) return too_large();
    return static_cast<std::uint64_t>(value);
}

Reading<std::uint64_t> parse(std::string_view text, const Kind& kind) {
    if (text.starts_with('-')) return Wrong{"is negative, which means nothing here"};
    std::string_view rest = text;
    const auto whole = take_digits(rest);
    std::string_view fraction;
    if (rest.starts_with('.')) {
        rest.remove_prefix(1);
        fraction = take_digits(rest);
        if (fraction.empty()) return Wrong{"has no digits behind its point"};
    }
    if (whole.empty())
        return Wrong{
            fmt::format("does not start with a number; write it like \"{}\"", kind.example)};
    for (const Unit& unit : kind.units)
        if (unit.name == rest) return scale(whole, fraction, unit, kind);
    return wrong_unit(kind, rest);
}

template <class T>
Reading<T> as(const Reading<std::uint64_t>& number) {
    if (const auto* wrong = std::get_if<Wrong>(&number)) return *wrong;
    const std::uint64_t value = std::get<std::uint64_t>(number);
    if constexpr (std::is_same_v<T, Nanos>)
        return Nanos{static_cast<std::int64_t>(value)};
    else
        return T{value};
}

std::string print(std::uint64_t value, std::span<const Unit> units) {
    const Unit* best = &units.front();
    for (const Unit& unit : units)
        if (value != 0 && value % unit.factor == 0 && unit.factor > best->factor) best = &unit;
    return fmt::format("{}{}", value / best->factor, best->name);
}

}  // namespace

Reading<BitsPerSecond> parse_rate(std::string_view text) {
    return as<BitsPerSecond>(parse(text, rate));
}
Reading<Bytes> parse_size(std::string_view text) { return as<Bytes>(parse(text, size)); }
Reading<PacketsPerSecond> parse_packet_rate(std::string_view text) {
    return as<PacketsPerSecond>(parse(text, packet_rate));
}
Reading<Nanos> parse_time(std::string_view text) { return as<Nanos>(parse(text, time)); }
Reading<Nanos> parse_distance(std::string_view text) { return as<Nanos>(parse(text, distance)); }

Reading<Share> parse_share(std::string_view text) {
    const auto number = parse(text, share);
    if (const auto* wrong = std::get_if<Wrong>(&number)) return *wrong;
    return Share{static_cast<std::uint32_t>(std::get<std::uint64_t>(number))};
}

Reading<RateOrShare> parse_rate_or_share(std::string_view text) {
    if (text.ends_with('%')) {
        const auto read = parse_share(text);
        if (const auto* wrong = std::get_if<Wrong>(&read)) return *wrong;
        return RateOrShare{std::get<Share>(read)};
    }
    const auto read = parse_rate(text);
    if (const auto* wrong = std::get_if<Wrong>(&read)) return *wrong;
    return RateOrShare{std::get<BitsPerSecond>(read)};
}

std::string to_string(BitsPerSecond value) { return print(value.count(), rate_units); }
std::string to_string(Bytes value) { return print(value.count(), size_units); }
std::string to_string(PacketsPerSecond value) { return print(value.count(), packet_rate_units); }
std::string to_string(Nanos value) {
    return print(static_cast<std::uint64_t>(value.count()), time_units);
}
std::string to_string(Share value) {
    const std::uint32_t part = value.millionths % 10'000;
    std::string text = fmt::format("{}", value.millionths / 10'000);
    if (part != 0) {
        text += fmt::format(".{:04}", part);
        while (text.back() == '0') text.pop_back();
    }
    return text + "%";
}
std::string to_string(const RateOrShare& value) {
    return std::visit([](const auto& it) { return to_string(it); }, value);
}

}  // namespace weir
