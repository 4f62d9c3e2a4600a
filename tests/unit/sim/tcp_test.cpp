#include "tools/sim/tcp.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "tests/unit/sim/star.hpp"

namespace weir::sim::test {
namespace {

using Numbers = std::vector<std::uint64_t>;

// A sender and the acknowledgements a sink would send it, by hand; round trip 10 ms.
struct Ends {
    explicit Ends(Growth growth = Growth::reno) : sender{TcpConfig{growth}} {
        sender.post(at(0ns), Bytes{1'440'000'000}, 1);
    }
    Numbers emit(Nanos now) {
        Numbers sequences;
        while (sender.ready_at(at(now)) <= at(now)) {
            const Segment segment = sender.emit(at(now));
            sequences.push_back(segment.sequence);
            reduced = reduced || segment.reduced;
        }
        return sequences;
    }
    void arrive(Nanos now, std::uint64_t sequence, bool marked = false, bool says_reduced = false) {
        Packet packet;
        packet.sequence = sequence;
        packet.made = at(now - 10ms);
        packet.marked = marked;
        packet.reduced = says_reduced;
        Replies replies;
        sink.arrived(at(now), packet, replies);
        for (const Packet& ack : replies) echoes += ack.echo ? 1 : 0, sender.heard(at(now), ack);
    }
    TcpSender sender;
    TcpSink sink;
    bool reduced = false;
    int echoes = 0;
};

TEST(Tcp, DoublesItsWindowEachRoundTripOfSlowStart) {
    Ends ends;
    std::uint64_t next = 0;
    for (std::size_t window = 10, round = 1; round < 8; window *= 2, ++round) {
        const Numbers sent = ends.emit(round * 10ms);
        ASSERT_EQ(sent.size(), window);
        ASSERT_EQ(sent.front(), next);
        for (const std::uint64_t sequence : sent) ends.arrive((round + 1) * 10ms, sequence);
        next += window;
    }
    EXPECT_EQ(ends.sender.timeout(), 200ms);  // 10 ms of round trip; the least
}

TEST(Tcp, RetransmitsOnTheThirdSelectiveAckAndHalvesOncePerWindow) {
    Ends ends;
    ASSERT_EQ(ends.emit(10ms).size(), 10U);
    ends.arrive(20ms, 0);
    EXPECT_EQ(ends.emit(20ms), (Numbers{10, 11}));
    ends.arrive(20ms, 3);  // 1 and 2 are lost
    EXPECT_EQ(ends.emit(20ms), (Numbers{12}));
    EXPECT_EQ(ends.sender.window().segments(), 11);
    ends.arrive(20ms, 4);
    EXPECT_EQ(ends.sender.window().segments(), 5.5);
    EXPECT_EQ(ends.sender.fast_retransmits(), 1U);
    for (const std::uint64_t sequence : {5U, 6U, 7U}) {
        EXPECT_TRUE(ends.emit(20ms).empty());  // too many are still on the way
        ends.arrive(20ms, sequence);
    }
    EXPECT_TRUE(ends.emit(20ms).empty());  // 8 to 12
    ends.arrive(20ms, 8);
    EXPECT_EQ(ends.emit(20ms), (Numbers{1}));
    ends.arrive(20ms, 9);
    EXPECT_EQ(ends.emit(20ms), (Numbers{2}));
    ends.arrive(20ms, 10);
    EXPECT_EQ(ends.emit(20ms), (Numbers{13}));
    EXPECT_EQ(ends.sender.window().segments(), 5.5);  // one reduction for both
    ends.arrive(30ms, 1);
    ends.arrive(30ms, 2);
    for (const std::uint64_t sequence : {11U, 12U, 13U}) ends.arrive(30ms, sequence);
    EXPECT_EQ(ends.sender.fast_retransmits(), 1U);
    EXPECT_EQ(ends.sender.timeouts(), 0U);
    EXPECT_EQ(ends.emit(30ms).front(), 14U);
}

TEST(Tcp, BacksOffByTimeouts) {
    Ends ends;
    ends.emit(0ms);
    EXPECT_EQ(ends.sender.deadline(), at(1s));  // RFC 6298: before the first sample
    ends.sender.expired(at(1s));
    EXPECT_EQ(ends.emit(1s), (Numbers{0}));
    EXPECT_EQ(ends.sender.deadline(), at(3s));
    ends.sender.expired(at(3s));
    EXPECT_EQ(ends.sender.deadline(), at(7s));
    EXPECT_EQ(ends.emit(3s), (Numbers{0}));
    ends.arrive(3s + 10ms, 0);
    EXPECT_EQ(ends.emit(3s + 10ms), (Numbers{1, 2}));  // slow start through what was lost
    EXPECT_EQ(ends.sender.timeout(), 200ms);
}

TEST(Tcp, AnswersMarksOnceAWindowAndSaysSo) {
    Ends ends;
    const Numbers first = ends.emit(10ms);
    for (const std::uint64_t sequence : first) ends.arrive(20ms, sequence, true);
    EXPECT_EQ(ends.echoes, 10);
    EXPECT_EQ(ends.sender.window().segments(), 5);  // the first ack: 10 / 2
    const Numbers second = ends.emit(20ms);
    EXPECT_TRUE(ends.reduced);
    ASSERT_EQ(second.size(), 5U);
    ends.arrive(30ms, second[0], false, true);
    for (std::size_t i = 1; i < 5; ++i) ends.arrive(30ms, second[i]);
    EXPECT_EQ(ends.echoes, 10);                       // CWR stopped the echo
    EXPECT_GT(ends.sender.window().segments(), 5.9);  // a segment a round trip
    EXPECT_LT(ends.sender.window().segments(), 6.0);
}

TEST(Window, GrowsByOneSegmentARoundTripAsReno) {
    Window window{Growth::reno, 100};
    window.congested();
    ASSERT_EQ(window.segments(), 50);
    for (int i = 0; i < 50; ++i) window.acknowledged(at(0ns), 1, 10ms);
    EXPECT_NEAR(window.segments(), 51, 0.02);
}

// W(t) = 0.4 (t - K)^3 + W_max, K = cbrt(0.3 W_max / 0.4): RFC 9438, 4.2.
TEST(Window, FollowsTheCubeOfTimeAsCubic) {
    Window window{Growth::cubic, 10'000};
    window.congested();
    ASSERT_NEAR(window.segments(), 7'000, 1e-9);
    const double to_peak = std::cbrt(0.3 * 10'000 / 0.4);  // 19.6 s
    const Nanos round_trip = 100ms;
    for (int round = 0; round <= 300; ++round) {
        const double t = round * 0.1 - to_peak;
        if (round > 2) {
            ASSERT_NEAR(window.segments(), 0.4 * t * t * t + 10'000, 60) << round;
        }
        const auto acks = static_cast<int>(window.segments());
        for (int i = 0; i < acks; ++i) window.acknowledged(at(round * round_trip), 1, round_trip);
    }
}

struct Share {
    double use;
    double first;
};
// Two flows into one port of 10 Gb/s with a buffer of `limit` bytes, 400 us round trip.
Share two_flows(Growth growth, std::uint64_t limit, std::uint64_t mark) {
    Star star{3, {gigabits(40), 100us, {}, {}, 3, 0}, gigabits(10)};
    star.middle.limit = limit;
    star.middle.mark = mark;
    std::vector<Flow*> flows;
    for (const std::uint32_t from : {0U, 1U}) {
        FlowConfig way;
        way.from = NodeId{from};
        way.to = NodeId{2};
        way.capable = mark != UINT64_MAX;
        TcpConfig tcp;
        tcp.growth = growth;
        tcp.least_timeout = 10ms;
        flows.push_back(&star.opened(star.flows.add_tcp(way, tcp)));
        flows.back()->send(at(0ns), Bytes{1ULL << 40U}, 1);
    }
    star.engine.run_until(at(250ms));
    const double a = static_cast<double>(flows[0]->counts().delivered_bytes);
    const double b = static_cast<double>(flows[1]->counts().delivered_bytes);
    star.engine.run_until(at(750ms));
    const double now_a = static_cast<double>(flows[0]->counts().delivered_bytes) - a;
    const double now_b = static_cast<double>(flows[1]->counts().delivered_bytes) - b;
    EXPECT_EQ(mark == UINT64_MAX, star.middle.dropped > 0);
    return {(now_a + now_b) * 8 / 0.5 / (10e9 * 1440 / 1542), now_a / (now_a + now_b)};
}

TEST(Tcp, FillsALinkThatItShares) {
    constexpr std::uint64_t round_trip_bytes = 500'000;
    for (const Growth growth : {Growth::reno, Growth::cubic}) {
        const Share dropped = two_flows(growth, round_trip_bytes, UINT64_MAX);
        EXPECT_GT(dropped.use, 0.97);
        EXPECT_LE(dropped.use, 1.001);
        EXPECT_NEAR(dropped.first, 0.5, 0.3);
        const Share marked = two_flows(growth, UINT64_MAX, round_trip_bytes / 2);
        EXPECT_GT(marked.use, 0.9);
        EXPECT_NEAR(marked.first, 0.5, 0.3);
    }
}

}  // namespace
}  // namespace weir::sim::test
