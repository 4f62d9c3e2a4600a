#pragma once
// How many steps a job makes whose storage and compute are apart: E(d), steps a second at a
// distance over those at none, under the same congestion and with the same buffers, beside what
// light alone allows. Docs: docs/efficiency.md.
#include <string>
#include <vector>

#include "tools/sim/scenario.hpp"
#include "tools/sim/shapes.hpp"

namespace weir::sim {

struct EfficiencyMode {
    std::string name;
    bool lossless = false, plain_pfc = false, congestion = true;
    HoldBack control = HoldBack::precise;
    Transport transport = Transport::go_back_n;
    bool dcqcn = false;  // and marking
    double share = 1;    // of the lines' rate, which the job has for itself
};
std::vector<EfficiencyMode> efficiency_modes();

// A job at a distance, in a mode.
struct EfficiencyRun {
    std::size_t shape = 0, mode = 0;  // of shapes(), efficiency_modes()
    double factor = 1, kilometres = 0;
    double built_for = 0;  // kilometres, that routers size their buffers for
    double phase = 0;      // 0..1 of their period: so much later bursts begin
};
struct EfficiencyFigures {
    Nanos step{0};
    bool finished = true;       // else `step` is from how much of the graph was done
    std::uint64_t dropped = 0;  // packets of the job's slice, by routers
    std::uint64_t again = 0;    // packets of the job that were sent again
    std::uint64_t shut = 0, hops = 0;
    double peak = 0;  // of B
};
EfficiencyFigures measure(const EfficiencyRun& run);
// Where it happens. The job's traffic comes first: to the compute site, to the edge.
Scenario congested(const EfficiencyRun& run);

struct EfficiencyRow {
    EfficiencyRun run;
    EfficiencyFigures near, far;
    double efficiency = 0;  // E(d)
    double light = 0;       // E_max(d)
    double alone = 1;       // E(d) of what congestion leaves of the line, without congestion
    double kept = 0;        // steps a second, of those without congestion at this distance
    double target = 0;      // of E
    std::string limited;    // what light, or the share of the line, allows was reached
    std::string missed;     // else
};
// Of `precise`: the target, or as much of it as light allows, or as a line of the rate that bursts
// leave would allow a job that had it for itself. Of plain tail drop: whether the
// congestion is worth the name.
void judge(EfficiencyRow& row);
// Rows with `only` in their names, on so many threads. Each step time is the mean over so many
// phases of the bursts, even ones.
std::vector<EfficiencyRow> efficiency(const std::string& only, unsigned jobs, unsigned phases);
std::string name_of(const EfficiencyRun& run);

}  // namespace weir::sim
