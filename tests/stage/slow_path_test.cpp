// What the control thread does with packets that the pipeline punts: the two together, without
// threads.
#include <gtest/gtest.h>

#include <cstring>

#include "dataplane/control/slow_path.hpp"
#include "tests/stage/scene.hpp"

namespace weir::test {
namespace {

class Control {
public:
    explicit Control(std::uint32_t neighbors = 1024, std::uint32_t buffers = 8192,
                     const Config& config = scene_config())
        : bed{config, buffers}, neighbors_{neighbors}, shard_{config.ports.size()} {
        IdVector<PortId, MacAddr> macs;
        IdVector<PortId, WorkerId> owners;
        for (std::size_t i = 0; i < config.ports.size(); ++i) {
            macs.push_back(Bed::mac(static_cast<PortId>(i)));
            owners.push_back(WorkerId{0});
        }
        slow_path_ = std::make_unique<SlowPath>(SlowPath::Setup{.neighbors = &neighbors_,
                                                                .publisher = &publisher_,
                                                                .shard = &shard_,
                                                                .pool = &bed.pool(),
                                                                .rings = {&rings_},
                                                                .owners = owners});
        slow_path_->configure(config, macs, bed.now);
        taken();  // what asks for the gateways
    }
    ~Control() { slow_path_->stop(); }
    Control(const Control&) = delete;
    Control& operator=(const Control&) = delete;

    // The frame goes through the pipeline, and what it punts through control. Frames and packets
    // that control sends in answer, all behind an Ethernet header.
    std::vector<Frame> answers(const PacketBuilder& in, PortId port) {
        punt(in, port);
        return poll();
    }
    void punt(const PacketBuilder& in, PortId port) {
        const Outcome outcome = bed.run(in.build(), port);
        for (const auto& punted : outcome.punted) push(rings_.punts, punted);
        for (const auto& waiting : outcome.resolves) push(rings_.resolves, waiting);
    }
    std::vector<Frame> poll() {
        slow_path_->poll(bed.snapshot(), bed.now);
        return taken();
    }
    void tick() {
        slow_path_->tick(bed.now);
        publisher_.reclaim();  // no worker is there: all grace periods are over
        taken();
    }
    std::size_t held() const { return slow_path_->held(); }
    std::size_t waiting() const { return rings_.resolves.size(); }
    std::uint64_t drops(PortId port, Drop drop) const {
        return shard_.ports[port].drops[static_cast<std::size_t>(drop)].read();
    }

    Bed bed;

private:
    void push(PacketRing& ring, const Outcome::Punted& punted) {
        Packet* packet = rte_pktmbuf_alloc(&bed.pool());
        std::memcpy(rte_pktmbuf_append(packet, static_cast<std::uint16_t>(punted.frame.size())),
                    punted.frame.data(), punted.frame.size());
        punt_info(*packet) = punted.info;
        ASSERT_TRUE(ring.push(packet));
    }
    std::vector<Frame> taken() {
        std::vector<Frame> frames;
        for (Packet* packet = nullptr; rings_.injects.pop({&packet, 1}) == 1;) {
            frames.push_back(bytes_of(*packet));
            rte_pktmbuf_free(packet);
        }
        return frames;
    }

    NeighborTable neighbors_;
    Publisher publisher_{1};
    Shard shard_;
    ControlRings rings_;
    std::unique_ptr<SlowPath> slow_path_;
};

TEST(SlowPath, AnswersAnEcho) {
    Control control;
    const auto answers =
        control.answers(frame(lan_mac).ip4("10.1.0.9", "10.1.0.1").icmp4(8, 0, 7).payload(8), lan);
    ASSERT_EQ(answers.size(), 1U);
    Frame expected =
        frame(MacAddr{}, MacAddr{}).ip4("10.1.0.1", "10.1.0.9").icmp4(0, 0, 7).payload(8).build();
    std::fill_n(expected.begin(), 14, std::byte{0});
    EXPECT_EQ(answers[0], expected);
}

// The frame says ARP, its bytes say IP: as IP it would have passed no check at all, and an answer
// would bear whatever source the sender chose, in the table of the SR domain.
TEST(SlowPath, TakesNoIpPacketForArp) {
    for (const PacketBuilder& ip :
         {frame(lan_mac).ip4("172.16.0.1", "203.0.113.1").icmp4(8, 0, 7).payload(8),
          frame(lan_mac).ip6("fc00:b::1", "fc00:a::bad").icmp6(128, 0, 7).payload(8),
          frame(lan_mac).ip6("fc00:b::1", "fc00:a::bad").udp(7, 7).payload(8)}) {
        Control control;
        PacketBuilder in = ip;
        in.poke(12, 0x08).poke(13, 0x06);
        EXPECT_EQ(control.answers(in, lan).size(), 0U);
        EXPECT_EQ(control.drops(lan, Drop::icmp_malformed), 1U);
    }
}

struct Problem {
    unsigned type, code, pointer;
    bool operator==(const Problem&) const = default;
};
Problem problem_of(const Frame& answer) {
    const auto octet = [&](std::size_t at) { return std::to_integer<unsigned>(answer.at(at)); };
    return {octet(54), octet(55), octet(61)};
}

// RFC 8754 section 4.3.2: an address of ours is no SID, the packet has not arrived.
TEST(SlowPath, RefusesARoutingHeaderThatHasSegmentsLeft) {
    Control control;
    const auto answers = control.answers(frame(wan_mac)
                                             .ip6("fc00:b::1", "fd00:ab::1")
                                             .srh({"fc00:b::1", "fd00:ab::1"}, 1)
                                             .udp(7, 7)
                                             .payload(8),
                                         wan);
    ASSERT_EQ(answers.size(), 1U);
    EXPECT_EQ(problem_of(answers[0]), (Problem{4, 0, 42}));
    EXPECT_EQ(control.drops(wan, Drop::routing_type), 1U);
}

// RFC 8754 section 4.3.4: a packet to no SID of ours has no route here. But who may not speak to
// our SIDs shall not find out which there are.
TEST(SlowPath, TellsOnlyTheDomainOfSidsThatAreNone) {
    Control control;
    const auto probe = [&](const char* from) {
        return control.answers(frame(wan_mac).ip6(from, "fc00:a::bad").udp(7, 7).payload(8), wan);
    };
    const auto told = probe("fc00:b::1");
    ASSERT_EQ(told.size(), 1U);
    EXPECT_EQ(problem_of(told[0]), (Problem{1, 0, 0}));
    EXPECT_EQ(probe("2001:db8::1").size(), 0U);
    EXPECT_EQ(control.drops(wan, Drop::sid_unknown), 2U);
}

// RFC 8200 section 4.2, as at a SID.
TEST(SlowPath, RefusesOptionsThatMayNotBeSkipped) {
    const auto ping_behind_option = [](std::uint8_t type) {
        PacketBuilder in = frame(lan_mac).ip6("fd00:1::9", "fd00:1::1").payload(16);
        // Destination options with one option of that type, then an echo request.
        in.poke(20, 60).poke(54, 58).poke(55, 0).poke(56, type).poke(57, 4).poke(62, 128);
        return in;
    };
    Control control;
    const auto told = control.answers(ping_behind_option(0xbe), lan);
    ASSERT_EQ(told.size(), 1U);
    EXPECT_EQ(problem_of(told[0]), (Problem{4, 2, 42}));
    EXPECT_EQ(control.answers(ping_behind_option(0x7e), lan).size(), 0U);
    EXPECT_EQ(control.drops(lan, Drop::option_unknown), 2U);
}

// A place is used again once the packets that name it are through, also where the ring is never
// empty: else a flood to nowhere takes the table from everybody.
TEST(SlowPath, FreesNeighborsUnderAFloodToo) {
    Control control{4};  // three are the scene's gateways
    control.answers(frame(lan_mac).ip4("10.1.0.9", "10.1.0.77").payload(20), lan);
    for (int i = 0; i < 60; ++i) {
        // Not on the link: no place is asked for. Control takes 32 of them in a round.
        for (int k = 0; k < 33; ++k)
            control.punt(frame(lan_mac).ip4("10.1.0.9", "10.1.0.255").payload(20), lan);
        control.poll();
        ASSERT_GT(control.waiting(), 0U);
        control.tick();
    }
    while (control.waiting() != 0) control.poll();
    const auto before = control.drops(lan, Drop::neighbor_queue_full);
    const auto asked =
        control.answers(frame(lan_mac).ip4("10.1.0.9", "10.1.0.78").payload(20), lan);
    EXPECT_EQ(control.drops(lan, Drop::neighbor_queue_full), before);
    EXPECT_EQ(asked.size(), 1U);
}

// Buffers are everybody's: those who ask for hosts that are not there may keep a part of them only.
TEST(SlowPath, HoldsAPartOfTheBuffers) {
    Control control{1024, 512};
    for (int i = 0; i < 200; ++i)
        control.answers(
            frame(lan_mac).ip4("10.1.0.9", "10.1.0." + std::to_string(10 + i)).payload(20), lan);
    EXPECT_EQ(control.held(), 64U);
    EXPECT_EQ(control.drops(lan, Drop::neighbor_queue_full), 136U);
}

}  // namespace
}  // namespace weir::test
