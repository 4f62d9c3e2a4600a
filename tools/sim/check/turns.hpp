#pragma once
// For each lossless slice the directed links between peers, and the turns: link after link that any
// policy or route makes a packet take. A node that has no room for what comes by the first, because
// the gate of the second is closed, closes the gate of the first: a cycle of turns can wait for
// itself (docs/backpressure.md, Deadlock).
#include <compare>
#include <cstdint>
#include <string>
#include <vector>

#include "tools/sim/check/cycles.hpp"
#include "tools/sim/check/network.hpp"

namespace weir::sim {

struct PeerLink {
    std::size_t node = 0;  // sends
    PortId port{};
    std::size_t to = 0;
    auto operator<=>(const PeerLink&) const = default;
};
struct Turn {
    Arc links;                    // of SliceTurns::links
    std::vector<std::string> by;  // "policy to-c of edge-a, path 0"; the first few
};
// Why the files do not say all.
struct Unproven {
    std::string file, key, text;
    auto operator<=>(const Unproven&) const = default;
};
struct SliceTurns {
    std::uint32_t id = 0;
    std::string name;  // at the first node that has it
    std::vector<PeerLink> links;
    std::vector<Turn> turns;
    std::vector<Unproven> unproven;
};
// By id. A slice is the same at two nodes if its id is, as on the wire.
std::vector<SliceTurns> turns_of(const Network& network);

}  // namespace weir::sim
