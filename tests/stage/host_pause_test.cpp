// 802.1Qbb with the hosts on lan0, whose priority 3 is the lossless slice "training": they are told
// to wait before the buffer ends, and what they ask for is done to that slice and to no other.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "pfc/frame.hpp"
#include "tests/stage/scene.hpp"
#include "tests/support/judged.hpp"

namespace weir::test {
namespace {

using namespace std::chrono_literals;
using testing::Each;
using testing::IsEmpty;

constexpr std::uint16_t best_effort = 0, training = 1;  // slots
constexpr std::size_t priority = 3;
constexpr std::uint8_t in_training = 26 << 2;
constexpr BitsPerSecond line{1'000'000'000};
constexpr Nanos again{67'200};  // a pause is said after, at that rate

Config with_hosts(const std::string& slice = "") {
    std::string text = scene_text();
    const auto put = [&](const std::string& behind, const std::string& what) {
        text.insert(text.find(behind) + behind.size(), what);
    };
    put("name = \"lan0\"\n", "rate = \"1G\"\npfc = { 3 = \"training\" }\n");
    put("dscp = 26\n", "lossless = true\nmin_packet = 1000\n" + slice);
    return parsed(text);
}

class HostPauseTest : public testing::Test {
protected:
    explicit HostPauseTest(const std::string& slice = "") : bed_{with_hosts(slice), 8192} {
        cut_.slices.reserve(ports_.size() * slice_rows);
        after(1s);  // shapers begin with nothing
    }
    ~HostPauseTest() override {
        EXPECT_THAT(findings_of(bed_, ports_, cut_), IsEmpty());
        bed_.discard();
        EXPECT_EQ(rte_mempool_in_use_count(&bed_.pool()), 0U);
    }

    // From a host, into "training"; towards one, in that or in best effort.
    Outcome host_sends() {
        return loop(frame(lan_mac).ip4("10.1.0.9", "10.2.0.9").udp(1000, 4791).payload(958), lan);
    }
    Outcome to_host(std::uint16_t slice, std::uint8_t number = 0) {
        const std::uint8_t mark = slice == training ? in_training : 0;
        return loop(frame(wan_mac)
                        .ip6("fc00:b::1", "fc00:a::d46", 64, mark)
                        .ip4("10.9.0.9", "10.5.0.9", 64, mark)
                        .udp(number, 2000)
                        .payload(900),
                    wan);
    }
    Outcome host_says(const PriorityPause& pause) {
        std::array<std::byte, pfc_frame_bytes> said{};
        encode_pfc(said, Bed::neighbor_mac(0), pause);
        return loop(said, lan);
    }
    Outcome host_pauses(std::size_t of, Quanta time) {
        PriorityPause pause{.classes = static_cast<std::uint8_t>(1U << of)};
        pause.times.at(of) = time;
        return host_says(pause);
    }
    Outcome loop(const PacketBuilder& packet, PortId in) { return loop(packet.build(), in); }
    Outcome loop(std::span<const std::byte> bytes, PortId in) {
        Packet* packet = bed_.exact(bytes);
        return bed_.loop({&packet, 1}, in);
    }
    Outcome after(Nanos time) {
        bed_.now = bed_.now + time;
        return bed_.loop();
    }
    // As a worker that sleeps no longer than it does: the watchdog wants to be asked often.
    Outcome while_watched(Nanos time, bool pausing) {
        Outcome all;
        for (Nanos passed{0}; passed < time; passed += 10ms) {
            if (pausing) host_pauses(priority, longest_pause);
            const Outcome one = after(10ms);
            all.drops.insert(all.drops.end(), one.drops.begin(), one.drops.end());
            all.sent.insert(all.sent.end(), one.sent.begin(), one.sent.end());
        }
        return all;
    }

    static std::vector<PriorityPause> pauses(const Outcome& outcome) {
        std::vector<PriorityPause> said;
        for (const auto& sent : outcome.sent)
            if (const MacControl it = decode_mac_control(sent.frame);
                std::holds_alternative<PfcFrame>(it)) {
                EXPECT_EQ(sent.port, lan);
                EXPECT_EQ(std::get<PfcFrame>(it).source, lan_mac);
                EXPECT_EQ(std::get<PfcFrame>(it).destination, mac_control_group);
                EXPECT_EQ(sent.frame.size(), 60U);
                said.push_back(std::get<PfcFrame>(it).pause);
            }
        return said;
    }
    static PriorityPause says(Quanta time) {
        PriorityPause pause{.classes = 1U << priority};
        pause.times[priority] = time;
        return pause;
    }
    std::uint64_t held() {
        const IncomingCharge& charge = bed_.shard().ports[lan].charges[training];
        return charge.taken.read() - charge.given.read();
    }
    const HostPause& marks() { return *bed_.snapshot().ports[lan].pauses[priority]; }
    PortCounters& at_lan() { return bed_.shard().ports[lan]; }
    SliceCounters& of_training() { return at_lan().slices[training]; }
    std::uint64_t drops(PortId port, Drop drop) {
        return bed_.shard().ports[port].drops[static_cast<std::size_t>(drop)].read();
    }

    Bed bed_;
    std::vector<OwnedPort> ports_{{lan, &bed_.egress(lan)}, {wan, &bed_.egress(wan)}};
    Cut cut_;
};

TEST_F(HostPauseTest, HostsAreToldToWaitInTheLoopThatReachesXoff) {
    bed_.takes(wan) = 0;
    std::vector<PriorityPause> said;
    while (said.empty()) {
        const Outcome outcome = host_sends();
        ASSERT_THAT(outcome.drops, IsEmpty());
        said = pauses(outcome);
        ASSERT_EQ(said.empty(), held() < marks().xoff.count());
    }
    EXPECT_THAT(said, Each(says(longest_pause)));
    EXPECT_EQ(at_lan().pfc_sent[priority].read(), 1U);
    // What still comes while they react has its room, at the rate of the line.
    std::uint64_t more = 0;
    Outcome outcome = host_sends();
    for (; outcome.drops.empty(); outcome = host_sends()) ++more;
    EXPECT_EQ(outcome.drops, std::vector{Drop::edge_overrun});
    const Bytes buffer = bed_.snapshot().ports[lan].lossless_in[SliceId{training}];
    EXPECT_GT(held() + 1'200, buffer.count());
    EXPECT_GE(more * 1'024,
              (line * Nanos{600'000}).count());  // H without cable and largest packets
}

TEST_F(HostPauseTest, APauseIsRepeatedAndEndsWithTheBacklog) {
    bed_.takes(wan) = 0;
    while (pauses(host_sends()).empty()) {
    }
    EXPECT_THAT(pauses(after(again - 1ns)), IsEmpty());
    EXPECT_THAT(pauses(after(1ns)), testing::ElementsAre(says(longest_pause)));
    bed_.takes(wan) = SIZE_MAX;
    after(1us);  // the backlog leaves behind what this loop says
    EXPECT_EQ(held(), 0U);
    for (unsigned i = 0; i < PauseSender::releases; ++i)
        EXPECT_THAT(pauses(after(again)), testing::ElementsAre(says(Quanta{0}))) << i;
    EXPECT_THAT(pauses(after(again)), IsEmpty());
}

TEST_F(HostPauseTest, WithoutABufferForAFrameItIsSaidAsSoonAsThereIsOne) {
    bed_.takes(wan) = 0;
    while (pauses(host_sends()).empty()) {
    }
    std::vector<Packet*> all;
    while (Packet* packet = rte_pktmbuf_alloc(&bed_.pool())) all.push_back(packet);
    EXPECT_THAT(pauses(after(again)), IsEmpty());
    for (Packet* packet : all) rte_pktmbuf_free(packet);
    EXPECT_THAT(pauses(after(1ns)), testing::ElementsAre(says(longest_pause)));
    EXPECT_EQ(at_lan().pfc_sent[priority].read(), 2U);
}

// A device that takes nothing has one of them waiting, first in line, and it says what is true when
// it leaves.
TEST_F(HostPauseTest, APauseThatDoesNotLeaveIsOneAndNotOutOfDate) {
    bed_.takes(wan) = bed_.takes(lan) = 0;
    for (std::uint8_t i = 0; i < 70; ++i) to_host(best_effort, i);
    while (at_lan().pfc_sent[priority].read() == 0) host_sends();
    for (unsigned i = 0; i < 100; ++i) after(again);
    EXPECT_EQ(at_lan().slices[control_row].admitted.packets.read(), 1U);
    bed_.takes(wan) = SIZE_MAX;
    after(again);
    after(again);
    bed_.takes(lan) = 1;
    EXPECT_THAT(pauses(after(1ns)), testing::ElementsAre(says(Quanta{0})));
}

// What was put aside must not wait until the device has taken all else.
TEST_F(HostPauseTest, AReopenedSliceGetsItsTurnBesideABacklog) {
    bed_.takes(lan) = 0;
    for (unsigned i = 0; i < 10; ++i) to_host(training);
    host_pauses(priority, longest_pause);
    for (unsigned i = 0; i < 150; ++i) to_host(best_effort);  // more than a burst
    after(100ms);
    bed_.takes(lan) = 1;
    host_pauses(priority, Quanta{0});
    for (unsigned i = 0; i < 400 && of_training().departed.packets.read() < 10; ++i) {
        bed_.now = bed_.now + 10us;
        to_host(best_effort);  // one comes, one leaves
    }
    EXPECT_EQ(of_training().departed.packets.read(), 10U);
    bed_.takes(lan) = SIZE_MAX;
}

TEST_F(HostPauseTest, WhatAHostPausesStandsAndNothingElse) {
    EXPECT_THAT(host_pauses(priority, Quanta{1000}).drops, IsEmpty());
    EXPECT_EQ(at_lan().pfc_received[priority].read(), 1U);
    EXPECT_THAT(to_host(training).sent, IsEmpty());
    EXPECT_EQ(to_host(best_effort).sent.size(), 1U);
    const Nanos lasts = pause_time(Quanta{1000}, line);
    EXPECT_EQ(lasts, 512us);
    EXPECT_THAT(after(lasts - 1ns).sent, IsEmpty());
    EXPECT_EQ(after(1ns).sent.size(), 1U);
    EXPECT_EQ(to_host(training).sent.size(), 1U);
    after(10ms);
    EXPECT_EQ(of_training().paused_ns.read(), 512'000U);
}

TEST_F(HostPauseTest, TimeZeroReleases) {
    host_pauses(priority, longest_pause);
    EXPECT_THAT(to_host(training).sent, IsEmpty());
    EXPECT_EQ(host_pauses(priority, Quanta{0}).sent.size(), 1U);
}

TEST_F(HostPauseTest, OnlyClassesThatAFrameListsAreTouched) {
    // The time stands there, but its enable bit is clear.
    PriorityPause pause{.classes = 1U << 5U};
    pause.times[5] = longest_pause;
    std::array<std::byte, pfc_frame_bytes> said{};
    encode_pfc(said, Bed::neighbor_mac(0), pause);
    reinterpret_cast<PfcLayout*>(said.data())->times[priority] = be16{0xffff};
    loop(said, lan);
    EXPECT_EQ(to_host(training).sent.size(), 1U);
    // One that lists others leaves a pause as it is.
    host_pauses(priority, longest_pause);
    host_pauses(5, Quanta{0});
    EXPECT_THAT(to_host(training).sent, IsEmpty());
    EXPECT_EQ(at_lan().pfc_received[5].read(), 2U);
    after(1s);
}

TEST_F(HostPauseTest, PauseOf8023StopsNothing) {
    std::array<std::byte, 60> said{};
    encode_pfc(said, Bed::neighbor_mac(0), {});
    reinterpret_cast<PfcLayout*>(said.data())->opcode = be16{pause_opcode};
    reinterpret_cast<PfcLayout*>(said.data())->classes = be16{0xffff};  // its time
    EXPECT_THAT(loop(said, lan).drops, IsEmpty());
    EXPECT_EQ(at_lan().pauses_ignored.read(), 1U);
    EXPECT_EQ(to_host(training).sent.size(), 1U);
}

TEST_F(HostPauseTest, OtherMacControlIsDroppedUnderItsName) {
    std::array<std::byte, 60> said{};
    encode_pfc(said, Bed::neighbor_mac(0), {});
    reinterpret_cast<PfcLayout*>(said.data())->opcode = be16{0x0999};
    EXPECT_EQ(loop(said, lan).drops, std::vector{Drop::mac_control});
    EXPECT_EQ(loop(std::span{said}.first(16), lan).drops, std::vector{Drop::mac_control});
    PriorityPause pause{.classes = 1U << priority};
    pause.times[priority] = longest_pause;
    encode_pfc(said, Bed::neighbor_mac(0), pause);
    std::vector<std::byte> tagged(said.begin(), said.end());
    const std::array tag{std::byte{0x81}, std::byte{0}, std::byte{0x60}, std::byte{0}};
    tagged.insert(tagged.begin() + 12, tag.begin(), tag.end());
    EXPECT_EQ(loop(tagged, lan).drops, std::vector{Drop::mac_control});
    EXPECT_EQ(to_host(training).sent.size(), 1U);
}

// On a port without pfc nobody asked to be obeyed.
TEST_F(HostPauseTest, APortThatMapsNoPriorityObeysNobody) {
    std::array<std::byte, pfc_frame_bytes> said{};
    PriorityPause pause{.classes = 0xff};
    pause.times.fill(longest_pause);
    encode_pfc(said, Bed::neighbor_mac(2), pause);
    loop(said, wan);
    EXPECT_EQ(host_sends().sent.size(), 1U);
    EXPECT_EQ(bed_.shard().ports[wan].pfc_received[priority].read(), 1U);
}

// The device took nothing, so packets already stand in the burst that is next.
TEST_F(HostPauseTest, ABurstThatWasPickedDoesNotLeaveWhenItsSliceStops) {
    bed_.takes(lan) = 0;
    for (std::uint8_t i = 0; i < 60; ++i) to_host(i % 2 == 0 ? training : best_effort, i);
    host_pauses(priority, longest_pause);
    bed_.takes(lan) = SIZE_MAX;
    const Outcome open = after(1us);
    EXPECT_EQ(open.sent.size(), 30U);
    const auto number = [](const Outcome::Sent& sent) { return sent.frame.at(35); };
    for (const auto& sent : open.sent) EXPECT_EQ(std::to_integer<int>(number(sent)) % 2, 1);
    to_host(training, 60);
    bed_.takes(lan) = 7;  // and goes on in order, whatever the device takes
    std::vector<int> left;
    for (const auto& sent : host_pauses(priority, Quanta{0}).sent)
        left.push_back(std::to_integer<int>(number(sent)));
    host_pauses(priority, longest_pause);
    EXPECT_THAT(after(1us).sent, IsEmpty());
    host_pauses(priority, Quanta{0});
    bed_.takes(lan) = SIZE_MAX;
    for (const auto& sent : after(1us).sent) left.push_back(std::to_integer<int>(number(sent)));
    ASSERT_GE(left.size(), 14U);
    EXPECT_TRUE(std::ranges::is_sorted(left));
    after(10ms);
    EXPECT_EQ(of_training().departed.packets.read(), 31U);
}

TEST_F(HostPauseTest, AReloadKeepsAPauseAndOneWithoutPfcEndsIt) {
    host_pauses(priority, longest_pause);
    to_host(training);
    bed_.adopt(bed_.compile(with_hosts()));
    EXPECT_THAT(after(1us).sent, IsEmpty());
    bed_.takes(wan) = 0;
    while (pauses(host_sends()).empty()) {
    }
    const Outcome without = bed_.adopt(bed_.compile(scene_config()));
    EXPECT_EQ(without.sent.size(), 2U);  // what waited, and that the host may go on
    EXPECT_THAT(pauses(without), testing::ElementsAre(says(Quanta{0})));
}

// ---- a host that never lets go

TEST_F(HostPauseTest, TheWatchdogEndsAStormOnceAndRestoresAfterQuiet) {
    host_pauses(priority, longest_pause);
    to_host(training);
    EXPECT_THAT(while_watched(50ms, true).sent, IsEmpty());
    to_host(training);
    const Outcome storm = while_watched(2s, true);
    EXPECT_EQ(of_training().watchdog_detected.read(), 1U);
    EXPECT_EQ(storm.drops, std::vector(2, Drop::watchdog));
    EXPECT_EQ(to_host(training).drops, std::vector{Drop::watchdog});
    EXPECT_EQ(to_host(best_effort).sent.size(), 1U);
    EXPECT_EQ(of_training().watchdog_restored.read(), 0U);
    while_watched(1s, false);
    EXPECT_EQ(of_training().watchdog_restored.read(), 1U);
    EXPECT_EQ(to_host(training).sent.size(), 1U);
    EXPECT_EQ(of_training().watchdog_detected.read(), 1U);
}

class ForwardTest : public HostPauseTest {
protected:
    ForwardTest() : HostPauseTest{"watchdog = { action = \"forward\" }\n"} {}
};
TEST_F(ForwardTest, OrSendsOnInSpiteOfIt) {
    host_pauses(priority, longest_pause);
    to_host(training);
    const Outcome storm = while_watched(2s, true);
    EXPECT_EQ(of_training().watchdog_detected.read(), 1U);
    EXPECT_EQ(storm.sent.size(), 1U);
    EXPECT_EQ(to_host(training).sent.size(), 1U);
    EXPECT_EQ(drops(lan, Drop::watchdog), 0U);
}

}  // namespace
}  // namespace weir::test
