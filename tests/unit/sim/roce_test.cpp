#include "tools/sim/roce.hpp"

#include <gtest/gtest.h>

#include "tests/unit/sim/star.hpp"

namespace weir::sim::test {
namespace {

// The two ends by hand: what leaves, what is lost, what comes back.
struct Ends {
    explicit Ends(const RoceConfig& config) : sender{config}, sink{config} {}
    std::vector<std::uint64_t> emit(Instant now, std::size_t most = 1'000) {
        std::vector<std::uint64_t> sequences;
        while (sequences.size() < most && sender.ready_at(now) <= now)
            segments.push_back(sender.emit(now)), sequences.push_back(segments.back().sequence);
        return sequences;
    }
    // Lets these arrive; returns the answers.
    std::vector<Packet> arrive(Instant now, const std::vector<std::uint64_t>& sequences,
                               bool marked = false) {
        std::vector<Packet> answers;
        for (const std::uint64_t sequence : sequences) {
            Packet packet;
            packet.sequence = sequence;
            packet.made = now;
            packet.marked = marked;
            for (const Segment& segment : segments)
                if (segment.sequence == sequence) packet.last = segment.last;
            Replies replies;
            completed += sink.arrived(now, packet, replies);
            answers.insert(answers.end(), replies.begin(), replies.end());
        }
        return answers;
    }
    RoceSender sender;
    RoceSink sink;
    std::vector<Segment> segments;
    std::uint64_t completed = 0;
};

RoceConfig small(Repair repair) {
    RoceConfig config;
    config.repair = repair;
    config.payload = Bytes{1'000};
    config.ack_every = 4;
    config.timeout = 1ms;
    return config;
}
using Numbers = std::vector<std::uint64_t>;

TEST(GoBackN, AcknowledgesEachFewPacketsAndTheEndOfAMessage) {
    Ends ends{small(Repair::go_back_n)};
    ends.sender.post(at(0ns), Bytes{5'001}, 42);
    EXPECT_EQ(ends.emit(at(0ns)), (Numbers{0, 1, 2, 3, 4, 5}));
    EXPECT_EQ(ends.sender.ready_at(at(0ns)), never);
    const auto answers = ends.arrive(at(1us), {0, 1, 2, 3, 4, 5});
    ASSERT_EQ(answers.size(), 2U);
    EXPECT_EQ(answers[0].kind, PacketKind::ack);
    EXPECT_EQ(answers[0].sequence, 4U);
    EXPECT_EQ(answers[1].sequence, 6U);
    EXPECT_EQ(ends.completed, 1U);
    ends.sender.heard(at(2us), answers[1]);  // cumulative: the first one is lost
    EXPECT_EQ(ends.sender.completed().pop(), 42U);
    EXPECT_EQ(ends.sender.deadline(), never);
}

TEST(GoBackN, GoesBackOncePerGap) {
    Ends ends{small(Repair::go_back_n)};
    ends.sender.post(at(0ns), Bytes{8'000}, 1);
    ends.emit(at(0ns));
    auto answers = ends.arrive(at(1us), {0, 1, 3, 4, 5});  // 2 is lost
    ASSERT_EQ(answers.size(), 1U);
    EXPECT_EQ(answers[0].kind, PacketKind::nack);
    EXPECT_EQ(answers[0].sequence, 2U);
    ends.sender.heard(at(2us), answers[0]);
    EXPECT_TRUE(ends.arrive(at(2us), {6, 7}).empty());  // still the same gap
    EXPECT_EQ(ends.emit(at(2us)), (Numbers{2, 3, 4, 5, 6, 7}));
    EXPECT_TRUE(ends.segments.back().again);
    answers = ends.arrive(at(3us), {2, 4});  // and now 3 is: another gap
    ASSERT_EQ(answers.size(), 1U);
    EXPECT_EQ(answers[0].sequence, 3U);
    ends.sender.heard(at(4us), answers[0]);
    EXPECT_EQ(ends.emit(at(4us)), (Numbers{3, 4, 5, 6, 7}));
    answers = ends.arrive(at(5us), {3, 4, 5, 6, 7});
    ends.sender.heard(at(6us), answers.back());
    EXPECT_EQ(ends.sender.completed().size(), 1U);
    EXPECT_EQ(ends.completed, 1U);
    EXPECT_EQ(ends.sender.timeouts(), 0U);
}

TEST(GoBackN, StartsAgainAfterATimeoutWhenTheLastPacketOrItsAckIsLost) {
    Ends ends{small(Repair::go_back_n)};
    ends.sender.post(at(0ns), Bytes{2'000}, 1);
    ends.emit(at(0ns));
    ends.arrive(at(1us), {0, 1});  // the acknowledgement is lost
    EXPECT_EQ(ends.sender.deadline(), at(1ms));
    ends.sender.expired(at(999us));
    EXPECT_EQ(ends.sender.ready_at(at(999us)), never);
    ends.sender.expired(at(1ms));
    EXPECT_EQ(ends.emit(at(1ms)), (Numbers{0, 1}));
    const auto answers = ends.arrive(at(1ms), {0, 1});
    ASSERT_EQ(answers.size(), 1U);
    ends.sender.heard(at(1ms), answers[0]);
    EXPECT_EQ(ends.completed, 1U);
    EXPECT_EQ(ends.sender.completed().size(), 1U);
    EXPECT_EQ(ends.sender.timeouts(), 1U);
}

TEST(Selective, SendsAgainWhatIsMissingAndNothingElse) {
    Ends ends{small(Repair::selective)};
    ends.sender.post(at(0ns), Bytes{8'000}, 1);
    ends.sender.post(at(0ns), Bytes{2'000}, 2);
    ends.emit(at(0ns));
    const auto answers = ends.arrive(at(1us), {0, 2, 3, 5, 6, 7, 8, 9});
    ASSERT_EQ(answers.size(), 7U);  // one for each behind the gap
    for (const Packet& answer : answers) {
        EXPECT_EQ(answer.kind, PacketKind::nack);
        EXPECT_EQ(answer.sequence, 1U);
        ends.sender.heard(at(2us), answer);
    }
    EXPECT_EQ(ends.emit(at(2us)), (Numbers{1, 4}));
    const auto rest = ends.arrive(at(3us), {1, 4});
    EXPECT_EQ(ends.completed, 2U);
    for (const Packet& answer : rest) ends.sender.heard(at(4us), answer);
    EXPECT_EQ(ends.sender.completed().size(), 2U);
    EXPECT_EQ(ends.sender.deadline(), never);
}

TEST(Selective, HasNoMoreThanItsWindowOnTheWay) {
    RoceConfig config = small(Repair::selective);
    config.window = 8;
    Ends ends{config};
    ends.sender.post(at(0ns), Bytes{100'000}, 1);
    EXPECT_EQ(ends.emit(at(0ns)).size(), 8U);
    for (const Packet& answer : ends.arrive(at(1us), {0, 1, 2, 3, 4, 6})) {
        EXPECT_LE(answer.sequence, 5U);
        ends.sender.heard(at(2us), answer);
    }
    EXPECT_EQ(ends.emit(at(2us)), (Numbers{5, 8, 9, 10, 11, 12, 13}));  // 5, 7 to 13
}

// Alone on a line of 100 Gb/s with a round trip of 200 us, `loss` on the way there. The share of
// the line's rate that arrives as goodput.
double goodput(Repair repair, double loss) {
    Star star{2, {gigabits(100), 50us, {}, {}, 3, 0}};
    Impairment data;
    data.loss = loss;
    star.ups[0]->impair(data, {});
    RoceConfig config;
    config.repair = repair;
    config.timeout = 600us;
    FlowConfig way;
    way.to = NodeId{1};
    Flow& flow = star.opened(star.flows.add_roce(way, config));
    constexpr std::uint64_t packets = 300'000;
    flow.send(at(0ns), Bytes{packets * 4'096}, 1);
    while (flow.counts().delivered == 0) star.engine.run_until(star.engine.now() + 100us);
    const Nanos ideal = Bytes{packets * (4'096 + 102)} / gigabits(100);
    return static_cast<double>(ideal.count()) /
           static_cast<double>(star.engine.now().since_start().count());
}

TEST(GoBackN, LosesARoundTripOfPacketsForEachLoss) {
    const double round_trip_packets = 200e-6 * 100e9 / 8 / (4'096 + 102);  // 595
    for (const double loss : {0.0, 1e-4, 5e-4, 2e-3}) {
        const double law = 1 / (1 + loss * round_trip_packets);
        const double seen = goodput(Repair::go_back_n, loss);
        EXPECT_NEAR(seen / law, 1, 0.1) << loss;
        RecordProperty("goodput at loss " + std::to_string(loss), std::to_string(seen));
    }
}

TEST(Selective, LosesLittleMoreThanTheNetworkDoes) {
    for (const double loss : {0.0, 1e-4, 5e-4, 2e-3}) {
        EXPECT_GT(goodput(Repair::selective, loss), 0.97) << loss;
    }
}

}  // namespace
}  // namespace weir::sim::test
