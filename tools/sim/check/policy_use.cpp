#include "tools/sim/check/policy_use.hpp"

#include <algorithm>

namespace weir::sim {
namespace {

// Whether a rule's slice is what its packets get: nothing that is asked before names another.
bool decides(const Config& config, const SteerConfig& rule) {
    for (const SliceSource source : config.node.classify) {
        if (source == SliceSource::steer) return true;
        // What lies in the outer header is believed of the domain only.
        const bool lan = source == SliceSource::pcp || source == SliceSource::port;
        const bool wan = rule.port && config.ports[*rule.port].role == Role::wan;
        if (source != SliceSource::sid && (lan || wan)) return false;
    }
    return false;
}

}  // namespace

bool PolicyUse::carries(std::uint32_t slice) const {
    return any_slice || std::ranges::find(slices, slice) != slices.end();
}

PolicyUse use_of(const Config& config, PolicyId policy) {
    PolicyUse use;
    for (const SteerConfig& rule : config.steer) {
        if (rule.policy != policy) continue;
        use.to.push_back(rule.to);
        if (rule.slice && decides(config, rule))
            use.slices.push_back(config.slices[*rule.slice].id);
        else
            use.any_slice = true;
    }
    for (const RouteConfig& route : config.routes) {
        if (route.policy != policy) continue;
        use.to.push_back(route.to);
        use.any_slice = true;
    }
    // Nobody uses it yet: a reload may, for anything.
    if (use.to.empty()) {
        use.any_slice = true;
        use.to = {Ipv4Prefix{}, Ipv6Prefix{}};
    }
    return use;
}

}  // namespace weir::sim
