#pragma once
// The efficiency table as pictures, drawn by gnuplot.
#include <string>
#include <vector>

#include "tools/sim/efficiency.hpp"

namespace weir::sim {

// `folder`/efficiency-WORKLOAD.svg of each workload in `rows`. Throws where gnuplot or the folder
// is missing.
void plot(const std::vector<EfficiencyRow>& rows, const std::string& folder);
// What gnuplot is told of one workload, and where the picture goes.
std::string plot_script(const std::vector<EfficiencyRow>& rows, std::size_t shape,
                        const std::string& file);
std::string plot_name(std::size_t shape);

}  // namespace weir::sim
