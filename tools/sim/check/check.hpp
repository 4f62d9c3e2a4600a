#pragma once
// `weir-sim check`: whether the gates of a network can wait for each other for ever.
#include <string>
#include <vector>

#include "tools/sim/check/turns.hpp"

namespace weir::sim {

struct CheckOptions {
    std::vector<std::string> files;  // of weir, one for each node
    bool json = false;
};
// A cycle as turns of a slice.
std::vector<std::vector<std::size_t>> cycles_of(const SliceTurns& slice);
// 0: no slice has a cycle, and the files say all; 1: one has, or they do not; 3: the files are
// wrong, or no network.
int check_network(const CheckOptions& options);

}  // namespace weir::sim
