// The sender's side: what it obeys, for how long, and when it asks and tells.
#include "pfc/gate.hpp"

#include <gtest/gtest.h>

#include <map>

namespace weir {
namespace {

using namespace std::chrono_literals;

constexpr Nanos round_trip = 4ms;

class GateTest : public testing::Test {
protected:
    SliceRecord state(std::uint32_t version, std::uint64_t limit, bool xoff = false) {
        return {.version = version, .xoff = xoff, .limit = limit, .lease = 1ms};
    }
    // By bucket, what changed.
    std::map<std::uint16_t, BitsPerSecond> changes(Instant now) {
        std::map<std::uint16_t, BitsPerSecond> all;
        gate.changed_caps(now, [&](std::uint16_t bucket, BitsPerSecond rate) {
            EXPECT_FALSE(all.contains(bucket));
            all[bucket] = rate;
        });
        return all;
    }
    Instant at{1s};
    Gate gate{8, round_trip, at};
};

TEST_F(GateTest, NothingMayLeaveBeforeThePeerHasSaidHowMuch) {
    EXPECT_EQ(gate.limit(), 0U);
    EXPECT_TRUE(gate.mark_due(at));  // so that it can
    gate.on_state(state(1, 5'000), at);
    EXPECT_EQ(gate.limit(), 5'000U);
    gate.restart(at);
    EXPECT_EQ(gate.limit(), 0U);
}

TEST_F(GateTest, OlderStatesChangeNothingAlsoWhereVersionsGoRound) {
    EXPECT_TRUE(gate.on_state(state(0xfffffffe, 100), at));
    EXPECT_TRUE(gate.on_state(state(1, 200), at));
    EXPECT_FALSE(gate.on_state(state(0xffffffff, 300), at));
    EXPECT_EQ(gate.limit(), 200U);
    // A smaller limit is a limit: a buffer may have been made smaller.
    EXPECT_TRUE(gate.on_state(state(2, 50), at));
    EXPECT_EQ(gate.limit(), 50U);
}

TEST_F(GateTest, AnXoffHoldsForItsLease) {
    gate.on_state(state(1, 100, true), at);
    EXPECT_TRUE(gate.shut(at + (1ms - 1ns)));
    EXPECT_EQ(gate.wake_at(at), at + 1ms);
    EXPECT_FALSE(gate.shut(at + 1ms));
    EXPECT_EQ(gate.limit(), 100U);  // the law has none
    gate.on_state(state(2, 100, true), at + 2ms);
    gate.on_state(state(3, 100, false), at + 2ms);
    EXPECT_FALSE(gate.shut(at + 2ms));
}

TEST_F(GateTest, ACapHoldsUntilItIsOpenedOrItsLeaseIsOver) {
    gate.on_state(state(1, 100), at);
    const FlowCap first[] = {{2, BitsPerSecond{1'000}}, {5, BitsPerSecond{0}}, {99, {}}};
    gate.on_caps(1, first, at);
    EXPECT_EQ(changes(at), (std::map<std::uint16_t, BitsPerSecond>{{2, BitsPerSecond{1'000}},
                                                                   {5, BitsPerSecond{0}}}));
    EXPECT_TRUE(changes(at).empty());
    const FlowCap open[] = {{5, unlimited_rate}};
    gate.on_caps(3, open, at + 500us);
    EXPECT_EQ(changes(at + 500us).at(5), unlimited_rate);
    const FlowCap late[] = {{2, BitsPerSecond{7}}};  // of a STATE before the one that named it
    gate.on_caps(0, late, at + 600us);
    EXPECT_TRUE(changes(at + 600us).empty());
    EXPECT_EQ(changes(at + 1ms), (std::map<std::uint16_t, BitsPerSecond>{{2, unlimited_rate}}));
}

TEST_F(GateTest, WhatWasSentIsToldUntilItIsSettled) {
    gate.marked(at);
    gate.on_state(state(1, 10'000), at);
    gate.update(3'000, false, at);
    EXPECT_FALSE(gate.mark_due(at + (4ms - 1ns)));
    EXPECT_TRUE(gate.mark_due(at + 4ms));  // a round trip, a millisecond at least
    gate.marked(at + 4ms);
    SliceRecord settled = state(2, 10'000);
    settled.settled = 3'000;
    gate.on_state(settled, at + 5ms);
    gate.update(3'000, false, at + 5ms);
    EXPECT_FALSE(gate.mark_due(at + 1h));
    gate.update(4'000, true, at + 6ms);  // also where it is blocked
    EXPECT_TRUE(gate.mark_due(at + 10ms));
}

TEST_F(GateTest, WhoIsBlockedAsksEachRoundTrip) {
    gate.update(0, true, at);
    EXPECT_FALSE(gate.solicit_due(at));
    EXPECT_TRUE(gate.solicit_due(at + 4ms));
    gate.solicited(at + 4ms);
    EXPECT_FALSE(gate.solicit_due(at + 5ms));
    EXPECT_TRUE(gate.solicit_due(at + 8ms));
    gate.update(0, false, at + 8ms);
    EXPECT_FALSE(gate.solicit_due(at + 1h));
}

}  // namespace
}  // namespace weir
