#pragma once
// Many seeds of torture: how many hold, what they had, and of those that do not how to see it
// again.
#include <algorithm>
#include <cstdint>
#include <string>
#include <thread>
#include <vector>

#include "tools/sim/torture.hpp"

namespace weir::sim {

struct TortureOptions {
    std::uint64_t first = 1, seeds = 200;
    std::vector<std::string> without;
    unsigned jobs = std::max(1U, std::thread::hardware_concurrency());
    Rules rules;
};
// 0: all seeds hold, and they were hard enough to say something; 1: not.
int print_torture(const TortureOptions& options);

}  // namespace weir::sim
