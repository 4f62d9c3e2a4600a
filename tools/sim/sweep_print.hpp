#pragma once
// A sweep on the command line.
#include <algorithm>
#include <string>
#include <thread>

namespace weir::sim {

struct SweepOptions {
    std::string file;
    std::string into;  // folder of results; empty: beside the file, its name with .points
    std::string csv;   // file; empty: none
    unsigned jobs = std::max(1U, std::thread::hardware_concurrency());
    bool json = false;
};
// 0: nothing of a lossless slice was dropped at any point; 1: something was.
int print_sweep(const SweepOptions& options);

}  // namespace weir::sim
