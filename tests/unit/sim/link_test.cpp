#include "tools/sim/link.hpp"

#include <gtest/gtest.h>

#include "tests/unit/sim/net.hpp"
#include "tools/sim/arrivals.hpp"

namespace weir::sim::test {
namespace {

// Packets of 1,000 bytes, one a microsecond, onto one line.
struct Line {
    explicit Line(const LinkConfig& config) : to{packets}, link{engine, packets, config, to, 0} {}
    void carry(std::uint64_t count, PacketKind kind = PacketKind::data) {
        for (std::uint64_t i = 0; i < count; ++i) {
            engine.run_until(engine.now() + 1us);
            Packet packet;
            packet.sequence = next++;
            packet.wire = 1000;
            packet.kind = kind;
            if (carries(packet)) packet.sequence = packets.messages().take();
            link.carry(engine.now() + -80ns, engine.now(), packets.make(packet));
            conserved();
        }
    }
    void conserved() const {
        const LinkCounts &d = link.data(), &m = link.messages();
        ASSERT_EQ(d.sent + d.duplicated + m.sent + m.duplicated,
                  d.delivered + d.dropped() + m.delivered + m.dropped() + link.in_flight());
        ASSERT_EQ(packets.live(), link.in_flight());
    }
    void drain() {
        engine.run_until(engine.now() + 1s);
        conserved();
        ASSERT_EQ(link.in_flight(), 0U);
    }
    Engine engine;
    PacketPool packets;
    Notebook to;
    Link link;
    std::uint64_t next = 0;
};

TEST(Link, DelaysEachPacketByThePropagationAndKeepsTheirOrder) {
    Line line{{gigabits(100), fibre(400), {}, {}, 1, 0}};
    ASSERT_EQ(fibre(400), 2ms);
    line.carry(10'000);
    EXPECT_EQ(line.link.in_flight(), 2'000U);  // one bit more, and the last would have arrived
    line.drain();
    ASSERT_EQ(line.to.entries.size(), 10'000U);
    for (std::uint64_t i = 0; i < 10'000; ++i) {
        ASSERT_EQ(line.to.entries[i].packet.sequence, i);
        ASSERT_EQ(line.to.entries[i].when, at((i + 1) * 1us + 2ms));
    }
}

TEST(Link, LosesAsOftenAsAskedAndDataAndMessagesApart) {
    Impairment data, messages;
    data.loss = 0.01;
    messages.loss = 0.5;
    Line line{{gigabits(100), 5us, data, messages, 7, 3}};
    line.carry(200'000);
    line.carry(20'000, PacketKind::message);
    line.drain();
    // Five standard deviations of a binomial: sqrt(200,000 x 0.0099) = 44.5; sqrt(5,000) = 70.7.
    EXPECT_NEAR(static_cast<double>(line.link.data().lost), 2'000, 5 * 44.5);
    EXPECT_NEAR(static_cast<double>(line.link.messages().lost), 10'000, 5 * 70.7);
    EXPECT_EQ(line.link.data().delivered_bytes, 1'000 * line.link.data().delivered);
}

TEST(Link, LosesInBurstsOfTheMeanLengthAskedFor) {
    Impairment data;
    data.burst = {0.001, 0.1, 1, 0};
    Line line{{gigabits(100), 5us, data, {}, 11, 0}};
    line.carry(500'000);
    line.drain();
    std::uint64_t expected = 0, bursts = 0;
    for (const auto& entry : line.to.entries) {
        bursts += entry.packet.sequence != expected ? 1 : 0;
        expected = entry.packet.sequence + 1;
    }
    const auto lost = static_cast<double>(line.link.data().lost_in_burst);
    EXPECT_NEAR(lost / 500'000, 0.001 / 0.101, 0.15 * 0.0099);
    EXPECT_NEAR(lost / static_cast<double>(bursts), 10, 1.5);
    EXPECT_EQ(line.link.data().lost, 0U);
}

TEST(Link, LosesExactlyWhatIsBeingSentDuringACut) {
    Line line{{gigabits(100), 50us, {}, {}, 1, 0}};
    // Packet i is on the line in (i + 1) us - [80, 0) ns.
    line.link.cut(at(10us), at(20us));
    line.link.cut(at(30us - 40ns), at(30us - 30ns));
    line.carry(40);
    line.drain();
    std::vector<std::uint64_t> arrived;
    for (const auto& entry : line.to.entries) arrived.push_back(entry.packet.sequence);
    std::vector<std::uint64_t> wanted;
    for (std::uint64_t i = 0; i < 40; ++i)
        if ((i < 10 || i > 19) && i != 29) wanted.push_back(i);
    EXPECT_EQ(arrived, wanted);
    EXPECT_EQ(line.link.data().lost_in_cut, 11U);
}

TEST(Link, DuplicatesAndReordersAndForgetsNone) {
    Impairment data;
    data.duplicate = 0.1;
    data.reorder = 0.05;
    data.late = 20us;
    data.loss = 0.02;
    Line line{{gigabits(100), 100us, data, {}, 5, 0}};
    line.carry(50'000);
    line.drain();
    const LinkCounts& counts = line.link.data();
    EXPECT_NEAR(static_cast<double>(counts.duplicated), 4'900, 350);
    EXPECT_NEAR(static_cast<double>(counts.reordered), 2'450, 250);
    Arrivals arrivals;
    for (const auto& entry : line.to.entries) {
        arrivals.add(entry.packet.sequence, 1ns);
        const Nanos sent = 1us * (entry.packet.sequence + 1);
        ASSERT_GE(entry.when - at(sent), 100us);
        ASSERT_LE(entry.when - at(sent), 120us);
    }
    EXPECT_EQ(arrivals.duplicates(), counts.duplicated);
    EXPECT_EQ(arrivals.distinct(), 50'000 - counts.lost);
    EXPECT_GT(arrivals.reordered(), counts.reordered / 2);
}

TEST(Link, IsTheSameForASeedAndAnotherForAnother) {
    const auto run = [](std::uint64_t seed, std::uint64_t stream) {
        Impairment data;
        data.loss = 0.1;
        data.duplicate = data.reorder = 0.1;
        data.late = 9us;
        Line line{{gigabits(100), 1us, data, {}, seed, stream}};
        line.carry(2'000);
        line.drain();
        return line.to.entries;
    };
    EXPECT_EQ(run(1, 0), run(1, 0));
    EXPECT_NE(run(1, 0), run(2, 0));
    EXPECT_NE(run(1, 0), run(1, 1));
}

}  // namespace
}  // namespace weir::sim::test
