#include <gtest/gtest.h>

#include <set>

#include "tools/sim/arrivals.hpp"
#include "tools/sim/outbox.hpp"
#include "tools/sim/random.hpp"
#include "tools/sim/reassembly.hpp"
#include "tools/sim/scoreboard.hpp"
#include "tools/sim/sequence_set.hpp"

namespace weir::sim::test {
namespace {

TEST(SequenceSet, IsAStdSet) {
    for (std::uint64_t seed = 0; seed < 50; ++seed) {
        Random random{seed};
        SequenceSet bits;
        std::set<std::uint64_t> real;
        for (int step = 0; step < 2'000; ++step) {
            const std::uint64_t some = bits.base() + random.below(1U + random.below(700));
            switch (random.below(5)) {
                case 0: {
                    const auto below = static_cast<std::uint64_t>(
                        std::distance(real.begin(), real.lower_bound(some)));
                    ASSERT_EQ(bits.advance(some), below);
                    real.erase(real.begin(), real.lower_bound(some));
                    break;
                }
                case 1:
                    bits.remove(some), real.erase(some);
                    break;
                default:
                    ASSERT_EQ(bits.add(some), real.insert(some).second);
            }
            ASSERT_EQ(bits.size(), real.size());
            ASSERT_EQ(bits.has(some), real.contains(some));
            const std::uint64_t to = some + random.below(300);
            ASSERT_EQ(bits.count(some, to), static_cast<std::uint64_t>(std::distance(
                                                real.lower_bound(some), real.lower_bound(to))));
            std::uint64_t missing = some;
            while (real.contains(missing)) ++missing;
            ASSERT_EQ(bits.first_missing(some), missing);
        }
    }
}

TEST(Outbox, CutsMessagesIntoPackets) {
    Outbox outbox{Bytes{1'000}};
    outbox.post(Bytes{2'500}, 7);
    outbox.post(Bytes{0}, 8);
    outbox.post(Bytes{1'000}, 9);
    EXPECT_EQ(outbox.end(), 5U);
    EXPECT_EQ(outbox.at(2).payload, 500U);
    EXPECT_TRUE(outbox.at(2).last);
    EXPECT_EQ(outbox.at(0).payload, 1'000U);  // backwards too
    EXPECT_FALSE(outbox.at(0).last);
    EXPECT_EQ(outbox.at(3).payload, 0U);
    EXPECT_TRUE(outbox.at(4).last);
    std::vector<std::uint64_t> done;
    const auto tell = [&](std::uint64_t tag) { done.push_back(tag); };
    outbox.settled(2, tell);
    EXPECT_TRUE(done.empty());
    outbox.settled(4, tell);
    EXPECT_EQ(done, (std::vector<std::uint64_t>{7, 8}));
    EXPECT_EQ(outbox.at(4).payload, 1'000U);
}

TEST(Reassembly, CompletesMessagesInOrderWhateverTheOrderOfPackets) {
    Reassembly reassembly;  // messages: 0-2, 3, 4-5
    EXPECT_EQ(reassembly.add(2, true), 0U);
    EXPECT_EQ(reassembly.add(3, true), 0U);
    EXPECT_EQ(reassembly.add(0, false), 0U);
    EXPECT_EQ(reassembly.expected(), 1U);
    EXPECT_EQ(reassembly.add(0, false), 0U);
    EXPECT_EQ(reassembly.add(1, false), 2U);
    EXPECT_EQ(reassembly.expected(), 4U);
    EXPECT_FALSE(reassembly.waits());
    EXPECT_EQ(reassembly.add(4, false), 0U);
    EXPECT_EQ(reassembly.add(5, true), 1U);
}

TEST(Scoreboard, CountsWhatIsOnTheWayAndRepairsEachLossOnce) {
    Scoreboard board{3};
    for (int i = 0; i < 10; ++i) board.sent_new();
    board.acknowledge(2);
    board.acknowledge_one(3);
    board.acknowledge_one(4);
    EXPECT_FALSE(board.to_repair());  // 2 may only be late
    EXPECT_EQ(board.in_flight(), 6U);
    EXPECT_TRUE(board.acknowledge_one(5));
    EXPECT_FALSE(board.acknowledge_one(5));
    ASSERT_TRUE(board.to_repair());
    EXPECT_EQ(board.in_flight(), 4U);  // 6 to 9
    EXPECT_EQ(board.repair(), 2U);
    EXPECT_EQ(board.in_flight(), 5U);
    EXPECT_FALSE(board.to_repair());
    board.acknowledge_one(9);  // 6 is lost now; 7 and 8 may be late
    ASSERT_TRUE(board.to_repair());
    EXPECT_EQ(board.repair(), 6U);
    EXPECT_EQ(board.in_flight(), 4U);  // 2, 6, 7, 8
    EXPECT_EQ(board.acknowledge(6), 1U);
    EXPECT_EQ(board.in_flight(), 3U);
    board.timed_out();
    EXPECT_EQ(board.in_flight(), 0U);
    EXPECT_EQ(board.repair(), 6U);
    ASSERT_TRUE(board.to_repair());
    EXPECT_EQ(board.repair(), 7U);
    EXPECT_EQ(board.repair(), 8U);
    EXPECT_FALSE(board.to_repair());
    EXPECT_EQ(board.acknowledge(10), 3U);
    EXPECT_EQ(board.in_flight(), 0U);
    EXPECT_FALSE(board.lost_any());
}

TEST(Arrivals, TellsLostFromLateFromTwice) {
    Arrivals arrivals;
    for (const std::uint64_t sequence : {0U, 1U, 3U, 2U, 3U, 6U})
        arrivals.add(sequence, Nanos{1'000'000});
    EXPECT_EQ(arrivals.distinct(), 5U);
    EXPECT_EQ(arrivals.reordered(), 1U);
    EXPECT_EQ(arrivals.duplicates(), 1U);
    EXPECT_EQ(arrivals.missing(), 2U);  // 4, 5
    EXPECT_EQ(arrivals.latency(0.99), Nanos{1'000'000});
    // A gap that is never filled costs no memory for ever, and a number behind it is still counted.
    for (std::uint64_t sequence = 7; sequence < 3'000'000; ++sequence)
        arrivals.add(sequence, Nanos{1});
    EXPECT_EQ(arrivals.missing(), 2U);
    arrivals.add(2'999'999, Nanos{1});
    EXPECT_EQ(arrivals.duplicates(), 2U);
}

}  // namespace
}  // namespace weir::sim::test
