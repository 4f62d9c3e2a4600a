// Transports over routers: what lossless slices do for RoCEv2, and what loss does to it.
#include <gtest/gtest.h>

#include "tests/unit/sim/net.hpp"
#include "tools/sim/world.hpp"

namespace weir::sim::test {
namespace {

// Host 2 at router 0, host 3 at router 1; the line between is 10 Gb/s.
Scenario pair(Nanos propagation, bool lossless) {
    Scenario it;
    SliceSetup slice;
    slice.number = SliceNumber{10};
    slice.priority = 3;
    slice.lossless = lossless;
    slice.buckets = 64;
    slice.smallest = Bytes{4'174};
    it.slices = {slice};
    it.nodes = {{"r0", false}, {"r1", false}, {"h0", true}, {"h1", true}};
    for (const auto& [a, b] : {std::pair{0, 1}, std::pair{2, 0}, std::pair{3, 1}}) {
        LineSetup line;
        line.a = static_cast<std::size_t>(a);
        line.b = static_cast<std::size_t>(b);
        line.rate = gigabits(10);
        if (a == 0) line.propagation = propagation;
        it.lines.push_back(line);
    }
    TrafficSetup traffic;
    traffic.from = 2;
    traffic.to = 3;
    traffic.packet = Bytes{4'174};
    traffic.transport = Transport::go_back_n;
    traffic.start = at(1ms);
    it.traffic = {traffic};
    it.duration = 101ms;
    return it;
}

// Payload that arrives, of what the line carries after the first arrival.
double goodput(const Scenario& scenario) {
    const Result result = simulate(scenario);
    const Nanos time = scenario.duration - 1ms - scenario.lines[0].propagation;
    return double(result.traffic[0].bytes) * 8e9 / double(time.count()) / 10e9 * 4'198 / 4'096;
}

TEST(WorldTransport, GoBackNReachesLineRateOver100KilometresWhereNothingIsLost) {
    Scenario scenario = pair(fibre(100), true);
    EXPECT_GT(goodput(scenario), 0.98);
    // And beside four hosts that send at once to the same one, without a loss, its share.

    for (int i = 0; i < 4; ++i) {
        scenario.nodes.push_back({"near", true});
        LineSetup line = scenario.lines[1];
        line.a = scenario.nodes.size() - 1;
        line.b = 1;
        scenario.lines.push_back(line);
        TrafficSetup near = scenario.traffic[0];
        near.from = line.a;
        scenario.traffic.push_back(near);
    }
    const Result result = simulate(scenario);
    EXPECT_EQ(result.dropped, 0U);
    EXPECT_LE(result.peak(), 1.0);
    for (const TrafficResult& one : result.traffic) {
        EXPECT_EQ(one.again, 0U);
        EXPECT_NEAR(double(one.bytes) * 8 / 0.1 / 10e9, 0.2, 0.02);
    }
}

TEST(WorldTransport, GoBackNLosesARoundTripForEachLossOverDistance) {
    Scenario scenario = pair(fibre(100), false);
    scenario.duration = 1'001ms;
    const double in_flight = 1e-3 * 10e9 / 8 / 4'198;  // packets in a round trip: 298
    for (const double loss : {1e-4, 1e-3, 3e-3}) {
        scenario.lines[0].to_b.data.loss = loss;
        EXPECT_NEAR(goodput(scenario) * (1 + loss * in_flight), 1, 0.1) << loss;
    }
}

TEST(WorldTransport, TailDropOfABurstCostsARoundTripAndLosslessSlicesNone) {
    for (const bool lossless : {false, true}) {
        Scenario scenario = pair(fibre(100), lossless);
        scenario.slices[0].lossy_buffer = Bytes{400'000};
        scenario.nodes.push_back({"near", true});
        LineSetup line = scenario.lines[1];
        line.a = 4;
        line.b = 1;
        scenario.lines.push_back(line);
        TrafficSetup burst = scenario.traffic[0];
        burst.from = 4;
        burst.posts = {.message = Bytes{1'000'000}, .period = 10ms};
        burst.transport = Transport::selective;
        scenario.traffic.push_back(burst);
        const Result result = simulate(scenario);
        EXPECT_EQ(result.traffic[0].again == 0, lossless);
        EXPECT_EQ(result.dropped, 0U);
        EXPECT_GE(result.traffic[1].delivered, lossless ? 9U : 1U);
    }
}

TEST(WorldTransport, PlainPfcKeepsNoPacketOverDistanceAndAllOfThemNearby) {
    for (const double kilometres : {0.3, 400.0}) {
        Scenario scenario = pair(fibre(kilometres), true);
        scenario.slices[0].plain_pfc = true;
        scenario.lines[0].told = Nanos{1'500};
        scenario.lines[2].rate = gigabits(1);  // the way out
        const Result result = simulate(scenario);
        EXPECT_EQ(result.dropped == 0, kilometres < 1) << kilometres;
    }
}

TEST(WorldTransport, DcqcnHoldsASenderBelowTheQueueThatIsMarked) {
    Scenario scenario = pair(500ns, false);
    scenario.lines[2].rate = gigabits(1);
    scenario.slices[0].lossy_buffer = Bytes{2'000'000};
    scenario.slices[0].mark_from = Bytes{20'000};
    scenario.slices[0].mark_all = Bytes{80'000};
    scenario.duration = 501ms;
    const std::uint64_t without = simulate(scenario).traffic[0].again;
    scenario.traffic[0].dcqcn = true;
    const TrafficResult with = simulate(scenario).traffic[0];
    EXPECT_LT(with.again, without / 10);
    EXPECT_GT(double(with.bytes) * 8 / 0.5, 0.7e9);
}

TEST(WorldTransport, RefusesAHostWithAndWithoutTransport) {
    Scenario scenario = pair(500ns, true);
    scenario.traffic.push_back(scenario.traffic[0]);
    scenario.traffic[1].transport = Transport::flood;
    EXPECT_THROW(World{scenario}, std::invalid_argument);
}

TEST(WorldTransport, OpenLoopAndTcpShareALine) {
    Scenario scenario = pair(500ns, false);
    scenario.traffic[0].transport = Transport::open_loop;
    scenario.traffic[0].rate = gigabits(4);
    TrafficSetup tcp = scenario.traffic[0];
    tcp.transport = Transport::tcp;
    scenario.traffic.push_back(tcp);
    scenario.slices[0].lossy_buffer = Bytes{400'000};
    const Result result = simulate(scenario);
    EXPECT_NEAR(double(result.traffic[0].bytes) * 8 / 0.1 / 4e9, 4'096.0 / 4'198, 0.02);
    EXPECT_GT(double(result.traffic[1].bytes) * 8 / 0.1, 4.5e9);
}

}  // namespace
}  // namespace weir::sim::test
