// Lies to the audit: each is told to a forwarder that works, and must be named.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "dataplane/worker/cut.hpp"
#include "tests/stage/scene.hpp"

namespace weir::test {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr std::uint16_t best_effort = 0, training = 1;  // slots of the scene
constexpr std::uint64_t minus_one = UINT64_MAX;         // what makes a counter forget one

// The bed as a Node looks at itself, its one worker between two packets.
class Audited {
public:
    Audited() : bed_{shaped(), 16'384} {
        ports_ = {{lan, &bed_.egress(lan)}, {wan, &bed_.egress(wan)}};
        cut_.slices.reserve(ports_.size() * slice_rows);
    }
    ~Audited() {
        for (const PortId port : {lan, wan}) bed_.egress(port).discard(Drop::stopped);
    }

    Audit look() {
        take_cut(cut_, bed_.shard(), ports_, bed_.pool());
        Audit audit;
        audit.workers = {cut_.balance};
        for (const SliceBalance& it : cut_.slices)
            audit.slices.push_back({.port = it.port == lan ? "lan0" : "wan0",
                                    .slice = name(it.row),
                                    .lossless = lossless && it.row == training,
                                    .balance = it,
                                    .refused = counters(it.port, it.row).refused.read()});
        audit.any_lossless = lossless;
        audit.at_rest = true;
        audit.buffers = {.all = bed_.pool().size,
                         .in_use = cut_.buffers_in_use,
                         .held = cut_.balance.held_buffers};
        judge(audit);
        return audit;
    }
    std::vector<std::string> findings() { return look().findings; }

    Packet* make(std::uint16_t slice, std::uint16_t bytes = 976) {
        Packet* packet = rte_pktmbuf_alloc(&bed_.pool());
        rte_pktmbuf_append(packet, bytes);
        set_egress_tag(*packet, {slice, lan, flow_++});
        return packet;
    }
    // As a worker that receives it and sends it on.
    Drop offer(std::uint16_t slice) {
        bed_.shard().ports[lan].received.add(976);
        Packet* packet = make(slice);
        const Drop drop = bed_.egress(wan).accept(*packet);
        if (drop == Drop::none) return drop;
        counted_drop(drop);
        rte_pktmbuf_free(packet);
        return drop;
    }
    void counted_drop(Drop drop) {
        bed_.shard().ports[wan].drops[static_cast<std::size_t>(drop)].add();
    }
    // A device that takes at most `most` packets and sends them.
    void transmit(std::size_t most, Nanos later = 1ms) {
        bed_.now = bed_.now + later;
        bed_.egress(wan).transmit(bed_.now, [&](std::span<Packet*> packets) {
            const std::size_t taken = std::min(most, packets.size());
            for (Packet* packet : packets.first(taken)) rte_pktmbuf_free(packet);
            most -= taken;
            return taken;
        });
    }
    SliceCounters& counters(PortId port, std::size_t row) {
        return bed_.shard().ports[port].slices[row];
    }
    Bed& bed() { return bed_; }
    bool lossless = false;  // the slice "training"

private:
    static Config shaped() {
        Config config = scene_config();
        config.ports[wan].rate = BitsPerSecond{100'000'000};
        return config;
    }
    static std::string name(std::size_t row) {
        return row == control_row ? "control" : row == training ? "training" : "best-effort";
    }

    Bed bed_;
    std::vector<OwnedPort> ports_;
    Cut cut_;
    std::uint32_t flow_ = 0;
};

class AuditTest : public testing::Test {
protected:
    // Some queued, some in the burst that the device refused, some gone.
    AuditTest() {
        for (int i = 0; i < 300; ++i) {
            it_.offer(best_effort);
            it_.offer(training);
        }
        it_.offer(control_slice);
        it_.transmit(10);
        EXPECT_THAT(it_.findings(), IsEmpty());
    }
    Audited it_;
};

RC_GTEST_PROP(Audit, AnHonestForwarderClosesAtEveryMoment, ()) {
    Audited it;
    const auto steps = *rc::gen::container<std::vector<int>>(rc::gen::inRange(0, 7));
    std::uint64_t held = 0;
    for (const int step : steps) {
        if (step < 3)
            for (int i = 0; i < 100; ++i) it.offer(static_cast<std::uint16_t>(step));
        if (step == 2) it.offer(control_slice);
        if (step == 3) it.transmit(0);
        if (step == 4) it.transmit(7);
        if (step == 5) it.transmit(1000, 3ms);
        if (step == 6) it.bed().egress(wan).discard(Drop::stopped);
        const Audit audit = it.look();
        RC_ASSERT(audit.findings == std::vector<std::string>{});
        held += audit.workers[0].held;
    }
    RC_CLASSIFY(held > 0, "held packets");
}

TEST_F(AuditTest, HeldIsToldBySliceAndControlHasARowOfItsOwn) {
    std::uint64_t held = 0;
    std::vector<std::string> rows;
    const Audit audit = it_.look();
    for (const AuditedSlice& row : audit.slices) {
        held += row.balance.held;
        if (row.port == "wan0") rows.push_back(row.slice);
        if (row.port == "wan0" && row.slice == "control") {
            EXPECT_EQ(row.balance.departed, 1U);  // it went first
        }
    }
    EXPECT_THAT(rows, ElementsAre("best-effort", "training", "control"));
    EXPECT_EQ(held, 601U - 10U);
    EXPECT_EQ(audit.workers[0].held, held);
}

TEST_F(AuditTest, ALeakedBufferIsNamed) {
    Packet* leaked = it_.make(training);
    EXPECT_THAT(it_.findings(), ElementsAre(HasSubstr("1 buffer leaked")));
    rte_pktmbuf_free(leaked);
    EXPECT_THAT(it_.findings(), IsEmpty());
}

TEST_F(AuditTest, APacketThatIsCountedAsDroppedAndNotFreedIsNamed) {
    it_.bed().shard().ports[lan].received.add(976);
    it_.counted_drop(Drop::no_route);
    Packet* leaked = it_.make(training);
    EXPECT_THAT(it_.findings(), ElementsAre(HasSubstr("1 buffer leaked")));
    rte_pktmbuf_free(leaked);
}

TEST_F(AuditTest, APacketFreedUncountedIsNamed) {
    it_.bed().shard().ports[lan].received.add(976);
    rte_pktmbuf_free(it_.make(training));
    EXPECT_THAT(it_.findings(), ElementsAre(HasSubstr("worker 0: received")));
    EXPECT_THAT(it_.findings(), ElementsAre(HasSubstr(": 1 packet ended uncounted")));
}

TEST_F(AuditTest, APacketFreedWhileItsQueueStillHasItIsNamed) {
    Packet* queued = nullptr;
    it_.bed().egress(wan).walk([&](Packet& packet, std::size_t) { queued = &packet; });
    rte_pktmbuf_free(queued);
    EXPECT_THAT(it_.findings(), ElementsAre(HasSubstr("1 buffer given back that were still held")));
    // What the queue will free again is put back in its place.
    ASSERT_EQ(rte_pktmbuf_alloc(&it_.bed().pool()), queued);
    rte_pktmbuf_append(queued, 976);
}

TEST_F(AuditTest, ADoubleCountIsNamed) {
    it_.counters(wan, training).departed.add(976);
    EXPECT_THAT(it_.findings(), ElementsAre(HasSubstr("port wan0, slice training, worker 0")));
    EXPECT_THAT(it_.findings(), ElementsAre(HasSubstr("1 packet counted twice")));
    it_.bed().shard().ports[wan].sent.add(976);  // the device's sum too
    EXPECT_EQ(it_.findings().size(), 2U);
}

TEST_F(AuditTest, ASkippedDepartureIsNamed) {
    it_.transmit(20);
    it_.counters(wan, training).departed.packets.add(minus_one);
    EXPECT_THAT(it_.findings(), ElementsAre(HasSubstr("port wan0, slice training, worker 0")));
    EXPECT_THAT(it_.findings(), ElementsAre(HasSubstr(": 1 packet ended uncounted")));
    it_.bed().shard().ports[wan].sent.packets.add(minus_one);
    EXPECT_EQ(it_.findings().size(), 2U);
}

// The sum over slices would close: only a row for each shows it.
TEST_F(AuditTest, ADepartureOfTheWrongSliceIsNamedTwice) {
    it_.counters(wan, training).departed.packets.add(minus_one);
    it_.counters(wan, best_effort).departed.packets.add();
    EXPECT_THAT(it_.findings(), ElementsAre(HasSubstr("slice best-effort"), HasSubstr("training")));
}

TEST_F(AuditTest, ALosslessSliceThatLosesIsNamedThoughAllSumsClose) {
    it_.lossless = true;
    EXPECT_THAT(it_.findings(), IsEmpty());
    while (it_.offer(best_effort) == Drop::none) {
    }
    EXPECT_THAT(it_.findings(), IsEmpty());  // others may
    while (it_.offer(training) == Drop::none) {
    }
    EXPECT_TRUE(it_.look().closes);
    EXPECT_THAT(
        it_.findings(),
        ElementsAre(HasSubstr("slice training, worker 0: it is lossless and lost 1 packet")));
}

TEST_F(AuditTest, WhatIsStoppedIsCountedByItsSlice) {
    it_.lossless = true;
    const std::uint64_t held = it_.look().workers[0].held;
    it_.bed().egress(wan).discard(Drop::stopped);
    std::uint64_t dropped = 0;
    for (const std::size_t row : {std::size_t{best_effort}, std::size_t{training}, control_row})
        dropped += it_.counters(wan, row).dropped.read();
    EXPECT_EQ(dropped, held);
    EXPECT_TRUE(it_.look().closes);
    EXPECT_THAT(it_.findings(), ElementsAre(HasSubstr("dropped from its queue")));
}

}  // namespace
}  // namespace weir::test
