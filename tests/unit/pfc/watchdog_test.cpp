#include "pfc/watchdog.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <vector>

namespace weir {
namespace {

using namespace std::chrono_literals;

constexpr Nanos step = 10ms;
constexpr Nanos interval = 400ms;

// A queue as its owner sees it, sampled every 10 ms.
struct Queue {
    explicit Queue(WatchdogAction action = WatchdogAction::drop, Nanos detect = interval)
        : watchdog{{.detect = detect, .restore = interval, .action = action}} {}

    QueueWatchdog watchdog;
    WatchdogSample seen{.empty = false, .blocked = true};
    Instant now{1s};
    unsigned detected = 0, restored = 0;
    WatchdogOrder order = WatchdogOrder::obey;

    void sample() {
        const auto decision = watchdog.sample(seen, now);
        detected += decision.detected;
        restored += decision.restored;
        order = decision.order;
    }
    void run(Nanos time) {
        for (const Instant end = now + time; now < end;) {
            now = now + step;
            if (seen.blocked) seen.blocked_for += step;
            sample();
        }
    }
};

TEST(Watchdog, FiresAfterTwoIntervals) {
    Queue queue;
    queue.sample();
    queue.run(2 * interval - step);
    EXPECT_EQ(queue.detected, 0U);
    EXPECT_EQ(queue.order, WatchdogOrder::obey);
    EXPECT_TRUE(queue.watchdog.lossless());
    queue.run(step);
    EXPECT_EQ(queue.detected, 1U);
    EXPECT_EQ(queue.order, WatchdogOrder::drop);
    EXPECT_TRUE(queue.watchdog.stuck());
    EXPECT_FALSE(queue.watchdog.lossless());
}

// Any progress of anybody, and any way to be open for more than 1 %.
TEST(Watchdog, DoesNotFireOnAWaitThatEnds) {
    const std::vector<void (*)(WatchdogSample&)> ends{
        [](WatchdogSample& s) { s.empty = true; },
        [](WatchdogSample& s) { ++s.sent; },
        [](WatchdogSample& s) { ++s.peer_departed; },
        [](WatchdogSample& s) { s.blocked_for -= 5ms; },
    };
    for (const auto& end : ends) {
        Queue queue;
        queue.sample();
        for (int i = 0; i < 100; ++i) {
            queue.run(interval - step);
            const auto before = queue.seen;
            end(queue.seen);
            queue.run(step);
            queue.seen.empty = before.empty;
        }
        EXPECT_EQ(queue.detected, 0U) << &end - ends.data();
    }
}

TEST(Watchdog, DrainsOfAPacketAMinuteAreNotStuckIfThePeerMoves) {
    Queue queue;
    for (int i = 0; i < 600; ++i) {
        queue.run(700ms);
        ++queue.seen.peer_departed;
    }
    EXPECT_EQ(queue.detected, 0U);
}

TEST(Watchdog, ActsAsConfigured) {
    Queue forward{WatchdogAction::forward}, alert{WatchdogAction::alert};
    forward.run(1s);
    EXPECT_EQ(forward.order, WatchdogOrder::ignore);
    EXPECT_FALSE(forward.watchdog.lossless());
    forward.seen.at_limit = true;  // nobody may pass it
    forward.sample();
    EXPECT_EQ(forward.order, WatchdogOrder::drop);
    alert.run(1s);
    EXPECT_EQ(alert.detected, 1U);
    EXPECT_EQ(alert.order, WatchdogOrder::obey);
    EXPECT_TRUE(alert.watchdog.lossless());
}

TEST(Watchdog, RestoresAfterAFullQuietInterval) {
    Queue queue;
    queue.run(1s);
    queue.seen.blocked = false;  // XON, or a lease that ended
    queue.run(interval - step);
    EXPECT_EQ(queue.order, WatchdogOrder::drop);
    queue.seen.blocked = true;
    queue.run(step);
    queue.seen.blocked = false;
    queue.run(interval - step);
    EXPECT_EQ(queue.restored, 0U);
    queue.seen.blocked = true;  // now, so that it was for no time yet
    queue.now = queue.now + 2 * step;
    queue.sample();
    EXPECT_EQ(queue.restored, 0U);
    queue.seen.blocked = false;
    queue.run(interval);
    EXPECT_EQ(queue.restored, 1U);
    EXPECT_EQ(queue.order, WatchdogOrder::obey);
    EXPECT_FALSE(queue.watchdog.lossless());
    queue.watchdog.acknowledge();
    EXPECT_TRUE(queue.watchdog.lossless());
}

TEST(Watchdog, IsNotAcknowledgedWhileItDrops) {
    Queue queue;
    queue.run(1s);
    queue.watchdog.acknowledge();
    EXPECT_FALSE(queue.watchdog.lossless());
}

// A peer that pauses for ever, with openings too short to be meant: found once, restored never.
TEST(Watchdog, DoesNotFlapInAStorm) {
    for (const Nanos opening : {0ms, 10ms, 100ms, 390ms}) {
        Queue queue;
        queue.run(1s);
        ASSERT_EQ(queue.detected, 1U);
        for (int i = 0; i < 200; ++i) {
            queue.seen.blocked = true;
            queue.run(300ms);
            queue.seen.blocked = false;
            queue.seen.empty = true;  // dropped
            queue.run(opening);
            queue.seen.empty = false;
        }
        EXPECT_EQ(queue.detected, 1U);
        EXPECT_EQ(queue.restored, 0U);
        EXPECT_EQ(queue.watchdog.detections(), 1U);
    }
}

TEST(Watchdog, TimeThatStandsStillOrJumpsIsNoWait) {
    Queue still;
    still.run(300ms);
    for (int i = 0; i < 10'000; ++i) still.sample();
    EXPECT_EQ(still.detected, 0U);
    Queue jumping;
    for (int i = 0; i < 100; ++i) {
        jumping.now = jumping.now + 10s;
        jumping.seen.blocked_for += 10s;
        jumping.sample();
    }
    EXPECT_EQ(jumping.detected, 0U);
    Queue at_the_end;
    at_the_end.now = never;
    at_the_end.sample();
    EXPECT_EQ(at_the_end.detected, 0U);
}

TEST(Watchdog, IntervalGrowsWithTheRank) {
    EXPECT_EQ(watchdog_interval(400ms, 0ms, 0), 400ms);
    EXPECT_EQ(watchdog_interval(400ms, 0ms, 2), 1200ms);
    EXPECT_EQ(watchdog_interval(1ms, 0ms, 0), 100ms);
    EXPECT_EQ(watchdog_interval(100ms, 700ms, 1), 1400ms);
    EXPECT_EQ(watchdog_interval(4s, 0ms, 3), 5s);
    EXPECT_EQ(watchdog_interval(Nanos::max(), Nanos::max(), UINT32_MAX), 5s);
}

// A way of four hops whose last egress stops for ever, stuck at once everywhere: the last hop
// fires, what it drops is progress to the one behind it, and nobody else fires.
TEST(Watchdog, TheStuckHopFiresFirst) {
    std::vector<Queue> hops;
    for (unsigned rank = 0; rank < 4; ++rank)
        hops.emplace_back(WatchdogAction::drop, watchdog_interval(100ms, 0ms, rank));
    for (Nanos t{0}; t < 20s; t += step)
        for (std::size_t i = 0; i < hops.size(); ++i) {
            hops[i].run(step);
            const bool next_moves = i > 0 && hops[i - 1].order == WatchdogOrder::drop;
            if (next_moves || (i > 0 && hops[i - 1].seen.sent != 0)) {
                ++hops[i].seen.sent;
                ++hops[i].seen.peer_departed;
            }
        }
    EXPECT_EQ(hops[0].detected, 1U);
    for (std::size_t i = 1; i < hops.size(); ++i) EXPECT_EQ(hops[i].detected, 0U) << i;
}

TEST(LongPause, IsToldOnce) {
    LongPause pause{1s};
    EXPECT_FALSE(pause.sample(true, Instant{1s}));
    EXPECT_FALSE(pause.sample(true, Instant{2s}));
    EXPECT_TRUE(pause.sample(true, Instant{2s + 1ns}));
    EXPECT_FALSE(pause.sample(true, Instant{9s}));
    EXPECT_FALSE(pause.sample(false, Instant{9s}));
    EXPECT_FALSE(pause.sample(true, Instant{9s}));
    EXPECT_TRUE(pause.sample(true, Instant{11s}));
}

// Whatever happens: it fires only if nothing moved, and was blocked, for two whole intervals; and
// obeys again only after a quiet one.
RC_GTEST_PROP(Watchdog, LawOfTwoIntervalsAndOneQuietOne, ()) {
    const auto steps = *rc::gen::container<std::vector<std::pair<int, int>>>(
        *rc::gen::inRange<std::size_t>(0, 400),
        rc::gen::pair(rc::gen::inRange(0, 90),
                      rc::gen::weightedElement<int>(
                          {{60, 0}, {20, 5}, {1, 1}, {1, 2}, {1, 3}, {1, 4}, {3, 6}})));
    Queue queue;
    queue.sample();
    Instant moved = queue.now, blocked = queue.now;
    for (const auto& [ms, what] : steps) {
        if (what == 5) queue.seen.blocked = true;
        if (what == 6) queue.seen.blocked = false;
        const Nanos time = std::chrono::milliseconds{ms};
        queue.now = queue.now + time;
        if (queue.seen.blocked) {
            queue.seen.blocked_for += time;
            blocked = queue.now;
        }
        queue.seen.empty = what == 1;
        queue.seen.sent += what == 2;
        queue.seen.peer_departed += what == 3;
        if (what >= 1 && what <= 3) moved = queue.now;
        const unsigned detected = queue.detected, restored = queue.restored;
        queue.sample();
        if (queue.detected > detected) RC_ASSERT(queue.now - moved >= 2 * interval);
        if (queue.restored > restored) RC_ASSERT(queue.now - blocked >= interval);
        RC_ASSERT((queue.order == WatchdogOrder::drop) == queue.watchdog.stuck());
    }
    RC_CLASSIFY(queue.detected > 0, "fired");
    RC_CLASSIFY(queue.restored > 0, "restored");
}

}  // namespace
}  // namespace weir
