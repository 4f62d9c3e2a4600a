#pragma once
// Cycles of a directed graph: what can wait for itself. Knows nothing of networks.
#include <cstddef>
#include <vector>

namespace weir::sim {

struct Arc {
    std::size_t from = 0, to = 0;  // vertices
};

// Cycles no two of which share an arc, each as the arcs (by position) that one walks, the last of
// which leads to where the first begins. Without the arcs of all of them nothing goes in a circle;
// none: nothing does. The first is as short as any, and each a shortest of what those before it
// left. Ends after `most`.
std::vector<std::vector<std::size_t>> disjoint_cycles(std::size_t vertices,
                                                      const std::vector<Arc>& arcs,
                                                      std::size_t most);

}  // namespace weir::sim
