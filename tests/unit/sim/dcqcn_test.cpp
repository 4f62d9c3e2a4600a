#include "tools/sim/dcqcn.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "tests/unit/sim/star.hpp"

namespace weir::sim::test {
namespace {

TEST(Dcqcn, StartsAtLineRateAndStaysThereUnmarked) {
    Dcqcn rate{{}};
    rate.sent(at(1s), 4'096);
    EXPECT_EQ(rate.bits_per_second(at(100s)), 100e9);
}

TEST(Dcqcn, HalvesByTheFirstNotificationAndRecoversHalfTheWayEachRound) {
    Dcqcn rate{{}};
    rate.notified(at(10us));  // alpha is 1
    EXPECT_DOUBLE_EQ(rate.bits_per_second(at(10us)), 50e9);
    EXPECT_DOUBLE_EQ(rate.bits_per_second(at(64'999ns)), 50e9);
    double expected = 50e9;
    for (int round = 1; round <= 5; ++round) {
        expected = (expected + 100e9) / 2;
        EXPECT_DOUBLE_EQ(rate.bits_per_second(at(10us + round * 55us)), expected);
    }
}

TEST(Dcqcn, DecaysAlphaEach55MicrosecondsWithoutNotification) {
    Dcqcn rate{{}};
    rate.notified(at(0us));
    const double g = 1.0 / 256;
    rate.notified(at(550us));
    const double decayed = std::pow(1 - g, 10);
    EXPECT_NEAR(rate.alpha(), (1 - g) * decayed + g, 1e-12);
    rate.notified(at(600us));  // less than 55 us later: no decay
    EXPECT_NEAR(rate.alpha(), (1 - g) * ((1 - g) * decayed + g) + g, 1e-12);
}

TEST(Dcqcn, IncreasesAdditivelyAfterFastRecoveryAndHyperWhenTimerAndBytesAgree) {
    DcqcnConfig config;
    Dcqcn timed{config};
    timed.notified(at(0ns));
    timed.notified(at(1ns));  // 25 Gb/s of 50
    const double at_five = timed.bits_per_second(at(1ns + 5 * 55us));
    EXPECT_DOUBLE_EQ(at_five, 50e9 - 25e9 / 32);
    EXPECT_DOUBLE_EQ(timed.bits_per_second(at(1ns + 6 * 55us)), (at_five + 50.04e9) / 2);
    // Bytes count apart from time: rounds of both, more than five each, and R_HAI comes in.
    Dcqcn both{config};
    both.notified(at(0ns));
    both.notified(at(1ns));
    for (int round = 0; round < 6; ++round) both.sent(at(1us), 10'000'000);
    const double by_bytes = (50e9 - 25e9 / 32 + 50.04e9) / 2;
    EXPECT_DOUBLE_EQ(both.bits_per_second(at(1us)), by_bytes);
    double expected = by_bytes, target = 50.04e9;
    for (int round = 1; round <= 6; ++round) {
        target += round == 6 ? 100e6 : 40e6;  // six byte rounds already: no fast recovery
        expected = (expected + target) / 2;
    }
    EXPECT_NEAR(both.bits_per_second(at(1ns + 6 * 55us)), expected, 1);
}

TEST(Dcqcn, IsNotifiedAtMostOnceIn50MicrosecondsAFlow) {
    RoceConfig config;
    config.dcqcn.emplace();
    RoceSink sink{config};
    std::vector<Nanos> notified;
    for (std::uint64_t i = 0; i < 1'000; ++i) {
        Packet packet;
        packet.sequence = i;
        packet.marked = true;
        Replies replies;
        sink.arrived(at(i * 1us), packet, replies);
        for (const Packet& reply : replies)
            if (reply.kind == PacketKind::cnp) notified.push_back(i * 1us);
    }
    ASSERT_EQ(notified.size(), 20U);
    for (std::size_t i = 0; i < notified.size(); ++i) EXPECT_EQ(notified[i], i * 50us);
}

// One sends alone, a second joins it into the same port; in the end they share it and it is full.
TEST(Dcqcn, LetsTwoFlowsConvergeToEqualShares) {
    Star star{3, {gigabits(40), 1us, {}, {}, 3, 0}};
    star.middle.mark = 100'000;
    RoceConfig config;
    config.dcqcn.emplace();
    config.dcqcn->line = gigabits(40);
    std::vector<Flow*> flows;
    for (const std::uint32_t from : {0U, 1U}) {
        FlowConfig way;
        way.from = NodeId{from};
        way.to = NodeId{2};
        flows.push_back(&star.opened(star.flows.add_roce(way, config)));
    }
    flows[0]->send(at(0ns), Bytes{1ULL << 40U}, 1);
    star.engine.run_until(at(5ms));
    EXPECT_GT(flows[0]->counts().delivered_bytes, (gigabits(38) * Nanos{5ms}).count());
    flows[1]->send(star.engine.now(), Bytes{1ULL << 40U}, 1);
    star.engine.run_until(at(150ms));
    const std::uint64_t a = flows[0]->counts().delivered_bytes;
    const std::uint64_t b = flows[1]->counts().delivered_bytes;
    star.engine.run_until(at(250ms));
    const double share_a = static_cast<double>(flows[0]->counts().delivered_bytes - a);
    const double share_b = static_cast<double>(flows[1]->counts().delivered_bytes - b);
    EXPECT_NEAR(share_a / (share_a + share_b), 0.5, 0.05);
    EXPECT_GT((share_a + share_b) * 8 / 0.1, 0.9 * 40e9);
    EXPECT_EQ(star.middle.dropped, 0U);
    EXPECT_LT(star.middle.most, 10'000'000U);
}

}  // namespace
}  // namespace weir::sim::test
