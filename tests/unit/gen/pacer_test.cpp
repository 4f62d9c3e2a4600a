#include "tools/gen/pacer.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>

namespace weir {
namespace {

using Wide = unsigned __int128;

rc::Gen<std::uint64_t> any_rate() {
    return rc::gen::element<std::uint64_t>(1, 7, 999, 148'810, 1'000'003, 14'880'952, 333'333'333);
}

constexpr std::uint64_t hertz = 2'445'421'337;  // no round number: rounding would show

// Sends all that is due at each poll.
std::uint64_t drain(Pacer& pacer, std::uint64_t now, std::uint64_t cost) {
    std::uint64_t sent = 0;
    pacer.advance(now);
    while (pacer.take(cost)) ++sent;
    pacer.clip();
    return sent;
}

RC_GTEST_PROP(Pacer, NumberSentIsExactHoweverItIsPolled, ()) {
    const std::uint64_t rate = *any_rate();
    const auto cost = *rc::gen::element<std::uint64_t>(1, 512, 12'304);
    const std::uint64_t start = *rc::gen::inRange<std::uint64_t>(0, 1'000'000'000'000);
    Pacer pacer{rate, hertz, hertz, cost};
    pacer.start(start, cost);
    std::uint64_t now = start;
    std::uint64_t sent = drain(pacer, now, cost);
    // Up to a thousand packets a poll, and never as much as the catch-up limit of a second.
    const auto longest = static_cast<std::uint64_t>(
        std::min<Wide>(hertz - 1, Wide{hertz} * cost * 1'000 / rate + 1));
    for (int polls = *rc::gen::inRange(1, 100); polls != 0; --polls) {
        now += *rc::gen::inRange<std::uint64_t>(0, longest + 1);
        sent += drain(pacer, now, cost);
    }
    // The first at once, then one for each cost / rate seconds that passed.
    RC_ASSERT(sent ==
              1 + static_cast<std::uint64_t>(Wide{rate} * (now - start) / (Wide{cost} * hertz)));
    RC_ASSERT(pacer.forgone() == 0U);
}

TEST(Pacer, MeanRateIsExactOverHoursOfUnevenPolls) {
    for (const std::uint64_t rate : {std::uint64_t{1'000}, std::uint64_t{14'880'952}}) {
        Pacer pacer{rate, hertz, hertz / 100, 1};
        pacer.start(0, 1);
        std::uint64_t now = 0, sent = 0, step = 1;
        const std::uint64_t end = hertz * (rate > 1'000'000 ? 2 : 3'600);
        while (now < end) {
            step = step * 6'364'136'223'846'793'005U + 1'442'695'040'888'963'407U;
            now = std::min(end, now + 1 + (step >> 33U) % (rate > 1'000'000 ? 999 : 9'999'999));
            sent += drain(pacer, now, 1);
        }
        EXPECT_EQ(sent, 1 + static_cast<std::uint64_t>(Wide{rate} * end / hertz));
        EXPECT_EQ(pacer.forgone(), 0U);
    }
}

TEST(Pacer, BitsOfMixedSizesAddUpToTheRate) {
    constexpr std::uint64_t rate = 10'000'000'000;
    constexpr std::uint64_t costs[] = {64 * 8, 590 * 8, 1514 * 8};
    Pacer pacer{rate, hertz, hertz / 100, costs[2]};
    pacer.start(0, costs[0]);
    std::uint64_t bits = 0, next = 0;
    for (std::uint64_t now = 0; now <= hertz; now += 1'231) {
        pacer.advance(now);
        while (pacer.take(costs[next % 3])) bits += costs[next++ % 3];
        pacer.clip();
    }
    EXPECT_NEAR(static_cast<double>(bits), 1e10, 2 * 1514 * 8);
}

RC_GTEST_PROP(Pacer, BurstAfterAPauseIsBoundedAndTheRestIsSaid, ()) {
    constexpr std::uint64_t rate = 1'000'000;
    constexpr std::uint64_t catch_up = hertz / 1'000;  // 1 ms: 1,000 packets
    const auto pause = *rc::gen::inRange<std::uint64_t>(0, 10 * hertz);
    Pacer pacer{rate, hertz, catch_up, 1};
    pacer.start(0, 1);
    std::uint64_t sent = drain(pacer, 0, 1);
    // The device takes nothing during the pause: credit is earned, none is paid.
    for (std::uint64_t now = 0; now < pause; now += pause / 7 + 1) {
        pacer.advance(now);
        pacer.clip();
    }
    pacer.advance(pause);
    pacer.clip();
    const std::uint64_t burst = drain(pacer, pause, 1);
    sent += burst;
    RC_ASSERT(burst <= 1'000U);
    const auto due = 1 + static_cast<std::uint64_t>(Wide{rate} * pause / hertz);
    RC_ASSERT(sent + pacer.forgone() <= due);
    RC_ASSERT(sent + pacer.forgone() + 1 >= due);
}

TEST(Pacer, SlowRateSavesUpForAWholePacket) {
    Pacer pacer{1, hertz, 1, 1};
    pacer.start(0, 1);
    EXPECT_EQ(drain(pacer, 0, 1), 1U);
    std::uint64_t sent = 0;
    for (std::uint64_t now = 0; now <= 3 * hertz; now += hertz / 10) sent += drain(pacer, now, 1);
    sent += drain(pacer, 3 * hertz, 1);
    EXPECT_EQ(sent, 3U);
}

TEST(Pacer, ClockThatGoesBackwardsEarnsNothing) {
    Pacer pacer{1'000, hertz, hertz, 1};
    pacer.start(5 * hertz, 1);
    EXPECT_EQ(drain(pacer, 5 * hertz, 1), 1U);
    EXPECT_EQ(drain(pacer, 1, 1), 0U);
    EXPECT_EQ(drain(pacer, 5 * hertz, 1), 0U);
}

}  // namespace
}  // namespace weir
