#pragma once
// The table of exactness as text and JSON.
#include <algorithm>
#include <string>
#include <thread>

namespace weir::sim {

struct ExactnessOptions {
    std::string only;
    unsigned jobs = std::max(1U, std::thread::hardware_concurrency());
    bool json = false;
    bool failures = false;
};
// 0: all cases hold; 1: not.
int print_exactness(const ExactnessOptions& options);

}  // namespace weir::sim
