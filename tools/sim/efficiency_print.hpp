#pragma once
// The efficiency table as text and JSON.
#include <algorithm>
#include <string>
#include <thread>

namespace weir::sim {

struct EfficiencyOptions {
    std::string only;
    unsigned jobs = std::max(1U, std::thread::hardware_concurrency());
    unsigned phases = 1;
    bool json = false;
    std::string from;   // what --json wrote earlier, instead of simulating
    std::string plots;  // folder; empty: none
};
// 0: every target is met, or as much of it as light allows; 1: not.
int print_efficiency(const EfficiencyOptions& options);

}  // namespace weir::sim
