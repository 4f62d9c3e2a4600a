// What a host hears: paused before the buffer is full, for as long as it is, and let go.
#include "pfc/pause_sender.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace weir {
namespace {

constexpr BitsPerSecond line{100'000'000'000};
constexpr PauseSender::Marks marks{Bytes{1'000}, Bytes{600}};
constexpr Instant start{Nanos{1'000'000}};

PauseSender sender() {
    PauseSender made;
    made.set_rate(line);
    return made;
}

TEST(PauseSender, SaysNothingBelowItsMark) {
    PauseSender it = sender();
    it.update(3, Bytes{999}, marks, start);
    EXPECT_FALSE(it.due(start));
    EXPECT_EQ(it.wake_at(), never);
}

TEST(PauseSender, PausesAtOnceAndNamesNobodyElse) {
    PauseSender it = sender();
    it.update(3, Bytes{1'000}, marks, start);
    ASSERT_TRUE(it.due(start));
    PriorityPause want{.classes = 1U << 3U};
    want.times[3] = longest_pause;
    EXPECT_EQ(it.frame(start), want);
    EXPECT_FALSE(it.due(start));
}

TEST(PauseSender, SaysItAgainBeforeAQuarterIsOver) {
    for (const auto& [rate, within] :
         {std::pair{line, Nanos{50'000}}, std::pair{BitsPerSecond{400'000'000'000}, Nanos{20'971}},
          std::pair{BitsPerSecond{100'000'000}, Nanos{672'000}}}) {
        PauseSender it;
        it.set_rate(rate);
        it.update(0, Bytes{5'000}, marks, start);
        it.frame(start);
        EXPECT_EQ(it.wake_at(), start + within) << rate.count();
        EXPECT_LE(it.wake_at() - start, pause_time(longest_pause, rate) / 4);
    }
}

TEST(PauseSender, BetweenItsMarksNothingChanges) {
    PauseSender it = sender();
    it.update(1, Bytes{1'000}, marks, start);
    it.frame(start);
    it.update(1, Bytes{600}, marks, start);
    EXPECT_TRUE(it.pauses(1));
    EXPECT_FALSE(it.due(start));
}

TEST(PauseSender, LetsGoThreeTimesThenIsSilent) {
    PauseSender it = sender();
    it.update(1, Bytes{1'000}, marks, start);
    it.frame(start);
    Instant now = start + Nanos{1'000};
    it.update(1, Bytes{599}, marks, now);
    for (unsigned i = 0; i < PauseSender::releases; ++i) {
        ASSERT_TRUE(it.due(now));
        EXPECT_EQ(it.frame(now), PriorityPause{.classes = 1U << 1U});
        now = it.wake_at();
    }
    EXPECT_EQ(now, never);
}

// A release that is still to be repeated must not follow the next pause.
TEST(PauseSender, PausedAgainIsNotLetGo) {
    PauseSender it = sender();
    it.update(1, Bytes{1'000}, marks, start);
    it.frame(start);
    it.update(1, Bytes{0}, marks, start);
    it.frame(start);
    it.update(1, Bytes{1'000}, marks, start);
    for (Instant now = start; now < start + Nanos{1'000'000}; now = it.wake_at())
        EXPECT_EQ(it.frame(now).times[1], longest_pause);
}

TEST(PauseSender, AMarkOfNothingIsReachedByNothing) {
    constexpr PauseSender::Marks none{Bytes{100}, Bytes{0}};
    PauseSender it = sender();
    it.update(2, Bytes{100}, none, start);
    it.update(2, Bytes{1}, none, start);
    EXPECT_TRUE(it.pauses(2));
    it.update(2, Bytes{0}, none, start);
    EXPECT_FALSE(it.pauses(2));
}

// A host that hears every frame waits exactly while the sender wants it to, whatever is held.
RC_GTEST_PROP(PauseSender, HostAndSenderAgree, ()) {
    PauseSender it = sender();
    std::array<Instant, priorities> until{};
    Instant now = start;
    const auto steps = *rc::gen::container<std::vector<std::tuple<int, int, int>>>(rc::gen::tuple(
        rc::gen::inRange(0, 8), rc::gen::inRange(0, 1'500), rc::gen::inRange(0, 60'000)));
    for (const auto& [priority, held, time] : steps) {
        it.update(static_cast<std::size_t>(priority), Bytes{static_cast<std::uint64_t>(held)},
                  marks, now);
        while (it.due(now)) {
            const PriorityPause said = it.frame(now);
            RC_ASSERT(said.classes != 0);
            for (std::size_t n = 0; n < priorities; ++n)
                if (said.lists(n)) until[n] = now + pause_time(said.times[n], line);
        }
        for (std::size_t n = 0; n < priorities; ++n) RC_ASSERT(it.pauses(n) == (until[n] > now));
        const Instant then = now + Nanos{time};
        for (; it.wake_at() <= then; now = it.wake_at()) {
            const PriorityPause said = it.frame(it.wake_at());
            for (std::size_t n = 0; n < priorities; ++n) {
                if (it.pauses(n)) RC_ASSERT(until[n] > now);
                if (said.lists(n)) until[n] = now + pause_time(said.times[n], line);
            }
        }
        now = then;
    }
}

}  // namespace
}  // namespace weir
