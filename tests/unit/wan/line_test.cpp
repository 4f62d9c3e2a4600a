// A line delivers to the nanosecond, keeps its order, and answers for every packet.
#include "tools/wan/line.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace weir::wan {
namespace {

using namespace std::chrono_literals;

constexpr Instant at(Nanos since) { return Instant{since}; }
const auto no_copy = [] { return std::optional<std::uint64_t>{}; };

std::vector<Line::Leaving> drain(Line& line, Instant now) {
    std::vector<Line::Leaving> all;
    while (const auto leaving = line.leave(now)) all.push_back(*leaving);
    return all;
}

TEST(Line, DeliversWhatEnteredAfterTheDelayAndNotBefore) {
    Line line{{.delay = 500us}};
    EXPECT_EQ(line.enter(at(3us), 7, 60, Kind::data, no_copy), Fate::carried);
    EXPECT_EQ(line.due(), at(503us));
    EXPECT_FALSE(line.leave(at(502'999ns)));
    const auto leaving = line.leave(at(503us));
    ASSERT_TRUE(leaving);
    EXPECT_EQ(leaving->handle, 7U);
    EXPECT_FALSE(line.due());
}

// 1,500 bytes and 24 of Ethernet at 1 Gb/s: 12.192 us each, without a rest that is lost.
TEST(Line, ClocksBitsOutAtItsRate) {
    Line line{{.delay = 100us, .rate = BitsPerSecond{1'000'000'000}, .queue = 1s}};
    for (std::uint64_t i = 0; i < 1'000; ++i)
        ASSERT_EQ(line.enter(at(0us), i, 1'500, Kind::data, no_copy), Fate::carried);
    const auto all = drain(line, at(1s));
    ASSERT_EQ(all.size(), 1'000U);
    for (std::uint64_t i = 0; i < 1'000; ++i) {
        EXPECT_EQ(all[i].handle, i);
        EXPECT_EQ(all[i].due, at(100us + 12'192ns * static_cast<std::int64_t>(i + 1)));
    }
}

TEST(Line, KeepsNoMoreThanItsQueueForTheRate) {
    Line line{{.rate = BitsPerSecond{1'000'000'000}, .queue = 100us}};
    std::uint64_t carried = 0;
    for (std::uint64_t i = 0; i < 100; ++i)
        carried += line.enter(at(0us), i, 1'500, Kind::data, no_copy) == Fate::carried ? 1 : 0;
    EXPECT_EQ(carried, 9U);  // 8 x 12.192 us are within 100 us, and the ninth may wait behind them
    EXPECT_EQ(line.counts(Kind::data).fates[static_cast<std::size_t>(Fate::overrun)], 91U);
}

TEST(Line, CutsOneKindAndForTheTimeSaid) {
    Line line{{.cuts = {{at(10us), at(20us), false, true}, {at(30us), at(40us)}}}};
    const auto fate = [&](Nanos now, Kind kind) {
        return line.enter(at(now), 0, 60, kind, no_copy);
    };
    EXPECT_EQ(fate(9'999ns, Kind::message), Fate::carried);
    EXPECT_EQ(fate(10us, Kind::message), Fate::cut);
    EXPECT_EQ(fate(10us, Kind::data), Fate::carried);
    EXPECT_EQ(fate(20us, Kind::message), Fate::carried);
    EXPECT_EQ(fate(35us, Kind::data), Fate::cut);
    EXPECT_EQ(fate(35us, Kind::message), Fate::cut);
    EXPECT_EQ(fate(40us, Kind::data), Fate::carried);
}

struct Harmed {
    LineCounts counts;
    std::size_t held = 0, left = 0;
    bool in_order = true;
};
Harmed run(const sim::Impairment& harm, std::size_t packets) {
    LineSetup setup{.delay = 50us, .rate = BitsPerSecond{10'000'000'000}};
    setup.harm[0] = harm;
    Line line{setup};
    Harmed seen;
    std::uint64_t last = 0;
    for (std::uint64_t i = 1; i <= packets; ++i) {
        const Instant now = at(Nanos{1'300} * static_cast<std::int64_t>(i));
        line.enter(now, i, 1'500, Kind::data, [&] { return std::optional{i}; });
        for (const auto& leaving : drain(line, now)) {
            seen.in_order &= leaving.handle > last;
            last = leaving.handle;
            EXPECT_LE(leaving.due, now);
            ++seen.left;
        }
    }
    seen.held = line.held();
    seen.counts = line.counts(Kind::data);
    return seen;
}

TEST(Line, AnswersForEveryPacketWhateverItDoesToThem) {
    const Harmed seen = run({.loss = 0.05,
                             .burst = {.enter = 0.01, .leave = 0.2},
                             .duplicate = 0.1,
                             .reorder = 0.1,
                             .late = 30us},
                            50'000);
    EXPECT_EQ(seen.counts.received, 50'000U);
    EXPECT_EQ(seen.counts.received + seen.counts.duplicated,
              seen.counts.delivered + seen.held + seen.counts.dropped());
    EXPECT_EQ(seen.counts.delivered, seen.left);
    EXPECT_FALSE(seen.in_order);
    const auto share = [&](Fate fate) {
        return static_cast<double>(seen.counts.fates[static_cast<std::size_t>(fate)]) / 50'000;
    };
    EXPECT_NEAR(share(Fate::lost_in_burst), 0.01 / 0.21, 0.01);
    EXPECT_NEAR(share(Fate::lost), 0.05 * (1 - 0.01 / 0.21), 0.005);
}

TEST(Line, KeepsOrderWhereOnlyLossIsAsked) {
    const Harmed seen = run({.loss = 0.5}, 10'000);
    EXPECT_TRUE(seen.in_order);
    EXPECT_NEAR(static_cast<double>(seen.counts.dropped()), 5'000, 250);
}

TEST(Line, LosesMessagesAlone) {
    LineSetup setup;
    setup.harm[1].loss = 1;
    Line line{setup};
    EXPECT_EQ(line.enter(at(0us), 1, 60, Kind::message, no_copy), Fate::lost);
    EXPECT_EQ(line.enter(at(0us), 2, 60, Kind::data, no_copy), Fate::carried);
    EXPECT_EQ(line.counts(Kind::message).dropped(), 1U);
    EXPECT_EQ(line.counts(Kind::data).dropped(), 0U);
}

}  // namespace
}  // namespace weir::wan
