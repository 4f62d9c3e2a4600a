#include "tools/sim/host.hpp"

#include <gtest/gtest.h>

#include "tests/unit/sim/star.hpp"
#include "tools/sim/incast.hpp"

namespace weir::sim::test {
namespace {

FlowConfig way(std::uint32_t from, std::uint32_t to, std::uint8_t priority = 0) {
    FlowConfig config;
    config.from = NodeId{from};
    config.to = NodeId{to};
    config.treatment.priority = priority;
    return config;
}

struct Diary final : Application {
    void delivered(Instant now, FlowId flow, std::uint64_t tag) override {
        arrivals.push_back({now, flow, tag});
    }
    void acknowledged(Instant now, FlowId flow, std::uint64_t tag) override {
        acks.push_back({now, flow, tag});
    }
    struct Entry {
        Instant when;
        FlowId flow;
        std::uint64_t tag;
    };
    std::vector<Entry> arrivals;
    std::vector<Entry> acks;
};

TEST(Host, TellsTheApplicationWhenAMessageArrivesAndWhenThatIsKnown) {
    Star star{2, {gigabits(100), 1us, {}, {}, 1, 0}};
    Flow& flow = star.opened(star.flows.add_roce(way(0, 1), {}));
    Diary diary;
    flow.tell(&diary);
    flow.send(at(0ns), Bytes{4'096}, 17);
    flow.send(at(0ns), Bytes{1}, 18);
    star.engine.run_until(at(1ms));
    ASSERT_EQ(diary.arrivals.size(), 2U);
    ASSERT_EQ(diary.acks.size(), 2U);
    // Two lines of 1 us, 4,198 bytes twice: 335.84 ns each, rounded up.
    EXPECT_EQ(diary.arrivals[0].when, at(2 * 1us + 2 * 336ns));
    EXPECT_EQ(diary.arrivals[0].tag, 17U);
    EXPECT_EQ(diary.arrivals[1].tag, 18U);
    EXPECT_EQ(diary.acks[0].when, at(4 * 1us + 2 * 336ns + 2 * 9ns));  // 106 bytes back
    EXPECT_EQ(flow.counts().delivered_bytes, 4'097U);
    EXPECT_EQ(flow.counts().sent, 2U);
    EXPECT_EQ(star.packets.live(), 0U);
}

TEST(Host, LetsItsFlowsTakeTurns) {
    Star star{2, {gigabits(100), 1us, {}, {}, 1, 0}};
    std::vector<Flow*> flows;
    for (int i = 0; i < 5; ++i) {
        flows.push_back(&star.opened(star.flows.add_roce(way(0, 1), {})));
        flows.back()->send(at(0ns), Bytes{i == 0 ? 1'000'000'000ULL : 100'000'000ULL}, 1);
    }
    star.engine.run_until(at(10ms));
    for (const Flow* flow : flows)
        EXPECT_NEAR(static_cast<double>(flow->counts().sent), 10e6 / 335.84 / 5, 5);
}

TEST(Host, KeepsAConstantRateToThePacket) {
    Star star{2, {gigabits(100), 1us, {}, {}, 1, 0}};
    OpenLoopConfig config;
    config.rate = BitsPerSecond{7'654'321'000};
    config.from = at(1ms);
    config.until = at(101ms);
    Flow& flow = star.opened(star.flows.add_open_loop(way(0, 1), config));
    star.engine.run_until(at(1s));
    EXPECT_NEAR(static_cast<double>(flow.counts().sent), 7'654'321'000 * 0.1 / 8 / 1'542, 1.1);
    EXPECT_EQ(flow.arrivals().distinct(), flow.counts().sent);
    EXPECT_EQ(flow.arrivals().missing() + flow.arrivals().duplicates(), 0U);
    EXPECT_EQ(flow.arrivals().worst(), 2 * 1us + 2 * 124ns);  // 123.36 ns on each line
}

TEST(Host, SendsInBurstsOfTheMeanShareOfTime) {
    Star star{2, {gigabits(100), 1us, {}, {}, 1, 0}};
    OpenLoopConfig config;
    config.rate = gigabits(10);
    config.burst = 100us;
    config.silence = 300us;
    Flow& flow = star.opened(star.flows.add_open_loop(way(0, 1), config));
    star.engine.run_until(at(2s));  // 5,000 periods
    const double bits = static_cast<double>(flow.counts().sent_bytes) * 8;
    EXPECT_NEAR(bits / 2 / 10e9, 0.25, 0.02);
}

TEST(Host, ObeysAPauseForOnePriorityOnly) {
    Star star{2, {gigabits(100), 1us, {}, {}, 1, 0}};
    Flow& held = star.opened(star.flows.add_roce(way(0, 1, 3), {}));
    Flow& free = star.opened(star.flows.add_roce(way(0, 1, 4), {}));
    held.send(at(0ns), Bytes{1ULL << 30U}, 1);
    free.send(at(0ns), Bytes{1ULL << 30U}, 1);
    star.engine.run_until(at(100us));
    star.all[0]->on_message([&](Instant now, const Packet&, std::uint32_t port) {
        PauseFrame frame;
        frame.enabled = 1U << 3U;
        frame.quanta[3] = 40'000;  // 204.8 us
        star.all[0]->port(port).pause(now, frame);
    });
    Packet message;
    message.kind = PacketKind::message;
    message.sequence = star.packets.messages().take();
    message.wire = 84;
    star.all[0]->receive(at(100us), star.packets.make(message), 0);
    const std::uint64_t before = held.counts().sent;
    const std::uint64_t before_free = free.counts().sent;
    star.engine.run_until(at(300us));
    EXPECT_LE(held.counts().sent, before + 3);  // what its ring of 10,000 bytes took
    EXPECT_NEAR(static_cast<double>(free.counts().sent - before_free), 200e3 / 335.84, 10);
    star.engine.run_until(at(500us));
    EXPECT_GT(held.counts().sent, before + 250);
}

TEST(Incast, LetsAllSendAtOnceEachPeriod) {
    Star star{5, {gigabits(100), 1us, {}, {}, 1, 0}};
    std::vector<Flow*> flows;
    Diary diary;
    for (std::uint32_t i = 0; i < 4; ++i) {
        flows.push_back(&star.opened(star.flows.add_roce(way(i, 4), {})));
        flows.back()->tell(&diary);
    }
    IncastConfig config;
    config.bytes = Bytes{400'000};
    config.period = 1ms;
    config.until = at(9'500us);
    Incast incast{star.engine, flows, config};
    star.engine.run_until(at(20ms));
    EXPECT_EQ(incast.rounds(), 10U);
    EXPECT_EQ(diary.arrivals.size(), 40U);
    EXPECT_GT(star.middle.most, 1'100'000U);  // three quarters of 1.6 MB wait
    EXPECT_EQ(star.packets.live(), 0U);
}

// Everything at once, twice: the same to the last count.
TEST(Host, DoesTheSameTwice) {
    const auto run = [] {
        Impairment bad;
        bad.loss = 0.002;
        bad.burst = {0.0005, 0.2, 0.5, 0};
        bad.duplicate = 0.001;
        bad.reorder = 0.001;
        bad.late = 30us;
        Star star{4, {gigabits(25), 20us, bad, {}, 9, 0}};
        star.middle.limit = 300'000;
        star.middle.mark = 60'000;
        RoceConfig irn;
        irn.repair = Repair::selective;
        irn.window = 300;
        irn.timeout = 500us;
        RoceConfig back;
        back.dcqcn.emplace();
        back.dcqcn->line = gigabits(25);
        back.timeout = 500us;
        OpenLoopConfig noise;
        noise.rate = gigabits(5);
        noise.burst = noise.silence = 200us;
        noise.until = at(40ms);
        std::vector<Flow*> flows{&star.opened(star.flows.add_roce(way(0, 3), irn)),
                                 &star.opened(star.flows.add_roce(way(1, 3), back)),
                                 &star.opened(star.flows.add_tcp(way(2, 3), {})),
                                 &star.opened(star.flows.add_open_loop(way(0, 3), noise))};
        for (std::size_t i = 0; i < 3; ++i) flows[i]->send(at(0ns), Bytes{2'000'000}, 1);
        star.engine.run_until(at(1s));
        std::vector<std::uint64_t> said;
        for (const Flow* flow : flows)
            for (const std::uint64_t count :
                 {flow->counts().sent, flow->counts().again, flow->counts().delivered,
                  flow->counts().replies, flow->arrivals().duplicates(),
                  static_cast<std::uint64_t>(flow->arrivals().worst().count())})
                said.push_back(count);
        said.push_back(star.engine.wakes());
        for (std::size_t i = 0; i < 3; ++i) EXPECT_EQ(flows[i]->counts().delivered, 1U) << i;
        EXPECT_EQ(star.packets.live(), 0U);
        return said;
    };
    EXPECT_EQ(run(), run());
}

}  // namespace
}  // namespace weir::sim::test
