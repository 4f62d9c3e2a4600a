#include "dataplane/base/units.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <type_traits>

namespace weir {
namespace {

using namespace literals;
using namespace std::chrono_literals;

// Quantities of different kinds meet only in the operators that are written down.
static_assert(!std::is_convertible_v<std::uint64_t, Bytes>);
static_assert(!std::is_convertible_v<Bytes, BitsPerSecond>);
static_assert(!std::is_convertible_v<Nanos, Instant>);

TEST(Units, RateTimesTimeIsBytes) {
    EXPECT_EQ(100_Gbps * 1ms, 12'500'000_B);
    EXPECT_EQ(BitsPerSecond{8} * Nanos{999'999'999}, 0_B);
    EXPECT_EQ(BitsPerSecond{8} * 1s, 1_B);
}

TEST(Units, TenSecondsOf400GigabitsDoNotOverflow) {
    EXPECT_EQ(400_Gbps * 10s, Bytes{500'000'000'000});
}

TEST(Units, TimeOnTheWireIsRoundedUp) {
    EXPECT_EQ(64_B / 100_Gbps, Nanos{6});  // 5.12 ns
    EXPECT_EQ(1250_B / 10_Gbps, Nanos{1000});
    EXPECT_EQ(0_B / 10_Gbps, Nanos{0});
    EXPECT_EQ(1_KiB, 1024_B);
}

TEST(Units, InstantsDifferByTime) {
    const Instant start{5ns};
    EXPECT_EQ((start + 7ns) - start, 7ns);
    EXPECT_LT(start, start + 1ns);
}

// Sending `b` bytes takes long enough for `b` bytes at that rate, and not a nanosecond more.
RC_GTEST_PROP(Units, WireTimeIsTheShortestThatFits, ()) {
    const Bytes b{*rc::gen::inRange<std::uint64_t>(1, 1'000'000'000)};
    const BitsPerSecond rate{*rc::gen::inRange<std::uint64_t>(1'000'000, 400'000'000'000)};
    const Nanos t = b / rate;
    RC_ASSERT(rate * t >= b);
    RC_ASSERT(static_cast<unsigned __int128>(rate.count()) *
                  static_cast<std::uint64_t>(t.count() - 1) <
              static_cast<unsigned __int128>(b.count()) * 8'000'000'000U);
}

RC_GTEST_PROP(Units, SumsCompareAsTheirCounts, (std::uint32_t a, std::uint32_t b)) {
    RC_ASSERT((Bytes{a} + Bytes{b}).count() == std::uint64_t{a} + b);
    RC_ASSERT((Bytes{a} + Bytes{b}) - Bytes{b} == Bytes{a});
    RC_ASSERT((Bytes{a} < Bytes{b}) == (a < b));
}

}  // namespace
}  // namespace weir
