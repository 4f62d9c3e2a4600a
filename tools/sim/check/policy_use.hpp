#pragma once
// What a policy of a node carries: which slices, and where its inner packets go.
#include <cstdint>
#include <vector>

#include "tools/sim/check/network.hpp"

namespace weir::sim {

struct PolicyUse {
    bool any_slice = false;
    std::vector<std::uint32_t> slices;  // by id
    std::vector<Prefix> to;             // inner destinations
    bool carries(std::uint32_t slice) const;
};
PolicyUse use_of(const Config& config, PolicyId policy);

}  // namespace weir::sim
