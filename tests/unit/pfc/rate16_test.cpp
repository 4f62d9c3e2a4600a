#include "pfc/rate16.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

namespace weir {
namespace {

Rate16 code_of(std::uint64_t rate) { return to_rate16(BitsPerSecond{rate}); }
std::uint64_t through(std::uint64_t rate) { return from_rate16(code_of(rate)).count(); }

TEST(Rate16, HasTheCodesItsHeaderStates) {
    EXPECT_EQ(code_of(0), Rate16{0});
    EXPECT_EQ(code_of(1), Rate16{1});
    EXPECT_EQ(code_of(1023), Rate16{0x03ff});
    EXPECT_EQ(code_of(1024), Rate16{0x0400});
    EXPECT_EQ(code_of(2047), Rate16{0x07ff});
    EXPECT_EQ(code_of(2048), Rate16{0x0800});
    EXPECT_EQ(code_of(2049), Rate16{0x0800});
    EXPECT_EQ(code_of(2050), Rate16{0x0801});
    EXPECT_EQ(code_of(100'000'000'000), Rate16{0x6dd2});  // 1490 x 2^26 = 99.99 Gb/s
    EXPECT_EQ(through(100'000'000'000), 1490ULL << 26U);
    EXPECT_EQ(code_of(UINT64_MAX - 1), Rate16{0xdbff});
    EXPECT_EQ(code_of(UINT64_MAX), Rate16{0xffff});
}

TEST(Rate16, RisesWithItsCodes) {
    for (unsigned code = 1; code <= 0xffff; ++code) {
        const BitsPerSecond rate = from_rate16(Rate16{static_cast<std::uint16_t>(code)});
        const BitsPerSecond below = from_rate16(Rate16{static_cast<std::uint16_t>(code - 1)});
        if (code < 55U << 10U) {
            EXPECT_LT(below, rate) << code;
            EXPECT_EQ(to_rate16(rate), Rate16{static_cast<std::uint16_t>(code)});
            // One less needs the code below.
            EXPECT_LT(to_rate16(BitsPerSecond{rate.count() - 1}), to_rate16(rate)) << code;
        } else {
            EXPECT_EQ(rate, unlimited_rate) << code;
        }
    }
}

// Of every size alike: most 64-bit numbers are beyond any port.
rc::Gen<std::uint64_t> any_rate() {
    return rc::gen::map(
        rc::gen::pair(rc::gen::inRange(0U, 64U), rc::gen::arbitrary<std::uint64_t>()),
        [](const auto& it) { return it.second >> it.first; });
}

RC_GTEST_PROP(Rate16, RoundsDownByLessThanOneIn1024, ()) {
    const std::uint64_t rate = *any_rate();
    const std::uint64_t back = through(rate);
    RC_ASSERT(back <= rate);
    RC_ASSERT(rate - back <= rate / 1024);
    RC_ASSERT((back == 0) == (rate == 0));
    RC_ASSERT(through(back) == back);
}

RC_GTEST_PROP(Rate16, KeepsTheOrderOfRates, ()) {
    const std::uint64_t a = *any_rate(), b = *any_rate();
    RC_ASSERT(a > b || code_of(a) <= code_of(b));
}

}  // namespace
}  // namespace weir
