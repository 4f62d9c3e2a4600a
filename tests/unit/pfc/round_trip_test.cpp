#include "pfc/round_trip.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <vector>

namespace weir {
namespace {

using namespace std::chrono_literals;

constexpr Instant at(Nanos t) { return Instant{t}; }

TEST(RoundTrip, GrowsAtOnceAndShrinksAfterTenMinutes) {
    RoundTrip trip{1ms};
    EXPECT_EQ(trip.most(), 1ms);
    EXPECT_FALSE(trip.add(500us, at(1s)));
    EXPECT_EQ(trip.most(), 1ms);  // the distance is the floor
    EXPECT_TRUE(trip.add(4ms, at(2s)));
    EXPECT_EQ(trip.most(), 4ms);
    for (Nanos t = 3s; t < 10min; t += 1s) EXPECT_FALSE(trip.add(2ms, at(t)));
    EXPECT_EQ(trip.most(), 4ms);
    EXPECT_TRUE(trip.age(at(10min + 10s)));
    EXPECT_EQ(trip.most(), 2ms);
    EXPECT_EQ(trip.latest(), 2ms);
    EXPECT_TRUE(trip.age(at(1h)));
    EXPECT_EQ(trip.most(), 1ms);
}

TEST(RoundTrip, IsNoMessageThatLaySomewhere) {
    RoundTrip trip{0ns};
    EXPECT_FALSE(trip.add(-1ns, at(1s)));
    EXPECT_FALSE(trip.add(RoundTrip::longest + 1ns, at(1s)));
    EXPECT_EQ(trip.most(), 0ns);
    EXPECT_TRUE(trip.add(RoundTrip::longest, at(1s)));
}

// Against the definition: nothing of the last 10 minutes is forgotten, nothing older than 10 s more
// is kept.
RC_GTEST_PROP(RoundTrip, LawOfTenMinutes, ()) {
    RoundTrip trip{1ms};
    std::vector<std::pair<Nanos, Nanos>> samples;
    Nanos now{0};
    const auto steps = *rc::gen::container<std::vector<std::pair<int, int>>>(
        rc::gen::pair(rc::gen::inRange(0, 200'000), rc::gen::inRange(0, 50)));
    for (const auto& [wait, trip_ms] : steps) {
        now += std::chrono::milliseconds{wait};
        samples.emplace_back(now, std::chrono::milliseconds{trip_ms});
        trip.add(std::chrono::milliseconds{trip_ms}, at(now));
        Nanos least{1ms}, most{1ms};
        for (const auto& [when, sample] : samples) {
            if (now - when <= 10min) least = std::max(least, sample);
            if (now - when <= 10min + 10s) most = std::max(most, sample);
        }
        RC_ASSERT(trip.most() >= least);
        RC_ASSERT(trip.most() <= most);
    }
}

}  // namespace
}  // namespace weir
