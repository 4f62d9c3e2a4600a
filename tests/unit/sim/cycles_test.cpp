// Of the algorithm alone: what it names is a cycle, and without what it names there is none; beside
// a judge that knows nothing but who reaches whom.
#include "tools/sim/check/cycles.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <set>

namespace weir::sim {
namespace {

// Warshall: some vertex reaches itself.
bool goes_in_a_circle(std::size_t vertices, const std::vector<Arc>& arcs) {
    std::vector<std::vector<bool>> reaches(vertices, std::vector<bool>(vertices));
    for (const Arc& arc : arcs) reaches[arc.from][arc.to] = true;
    for (std::size_t over = 0; over < vertices; ++over)
        for (std::size_t a = 0; a < vertices; ++a)
            for (std::size_t b = 0; b < vertices; ++b)
                if (reaches[a][over] && reaches[over][b]) reaches[a][b] = true;
    for (std::size_t v = 0; v < vertices; ++v)
        if (reaches[v][v]) return true;
    return false;
}

RC_GTEST_PROP(Cycles, AreCyclesShareNoArcAndLeaveNone, ()) {
    const auto vertices = *rc::gen::inRange<std::size_t>(1, 12);
    const auto ends = *rc::gen::container<std::vector<std::pair<std::size_t, std::size_t>>>(
        rc::gen::pair(rc::gen::inRange<std::size_t>(0, vertices),
                      rc::gen::inRange<std::size_t>(0, vertices)));
    std::vector<Arc> arcs;
    const bool forward = *rc::gen::arbitrary<bool>();  // else hardly any is acyclic
    for (const auto& [a, b] : ends)
        if (!forward)
            arcs.push_back({a, b});
        else if (a != b)
            arcs.push_back({std::min(a, b), std::max(a, b)});
    const auto cycles = disjoint_cycles(vertices, arcs, 1'000);
    RC_CLASSIFY(cycles.empty(), "acyclic");
    RC_ASSERT(cycles.empty() == !goes_in_a_circle(vertices, arcs));
    std::set<std::size_t> used;
    std::size_t length = 0;
    for (const auto& cycle : cycles) {
        RC_ASSERT(!cycle.empty());
        RC_ASSERT(cycle.size() >= length);
        length = cycle.size();
        std::set<std::size_t> passed;
        for (std::size_t i = 0; i < cycle.size(); ++i) {
            RC_ASSERT(used.insert(cycle[i]).second);
            RC_ASSERT(passed.insert(arcs[cycle[i]].from).second);
            RC_ASSERT(arcs[cycle[i]].to == arcs[cycle[(i + 1) % cycle.size()]].from);
        }
    }
    std::vector<Arc> left;
    for (std::size_t i = 0; i < arcs.size(); ++i)
        if (!used.contains(i)) left.push_back(arcs[i]);
    RC_ASSERT(!goes_in_a_circle(vertices, left));
}

TEST(Cycles, TheShortestComesFirstAndTheyEndAfterSoMany) {
    // A ring of three, one of two and one of one.
    const std::vector<Arc> arcs{{0, 1}, {1, 2}, {2, 0}, {3, 4}, {4, 3}, {5, 5}};
    using All = std::vector<std::vector<std::size_t>>;
    EXPECT_EQ(disjoint_cycles(6, arcs, 10), (All{{5}, {3, 4}, {0, 1, 2}}));
    EXPECT_EQ(disjoint_cycles(6, arcs, 2), (All{{5}, {3, 4}}));
    EXPECT_EQ(disjoint_cycles(6, {{0, 1}, {1, 2}, {0, 2}}, 10), All{});
    EXPECT_EQ(disjoint_cycles(0, {}, 10), All{});
}

}  // namespace
}  // namespace weir::sim
