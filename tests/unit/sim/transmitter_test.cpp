#include "tools/sim/transmitter.hpp"

#include <gtest/gtest.h>

#include "tests/unit/sim/net.hpp"

namespace weir::sim::test {
namespace {

struct Port {
    explicit Port(const TransmitterConfig& config, BitsPerSecond rate = gigabits(100))
        : to{packets},
          link{engine, packets, {rate, 0ns, {}, {}, 0, 0}, to, 0},
          source{packets},
          out{engine, packets, link, source, 0, config} {}
    std::vector<std::uint64_t> order() const {
        std::vector<std::uint64_t> sequences;
        for (const auto& entry : to.entries) sequences.push_back(entry.packet.sequence);
        return sequences;
    }
    PauseFrame frame(std::uint8_t priority, std::uint16_t quanta) const {
        PauseFrame one;
        one.enabled = static_cast<std::uint8_t>(1U << priority);
        one.quanta[priority] = quanta;
        return one;
    }
    Engine engine;
    PacketPool packets;
    Notebook to;
    Link link;
    Script source;
    Transmitter out;
};

TEST(Transmitter, SendsAtExactlyTheRateOfTheLine) {
    for (const auto rate : {BitsPerSecond{10'000'000}, gigabits(25), gigabits(100), gigabits(400),
                            BitsPerSecond{333'333'333'333}}) {
        Port port{{Bytes{20'000}, Bytes{0}}, rate};
        std::uint64_t bytes = 0;
        for (std::uint32_t i = 0; i < 10'000; ++i) {
            port.source.add(84 + i * 37 % 9000);
            bytes += 84 + i * 37 % 9000;
        }
        port.out.kick(at(0ns));
        port.engine.run_until(at(1h));
        ASSERT_EQ(port.to.entries.size(), 10'000U);
        EXPECT_EQ(port.to.entries.back().when, at(Bytes{bytes} / rate));  // rounded up to a ns
        EXPECT_EQ(port.source.gone.back().when, port.to.entries.back().when);
    }
}

TEST(Transmitter, TakesNoMoreThanItsBytesAndNeverRunsDry) {
    for (const bool strict : {false, true}) {
        Port port{{Bytes{4'000}, Bytes{strict ? 1'524U : 0U}}};
        for (int i = 0; i < 1'000; ++i) port.source.add(i % 2 == 0 ? 1'524 : 84);
        port.out.kick(at(0ns));
        EXPECT_LE(port.out.in_nic(), Bytes{strict ? 4'000U : 4'000U + 1'523U});
        port.engine.run_until(at(1s));
        EXPECT_LE(port.out.most_in_nic(), Bytes{strict ? 4'000U : 4'000U + 1'523U});
        EXPECT_GE(port.out.most_in_nic(), Bytes{2'500});
        EXPECT_EQ(port.out.in_nic(), Bytes{0});
        EXPECT_EQ(port.to.entries.back().when, at(Bytes{500 * (1'524 + 84)} / gigabits(100)));
    }
}

TEST(Transmitter, LetsAMessagePassTheDataInTheRingButNotThePacketBeingSent) {
    Port port{{Bytes{10'000}, Bytes{0}}};
    for (int i = 0; i < 5; ++i) port.source.add(1'250);  // 100 ns each
    port.out.kick(at(0ns));
    port.engine.run_until(at(50ns));
    Packet message;
    message.kind = PacketKind::message;
    message.sequence = port.packets.messages().take();
    message.wire = 125;
    port.out.send_message(at(50ns), port.packets.make(message));
    EXPECT_EQ(port.out.packets_held(), 6U);
    port.engine.run_until(at(1s));
    EXPECT_EQ(port.order(), (std::vector<std::uint64_t>{0, message.sequence, 1, 2, 3, 4}));
    EXPECT_EQ(port.to.entries[1].when, at(110ns));
    EXPECT_EQ(port.source.gone.size(), 5U);  // a message is not the source's
}

// Quanta of 5.12 ns at 100 Gb/s.
TEST(Transmitter, HoldsOnlyThePriorityNamedAndOnlyForItsQuanta) {
    Port port{{Bytes{2'500}, Bytes{0}, true, 0}};
    for (int i = 0; i < 20; ++i) port.source.add(1'250, i % 2 == 0 ? 3 : 4);
    port.out.kick(at(0ns));
    port.engine.run_until(at(50ns));  // number 0, of priority 3, is being sent: it completes
    port.out.pause(at(50ns), port.frame(3, 1'000));
    EXPECT_TRUE(port.out.paused(at(50ns), 3));
    EXPECT_FALSE(port.out.paused(at(50ns), 4));
    port.engine.run_until(at(5'169ns));
    EXPECT_EQ(port.order(), (std::vector<std::uint64_t>{0, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19}));
    port.engine.run_until(at(1s));
    EXPECT_EQ(port.to.entries.size(), 20U);
    EXPECT_EQ(port.to.entries[11].when, at(50ns + 5'120ns + 100ns));
    EXPECT_EQ(port.out.paused_for(3), 5'120ns);
}

TEST(Transmitter, IsReleasedByTimeZeroAndHeldOnByARefresh) {
    Port port{{Bytes{2'500}, Bytes{0}, true, 0}};
    for (int i = 0; i < 3; ++i) port.source.add(1'250, 3);
    port.out.pause(at(0ns), port.frame(3, 65'535));
    port.out.kick(at(0ns));
    port.engine.run_until(at(300us));
    port.out.pause(at(300us), port.frame(3, 65'535));
    port.engine.run_until(at(600us));  // beyond the first one's 335.5 us
    EXPECT_TRUE(port.to.entries.empty());
    port.out.pause(at(600us), port.frame(4, 0));  // not named: untouched
    EXPECT_TRUE(port.out.paused(at(600us), 3));
    port.out.pause(at(600us), port.frame(3, 0));
    port.engine.run_until(at(601us));
    ASSERT_EQ(port.to.entries.size(), 3U);
    EXPECT_EQ(port.to.entries[0].when, at(600us + 100ns));
    EXPECT_EQ(port.out.paused_for(3), 600us);
}

TEST(Transmitter, TakesItsResponseTimeToStop) {
    Port port{{Bytes{2'500}, Bytes{0}, true, 394}};  // 2,017.28 ns
    for (int i = 0; i < 100; ++i) port.source.add(1'250, 3);
    port.out.kick(at(0ns));
    port.out.pause(at(0ns), port.frame(3, 10'000));
    port.engine.run_until(at(51us));
    EXPECT_EQ(port.to.entries.size(), 21U);  // the last began at 2,000 ns
    port.engine.run_until(at(51'200ns + 100ns));
    EXPECT_EQ(port.to.entries.size(), 22U);
    // A pause that is over before the response is none.
    port.engine.run_until(at(52us));
    const auto before = port.to.entries.size();
    port.out.pause(at(52us), port.frame(3, 100));
    port.engine.run_until(at(53us));
    EXPECT_EQ(port.to.entries.size(), before + 10);
}

TEST(Transmitter, LetsAPausedPriorityNotFillTheRingOfAnother) {
    Port port{{Bytes{5'000}, Bytes{1'250}, true, 0}};
    for (int i = 0; i < 50; ++i) port.source.add(1'250, 3);
    port.out.kick(at(0ns));  // the ring of priority 3 is full
    port.out.pause(at(0ns), port.frame(3, 65'535));
    for (int i = 0; i < 10; ++i) port.source.add(1'250, 5);
    port.out.kick(at(0ns));
    port.engine.run_until(at(10us));
    EXPECT_EQ(port.to.entries.size(), 11U);  // the one that was being sent, and all of 5
    EXPECT_LE(port.out.most_in_nic(), Bytes{10'000});
}

}  // namespace
}  // namespace weir::sim::test
