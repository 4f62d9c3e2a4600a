#include "tools/gen/pacer.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <vector>

namespace weir {
namespace {

using Wide = unsigned __int128;

rc::Gen<std::uint64_t> any_rate() {
    return rc::gen::element<std::uint64_t>(1, 7, 999, 148'810, 1'000'003, 14'880'952, 333'333'333);
}

constexpr std::uint64_t hertz = 2'445'421'337;  // no round number: rounding would show

// No limit but the rate: all that is owed may go at once.
Pace unhurried(std::uint64_t rate, std::uint64_t catch_up) {
    return {.rate = rate,
            .peak = ~std::uint64_t{0} >> 1U,
            .burst = ~std::uint64_t{0} >> 20U,
            .catch_up = catch_up,
            .hertz = hertz};
}

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
    Pacer pacer{unhurried(rate, hertz)};
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
        Pacer pacer{unhurried(rate, hertz / 100)};
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
    Pacer pacer{unhurried(rate, hertz / 100)};
    pacer.start(0, costs[0]);
    std::uint64_t bits = 0, next = 0;
    for (std::uint64_t now = 0; now <= hertz; now += 1'231) {
        pacer.advance(now);
        while (pacer.take(costs[next % 3])) bits += costs[next++ % 3];
        pacer.clip();
    }
    EXPECT_NEAR(static_cast<double>(bits), 1e10, 2 * 1514 * 8);
}

constexpr Pace megapacket{
    .rate = 1'000'000, .peak = 1'250'000, .burst = 100, .catch_up = hertz / 10, .hertz = hertz};

RC_GTEST_PROP(Pacer, NeverFasterThanThePeakAndItsBurst, ()) {
    Pacer pacer{megapacket};
    pacer.start(0, 1);
    struct Poll {
        std::uint64_t now;
        std::uint64_t sent;
    };
    std::vector<Poll> polls;
    std::uint64_t now = 0;
    for (int i = *rc::gen::inRange(1, 60); i != 0; --i) {
        now += *rc::gen::element<std::uint64_t>(1, 1'000, 100'000, hertz / 1'000, hertz / 20);
        polls.push_back({now, drain(pacer, now, 1)});
    }
    for (std::size_t from = 0; from < polls.size(); ++from) {
        std::uint64_t sent = 0;
        for (std::size_t to = from; to < polls.size(); ++to) {
            sent += polls[to].sent;
            const std::uint64_t elapsed = polls[to].now - polls[from].now;
            RC_ASSERT(sent <= 100 + static_cast<std::uint64_t>(Wide{1'250'000} * elapsed / hertz));
        }
    }
}

TEST(Pacer, PauseWithinTheLimitIsMadeUpFor) {
    Pacer pacer{megapacket};
    pacer.start(0, 1);
    std::uint64_t sent = 0;
    for (std::uint64_t now = 0; now <= 2 * hertz; now += hertz / 100'000)
        if (now < hertz || now > hertz + hertz / 11) sent += drain(pacer, now, 1);
    EXPECT_NEAR(static_cast<double>(sent), 2e6, 20);  // two polls' worth
    EXPECT_EQ(pacer.forgone(), 0U);
}

TEST(Pacer, WhatIsOwedBeyondTheLimitIsForgoneAndSaid) {
    Pacer pacer{megapacket};
    pacer.start(0, 1);
    std::uint64_t sent = 0;
    for (std::uint64_t now = 0; now <= 4 * hertz; now += hertz / 100'000)
        if (now < hertz || now > 2 * hertz) sent += drain(pacer, now, 1);
    EXPECT_NEAR(static_cast<double>(sent + pacer.forgone()), 4e6, 20);
    EXPECT_NEAR(static_cast<double>(pacer.forgone()), 0.9e6, 200);  // a second less 100 ms
}

TEST(Pacer, SlowRateSavesUpForAWholePacket) {
    Pacer pacer{{.rate = 1, .peak = 2, .burst = 1, .catch_up = 1, .hertz = hertz}};
    pacer.start(0, 1);
    EXPECT_EQ(drain(pacer, 0, 1), 1U);
    std::uint64_t sent = 0;
    for (std::uint64_t now = 0; now <= 3 * hertz; now += hertz / 10) sent += drain(pacer, now, 1);
    sent += drain(pacer, 3 * hertz, 1);
    EXPECT_EQ(sent, 3U);
}

TEST(Pacer, ClockThatGoesBackwardsEarnsNothing) {
    Pacer pacer{unhurried(1'000, hertz)};
    pacer.start(5 * hertz, 1);
    EXPECT_EQ(drain(pacer, 5 * hertz, 1), 1U);
    EXPECT_EQ(drain(pacer, 1, 1), 0U);
    EXPECT_EQ(drain(pacer, 5 * hertz, 1), 0U);
}

}  // namespace
}  // namespace weir
