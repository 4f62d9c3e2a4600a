#include "tools/gen/send_rate.hpp"

#include <fmt/format.h>

#include <array>
#include <utility>

#include "dataplane/base/error.hpp"
#include "dataplane/config/quantity.hpp"

namespace weir {

SendRate parse_send_rate(std::string_view text) {
    SendRate rate{};
    if (text.ends_with("pps")) {
        const auto packets = parse_packet_rate(text);
        if (const auto* value = std::get_if<PacketsPerSecond>(&packets))
            rate = {SendRate::Unit::packets, value->count()};
    } else {
        const auto bits = parse_rate(text);
        if (const auto* value = std::get_if<BitsPerSecond>(&bits))
            rate = {SendRate::Unit::bits, value->count()};
    }
    if (rate.per_second == 0)
        throw Error{ExitCode::usage,
                    fmt::format("--rate {}: not a rate above 0 with its unit; write e.g. 1.5Mpps "
                                "or 10G (bit/s)",
                                text)};
    return rate;
}

std::string grouped(std::uint64_t number) {
    std::string digits = fmt::format("{}", number);
    for (std::size_t at = digits.size(); at > 3;) digits.insert(at -= 3, 1, ',');
    return digits;
}

std::string scaled(double number) {
    constexpr std::array<std::pair<double, std::string_view>, 4> scales{
        {{1e12, "T"}, {1e9, "G"}, {1e6, "M"}, {1e3, "k"}}};
    for (const auto& [factor, letter] : scales)
        if (number >= factor) return fmt::format("{:.4g}{}", number / factor, letter);
    return fmt::format("{:.4g}", number);
}

std::string to_string(const SendRate& rate) {
    return scaled(static_cast<double>(rate.per_second)) +
           (rate.unit == SendRate::Unit::packets ? "pps" : "bit/s");
}

}  // namespace weir
