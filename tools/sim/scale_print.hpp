#pragma once
// What the large network took, as text and JSON.
#include "tools/sim/scale.hpp"

namespace weir::sim {

// 0: nothing was lost, and gates closed; 1: not.
int print_scale(const ScaleOptions& options);

}  // namespace weir::sim
