// A port whose link goes away and comes back, in virtual time: what its queues admitted stays, in
// order, and leaves no faster than its shapers let it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cstring>
#include <map>

#include "tests/stage/scene.hpp"
#include "tests/support/judged.hpp"

namespace weir::test {
namespace {

using namespace std::chrono_literals;
using testing::IsEmpty;

constexpr std::uint16_t best_effort = 0, training = 1;  // slots of the scene
constexpr std::uint64_t megabits = 100;
constexpr std::uint64_t buffer = 200'000;  // B of training, from lan0
constexpr std::uint16_t frame_bytes = 976;
constexpr std::uint64_t wire = frame_bytes + ethernet_overhead;
// Of the shaper of a slow port, and the packet that may take its last token.
constexpr std::uint64_t depth = (64 << 10) + 9'240 + wire;

// wan0 at 100 Mb/s or, with `shaped` false, as fast as its device; "training" is lossless.
class Link {
public:
    explicit Link(bool shaped = true, BitsPerSecond limit = unlimited_rate)
        : bed_{scene_config(), 16'384},
          ports_{{lan, &bed_.egress(lan)}, {wan, &port()}},
          shaped_{shaped} {
        Snapshot next = bed_.snapshot();
        if (shaped) next.ports[wan].rate = BitsPerSecond{megabits * 1'000'000};
        for (SliceShare& share : next.ports[wan].shares) share.limit = limit;
        next.slices[SliceId{training}].lossless = true;
        next.ports[lan].lossless_in[SliceId{training}] = Bytes{buffer};
        port().adopt(next, bed_.now);
        cut_.slices.reserve(ports_.size() * slice_rows);
        transmit(10s);  // shapers begin with nothing
        since_ = {bed_.now, 0};
    }
    ~Link() {
        port().discard(Drop::stopped);
        EXPECT_EQ(rte_mempool_in_use_count(&bed_.pool()), 0U);
    }

    // As a worker that receives it and sends it on; it carries the number it has in its slice.
    Drop offer(std::uint16_t slice) {
        Packet* packet = rte_pktmbuf_alloc(&bed_.pool());
        char* data = rte_pktmbuf_append(packet, frame_bytes);
        std::memcpy(data, &admitted_[slice], sizeof(std::uint32_t));
        set_egress_tag(*packet, {slice, lan, 1});
        bed_.shard().ports[lan].received.add(frame_bytes);
        const Drop drop = port().accept(*packet);
        if (drop == Drop::none) {
            ++admitted_[slice];
            return drop;
        }
        bed_.shard().ports[wan].drops[static_cast<std::size_t>(drop)].add();
        rte_pktmbuf_free(packet);
        return drop;
    }
    void link(bool up) {
        port().set_link(up, bed_.now);
        if (up && !up_) since_ = {bed_.now, 0};
        up_ = up;
    }
    // A device that takes at most `most` packets, after so much time.
    void transmit(Nanos later, std::size_t most = 10'000) {
        bed_.now = bed_.now + later;
        port().tick(bed_.now);
        port().transmit(bed_.now, [&](std::span<Packet*> packets) {
            EXPECT_TRUE(up_) << "given to a device without a link";
            const std::size_t taken = std::min(most, packets.size());
            for (Packet* packet : packets.first(taken)) receive(*packet);
            most -= taken;
            return taken;
        });
        const Nanos passed = bed_.now - since_.begin;
        const auto earned = megabits * static_cast<std::uint64_t>(passed.count()) / 8'000;
        if (shaped_) {
            EXPECT_LE(since_.bytes, depth + earned) << "within " << passed.count() << " ns";
        }
    }
    std::vector<std::string> findings() {
        const auto found = findings_of(bed_, ports_, cut_);
        for (const SliceBalance& it : cut_.slices) {
            if (it.port != wan || it.row > training) continue;
            EXPECT_EQ(it.held, admitted_[it.row] - left_[it.row]);
        }
        return found;
    }
    std::uint64_t drops(Drop drop) {
        return port().counters().drops[static_cast<std::size_t>(drop)].read();
    }
    EgressPort& port() { return bed_.egress(wan); }
    std::uint32_t admitted(std::uint16_t slice) { return admitted_[slice]; }
    std::uint32_t left(std::uint16_t slice) { return left_[slice]; }
    std::uint64_t bytes_since_up() const { return since_.bytes; }
    bool all_left() {
        for (const std::uint16_t slice : {best_effort, training, control_slice})
            if (left_[slice] != admitted_[slice]) return false;
        return port().empty();
    }

private:
    void receive(Packet& packet) {
        const std::uint16_t slice = egress_tag(packet).slice;
        std::uint32_t number = 0;
        std::memcpy(&number, rte_pktmbuf_mtod(&packet, const void*), sizeof number);
        EXPECT_EQ(number, left_[slice]++) << "of slice " << slice;
        since_.bytes += packet.pkt_len + ethernet_overhead;
        rte_pktmbuf_free(&packet);
    }

    struct Since {
        Instant begin;
        std::uint64_t bytes = 0;
    };
    Bed bed_;
    std::vector<OwnedPort> ports_;
    Cut cut_;
    bool shaped_;
    bool up_ = true;
    Since since_{bed_.now, 0};
    std::map<std::uint16_t, std::uint32_t> admitted_, left_;
};

TEST(Link, WhatIsQueuedStaysAndLeavesInOrderWhenItIsBack) {
    Link it;
    for (int i = 0; i < 150; ++i) {
        ASSERT_EQ(it.offer(training), Drop::none);
        ASSERT_EQ(it.offer(best_effort), Drop::none);
    }
    it.transmit(0ns, 10);  // some are in the burst that the device refused
    it.link(false);
    for (int i = 0; i < 40; ++i) {
        ASSERT_EQ(it.offer(training), Drop::none);
        it.transmit(10ms);
        EXPECT_THAT(it.findings(), IsEmpty());
    }
    EXPECT_EQ(it.port().held(), 340U - 10U);
    it.link(true);
    for (int i = 0; i < 100; ++i) it.transmit(1ms);
    EXPECT_TRUE(it.all_left());
    EXPECT_EQ(it.left(training), 190U);
    EXPECT_THAT(it.findings(), IsEmpty());
}

// Without a link nothing leaves, so a flood ends in the bounds of its slices, under their names.
TEST(Link, WithoutOneQueuesAreBounded) {
    Link it;
    it.link(false);
    std::map<Drop, unsigned> training_drops, lossy_drops;
    for (int i = 0; i < 5'000; ++i) {
        ++training_drops[it.offer(training)];
        ++lossy_drops[it.offer(best_effort)];
        if (i % 100 == 0) it.transmit(1ms);
    }
    EXPECT_EQ(training_drops[Drop::none], buffer / wire);
    EXPECT_EQ(training_drops[Drop::lossless_full], 5'000 - buffer / wire);
    EXPECT_EQ(training_drops.size(), 2U);
    // Half of the 1 MiB that lossy slices of a port share: one may take what is still free.
    EXPECT_NEAR(lossy_drops[Drop::none], (512 << 10) / wire, 1);
    EXPECT_EQ(lossy_drops[Drop::slice_full], 5'000 - lossy_drops[Drop::none]);
    EXPECT_EQ(lossy_drops.size(), 2U);
    EXPECT_THAT(it.findings(), IsEmpty());
    it.link(true);
    for (int i = 0; i < 1'000; ++i) it.transmit(1ms);
    EXPECT_TRUE(it.all_left());
}

// Questions of ARP and ND come again; for days they would fill the pool.
TEST(Link, WithoutOneNothingIsAskedOfNeighbors) {
    Link it;
    it.link(false);
    for (int i = 0; i < 10; ++i) EXPECT_EQ(it.offer(control_slice), Drop::port_down);
    EXPECT_EQ(it.drops(Drop::port_down), 10U);
    EXPECT_THAT(it.findings(), IsEmpty());
    it.link(true);
    EXPECT_EQ(it.offer(control_slice), Drop::none);
    it.transmit(1ms);
    EXPECT_TRUE(it.all_left());
}

// Tokens earned while there was no link are a burst, and the burst that waited is a part of it.
TEST(Link, WhatWaitedPaysForItsBurst) {
    Link it;
    for (int i = 0; i < 190; ++i) ASSERT_EQ(it.offer(training), Drop::none);
    it.transmit(0ns, 0);
    it.link(false);
    it.transmit(10s);
    it.link(true);
    it.transmit(0ns);
    EXPECT_GT(it.bytes_since_up(), depth - 3 * wire);  // all of it is used, and no more (transmit)
}

// Or each flap would silence a port for the time of its burst.
TEST(Link, AShortFlapPaysForNoMoreThanItEarned) {
    Link it;
    for (int i = 0; i < 190; ++i) ASSERT_EQ(it.offer(training), Drop::none);
    it.transmit(0ns, 0);
    for (int i = 0; i < 20; ++i) {
        it.link(false);
        it.transmit(1us);
        it.link(true);
        it.transmit(0ns, 0);
    }
    it.transmit(0ns);
    // 20 us at 100 Mb/s are 250 bytes: what its bucket held before the flaps still leaves.
    EXPECT_GT(it.bytes_since_up(), depth - 4 * wire);
}

TEST(Link, WhatWaitedPaysForTheLimitOfItsSliceToo) {
    Link it{false, BitsPerSecond{10'000'000}};
    for (int i = 0; i < 190; ++i) ASSERT_EQ(it.offer(best_effort), Drop::none);
    it.transmit(0ns, 0);
    it.link(false);
    it.transmit(10s);
    it.link(true);
    it.transmit(0ns);
    constexpr std::uint64_t limit_depth = (32 << 10) + 2 * 9'240;  // qos/scheduler.hpp
    EXPECT_LE(it.bytes_since_up(), limit_depth + wire);
    EXPECT_GT(it.bytes_since_up(), limit_depth - 3 * wire);
}

// A port that shapes nothing passes packets into the burst that is next: not without a link.
TEST(Link, APortThatShapesNothingWaitsToo) {
    Link it{false};
    for (int i = 0; i < 20; ++i) ASSERT_EQ(it.offer(training), Drop::none);
    it.link(false);
    for (int i = 0; i < 150; ++i) ASSERT_EQ(it.offer(training), Drop::none);
    it.transmit(1ms);
    EXPECT_EQ(it.port().held(), 170U);
    it.link(true);
    ASSERT_EQ(it.offer(training), Drop::none);
    it.transmit(1ms);
    EXPECT_TRUE(it.all_left());
}

// Whatever comes while the link comes and goes and the device takes what it likes: nothing is lost
// but under a name, nothing is reordered, nothing is given without a link or beyond the shaper, and
// the audit closes.
RC_GTEST_PROP(Link, FlapsLoseNothing, ()) {
    Link it{*rc::gen::arbitrary<bool>()};
    const auto steps = *rc::gen::container<std::vector<int>>(rc::gen::inRange(0, 10));
    bool up = true;
    std::size_t held = 0, flaps = 0;
    for (const int step : steps) {
        for (int i = 0; i < 60 && step < 3; ++i)
            it.offer(step == 0 ? training : step == 1 ? best_effort : control_slice);
        if (step == 3) it.transmit(10us, 7);
        if (step == 4) it.transmit(0ns, 0);
        if (step == 5) it.transmit(3ms);
        if (step == 6) it.transmit(2s);
        if (step >= 7) {
            it.link(up = !up);
            ++flaps;
        }
        RC_ASSERT(it.findings() == std::vector<std::string>{});
        if (!up) held = std::max(held, it.port().held());
    }
    it.link(true);
    for (int i = 0; i < 200 && !it.port().empty(); ++i) it.transmit(10ms);
    RC_ASSERT(it.all_left());
    RC_CLASSIFY(held > 64, "held more than a burst without a link");
    RC_CLASSIFY(flaps > 2, "came and went");
}

}  // namespace
}  // namespace weir::test
