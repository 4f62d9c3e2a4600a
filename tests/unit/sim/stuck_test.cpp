// A receiver that takes nothing more: the watchdog where its neighbour waits ends it in the time
// stated, at the price of what waits there, and obeys again.
#include <gtest/gtest.h>

#include "tools/sim/scenario_file.hpp"
#include "tools/sim/world.hpp"

namespace weir::sim {
namespace {

using namespace std::chrono_literals;

Scenario stuck(HoldBack control = HoldBack::precise) {
    const auto loaded = load_scenario(SCENARIOS "/stuck.toml");
    if (const auto* errors = std::get_if<ConfigErrors>(&loaded))
        throw std::runtime_error{errors->front().to_string()};
    Scenario made = std::get<Scenario>(loaded);
    for (SliceSetup& slice : made.slices) slice.control = control;
    return made;
}

std::uint64_t dropped_by(const Scenario& scenario, Nanos when) {
    World world{scenario};
    world.run_until(Instant{when});
    return world.result().watchdog;
}

class Stuck : public ::testing::TestWithParam<HoldBack> {};
INSTANTIATE_TEST_SUITE_P(Modes, Stuck,
                         ::testing::Values(HoldBack::precise, HoldBack::pause, HoldBack::credit));

TEST_P(Stuck, IsSeenAfterTwoIntervalsOfWaiting) {
    const Scenario scenario = stuck(GetParam());
    // Stopped at 100 ms; the buffers of 100 km at 300 Mb/s are full within 30 ms more.
    EXPECT_EQ(dropped_by(scenario, 300ms), 0U);
    EXPECT_GT(dropped_by(scenario, 340ms), 0U);
}

TEST_P(Stuck, CostsWhatWaitsAndNothingOfOthers) {
    World world{stuck(GetParam())};
    world.run_until(Instant{1500ms});
    const Result result = world.result();
    EXPECT_EQ(result.deadlocks.watchdog, 1U);  // once, without flapping
    EXPECT_EQ(result.dropped, 0U);             // but by it
    const TrafficResult& compute = result.traffic[0];
    const TrafficResult& other = result.traffic[1];
    EXPECT_GE(other.received + 20, other.sent);  // on their way
    EXPECT_NEAR(other.bits_per_second(), 3e8, 3e6);
    // What was not dropped arrived, or is on its way.
    EXPECT_GE(compute.received + result.watchdog + 20, compute.sent);
    EXPECT_LE(compute.received + result.watchdog, compute.sent);
    EXPECT_GT(result.watchdog, 0U);
}

TEST_P(Stuck, IsObeyedAgainAfterAQuietInterval) {
    // Opened at 1 s: dropped until 1.1 s at the latest, with the round trip and the look.
    const Scenario scenario = stuck(GetParam());
    const std::uint64_t then = dropped_by(scenario, 1120ms);
    EXPECT_EQ(dropped_by(scenario, 1500ms), then);
}

TEST_P(Stuck, WithoutItWaitsAndLosesNothing) {
    Scenario scenario = stuck(GetParam());
    scenario.watchdog = RouterSetup{}.watchdog;
    World world{scenario};
    world.run_until(Instant{1500ms});
    const Result result = world.result();
    EXPECT_EQ(result.watchdog, 0U);
    EXPECT_EQ(result.dropped, 0U);
    EXPECT_GE(result.traffic[0].received + 20, result.traffic[0].sent);
}

}  // namespace
}  // namespace weir::sim
