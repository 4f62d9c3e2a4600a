// Rings that wait for themselves: the shipped scenarios, found out and moving again in the time
// stated, at the price stated.
#include <gtest/gtest.h>

#include "tools/sim/scenario_file.hpp"
#include "tools/sim/standstill.hpp"

namespace weir::sim {
namespace {

using namespace std::chrono_literals;

struct Ring {
    int nodes;
    HoldBack control;
};
void PrintTo(const Ring& ring, std::ostream* out) {
    *out << ring.nodes << " nodes, mode " << static_cast<int>(ring.control);
}

Scenario ring_of(const Ring& ring) {
    const auto loaded = load_scenario(SCENARIOS "/ring-" + std::to_string(ring.nodes) + ".toml");
    if (const auto* errors = std::get_if<ConfigErrors>(&loaded))
        throw std::runtime_error{errors->front().to_string()};
    Scenario made = std::get<Scenario>(loaded);
    made.slices[0].control = ring.control;
    return made;
}

struct Ended {
    Result result;
    Nanos longest, of_late;
};
Ended run(const Scenario& scenario) {
    World world{scenario};
    Standstill standstill{world, scenario.slices.size()};
    standstill.run_until(Instant{scenario.duration});
    return {world.result(), standstill.longest(), standstill.of_late(SliceId{0})};
}

// The last one never enters the ring.
void expect_nothing_outside(const Result& result) {
    EXPECT_EQ(result.ejected_outside, 0U);
    EXPECT_GE(result.traffic.back().received + 4, result.traffic.back().sent);  // on their way
    EXPECT_NEAR(result.traffic.back().bits_per_second(), 5e9, 1e7);
}

class Locked : public ::testing::TestWithParam<Ring> {};

TEST_P(Locked, ForEverIfNobodyLooks) {
    Scenario scenario = ring_of(GetParam());
    scenario.breaks_deadlocks = false;
    const Ended ended = run(scenario);
    EXPECT_GT(ended.of_late, 400ms);
    EXPECT_EQ(ended.result.dropped, 0U);
    expect_nothing_outside(ended.result);
}

TEST_P(Locked, MovesAgainInTimeAndLosesOnlyWhatIsEjected) {
    const Scenario scenario = ring_of(GetParam());
    const Ended ended = run(scenario);
    EXPECT_LE(ended.longest, may_stand(scenario));
    EXPECT_GE(ended.result.deadlocks.resolved, 3U);
    EXPECT_EQ(ended.result.dropped, 0U);
    EXPECT_EQ(ended.result.watchdog, 0U);
    // At a time one round trip of 10 km and 10 Gb/s, or down to XON.
    const std::uint64_t most = GetParam().control == HoldBack::credit ? 31 : 45;
    EXPECT_LE(ended.result.ejected, ended.result.deadlocks.resolved * most);
    expect_nothing_outside(ended.result);
}

INSTANTIATE_TEST_SUITE_P(Rings, Locked,
                         ::testing::Values(Ring{3, HoldBack::pause}, Ring{3, HoldBack::credit},
                                           Ring{4, HoldBack::pause}, Ring{4, HoldBack::credit}));

TEST(Rings, PreciseSharesTheLinesAndNobodyWaitsForHimself) {
    const Scenario scenario = ring_of({4, HoldBack::precise});
    const Result result = run(scenario).result;
    EXPECT_EQ(result.deadlocks.proofs, 0U);
    EXPECT_EQ(result.ejected, 0U);
    for (std::size_t i = 0; i + 1 < result.traffic.size(); ++i)
        EXPECT_GE(result.traffic[i].bits_per_second(), 0.99 * 1e10 / 3) << i;
}

}  // namespace
}  // namespace weir::sim
