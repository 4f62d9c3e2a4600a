// The egress half of a port, from admission to the device, in virtual time.
#include <gtest/gtest.h>

#include <map>

#include "dataplane/wire/congestion.hpp"
#include "tests/stage/scene.hpp"

namespace weir::test {
namespace {

using namespace std::chrono_literals;

// wan0 at 100 Mb/s, three slices that policies of the scene do not know of.
constexpr const char* slices = R"(
[[slice]]
id = 30
name = "gold"
guarantee = "50%"
dscp = 40
[[slice]]
id = 31
name = "capped"
limit = "10M"
dscp = 41
)";
constexpr std::uint16_t best_effort = 0;

Config sliced(const std::string& rate) {
    Config config = scene_config(slices);
    if (!rate.empty()) config.ports[wan].rate = BitsPerSecond{std::stoull(rate) * 1'000'000};
    return config;
}

class EgressTest : public testing::Test {
protected:
    explicit EgressTest(const std::string& rate = "100") : bed_{sliced(rate), 16'384} {}

    std::uint16_t slot(const char* name) const {
        const Config& config = *bed_.snapshot().config;
        for (std::size_t i = 0; i < config.slices.size(); ++i)
            if (config.slices[static_cast<SliceId>(i)].name == name)
                return bed_.snapshot().slices[static_cast<SliceId>(i)].slot;
        return max_slices;
    }
    Drop offer(std::uint16_t slice, std::uint32_t flow = 1, std::uint16_t bytes = 976) {
        Packet* packet = rte_pktmbuf_alloc(&bed_.pool());
        rte_pktmbuf_append(packet, bytes);
        set_egress_tag(*packet, {slice, lan, flow});
        const Drop drop = port().accept(*packet);
        if (drop != Drop::none) rte_pktmbuf_free(packet);
        return drop;
    }
    // Bytes on the wire by slice that a device which takes everything got in `time`, while `keep`
    // slices never run dry.
    std::map<std::uint16_t, double> run(Nanos time, const std::vector<std::uint16_t>& keep) {
        std::map<std::uint16_t, double> sent;
        for (const Instant end = bed_.now + time; bed_.now < end; bed_.now = bed_.now + 20us) {
            for (const std::uint16_t slice : keep)
                while (waiting(slice) < 100 && offer(slice) == Drop::none) {
                }
            port().transmit(bed_.now, [&](std::span<Packet*> packets) {
                for (Packet* packet : packets) {
                    sent[egress_tag(*packet).slice] += packet->pkt_len + ethernet_overhead;
                    rte_pktmbuf_free(packet);
                }
                return packets.size();
            });
        }
        return sent;
    }
    std::uint64_t waiting(std::uint16_t slice) {
        const SliceCounters& counters = port().counters().slices[slice];
        return counters.admitted.packets.read() - counters.departed.packets.read();
    }
    EgressPort& port() { return bed_.egress(wan); }
    ~EgressTest() override {
        port().discard(Drop::stopped);
        EXPECT_EQ(rte_mempool_in_use_count(&bed_.pool()), 0U);
    }

    Bed bed_;
};

double mbps(double bytes, Nanos time) { return bytes * 8e3 / static_cast<double>(time.count()); }

TEST_F(EgressTest, GuaranteeLimitAndWeightAreKept) {
    auto sent = run(1s, {best_effort, slot("gold"), slot("capped")});
    EXPECT_NEAR(mbps(sent[slot("capped")], 1s), 10, 0.1);
    EXPECT_NEAR(mbps(sent[slot("gold")], 1s), 50 + 20, 0.7);
    EXPECT_NEAR(mbps(sent[best_effort], 1s), 20, 0.3);
}

// Admitted = departed + held, held found by walking.
TEST_F(EgressTest, WhatIsHeldIsWhatCameAndDidNotLeave) {
    for (std::uint32_t i = 0; i < 300; ++i) {
        ASSERT_EQ(offer(best_effort, i), Drop::none);
        ASSERT_EQ(offer(slot("gold"), i), Drop::none);
    }
    run(10ms, {});
    EXPECT_GT(waiting(best_effort) + waiting(slot("gold")), 0U);
    EXPECT_EQ(port().held(), waiting(best_effort) + waiting(slot("gold")));
}

TEST_F(EgressTest, AFullSliceDropsAndLeavesRoomForOthers) {
    Drop drop = Drop::none;
    while (drop == Drop::none) drop = offer(best_effort);
    EXPECT_EQ(drop, Drop::slice_full);
    EXPECT_EQ(offer(slot("gold")), Drop::none);
}

TEST_F(EgressTest, ADeviceThatTakesNothingLosesNothing) {
    for (std::uint32_t i = 0; i < 100; ++i) ASSERT_EQ(offer(best_effort, i), Drop::none);
    for (int i = 0; i < 10; ++i)
        port().transmit(bed_.now, [](std::span<Packet*>) { return std::size_t{0}; });
    EXPECT_EQ(port().held(), 100U);
    run(100ms, {});
    EXPECT_EQ(waiting(best_effort), 0U);
}

TEST_F(EgressTest, ProtocolFramesGoFirst) {
    for (std::uint32_t i = 0; i < 200; ++i) ASSERT_EQ(offer(slot("gold"), i), Drop::none);
    ASSERT_EQ(offer(control_slice), Drop::none);
    std::uint16_t first = 0;
    port().transmit(bed_.now + 1ms, [&](std::span<Packet*> packets) {
        first = egress_tag(*packets.front()).slice;
        return std::size_t{0};
    });
    EXPECT_EQ(first, control_slice);
}

// A reload takes effect on what is queued already, and nothing of it is lost.
TEST_F(EgressTest, AReloadChangesRatesInPlace) {
    auto before = run(500ms, {best_effort});
    EXPECT_NEAR(mbps(before[best_effort], 500ms), 100, 1);
    const std::size_t held = port().held();
    Snapshot next = bed_.snapshot();
    next.ports[wan].rate = BitsPerSecond{50'000'000};
    ++next.version;
    port().adopt(next, bed_.now);
    EXPECT_EQ(port().held(), held);
    auto after = run(500ms, {best_effort});
    EXPECT_NEAR(mbps(after[best_effort], 500ms), 50, 0.5);
}

// Its sender has adopted a reload that brings the slice, this port has not yet.
TEST_F(EgressTest, ASliceThatIsNotKnownYetGoesAsTheDefaultOne) {
    const auto unknown = static_cast<std::uint16_t>(bed_.snapshot().slices.size() + 5);
    ASSERT_EQ(offer(unknown), Drop::none);
    EXPECT_EQ(waiting(unknown), 0U);
    EXPECT_EQ(waiting(best_effort), 1U);
    EXPECT_EQ(run(10ms, {}).size(), 1U);
    EXPECT_EQ(waiting(best_effort), 0U);
}

// Another number of buckets: what is queued goes first.
TEST_F(EgressTest, AReloadOfBucketsReordersNoFlow) {
    std::uint16_t bytes = 100;
    for (const std::uint16_t buckets : std::to_array<std::uint16_t>({64, 4, 64, 4})) {
        Snapshot next = bed_.snapshot();
        for (SnapshotSlice& slice : next.slices) slice.buckets = buckets;
        port().adopt(next, bed_.now);
        for (int i = 0; i < 20; ++i) ASSERT_EQ(offer(best_effort, 7, bytes++), Drop::none);
    }
    std::uint32_t expected = 100;
    for (int i = 0; i < 100; ++i, bed_.now = bed_.now + 1ms)
        port().transmit(bed_.now, [&](std::span<Packet*> packets) {
            for (Packet* packet : packets) {
                EXPECT_EQ(packet->pkt_len, expected++);
                rte_pktmbuf_free(packet);
            }
            return packets.size();
        });
    EXPECT_EQ(expected, 180U);
}

// CE by the queue a packet finds, never on Not-ECT, with the checksum of IPv4 mended.
TEST_F(EgressTest, AFullerQueueMarksWhatIsCapable) {
    Snapshot next = bed_.snapshot();
    next.slices[SliceId{0}].ecn = EcnThresholds{Bytes{10'000}, Bytes{10'000}};
    port().adopt(next, bed_.now);
    for (int i = 0; i < 12; ++i) ASSERT_EQ(offer(best_effort), Drop::none);
    const auto send = [&](const PacketBuilder& in) {
        Packet* packet = bed_.exact(in.build());
        set_egress_tag(*packet, {best_effort, lan, 1});
        ASSERT_EQ(port().accept(*packet), Drop::none);
    };
    for (std::uint8_t ecn = 0; ecn < 4; ++ecn) {
        send(frame(lan_mac).ip4("10.1.0.9", "10.2.0.9", 64, ecn).payload(20));
        send(frame(lan_mac).ip6("fd00:1::9", "fd00:2::9", 64, ecn).payload(20));
    }
    std::vector<std::pair<unsigned, bool>> seen;  // ECN, checksum right
    for (int i = 0; i < 10; ++i, bed_.now = bed_.now + 1ms)
        port().transmit(bed_.now, [&](std::span<Packet*> packets) {
            for (Packet* packet : packets) {
                const auto all = bytes_of(*packet);
                if (all.size() < 200) {
                    const auto* ip = reinterpret_cast<const Ipv4Header*>(all.data() + 14);
                    seen.emplace_back(static_cast<unsigned>(ecn_of_frame(all)),
                                      ip->version() != 4 || ipv4_checksum_ok(*ip));
                }
                rte_pktmbuf_free(packet);
            }
            return packets.size();
        });
    const std::pair<unsigned, bool> no{0, true}, ce{3, true};
    EXPECT_EQ(seen, (std::vector{no, no, ce, ce, ce, ce, ce, ce}));
    EXPECT_EQ(port().counters().slices[best_effort].marked.read(), 4U);  // CE came with two
}

// A lossless slice ends in the buffer that is kept for it and for the port its packets came in on,
// to the byte, whatever else waits.
TEST_F(EgressTest, ALosslessSliceHasABufferForEachPortItComesFrom) {
    Snapshot next = bed_.snapshot();
    const SliceId gold{static_cast<std::uint16_t>(next.slices.size() - 2)};
    ASSERT_EQ(next.slices[gold].slot, slot("gold"));
    next.slices[gold].lossless = true;
    next.ports[lan].lossless_in[gold] = Bytes{50'000};
    next.ports[wan].lossless_in[gold] = Bytes{20'000};
    port().adopt(next, bed_.now);
    while (offer(best_effort) == Drop::none) {
    }
    const auto offer_from = [&](PortId in) {
        Packet* packet = rte_pktmbuf_alloc(&bed_.pool());
        rte_pktmbuf_append(packet, 976);
        set_egress_tag(*packet, {slot("gold"), in, 1});
        const Drop drop = port().accept(*packet);
        if (drop != Drop::none) rte_pktmbuf_free(packet);
        return drop;
    };
    const auto fill = [&](PortId in) {
        unsigned packets = 0;
        Drop drop = offer_from(in);
        for (; drop == Drop::none; drop = offer_from(in)) ++packets;
        EXPECT_EQ(drop, Drop::lossless_full);
        return packets;
    };
    EXPECT_EQ(fill(lan), 50U);  // of 1,000 bytes on the wire
    EXPECT_EQ(fill(wan), 20U);
    run(12ms, {});  // 70 packets at no less than half the port
    EXPECT_EQ(waiting(slot("gold")), 0U);
    EXPECT_EQ(fill(lan), 50U);  // what left gave its charge back
}

// From its admission to the device, its wait in a burst that was refused included. What never was
// queued is not timed.
TEST_F(EgressTest, HowLongWhatWasQueuedStayedIsRecordedBySlice) {
    const auto stayed = [&](std::uint16_t slice) {
        Residence read;
        read.add((*port().counters().residence)[slice]);
        return std::pair{read.count(), Nanos{static_cast<std::int64_t>(read.sum())}};
    };
    const auto turn = [&](Nanos later, bool takes) {
        bed_.now = bed_.now + later;
        port().tick(bed_.now);
        port().transmit(bed_.now, [&](std::span<Packet*> packets) {
            if (!takes) return std::size_t{0};
            for (Packet* packet : packets) rte_pktmbuf_free(packet);
            return packets.size();
        });
    };
    ASSERT_EQ(offer(slot("gold")), Drop::none);
    bed_.now = bed_.now + 1ms;
    port().tick(bed_.now);
    ASSERT_EQ(offer(best_effort), Drop::none);
    turn(1ms, false);
    turn(5ms, true);
    EXPECT_EQ(stayed(slot("gold")), (std::pair{std::uint64_t{1}, Nanos{7ms}}));
    EXPECT_EQ(stayed(best_effort), (std::pair{std::uint64_t{1}, Nanos{6ms}}));
    turn(10ms, true);
    ASSERT_EQ(offer(best_effort), Drop::none);
    turn(1ms, true);
    EXPECT_EQ(stayed(best_effort).first, 1U);
    EXPECT_EQ(stayed(slot("capped")).first, 0U);
}

class StraightTest : public EgressTest {
protected:
    StraightTest() : EgressTest{""} {}
};

// Without a rate and without limits nothing is shaped, and packets pass straight on.
TEST_F(StraightTest, OrderOfAFlowIsKeptWhereThePortFillsUp) {
    Snapshot next = bed_.snapshot();
    for (SliceShare& share : next.ports[wan].shares) share.limit = unlimited_rate;
    port().adopt(next, bed_.now);
    for (std::uint16_t i = 0; i < 150; ++i)  // beyond one burst: the rest is queued
        ASSERT_EQ(offer(best_effort, 7, static_cast<std::uint16_t>(60 + i)), Drop::none);
    std::uint32_t expected = 60;
    port().transmit(bed_.now, [&](std::span<Packet*> packets) {
        for (Packet* packet : packets) {
            EXPECT_EQ(packet->pkt_len, expected++);
            rte_pktmbuf_free(packet);
        }
        return packets.size();
    });
    EXPECT_EQ(expected, 210U);
}

}  // namespace
}  // namespace weir::test
