#pragma once
// The grid of the exactness table: bottlenecks behind 0 to 400 km, in every mode, with messages
// lost, small packets, incast, peers at unequal distance and drains that jump. Each case says what
// must hold: nothing lost in a lossless slice, no buffer above B, the bottleneck used, others
// unharmed.
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "tools/sim/scenario.hpp"
#include "tools/sim/world.hpp"

namespace weir::sim {

struct Case {
    std::string kind, mode;
    double gbps = 100, kilometres = 100;
    unsigned hops = 1;
    double messages_lost = 0;
    Scenario scenario;
    std::size_t bottleneck = 0;           // line whose way to b is the bottleneck
    std::vector<std::size_t> through;     // traffic that leaves by it
    std::optional<std::size_t> innocent;  // traffic that shares only the way there
    double innocent_share = 0;            // of the line: what is fair
    bool even = false;                    // all of `through` get the same
    std::string name() const;
};

struct Figures {
    std::uint64_t lost = 0, reordered = 0;
    double peak = 0;      // of B, the fullest buffer between routers
    double use = 0;       // of what the bottleneck lets through from first arrival to last
    double innocent = 1;  // of its fair share
    double uneven = 0;    // the largest distance from an equal share
    std::uint64_t hops = 0, messages = 0, shut = 0;
    std::string missed;  // what does not hold; empty: all does
};

std::vector<Case> exactness_cases();
Figures judge(const Case& of);

}  // namespace weir::sim
