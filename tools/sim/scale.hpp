#pragma once
// How large a network fits: 64 nodes in three tiers (40 edges, 16 of aggregation, 8 in the core)
// whose lines are 10 to 100 km long, with three lossless slices in `precise` and more offered to
// some hosts than their line takes. Routes lead up and then down, so no gates wait in a circle.
#include <cstdint>

#include "tools/sim/scenario.hpp"
#include "tools/sim/world.hpp"

namespace weir::sim {

inline constexpr std::size_t scale_edges = 40, scale_aggregation = 16, scale_core = 8;

struct ScaleOptions {
    std::uint32_t flows = 10'000;       // at least 400
    std::int64_t milliseconds = 1'000;  // of virtual time
    // Of each of 40 hosts ten parts.
    std::uint32_t flows_made() const { return flows / 400 * 400; }
    Nanos duration() const { return Nanos{milliseconds * 1'000'000}; }
    bool json = false;
};
Scenario scale_scenario(const ScaleOptions& options);

struct ScaleFigures {
    Result result;
    double seconds = 0;           // of the wall clock
    std::uint64_t wakes = 0;      // of the engine
    std::size_t messages = 0;     // most at one time
    std::uint64_t again = 0;      // packets that hosts sent once more
    std::uint64_t delivered = 0;  // packets to hosts
};
ScaleFigures scale(const ScaleOptions& options);

}  // namespace weir::sim
