// Whether every slice can have what it is guaranteed.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "dataplane/config/buffers.hpp"
#include "dataplane/config/quantity.hpp"
#include "dataplane/config/sections.hpp"

namespace weir {
namespace {

constexpr std::uint32_t whole = 1'000'000;  // 100% in millionths

KeyPath place_of(const Parsing& p, std::size_t slice) {
    return slice_place(p, static_cast<SliceId>(slice));
}

const SliceConfig& slice_at(const Parsing& p, std::size_t i) {
    return p.config.slices[static_cast<SliceId>(i)];
}

void check_sum(Parsing& p) {
    std::uint64_t sum = 0;
    for (std::size_t i = 0; i < p.config.slices.size(); ++i) {
        const SliceConfig& slice = slice_at(p, i);
        const KeyPath at = place_of(p, i);
        if (!p.report.clean(at)) continue;
        const auto* share = std::get_if<Share>(&slice.guarantee);
        const auto* share_limit = std::get_if<Share>(&slice.limit);
        const auto* rate = std::get_if<BitsPerSecond>(&slice.guarantee);
        const auto* rate_limit = std::get_if<BitsPerSecond>(&slice.limit);
        if ((share && share_limit && share->millionths > share_limit->millionths) ||
            (rate && rate_limit && *rate > *rate_limit))
            p.report.error(at / "guarantee",
                           fmt::format("{} is above the limit {} of the same slice; lower it or "
                                       "raise the limit",
                                       to_string(slice.guarantee), to_string(slice.limit)));
        if (share == nullptr || share->millionths == 0) continue;
        const bool fitted = sum <= whole;
        sum += share->millionths;
        if (fitted && sum > whole)
            p.report.error(at / "guarantee",
                           fmt::format("brings what is guaranteed to {} of a port; all slices "
                                       "together may have 100%",
                                       to_string(Share{static_cast<std::uint32_t>(sum)})));
    }
}

// What `value` comes to on a port, where it is more than `room`.
std::optional<BitsPerSecond> above(const RateOrShare& value, const PortConfig& port,
                                   BitsPerSecond room) {
    const auto* absolute = std::get_if<BitsPerSecond>(&value);
    const BitsPerSecond rate = absolute != nullptr ? *absolute : *rate_on(value, port);
    return rate > room ? std::optional{rate} : std::nullopt;
}

// Shares among each other are compared above: here it takes a guarantee in bit/s, and so a port
// whose rate is known. `refused`: slices that had their error.
void check_guarantees(Parsing& p, const PortConfig& port, std::set<std::size_t>& refused) {
    BitsPerSecond sum{0};
    bool absolute = false;
    for (std::size_t i = 0; i < p.config.slices.size(); ++i) {
        const SliceConfig& slice = slice_at(p, i);
        if (refused.contains(i) || !p.report.clean(place_of(p, i))) continue;
        const bool here = std::holds_alternative<BitsPerSecond>(slice.guarantee);
        absolute |= here && slice.guarantee != RateOrShare{BitsPerSecond{0}};
        const BitsPerSecond left = *port.rate - sum;
        const auto rate = above(slice.guarantee, port, left);
        if (absolute && rate) {
            refused.insert(i);
            p.report.error(
                place_of(p, i) / "guarantee",
                fmt::format("{} is {} above what port {} of {} has left, {} being guaranteed to "
                            "other slices; lower it, or write a share of the port, like \"40%\"",
                            to_string(*rate), to_string(*rate - left), port.name,
                            to_string(*port.rate), to_string(sum)));
            continue;
        }
        sum += std::min(*rate_on(slice.guarantee, port), left);
        if (here == std::holds_alternative<BitsPerSecond>(slice.limit)) continue;  // compared above
        const BitsPerSecond limit = *rate_on(slice.limit, port);
        if (const auto beyond = above(slice.guarantee, port, limit)) {
            refused.insert(i);
            p.report.error(place_of(p, i) / "guarantee",
                           fmt::format("{} of port {} is above the limit {} of the same slice; "
                                       "lower it or raise the limit",
                                       to_string(*beyond), port.name, to_string(limit)));
        }
    }
}

// The slowest port first: what fits there fits the others too.
void check_guarantees(Parsing& p) {
    std::vector<const PortConfig*> ports;
    for (std::size_t i = 0; i < p.config.ports.size(); ++i)
        if (const auto id = static_cast<PortId>(i);
            p.config.ports[id].rate && p.report.clean(KeyPath{"port"}[i]))
            ports.push_back(&p.config.ports[id]);
    std::ranges::stable_sort(ports, {}, &PortConfig::rate);
    std::set<std::size_t> refused;
    for (const PortConfig* port : ports) check_guarantees(p, *port, refused);
}

}  // namespace

void check_shares(Parsing& p) {
    check_sum(p);
    check_guarantees(p);
}

}  // namespace weir
