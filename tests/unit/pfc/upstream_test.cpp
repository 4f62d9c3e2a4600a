// The receiver's side: the limit it hands out, and when it says what.
#include "pfc/upstream.hpp"

#include <gtest/gtest.h>

namespace weir {
namespace {

using namespace std::chrono_literals;

constexpr Nanos round_trip = 3'200us;  // STATE every 50 us while the limit moves, 200 us while used

Upstream::Terms terms(HoldBack control) {
    return {.slice = SliceNumber{10},
            .control = control,
            .buffer = Bytes{100'000},
            .xoff = Bytes{60'000},
            .xon = Bytes{40'000},
            .flows = {.buffer = Bytes{100'000},
                      .largest = Bytes{1'000},
                      .rate = BitsPerSecond{100'000'000},
                      .round_trip = round_trip,
                      .control = round_trip},
            .buckets = 4};
}

class UpstreamTest : public testing::Test {
protected:
    void begin() { mark(0); }
    // And as long as it is held off.
    void mark(std::uint64_t charge) {
        EXPECT_TRUE(pause.on_mark({.charge = charge}, at));
        at = at + round_trip / 8;
        pause.update(at);
    }
    void arrive(std::uint32_t charge) {
        pause.received(charge);
        pause.admitted(0, charge);
        pause.update(at);
    }
    Instant at{1s};
    Upstream pause{terms(HoldBack::pause), at};
};

TEST_F(UpstreamTest, TheLimitIsBufferLessHeldAndWhatWasSentFurther) {
    EXPECT_EQ(pause.limit(), 0U);
    pause.received(500);  // of a session before: held, and in no limit
    pause.admitted(0, 500);
    EXPECT_TRUE(pause.state(at).want_mark);
    begin();
    EXPECT_EQ(pause.limit(), 100'000U - 500);
    arrive(1'500);
    EXPECT_EQ(pause.limit(), 100'000U - 500);  // what was sent is held
    pause.departed(0, 500);
    pause.departed(0, 1'500);
    EXPECT_EQ(pause.limit(), 100'000U + 1'500);
    // 4,000 were sent up to here, 1,500 came: the rest is lost, and its room free again.
    mark(4'000);
    EXPECT_EQ(pause.limit(), 100'000U + 4'000);
    EXPECT_EQ(pause.state(at).settled, 4'000U);
    pause.restart(at);
    EXPECT_EQ(pause.limit(), 0U);
}

TEST_F(UpstreamTest, ASessionBeginsWithAMarkOfNothing) {
    EXPECT_TRUE(pause.on_mark({.charge = 7'000}, at));  // it was on its way before
    EXPECT_EQ(pause.limit(), 0U);
    begin();
    EXPECT_EQ(pause.limit(), 100'000U);
}

TEST_F(UpstreamTest, ASmallerBufferHandsOutLessButNeverBelowNothing) {
    begin();
    arrive(50'000);
    Upstream::Terms less = terms(HoldBack::pause);
    less.buffer = Bytes{10'000};
    pause.set_terms(less, at);
    EXPECT_EQ(pause.limit(), 10'000U);  // 50,000 were sent: nothing may come
    pause.departed(0, 50'000);
    EXPECT_EQ(pause.limit(), 60'000U);
}

TEST_F(UpstreamTest, PauseGoesOnAtXoffAndOffBelowXon) {
    begin();
    arrive(59'999);
    EXPECT_FALSE(pause.xoff());
    arrive(1);
    EXPECT_TRUE(pause.xoff());
    pause.departed(0, 20'000);
    pause.update(at);
    EXPECT_TRUE(pause.xoff()) << "XON is reached, not passed";
    pause.departed(0, 1);
    pause.update(at);
    EXPECT_FALSE(pause.xoff());
}

// A reload changes the mode while somebody waits: what the old one asked for is over, and said.
TEST_F(UpstreamTest, AModeThatIsLeftHoldsNobodyBack) {
    begin();
    arrive(60'000);
    ASSERT_TRUE(pause.xoff());
    pause.state(at);
    pause.set_terms(terms(HoldBack::credit), at);
    pause.update(at);
    EXPECT_FALSE(pause.xoff());
    at = at + 20us;
    EXPECT_TRUE(pause.due(at));
    EXPECT_FALSE(pause.state(at).xoff);
}

TEST_F(UpstreamTest, AStandingBucketIsForgottenWithTheModeThatStoppedIt) {
    pause.set_terms(terms(HoldBack::precise), at);
    begin();
    arrive(60'000);
    const auto pass = [&](Nanos time) {
        for (const Instant end = at + time; at < end; at = at + 50us) pause.update(at);
    };
    pass(2 * round_trip);
    ASSERT_EQ(pause.caps().size(), 1U);
    EXPECT_EQ(pause.caps()[0].rate, BitsPerSecond{0});
    pause.set_terms(terms(HoldBack::credit), at);
    pause.update(at);
    EXPECT_TRUE(pause.caps().empty());
    pause.departed(0, 60'000);
    pause.set_terms(terms(HoldBack::precise), at);
    pass(12 * round_trip);
    EXPECT_TRUE(pause.caps().empty()) << "it holds nothing, and would be stopped for ever";
}

TEST_F(UpstreamTest, AChangeIsSaidAtOnceTwiceMoreAndThenWhileItIsUsed) {
    begin();
    EXPECT_TRUE(pause.due(at));
    pause.state(at);
    arrive(60'000);
    EXPECT_FALSE(pause.due(at + 19us)) << "changes of 20 us share a message";
    at = at + 20us;
    EXPECT_TRUE(pause.due(at));
    EXPECT_TRUE(pause.state(at).xoff);
    std::vector<Nanos> said;
    for (const Instant changed = at; at < changed + 1ms; at = at + 1us) {
        pause.update(at);
        if (!pause.due(at)) continue;
        said.push_back(at - changed);
        pause.state(at);
    }
    // t_resend is RTT / 16 = 200 us: two copies within it; then every RTT / 16.
    ASSERT_GE(said.size(), 4U);
    EXPECT_LE(said[1], 200us);
    for (std::size_t i = 1; i < said.size(); ++i) EXPECT_LE(said[i] - said[i - 1], 200us);
}

TEST_F(UpstreamTest, AMovingLimitIsSaidEverySixtyFourthOfARoundTrip) {
    begin();
    pause.state(at);
    unsigned said = 0;
    const Instant from = at + 1ms;
    for (; at < from + 1ms; at = at + 1us) {
        pause.received(100);
        pause.admitted(0, 100);
        pause.departed(0, 100);
        pause.update(at);
        if (!pause.due(at)) continue;
        pause.state(at);
        said += at >= from ? 1 : 0;
    }
    EXPECT_GE(said, 19U);
    EXPECT_LE(said, 21U);
}

TEST_F(UpstreamTest, WhatIsNotUsedFallsSilentAndWakesNobodyOften) {
    begin();
    arrive(100);
    pause.departed(0, 100);
    unsigned woken = 0;
    for (const Instant end = at + 3s; pause.wake_at() < end; ++woken) {
        at = std::max(at + 1ns, pause.wake_at());
        pause.update(at);
        if (pause.due(at)) pause.state(at);
    }
    EXPECT_LT(woken, 40'000U);
    EXPECT_FALSE(pause.due(at));
}

// The bucket that fills the buffer is capped near its departure rate; the other is not named.
TEST(FlowMeter, CapsWhoFillsTheBuffer) {
    Upstream precise{terms(HoldBack::precise), Instant{1s}};
    precise.on_mark({}, Instant{1s});
    Instant now{1s + round_trip / 8};
    precise.update(now);
    // Bucket 1 is sent 100 bytes each us and leaves by 10; bucket 2 comes and goes.
    std::uint64_t held = 0;
    for (unsigned us = 0; us < 2'000; ++us, now = now + 1us) {
        if (held < 90'000) {
            precise.received(100);
            precise.admitted(1, 100);
            held += 100;
        }
        precise.departed(1, 10);
        held -= 10;
        precise.admitted(2, 10);
        precise.departed(2, 10);
        precise.update(now);
    }
    const auto caps = precise.caps();
    ASSERT_EQ(caps.size(), 1U);
    EXPECT_EQ(caps[0].bucket, 1U);
    // 10 bytes a us are 80 Mb/s: below it, for the bucket holds more than its share.
    EXPECT_LT(caps[0].rate.count(), 80'000'000U);
    EXPECT_FALSE(precise.xoff());
    // It empties, nothing comes: the cap doubles each round trip, and is gone after the eighth.
    precise.departed(1, static_cast<std::uint32_t>(held));
    std::uint64_t before = 0;
    for (unsigned trip = 0; trip < 7; ++trip) {
        for (unsigned i = 0; i < 32; ++i) precise.update(now = now + 100us);
        ASSERT_EQ(precise.caps().size(), 1U);
        EXPECT_GE(precise.caps()[0].rate.count(), before);
        before = precise.caps()[0].rate.count();
    }
    for (unsigned i = 0; i < 64; ++i) precise.update(now = now + 100us);
    ASSERT_EQ(precise.caps().size(), 1U);
    EXPECT_EQ(precise.caps()[0].rate, unlimited_rate) << "that it is open is said";
    for (unsigned i = 0; i < 96; ++i) precise.update(now = now + 100us);
    EXPECT_TRUE(precise.caps().empty());
}

}  // namespace
}  // namespace weir
