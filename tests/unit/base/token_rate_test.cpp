#include "dataplane/base/token_rate.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <vector>

namespace weir {
namespace {

using namespace std::chrono_literals;

std::uint64_t take_all(TokenRate& rate, Instant now) {
    std::uint64_t taken = 0;
    while (rate.take(now)) ++taken;
    return taken;
}

TEST(TokenRate, StartsWithABurst) {
    TokenRate rate{PacketsPerSecond{10}, 3};
    EXPECT_EQ(take_all(rate, Instant{}), 3U);
}

TEST(TokenRate, EarnsOneTokenPerPeriodAndNotEarlier) {
    TokenRate rate{PacketsPerSecond{10}, 1};
    const Instant start{1s};
    ASSERT_TRUE(rate.take(start));
    EXPECT_FALSE(rate.take(start + (100ms - 1ns)));
    EXPECT_TRUE(rate.take(start + 100ms));
}

TEST(TokenRate, NeverSavesMoreThanTheBurst) {
    TokenRate rate{PacketsPerSecond{1'000'000}, 5};
    take_all(rate, Instant{});
    EXPECT_EQ(take_all(rate, Instant{std::chrono::hours{24 * 365 * 100}}), 5U);
}

TEST(TokenRate, AClockThatStandsOrGoesBackGrantsNothing) {
    TokenRate rate{PacketsPerSecond{1000}, 2};
    take_all(rate, Instant{1s});
    EXPECT_EQ(take_all(rate, Instant{1s}), 0U);
    EXPECT_EQ(take_all(rate, Instant{0s}), 0U);
    EXPECT_EQ(take_all(rate, Instant{1s + 1ms}), 1U);
}

TEST(TokenRate, WithoutARateThereIsNothingToTake) {
    TokenRate none;
    EXPECT_FALSE(none.take(Instant{std::chrono::hours{1}}));
}

// A slow rate polled often: the fractions earned between polls add up, none is lost.
RC_GTEST_PROP(TokenRate, PollingOftenTakesWhatPollingOnceWould, ()) {
    const PacketsPerSecond per_second{*rc::gen::inRange<std::uint64_t>(1, 2'000'000)};
    const auto steps =
        *rc::gen::container<std::vector<std::int64_t>>(rc::gen::inRange<std::int64_t>(0, 200'000));
    // No step earns as much as the burst, so nothing is cut off.
    TokenRate rate{per_second, 1000};
    take_all(rate, Instant{});
    std::uint64_t polled = 0;
    Instant now{};
    for (const std::int64_t step : steps) {
        now = now + Nanos{step};
        polled += take_all(rate, now);
    }
    const auto elapsed = static_cast<std::uint64_t>(now.since_start().count());
    RC_ASSERT(polled == per_second.count() * elapsed / 1'000'000'000U);
}

}  // namespace
}  // namespace weir
