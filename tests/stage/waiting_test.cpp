// A lossless slice whose next hop has no MAC yet: it waits at its way out, in its buffer, and
// leaves in order once the MAC is known.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cstring>

#include "tests/stage/scene.hpp"
#include "tests/support/judged.hpp"

namespace weir::test {
namespace {

using namespace std::chrono_literals;
using testing::IsEmpty;

constexpr std::uint16_t training = 1;  // slot of the scene
constexpr std::uint64_t buffer = 100'000;
const Ipv6Addr gateway = parse_ipv6("fd00:ab::2").value();

// Steered traffic of "training", which is lossless here, to the gateway of wan0.
class Waiting {
public:
    explicit Waiting(std::size_t workers = 1)
        : bed_{scene_config(), 8192, true, workers}, next_{bed_.snapshot()} {
        next_.slices[SliceId{training}].lossless = true;
        next_.ports[lan].lossless_in[SliceId{training}] = Bytes{buffer};
        port().adopt(next_, bed_.now);
        cut_.slices.reserve(2 * slice_rows);
        forget();
    }
    ~Waiting() {
        port().discard(Drop::stopped);
        EXPECT_EQ(bed_.blocks(), 0U);
    }

    void forget() { bed_.neighbors().clear_mac(id()); }
    void resolve() { bed_.resolve(wan, gateway, wan_gateway); }
    // Each carries its number. False: dropped, under which name says drops().
    bool send() {
        const auto before = dropped();
        Frame in = frame(lan_mac).ip4("10.1.0.9", "10.2.0.9").udp(7, 4791).payload(16).build();
        std::memcpy(in.data() + in.size() - sizeof sent_, &sent_, sizeof sent_);
        Packet* packet = bed_.exact(in, 200);
        bed_.shard().ports[lan].received.add(packet->pkt_len);  // as who receives it does
        bed_.pipeline().ingress({&packet, 1}, lan, next_, bed_.now);
        const bool kept = dropped() == before;
        if (kept) ++sent_;
        return kept;
    }
    void turn(Nanos later = 1ms) {
        bed_.now = bed_.now + later;
        port().tick(bed_.now);
        port().transmit(bed_.now, [&](std::span<Packet*> packets) {
            for (Packet* packet : packets) receive(*packet);
            return packets.size();
        });
    }
    std::vector<std::string> findings() {
        const OwnedPort ports[] = {{lan, &bed_.egress(lan)}, {wan, &port()}};
        return findings_of(bed_, ports, cut_);
    }
    std::vector<Ipv6Addr> asks() {
        std::vector<Ipv6Addr> all;
        port().ask_for_neighbors([&](const Ipv6Addr& next_hop) {
            all.push_back(next_hop);
            return true;
        });
        return all;
    }
    std::uint64_t drops(Drop drop) {
        return port().counters().drops[static_cast<std::size_t>(drop)].read();
    }
    std::uint64_t lost(Drop drop) {
        std::uint64_t sum = 0;
        for (const PortCounters& it : bed_.shard().ports)
            sum += it.drops[static_cast<std::size_t>(drop)].read();
        return sum;
    }
    EgressPort& port() { return bed_.egress(wan); }
    Bed& bed() { return bed_; }
    std::uint32_t sent() const { return sent_; }
    std::uint32_t left() const { return left_; }
    std::uint64_t handed_over() { return bed_.shard().handed_over.read(); }

private:
    NeighborId id() { return bed_.neighbors().find(wan, gateway); }
    std::uint64_t dropped() {
        std::uint64_t sum = 0;
        for (const PortCounters& it : bed_.shard().ports)
            for (const Counter& drop : it.drops) sum += drop.read();
        return sum;
    }
    void receive(Packet& packet) {
        const Frame bytes = bytes_of(packet);
        std::uint32_t number = 0;
        std::memcpy(&number, bytes.data() + bytes.size() - sizeof number, sizeof number);
        EXPECT_EQ(number, left_++);
        EXPECT_EQ(std::memcmp(bytes.data(), &wan_gateway, sizeof wan_gateway), 0);
        rte_pktmbuf_free(&packet);
    }

    Bed bed_;
    Snapshot next_;
    Cut cut_;
    std::uint32_t sent_ = 0, left_ = 0;
};

TEST(Waiting, WaitsInOrderAheadOfWhatKnowsTheMac) {
    Waiting it;
    for (int i = 0; i < 150; ++i) ASSERT_TRUE(it.send());
    it.turn();
    EXPECT_EQ(it.port().held(), 150U);
    EXPECT_EQ(it.handed_over(), 0U);  // control has none
    EXPECT_THAT(it.findings(), IsEmpty());
    it.resolve();
    for (int i = 0; i < 100; ++i) ASSERT_TRUE(it.send());  // these find the MAC
    it.turn();
    EXPECT_EQ(it.left(), 250U);
    EXPECT_EQ(it.port().held(), 0U);
    EXPECT_THAT(it.findings(), IsEmpty());
}

// The other half is for those whose next hop answers.
TEST(Waiting, TakesHalfOfItsBufferAndNoMore) {
    Waiting it;
    while (it.send()) {
    }
    EXPECT_EQ(it.lost(Drop::neighbor_queue_full), 1U);
    EXPECT_EQ(it.sent(), buffer / 2 / 256);  // of charge each
    it.resolve();
    it.turn();
    EXPECT_EQ(it.left(), it.sent());
    EXPECT_TRUE(it.send());  // what left gave its charge back
    EXPECT_THAT(it.findings(), IsEmpty());
}

// Or a next hop that is not there would have the buffer of those that are, again and again.
TEST(Waiting, NobodyWaitsForOneThatHasJustFailed) {
    Waiting it;
    for (int i = 0; i < 20; ++i) ASSERT_TRUE(it.send());
    it.turn(4s);
    EXPECT_EQ(it.lost(Drop::neighbor_failed), 20U);
    EXPECT_THAT(it.findings(), IsEmpty());
    it.send();
    EXPECT_EQ(it.port().held(), 0U);
    EXPECT_EQ(it.handed_over(), 1U);  // control tells its sender, and drops it
    const auto control = it.bed().run(frame(lan_mac).ip4("10.1.0.9", "10.9.9.9").build(), lan);
    ASSERT_FALSE(control.punted.empty());
    EXPECT_EQ(control.punted[0].info.drop, Drop::neighbor_failed);
    it.turn(3s);
    it.send();
    EXPECT_EQ(it.port().held(), 1U);
}

// A MAC that comes after the packet was found to have none, and before it is queued.
TEST(Waiting, WhatComesNextDoesNotOvertake) {
    Waiting it;
    for (int i = 0; i < 3; ++i) {
        ASSERT_TRUE(it.send());
        it.resolve();
        ASSERT_TRUE(it.send());
        it.forget();
        ASSERT_TRUE(it.send());
        it.resolve();
        it.turn(0ns);
        it.forget();
    }
    it.resolve();
    it.turn();
    EXPECT_EQ(it.left(), it.sent());
}

TEST(Waiting, IsAskedForEachSecondAndEndsUnderItsNameWhereNobodyAnswers) {
    Waiting it;
    for (int i = 0; i < 20; ++i) ASSERT_TRUE(it.send());
    EXPECT_EQ(it.asks(), std::vector{gateway});
    EXPECT_THAT(it.asks(), IsEmpty());
    for (int i = 0; i < 100; ++i) it.turn(10ms);
    EXPECT_EQ(it.asks(), std::vector{gateway});  // control may have been unable to
    EXPECT_THAT(it.asks(), IsEmpty());
    for (int i = 0; i < 299; ++i) it.turn(10ms);
    EXPECT_EQ(it.port().held(), 20U);
    it.turn(10ms);
    EXPECT_EQ(it.port().held(), 0U);
    EXPECT_EQ(it.drops(Drop::neighbor_failed), 20U);
    EXPECT_EQ(it.port().counters().slices[training].dropped.read(), 20U);
    EXPECT_THAT(it.findings(), IsEmpty());
}

// Nobody can answer on a link that is not there.
TEST(Waiting, HasPatienceWhileThereIsNoLink) {
    Waiting it;
    for (int i = 0; i < 20; ++i) ASSERT_TRUE(it.send());
    it.port().set_link(false, it.bed().now);
    for (int i = 0; i < 100; ++i) it.turn(1s);
    EXPECT_EQ(it.port().held(), 20U);
    it.port().set_link(true, it.bed().now);
    it.turn(3s);
    it.resolve();
    it.turn();
    EXPECT_EQ(it.left(), 20U);
}

// A reload that takes its buffer away, and one that makes it lossy.
TEST(Waiting, AReloadKeepsWhatFits) {
    Waiting it;
    for (int i = 0; i < 100; ++i) ASSERT_TRUE(it.send());
    Snapshot next = it.bed().snapshot();  // training is lossy there
    it.port().adopt(next, it.bed().now);
    EXPECT_EQ(it.port().held(), 100U);
    next.slices[SliceId{training}].lossless = true;
    next.ports[lan].lossless_in[SliceId{training}] = Bytes{256 * 60};
    it.port().adopt(next, it.bed().now);
    EXPECT_EQ(it.port().held(), 60U);
    EXPECT_EQ(it.drops(Drop::lossless_full), 40U);
    EXPECT_THAT(it.findings(), IsEmpty());
    it.resolve();
    it.turn();
    EXPECT_EQ(it.left(), 60U);
    EXPECT_THAT(it.findings(), IsEmpty());
}

TEST(Waiting, WhatIsHandedToTheOwnerOfThePortWaitsThere) {
    Waiting it{2};
    Bed& bed = it.bed();
    const PacketBuilder packet = frame(lan_mac).ip4("10.1.0.9", "10.2.0.9").udp(7, 4791).payload(8);
    Packet* made = bed.exact(packet.build(), 200);
    Snapshot next = bed.snapshot();
    next.slices[SliceId{training}].lossless = true;
    bed.pipeline().ingress({&made, 1}, lan, next, bed.now);
    EXPECT_EQ(it.handed_over(), 1U);
    bed.run(frame(lan_mac).ip4("10.1.0.9", "10.9.9.9").build(), lan);  // the owner takes it over
    EXPECT_EQ(it.port().held(), 1U);
    EXPECT_EQ(it.asks(), std::vector{gateway});
}

RC_GTEST_PROP(Waiting, WhateverComesWhileItIsKnownAndNotNothingIsLostOrReordered, ()) {
    Waiting it;
    const auto steps = *rc::gen::container<std::vector<int>>(rc::gen::inRange(0, 7));
    std::size_t waited = 0;
    for (const int step : steps) {
        for (int i = 0; step < 3 && i < 30; ++i) it.send();
        if (step == 3) it.resolve();
        if (step == 4) it.forget();
        if (step > 4) it.turn();
        waited = std::max(waited, it.port().held());
        RC_ASSERT(it.findings() == std::vector<std::string>{});
    }
    it.resolve();
    it.turn();
    RC_ASSERT(it.left() == it.sent());
    RC_CLASSIFY(waited > 64, "waited, more than a burst");
}

}  // namespace
}  // namespace weir::test
