#include "tools/gen/size_mix.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <numeric>
#include <optional>
#include <string>

#include "dataplane/base/error.hpp"

namespace weir {
namespace {

constexpr std::size_t max_sizes = 64;
constexpr unsigned max_weights = 4096;  // together: the length of the pattern

[[noreturn]] void refuse(std::string_view text, const std::string& why) {
    throw Error{ExitCode::usage,
                fmt::format("--size {}: {}; write e.g. 64, 64:7,590:4,1514:1 or imix", text, why)};
}

std::optional<unsigned> number(std::string_view text) {
    unsigned value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size()) return {};
    return value;
}

}  // namespace

SizeMix::SizeMix(std::string_view text, std::size_t least) {
    const std::string imix = fmt::format("{}:7,590:4,1514:1", std::max<std::size_t>(54, least));
    std::string_view rest = text == "imix" ? std::string_view{imix} : text;
    std::vector<unsigned> weights;
    for (bool more = true; more;) {
        const std::size_t comma = rest.find(',');
        const std::string_view item = rest.substr(0, comma);
        more = comma != std::string_view::npos;
        if (more) rest.remove_prefix(comma + 1);
        const std::size_t colon = item.find(':');
        const auto size = number(item.substr(0, colon));
        const auto weight =
            colon == std::string_view::npos ? std::optional{1U} : number(item.substr(colon + 1));
        if (!size || !weight) refuse(text, fmt::format("\"{}\" is not a size", item));
        if (*size < least || *size > 65'535)
            refuse(text, fmt::format("{} bytes is not between {} (headers and stamp) and 65535",
                                     *size, least));
        if (*weight == 0 || *weight > max_weights) refuse(text, "weights go from 1 to 4096");
        sizes_.push_back(static_cast<std::uint16_t>(*size));
        weights.push_back(*weight);
    }
    const unsigned total = std::accumulate(weights.begin(), weights.end(), 0U);
    if (sizes_.size() > max_sizes || total > max_weights)
        refuse(text, "more than 64 sizes, or weights beyond 4096 together");
    std::vector<int> credit(weights.size(), 0);
    for (unsigned i = 0; i < total; ++i) {
        for (std::size_t k = 0; k < credit.size(); ++k) credit[k] += static_cast<int>(weights[k]);
        const auto best = std::max_element(credit.begin(), credit.end());
        *best -= static_cast<int>(total);
        pattern_.push_back(static_cast<std::uint8_t>(best - credit.begin()));
    }
}

}  // namespace weir
