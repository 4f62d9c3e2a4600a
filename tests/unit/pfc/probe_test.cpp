#include "pfc/probe.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <functional>
#include <numeric>

#include "tests/unit/pfc/probe_world.hpp"

namespace weir {
namespace {

using namespace std::chrono_literals;
using test::ProbeWorld;
using Channels = std::vector<ProbeWorld::Channel>;

std::vector<std::size_t> count_to(std::size_t n) {
    std::vector<std::size_t> all(n);
    std::iota(all.begin(), all.end(), std::size_t{0});
    return all;
}

TEST(Probe, ARingIsOpenedByItsLowestNodeAlone) {
    ProbeWorld three{{7, 3, 9}};
    three.ring({0, 1, 2});
    three.run(39ms);  // 20 RTT are 40 ms
    EXPECT_EQ(three.sent, 0U);
    three.run(10ms);
    EXPECT_EQ(three.resolved, (Channels{{1, 2}}));
    three.run(35ms);
    EXPECT_EQ(three.resolved.size(), 1U);

    ProbeWorld four{{4, 3, 2, 1}};
    four.ring({0, 2, 1, 3});
    four.run(50ms);
    EXPECT_EQ(four.resolved, (Channels{{3, 0}}));
}

// Nothing of what it ejects helped: a new proof, a new action.
TEST(Probe, OncePerProof) {
    ProbeWorld world{{7, 3, 9}};
    world.ring({0, 1, 2});
    world.run(500ms);
    EXPECT_GT(world.resolved.size(), 1U);
    EXPECT_LE(world.resolved.size(), 500U / 40U);
}

TEST(Probe, AWayThatEndsIsNoRing) {
    ProbeWorld world{{1, 2, 3, 4}};
    world.wait(0, 1, 2);
    world.wait(1, 2, 3);
    world.run(2s);
    EXPECT_TRUE(world.resolved.empty());
    EXPECT_GT(world.sent, 0U);
}

TEST(Probe, NothingIsProvedWhereSomethingMoves) {
    ProbeWorld world{{1, 2, 3, 4}};
    world.ring({0, 1, 2});
    world.wait(1, 2, 3);  // some of it can leave that way
    world.held.erase({2, 3});
    world.run(2s);
    EXPECT_TRUE(world.resolved.empty());
}

// Ahead of the probe, or where it comes from. Behind it nobody sees it: a gate there can only have
// been opened from outside, for what it waits at stood still; then the action is one too many.
TEST(Probe, ARingThatOpensWhileTheProbeTravelsIsNone) {
    for (const std::size_t opens : {0U, 2U, 3U}) {
        ProbeWorld world{{1, 2, 3, 4}};
        world.ring({0, 1, 2, 3});
        world.run(42ms);
        ASSERT_GT(world.sent, 0U);
        const ProbeWorld::Channel gate{opens, (opens + 1) % 4};
        world.held.erase(gate);
        world.run(1ms);
        if (opens == 0) world.held.insert(gate);  // shut again, but it moved
        world.run(opens == 0 ? 39ms : 1s);
        EXPECT_TRUE(world.resolved.empty()) << opens;
    }
    ProbeWorld behind{{1, 2, 3, 4}};
    behind.ring({0, 1, 2, 3});
    behind.run(42ms);
    behind.held.erase({1, 2});
    behind.run(1s);
    EXPECT_LE(behind.resolved.size(), 1U);
}

// 0 is in both rings, and no charge goes from one into the other.
TEST(Probe, TwoRingsThatShareANodeAreTwo) {
    ProbeWorld low{{1, 5, 4, 3, 2}};
    low.ring({0, 1, 2});
    low.ring({0, 3, 4});
    low.run(60ms);
    std::ranges::sort(low.resolved);
    EXPECT_EQ(low.resolved, (Channels{{0, 1}, {0, 3}}));

    ProbeWorld high{{9, 5, 4, 3, 2}};
    high.ring({0, 1, 2});
    high.ring({0, 3, 4});
    high.run(60ms);
    std::ranges::sort(high.resolved);
    EXPECT_EQ(high.resolved, (Channels{{2, 0}, {4, 0}}));
}

// All charge changes over at 0: one cycle that comes by it twice, whoever is the lowest.
TEST(Probe, AFigureOfEightIsOneRing) {
    for (const auto& numbers : {std::vector<std::uint64_t>{1, 5, 4, 3, 2}, {9, 5, 4, 3, 2}}) {
        ProbeWorld world{numbers};
        world.wait(0, 1, 2);
        world.wait(1, 2, 0);
        world.wait(2, 0, 3);
        world.wait(0, 3, 4);
        world.wait(3, 4, 0);
        world.wait(4, 0, 1);
        world.run(65ms);
        EXPECT_EQ(world.resolved, numbers[0] == 1 ? (Channels{{0, 1}}) : (Channels{{4, 0}}));
    }
}

// Comes back to its origin, but to charge that waits elsewhere: no proof.
TEST(Probe, BackAtItsOriginIsNotEnough) {
    ProbeWorld world{{1, 2, 3, 4}};
    world.wait(0, 1, 2);
    world.wait(1, 2, 0);
    world.wait(2, 0, 3);  // and not to 1
    world.run(2s);
    EXPECT_TRUE(world.resolved.empty());
}

TEST(Probe, AStrangersCopyOfMineIsStale) {
    Prober prober{NodeNumber{1}, 2, 100};
    const ProbeRecord probe{.origin = NodeNumber{1}, .slice = ProbeWorld::slice, .id = 100};
    const std::array gates{LinkId{0}};
    EXPECT_EQ(prober.receive(probe, LinkId{1}, gates, Instant{1s}).fate, ProbeFate::stale);
}

// It came back by two ways, and the first had a lower node on it.
TEST(Probe, TheFirstThatComesBackDecides) {
    const std::array gates{LinkId{0}};
    for (const bool others_first : {true, false}) {
        Prober prober{NodeNumber{2}, 2, 100};
        static_cast<void>(prober.sample(LinkId{0}, {}, true, 0ns, Instant{1s}));
        ProbeRecord probe = prober.sample(LinkId{0}, {}, true, 0ns, Instant{1020ms}).value();
        if (others_first) probe.lowest = NodeNumber{1};
        EXPECT_EQ(prober.receive(probe, LinkId{1}, gates, Instant{1021ms}).fate,
                  others_first ? ProbeFate::others : ProbeFate::resolve);
        probe.lowest = NodeNumber{2};
        EXPECT_EQ(prober.receive(probe, LinkId{1}, gates, Instant{1022ms}).fate, ProbeFate::stale);
    }
}

TEST(Probe, HopsAndRateAreBounded) {
    Prober prober{NodeNumber{1}, 2, 100};
    const std::array gates{LinkId{0}};
    Instant now{1s};
    const auto hold = [&] { static_cast<void>(prober.sample(LinkId{0}, {}, true, 0ns, now)); };
    hold();
    now = now + 20ms;
    hold();
    ProbeRecord probe{.origin = NodeNumber{2}, .id = 1, .lowest = NodeNumber{2}, .hops = 64};
    EXPECT_EQ(prober.receive(probe, LinkId{1}, gates, now).fate, ProbeFate::too_far);
    probe.hops = 3;
    const auto passed = prober.receive(probe, LinkId{1}, gates, now);
    EXPECT_EQ(passed.fate, ProbeFate::pass);
    EXPECT_EQ(passed.onward.hops, 4);
    EXPECT_EQ(passed.through(LinkId{0}).lowest, NodeNumber{1});
    EXPECT_EQ(prober.receive(probe, LinkId{1}, gates, now).fate, ProbeFate::seen);
    unsigned much = 0;
    for (const Instant end = now + 1s; now < end; now = now + 100us) {
        ++probe.id;
        hold();
        much += prober.receive(probe, LinkId{1}, gates, now).fate == ProbeFate::pass;
    }
    EXPECT_LE(much, 520U);
    EXPECT_GE(much, 450U);
    EXPECT_EQ(prober.receive(probe, LinkId{1}, {}, now).fate, ProbeFate::moving);
}

// Rings of any size and order of numbers, origins that start at any time, copies lost and doubled:
// opened once, by the lowest, and within the time of a few probes.
RC_GTEST_PROP(Probe, LawOfOneActor, ()) {
    const auto size = *rc::gen::inRange<std::size_t>(2, 9);
    const auto numbers =
        *rc::gen::unique<std::vector<std::uint64_t>>(size, rc::gen::inRange<std::uint64_t>(1, 100));
    const auto starts = *rc::gen::container<std::vector<int>>(size, rc::gen::inRange(0, 100));
    const auto fates = *rc::gen::container<std::vector<int>>(
        40, rc::gen::weightedElement<int>({{4, 1}, {3, 0}, {2, 2}}));
    ProbeWorld world{numbers};
    world.ring(count_to(size));
    const auto ring = world.held;
    world.held.clear();
    std::size_t next = 0;
    const auto copies = [&](const ProbeRecord&) { return next < fates.size() ? fates[next++] : 1; };
    const auto resolve = [&](std::size_t node, std::size_t gate) {
        world.resolved.push_back({node, gate});
        world.held.clear();
    };
    for (int ms = 0; ms < 5'000; ++ms) {
        for (std::size_t i = 0; i < size; ++i)
            if (starts[i] == ms) world.held.insert({i, (i + 1) % size});
        world.run(1ms, copies, resolve);
    }
    RC_ASSERT(world.resolved.size() == 1U);
    const auto lowest =
        static_cast<std::size_t>(std::ranges::min_element(numbers) - numbers.begin());
    RC_ASSERT(world.resolved[0] == (ProbeWorld::Channel{lowest, (lowest + 1) % size}));
    RC_ASSERT(world.most_hops <= 2 * size);
    RC_CLASSIFY(std::ranges::count(fates, 0) >= 10, "many lost");
}

bool cyclic(const std::map<ProbeWorld::Channel, std::set<ProbeWorld::Channel>>& edges) {
    std::map<ProbeWorld::Channel, int> state;
    const std::function<bool(const ProbeWorld::Channel&)> walk = [&](const auto& at) {
        if (state[at] != 0) return state[at] == 1;
        state[at] = 1;
        const auto found = edges.find(at);
        if (found != edges.end() && std::ranges::any_of(found->second, walk)) return true;
        state[at] = 2;
        return false;
    };
    return std::ranges::any_of(edges, [&](const auto& it) { return walk(it.first); });
}

// Any tangle of waits: without a cycle nobody acts, with one somebody does, soon; and no number of
// messages grows out of it.
RC_GTEST_PROP(Probe, LawOfAnyTangle, ()) {
    const auto size = *rc::gen::inRange<std::size_t>(3, 8);
    auto numbers = count_to(size);
    for (auto& number : numbers) ++number;
    const auto node = rc::gen::inRange<std::size_t>(0, size);
    const auto waits =
        *rc::gen::container<std::set<std::tuple<std::size_t, std::size_t, std::size_t>>>(
            rc::gen::tuple(node, node, node));
    ProbeWorld world{{numbers.begin(), numbers.end()}};
    std::map<ProbeWorld::Channel, std::set<ProbeWorld::Channel>> edges;
    for (const auto& [from, at, to] : waits) {
        if (from == at || at == to) continue;
        world.wait(from, at, to);
        edges[{from, at}].insert({at, to});
    }
    world.run(45ms + 2s);
    const bool cycle = cyclic(edges);
    RC_ASSERT(cycle == !world.resolved.empty());
    // Each origin asks 50 times in 2 s, and each channel passes each once.
    const std::size_t channels = world.held.size();
    RC_ASSERT(world.sent <= 60 * channels * channels * size);
    RC_CLASSIFY(cycle, "cyclic");
}

}  // namespace
}  // namespace weir
