#pragma once
// One scenario of a file, run and printed.
#include <string>

namespace weir::sim {

struct RunOptions {
    std::string file;
    std::string csv;    // file for samples of each port and slice; empty: none
    std::string every;  // between samples; empty: a thousandth of the run
    bool json = false;
};
// 0: nothing of a lossless slice was dropped; 1: something was; 2: the file is wrong.
int run_scenario(const RunOptions& options);

}  // namespace weir::sim
