#include "qos/scheduler.hpp"

#include <gtest/gtest.h>

#include <array>
#include <map>
#include <vector>

namespace weir {
namespace {

using namespace std::chrono_literals;

constexpr std::uint32_t wire = 1'500;

// A port in virtual time whose queues never run dry.
class Port {
public:
    explicit Port(BitsPerSecond rate, std::size_t packets = 4'096)
        : rate_{rate},
          scheduler_{
              {.rate = rate, .burst = Bytes{wire}, .largest = Bytes{wire}, .packets = packets},
              now_} {}

    // A slice with one group, one incoming peer and `buckets` queues.
    QueueId slice(std::uint16_t id, const SliceRates& rates, std::uint32_t buckets = 1) {
        scheduler_.set_slice(SliceId{id}, rates, now_);
        const GroupId group = scheduler_.add_group(SliceId{id});
        return scheduler_.queue(scheduler_.add_aggregate(group, buckets), 0);
    }
    void fill(QueueId queue, std::uint32_t bytes = wire) { backlog_[queue] = bytes; }
    void stop(QueueId queue) { backlog_.erase(queue); }

    // Bytes that each slice sent in `time`; of each aggregate in `by_aggregate`.
    std::map<std::uint16_t, double> run(Nanos time) {
        std::map<std::uint16_t, double> sent;
        by_aggregate.clear();
        by_queue.clear();
        for (const Instant end = now_ + time; now_ < end;) {
            for (const auto& [queue, bytes] : backlog_)
                while (scheduler_.fifo(queue).packets() < 4)
                    EXPECT_TRUE(scheduler_.push(queue, {index(queue), bytes, bytes}));
            if (const auto departure = scheduler_.pop(now_)) {
                sent[static_cast<std::uint16_t>(index(departure->slice))] += departure->packet.wire;
                by_aggregate[departure->aggregate] += departure->packet.wire;
                by_queue[departure->packet.handle] += departure->packet.wire;
                continue;
            }
            now_ = std::max(now_ + Nanos{1}, std::min(scheduler_.wake_at(now_), end));
        }
        return sent;
    }
    std::map<AggregateId, double> by_aggregate;
    std::map<std::uint64_t, double> by_queue;

    Scheduler& scheduler() { return scheduler_; }
    Instant now() const { return now_; }

private:
    Instant now_{1s};
    BitsPerSecond rate_;
    Scheduler scheduler_;
    std::map<QueueId, std::uint32_t> backlog_;
};

constexpr BitsPerSecond mbps(std::uint64_t n) { return BitsPerSecond{n * 1'000'000}; }
double share(double bytes, Nanos time) {  // in Mb/s
    return bytes * 8 / (static_cast<double>(time.count()) / 1e9) / 1e6;
}

TEST(Scheduler, GuaranteesAreMetAndTheRestGoesByWeight) {
    Port port{mbps(1'000)};
    port.fill(port.slice(0, {.guarantee = mbps(400), .weight = 1}));
    port.fill(port.slice(1, {.guarantee = mbps(100), .weight = 3}));
    port.fill(port.slice(2, {.weight = 1}));
    auto sent = port.run(1s);
    EXPECT_NEAR(share(sent[0], 1s), 400 + 100, 500 * 0.005);
    EXPECT_NEAR(share(sent[1], 1s), 100 + 300, 400 * 0.005);
    EXPECT_NEAR(share(sent[2], 1s), 100, 100 * 0.01);
}

TEST(Scheduler, ALimitIsKeptAndWhatItLeavesGoesToOthers) {
    Port port{mbps(1'000)};
    port.fill(port.slice(0, {.guarantee = mbps(100), .limit = mbps(200)}));
    port.fill(port.slice(1, {}));
    auto sent = port.run(1s);
    EXPECT_NEAR(share(sent[0], 1s), 200, 0.2);
    EXPECT_NEAR(share(sent[1], 1s), 800, 0.8);
}

TEST(Scheduler, AShutGroupHoldsItsPacketsAndHarmsNobody) {
    Port port{mbps(1'000)};
    const QueueId held = port.slice(0, {.guarantee = mbps(900)});
    port.fill(held);
    port.fill(port.slice(1, {}));
    port.scheduler().shut(GroupId{0}, Shut::gate);
    port.scheduler().shut(GroupId{0}, Shut::link);
    port.scheduler().open(GroupId{0}, Shut::link);  // the gate is still shut
    auto sent = port.run(100ms);
    EXPECT_EQ(sent[0], 0);
    EXPECT_NEAR(share(sent[1], 100ms), 1'000, 1);
    EXPECT_EQ(port.scheduler().fifo(held).packets(), 4U);
    port.scheduler().open(GroupId{0}, Shut::gate);
    sent = port.run(100ms);
    EXPECT_GE(share(sent[0], 100ms), 900);
}

TEST(Scheduler, ACapHoldsOneBucketAndTheOthersOfItsSliceTakeTheRest) {
    Port port{mbps(1'000)};
    const QueueId first = port.slice(0, {}, 4);
    for (std::uint32_t b = 0; b < 4; ++b)
        port.fill(static_cast<QueueId>(static_cast<std::uint32_t>(first) + b));
    port.scheduler().set_cap(GroupId{0}, 2, mbps(10), port.now());
    port.run(1s);
    EXPECT_NEAR(share(port.by_queue[2], 1s), 10, 0.1);
    for (const std::uint64_t b : {0U, 1U, 3U}) EXPECT_NEAR(share(port.by_queue[b], 1s), 330, 1);
    port.scheduler().set_cap(GroupId{0}, 2, BitsPerSecond{0}, port.now());
    port.run(10ms);
    EXPECT_LE(port.by_queue[2], wire);  // what it had earned
    port.scheduler().set_cap(GroupId{0}, 2, unlimited_rate, port.now());
    port.run(1s);
    EXPECT_NEAR(share(port.by_queue[2], 1s), 250, 1);
}

TEST(Scheduler, AnAllowanceIsNeverPassed) {
    Port port{mbps(1'000)};
    port.fill(port.slice(0, {}));
    port.scheduler().set_allowance(GroupId{0}, 10 * wire + 1, wire);
    auto sent = port.run(10ms);
    EXPECT_EQ(sent[0], 10.0 * wire);
    port.scheduler().set_allowance(GroupId{0}, std::uint64_t{12} * wire, wire);
    sent = port.run(10ms);
    EXPECT_EQ(sent[0], 2.0 * wire);
}

// One FIFO for both would give the peer with eight flows eight ninths.
TEST(Scheduler, IncomingPeersShareEvenlyWhateverTheyHold) {
    Port port{mbps(1'000)};
    const QueueId many = port.slice(0, {}, 8);
    const AggregateId other = port.scheduler().add_aggregate(GroupId{0}, 8);
    for (std::uint32_t i = 0; i < 8; ++i) port.fill(static_cast<QueueId>(index(many) + i));
    port.fill(port.scheduler().queue(other, 3), 400);  // and of smaller packets
    port.run(100ms);
    EXPECT_NEAR(share(port.by_aggregate[AggregateId{0}], 100ms), 500, 5);
    EXPECT_NEAR(share(port.by_aggregate[other], 100ms), 500, 5);
}

// Its queue is empty after each packet, and filled again at once.
TEST(Scheduler, WhoSendsAPacketAtATimeHasNoMoreThanItsShare) {
    Port port{mbps(1'000)};
    const QueueId many = port.slice(0, {}, 2);
    const auto single = static_cast<QueueId>(index(many) + 1);
    port.fill(many, 300);
    std::map<std::uint64_t, double> sent;  // by handle: 1 is the single one's
    Instant now = port.now();
    Scheduler& scheduler = port.scheduler();
    for (const Instant end = now + 50ms; now < end;) {
        while (scheduler.fifo(many).packets() < 8) ASSERT_TRUE(scheduler.push(many, {0, 300, 300}));
        while (scheduler.fifo(single).empty()) ASSERT_TRUE(scheduler.push(single, {1, wire, wire}));
        if (const auto departure = scheduler.pop(now))
            sent[departure->packet.handle] += departure->packet.wire;
        else
            now = std::max(now + Nanos{1}, scheduler.wake_at(now));
    }
    EXPECT_NEAR(sent[1] / (sent[0] + sent[1]), 0.5, 0.02);
}

// Who brings two packets at a time, and leaves with the second, gets no more than his half.
void bring_pairs(Port& port, QueueId busy, QueueId pairs) {
    std::array<double, 2> sent{};
    Instant now = port.now();
    Scheduler& scheduler = port.scheduler();
    for (int i = 0; i < 2'000; ++i) {
        while (scheduler.fifo(busy).packets() < 4)
            ASSERT_TRUE(scheduler.push(busy, {0, 1'499, 1'499}));
        const bool came = scheduler.fifo(pairs).empty();
        for (int n = 0; came && n < 2; ++n) ASSERT_TRUE(scheduler.push(pairs, {1, 1'499, 1'499}));
        now = now + Nanos{20'000};
        const auto departure = scheduler.pop(now);
        ASSERT_TRUE(departure);
        sent.at(departure->packet.handle) += 1;
    }
    EXPECT_NEAR(sent[0], 1'000, 10);
    EXPECT_NEAR(sent[1], 1'000, 10);
}
TEST(Scheduler, AQueuesDebtOutlivesItsPackets) {
    Port port{mbps(1'000)};
    const QueueId first = port.slice(0, {}, 2);
    bring_pairs(port, first, static_cast<QueueId>(index(first) + 1));
}
TEST(Scheduler, ASlicesDebtOutlivesItsPackets) {
    Port port{mbps(1'000)};
    const QueueId busy = port.slice(0, {});
    bring_pairs(port, busy, port.slice(1, {}));
}

TEST(Scheduler, APacketNobodyHasRoomForStaysTheCallers) {
    Port port{mbps(1'000), 3};
    const QueueId queue = port.slice(0, {}, 8);
    for (std::uint32_t i = 0; i < 3; ++i)
        EXPECT_TRUE(port.scheduler().push(static_cast<QueueId>(index(queue) + i), {i, wire, wire}));
    EXPECT_FALSE(port.scheduler().push(static_cast<QueueId>(index(queue) + 5), {3, wire, wire}));
    EXPECT_EQ(port.scheduler().packets(), 3U);
}

TEST(Scheduler, RoomMadeLaterHoldsMoreAndWhatWaitedKeepsItsOrder) {
    Port port{mbps(1'000), 3};
    const QueueId queue = port.slice(0, {}, 8);
    for (std::uint64_t i = 0; i < 3; ++i)
        ASSERT_TRUE(port.scheduler().push(queue, {i, wire, wire}));
    port.scheduler().make_room(1);  // no less than before
    EXPECT_FALSE(port.scheduler().push(queue, {3, wire, wire}));
    port.scheduler().make_room(1'000);
    for (std::uint64_t i = 3; i < 1'000; ++i)
        ASSERT_TRUE(port.scheduler().push(
            static_cast<QueueId>(index(queue) + (i < 500 ? 0 : i % 8)), {i, wire, wire}));
    EXPECT_FALSE(port.scheduler().push(queue, {1'000, wire, wire}));
    std::vector<std::uint64_t> held;
    port.scheduler().walk([&](const QueuedPacket& packet, const std::optional<SliceId>&) {
        held.push_back(packet.handle);
    });
    ASSERT_EQ(held.size(), 1'000U);
    for (std::uint64_t i = 0; i < 500; ++i) ASSERT_EQ(held[i], i);
}

TEST(Scheduler, ControlGoesFirst) {
    Port port{mbps(1'000)};
    const QueueId queue = port.slice(0, {.guarantee = mbps(1'000)});
    ASSERT_TRUE(port.scheduler().push(queue, {1, wire, wire}));
    ASSERT_TRUE(port.scheduler().push_control({2, 100, 100}));
    const auto first = port.scheduler().pop(port.now());
    ASSERT_TRUE(first);
    EXPECT_TRUE(first->control);
    EXPECT_EQ(first->packet.handle, 2U);
}

TEST(Scheduler, ABucketIsAFifoAndWhatItHoldsIsFoundByWalking) {
    Port port{TokenBucket::unlimited};
    const QueueId queue = port.slice(0, {}, 2);
    for (std::uint64_t i = 0; i < 100; ++i)
        ASSERT_TRUE(port.scheduler().push(queue, {i, wire, 256}));
    std::uint64_t expected = 0;
    for (; expected < 40; ++expected)
        ASSERT_EQ(port.scheduler().pop(port.now())->packet.handle, expected);
    port.scheduler().walk([&](const QueuedPacket& packet, const std::optional<SliceId>& slice) {
        EXPECT_EQ(packet.handle, expected++);
        EXPECT_EQ(slice, SliceId{0});
    });
    EXPECT_EQ(expected, 100U);
    EXPECT_EQ(port.scheduler().fifo(queue).charge(), 60U * 256);
}

}  // namespace
}  // namespace weir
