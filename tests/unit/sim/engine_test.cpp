#include "tools/sim/engine.hpp"

#include <gtest/gtest.h>

#include <map>

#include "tests/unit/sim/net.hpp"
#include "tools/sim/random.hpp"

namespace weir::sim::test {
namespace {

// Asks for more wakes while it is woken, and keeps the book that says whose turn it is: a multimap
// keeps equal keys in the order of their insertion.
struct Judge final : Actor {
    Judge(Engine& that, std::uint64_t seed) : engine{that}, random{seed} {}
    void ask(Instant now) {
        // Often the same instant, and often now.
        const Instant when = now + Nanos{static_cast<std::int64_t>(random.below(20))};
        engine.wake_at(when, *this, next);
        book.emplace(when, next++);
    }
    void wake(Instant now, std::uint64_t what) override {
        ASSERT_FALSE(book.empty());
        ASSERT_EQ(book.begin()->first, now);
        ASSERT_EQ(book.begin()->second, what);
        book.erase(book.begin());
        for (std::uint64_t more = next < 3'000 ? random.below(4) : 0; more > 0; --more) ask(now);
        ASSERT_EQ(engine.waiting(), book.size());
    }
    Engine& engine;
    Random random;
    std::multimap<Instant, std::uint64_t> book;
    std::uint64_t next = 0;
};

TEST(Engine, WakesInOrderOfTimeAndThenOfAsking) {
    for (std::uint64_t seed = 0; seed < 50; ++seed) {
        Engine engine;
        Judge judge{engine, seed};
        for (int i = 0; i < 30; ++i) judge.ask(at(0ns));
        for (Nanos end{0}; end < 1us; end += 7ns) {
            engine.run_until(at(end));
            ASSERT_EQ(engine.now(), at(end));
            ASSERT_TRUE(judge.book.empty() || judge.book.begin()->first > at(end));
        }
        engine.run_until(at(1s));
        ASSERT_TRUE(judge.book.empty());
        ASSERT_EQ(engine.wakes(), judge.next);
    }
}

TEST(Random, IsEvenWhereItSaysSo) {
    Random random{1, 2};
    double sum = 0;
    std::uint64_t sixes = 0;
    double waited = 0;
    for (int i = 0; i < 100'000; ++i) {
        sum += random.fraction();
        sixes += random.below(6) == 5 ? 1 : 0;
        waited += static_cast<double>(random.exponential(1'000ns).count());
    }
    EXPECT_NEAR(sum / 100'000, 0.5, 5 * 0.289 / 316);
    EXPECT_NEAR(static_cast<double>(sixes), 100'000.0 / 6, 5 * 118);
    EXPECT_NEAR(waited / 100'000, 1'000, 5 * 1'000.0 / 316);
}

}  // namespace
}  // namespace weir::sim::test
