#include "qos/admission.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <array>
#include <numeric>
#include <vector>

namespace weir {
namespace {

using namespace literals;

// Fills one queue after the other until each is refused; what each holds.
std::vector<std::uint64_t> fill_in_turn(LossySpace& space, std::size_t queues, Bytes packet) {
    std::vector<std::uint64_t> held(queues);
    for (std::size_t refused = 0, i = 0; refused < queues; i = (i + 1) % queues) {
        const bool in = space.admit(Bytes{held[i]}, packet);
        if (in) held[i] += packet.count();
        refused = in ? 0 : refused + 1;
    }
    return held;
}

// alpha / (1 + n alpha) of the buffer for each of n hot queues.
TEST(LossySpace, SharesByAlpha) {
    const auto each = [](int exponent, std::size_t queues) {
        LossySpace space{Bytes{1'024'000}, exponent};
        const auto held = fill_in_turn(space, queues, 1_B);
        EXPECT_LE(*std::ranges::max_element(held) - *std::ranges::min_element(held), 1U);
        return held.front();
    };
    EXPECT_EQ(each(0, 1), 512'000U);
    EXPECT_NEAR(static_cast<double>(each(0, 3)), 256'000, 2);
    EXPECT_NEAR(static_cast<double>(each(1, 1)), 682'667, 2);
    EXPECT_NEAR(static_cast<double>(each(-1, 1)), 341'333, 2);
    EXPECT_NEAR(static_cast<double>(each(-8, 1)), 1'024'000.0 / 257, 2);
    EXPECT_NEAR(static_cast<double>(each(8, 1)), 1'024'000.0 * 256 / 257, 256);
    EXPECT_EQ(each(-100, 1), each(-8, 1));  // the nearest there is
    EXPECT_EQ(each(100, 1), each(8, 1));
}

// A queue that comes late finds room beside one that has all it may.
TEST(LossySpace, LeavesRoomForWhoComesLater) {
    LossySpace space{Bytes{1'000'000}};
    EXPECT_EQ(fill_in_turn(space, 1, Bytes{1'000}).front(), 500'000U);
    EXPECT_FALSE(space.admit(Bytes{500'000}, Bytes{1'000}));
    EXPECT_TRUE(space.admit(0_B, Bytes{1'000}));
}

TEST(LossySpace, AHugeBufferDoesNotWrap) {
    LossySpace space{Bytes{UINT64_MAX}, 8};
    EXPECT_EQ(space.limit(), Bytes{UINT64_MAX});
    EXPECT_TRUE(space.admit(Bytes{1}, Bytes{1'500}));
    EXPECT_FALSE(LossySpace{0_B}.admit(0_B, 1_B));
}

TEST(LossySpace, SmallerThanItHoldsItAdmitsNothingUntilItFits) {
    LossySpace space{Bytes{10'000}, 8};
    EXPECT_TRUE(space.admit(0_B, Bytes{6'000}));
    space.set(Bytes{5'000}, 8);
    EXPECT_EQ(space.room(), 0_B);
    EXPECT_FALSE(space.admit(0_B, 1_B));
    space.depart(Bytes{6'000});
    EXPECT_TRUE(space.admit(0_B, Bytes{5'000}));
}

// Any order of arrivals and departures at any alpha.
RC_GTEST_PROP(LossySpace, LawOfTheThreshold, ()) {
    const Bytes buffer{*rc::gen::inRange<std::uint64_t>(0, 100'000)};
    const int exponent = *rc::gen::inRange(-8, 9);
    LossySpace space{buffer, exponent};
    std::array<std::vector<std::uint64_t>, 4> queues;
    std::uint64_t all = 0, high = 0;
    const auto steps = *rc::gen::container<std::vector<std::pair<unsigned, std::uint64_t>>>(
        rc::gen::pair(rc::gen::inRange(0U, 8U), rc::gen::inRange<std::uint64_t>(0, 20'000)));
    for (const auto& [what, charge] : steps) {
        auto& queue = queues[what % 4];
        const std::uint64_t queued = std::accumulate(queue.begin(), queue.end(), std::uint64_t{0});
        if (what >= 4) {
            if (queue.empty()) continue;
            space.depart(Bytes{queue.back()});
            all -= queue.back();
            queue.pop_back();
        } else {
            const std::uint64_t free = buffer.count() - all;
            const std::uint64_t limit = exponent < 0
                                            ? free / (1U << static_cast<unsigned>(-exponent))
                                            : free * (1U << static_cast<unsigned>(exponent));
            const bool fits = charge <= free && queued + charge <= limit;
            RC_ASSERT(space.admit(Bytes{queued}, Bytes{charge}) == fits);
            if (fits) {
                queue.push_back(charge);
                all += charge;
                high = std::max(high, all);
            }
        }
        RC_ASSERT(space.held() == Bytes{all});
        RC_ASSERT(space.high_water() == Bytes{high});
        RC_ASSERT(space.held() <= buffer);
    }
}

// Exactly what fits is admitted, and never a byte above B.
RC_GTEST_PROP(LosslessSpace, LawOfB, ()) {
    const Bytes buffer{*rc::gen::inRange<std::uint64_t>(0, 100'000)};
    LosslessSpace space{buffer};
    std::vector<Bytes> inside;
    Bytes held{0}, high{0};
    const auto steps =
        *rc::gen::container<std::vector<std::uint64_t>>(rc::gen::inRange<std::uint64_t>(0, 20'000));
    for (const std::uint64_t step : steps) {
        if (step % 3 == 0 && !inside.empty()) {
            space.depart(inside.back());
            held -= inside.back();
            inside.pop_back();
        } else {
            const bool fits = held + Bytes{step} <= buffer;
            RC_ASSERT(space.admit(Bytes{step}) == fits);
            if (fits) {
                inside.push_back(Bytes{step});
                held += Bytes{step};
            }
        }
        high = std::max(high, held);
        RC_ASSERT(space.held() == held);
        RC_ASSERT(space.room() == buffer - held);
        RC_ASSERT(space.high_water() == high);
    }
    space.clear_high_water();
    RC_ASSERT(space.high_water() == held);
}

TEST(LosslessSpace, ShrinksWithoutForgettingWhatItHolds) {
    LosslessSpace space{Bytes{1'000}};
    EXPECT_TRUE(space.admit(Bytes{1'000}));
    EXPECT_FALSE(space.admit(1_B));
    space.set(Bytes{400});
    EXPECT_EQ(space.room(), 0_B);
    EXPECT_FALSE(space.admit(1_B));
    space.depart(Bytes{700});
    EXPECT_EQ(space.room(), Bytes{100});
    EXPECT_TRUE(space.admit(Bytes{100}));
    EXPECT_EQ(space.high_water(), Bytes{1'000});
}

}  // namespace
}  // namespace weir
