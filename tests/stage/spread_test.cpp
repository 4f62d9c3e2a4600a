// Software spread of one receive queue: what leaves is what one worker would have sent, flows keep
// their order whenever it begins and ends, both workers have their share.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>

#include "dataplane/worker/spreader.hpp"
#include "tests/stage/spread_load.hpp"

namespace weir::test {
namespace {

// Two workers of which either may run next; the device's ring is never short of what it may give.
class Interleaved {
public:
    Interleaved(SpreadMode mode, unsigned seed)
        : load_{300}, crew_{load_.crew(2, mode)}, random_{seed} {}

    // Packets per poll: 64 makes the queue hot.
    void turns(int count, std::size_t arriving) {
        for (int i = 0; i < count; ++i) {
            const std::size_t worker = random_() % 2;
            // What a worker counts of its time is what makes another one call it idle.
            crew_->shard(1).total_cycles.add(1000);
            run(worker, worker == 0 ? arriving : 0);
        }
    }
    void settle() {
        while (run(0, 0) + run(1, 0) != 0) {
        }
    }
    void wait(Nanos time) { now_ = now_ + time; }
    bool spreads() const { return crew_->spreads(); }
    Crew& crew() { return *crew_; }
    SpreadLoad& load() { return load_; }
    std::map<std::uint32_t, std::uint32_t> last;  // of a flow, its latest number
    std::uint64_t sent = 0;

private:
    std::size_t run(std::size_t worker, std::size_t arriving) {
        now_ = now_ + Nanos{5'000};
        return crew_->loop(
            worker, wan, now_,
            [&](std::span<Packet*> all) {
                const std::size_t n = std::min(arriving, all.size());
                for (Packet*& packet : all.first(n)) packet = load_.next(crew_->pool());
                return n;
            },
            [&](std::span<Packet*> all) {
                for (Packet* packet : all) left(*packet);
                return all.size();
            });
    }
    void left(Packet& packet) {
        const auto [flow, number] = SpreadLoad::mark_of(packet);
        const auto [it, fresh] = last.try_emplace(flow, number);
        if (!fresh) {
            EXPECT_EQ(it->second + 1, number) << "flow " << flow;
            it->second = number;
        }
        ++sent;
        rte_pktmbuf_free(&packet);
    }

    SpreadLoad load_;
    std::unique_ptr<Crew> crew_;
    std::mt19937 random_;
    Instant now_{Nanos{1'000'000'000'000}};
};

TEST(Spread, NoFlowOvertakesItselfWhenItBeginsAndEnds) {
    for (unsigned seed = 0; seed < 60; ++seed) {
        Interleaved it{SpreadMode::automatic, seed};
        for (int times = 0; times < 2; ++times) {
            it.turns(20, 20);
            EXPECT_FALSE(it.spreads());  // not for a queue that is not full
            it.turns(400, 64);
            EXPECT_TRUE(it.spreads());
            it.turns(400, 7);
            EXPECT_TRUE(it.spreads());  // as long as packets come
            it.turns(10, 0);
            it.wait(HotQueue::rest);
            it.turns(400, 0);
            EXPECT_TRUE(it.spreads());  // until every worker has emptied its rings
            it.turns(2'000, 0);
            EXPECT_FALSE(it.spreads());
        }
        it.settle();
        EXPECT_EQ(it.sent, it.load().made()) << "seed " << seed;
        EXPECT_GT(it.crew().processed(1), 0U);
    }
}

TEST(Spread, DoesNotBeginWhileTheOthersHaveNoTime) {
    Interleaved it{SpreadMode::automatic, 1};
    for (int i = 0; i < 400; ++i) {
        it.crew().shard(1).busy_cycles.add(1000);
        it.turns(1, 64);
    }
    EXPECT_FALSE(it.spreads());
}

// Another queue of the same worker hands over all the time: what counts is what was under way.
TEST(Spread, BeginsThoughOthersHandOverAllTheTime) {
    constexpr std::size_t workers = 2;
    Handoffs frames{workers}, raw{workers};
    Shard first{1}, second{1};
    Spreader spreader{{.self = WorkerId{0},
                       .shard = &first,
                       .shards = {&first, &second},
                       .frames = &frames,
                       .raw = &raw}};
    HotQueue queue{SpreadMode::automatic, workers};
    PacketRing& ring = *frames.ring(WorkerId{0}, WorkerId{1});
    std::array<Packet*, 64> some{};
    ring.push(some);
    for (unsigned i = 0; i < HotQueue::streak; ++i) {
        second.total_cycles.add(1'000);
        spreader.saw(queue, 64, true, Instant{});
    }
    ASSERT_TRUE(queue.waits());
    int polls = 0;
    for (; !spreader.may_poll(queue) && polls < 10; ++polls) {
        ring.push(some);  // it is never empty
        std::array<Packet*, 64> taken;
        ring.pop(taken);
    }
    EXPECT_EQ(polls, 1);
    EXPECT_TRUE(queue.spreads());
}

TEST(Spread, OffStaysOff) {
    Interleaved it{SpreadMode::off, 1};
    it.turns(1'000, 64);
    EXPECT_FALSE(it.spreads());
    EXPECT_EQ(it.crew().processed(1), 0U);
}

TEST(Spread, EachOfTwoWorkersHasThirtyPercent) {
    Interleaved it{SpreadMode::on, 1};
    it.turns(2'000, 64);
    it.settle();
    EXPECT_EQ(it.sent, it.load().made());
    const std::uint64_t first = it.crew().processed(0), second = it.crew().processed(1);
    EXPECT_EQ(first + second, it.sent);
    EXPECT_GE(first, it.sent * 3 / 10);
    EXPECT_GE(second, it.sent * 3 / 10);
}

// A worker that stands still keeps what it was given; nothing is lost, the device is not polled.
TEST(Spread, AWorkerThatStandsStillLosesNothing) {
    SpreadLoad load{300};
    const auto crew = load.crew(2, SpreadMode::on, 32'768);
    const Instant now{Nanos{1'000'000'000'000}};
    std::uint64_t sent = 0;
    const auto rx = [&](std::span<Packet*> all) {
        for (Packet*& packet : all) packet = load.next(crew->pool());
        return all.size();
    };
    const auto tx = [&](std::span<Packet*> all) {
        sent += all.size();
        for (Packet* packet : all) rte_pktmbuf_free(packet);
        return all.size();
    };
    for (int i = 0; i < 1'000; ++i) crew->loop(0, wan, now, rx, tx);
    EXPECT_GT(crew->in_rings(), 4'000U);
    EXPECT_LT(load.made(), 20'000U);
    const auto nothing = [](std::span<Packet*>) { return std::size_t{0}; };
    while (crew->loop(0, wan, now, nothing, tx) + crew->loop(1, wan, now, nothing, tx) != 0) {
    }
    EXPECT_EQ(sent, load.made());
    for (const PortCounters& port : crew->shard(0).ports)
        for (const Counter& drop : port.drops) EXPECT_EQ(drop.read(), 0U);
}

std::uint32_t hash_of(Bed& bed, const std::vector<std::byte>& frame) {
    Packet* packet = bed.exact(frame);
    const std::uint32_t hash = spread_hash(*packet);
    rte_pktmbuf_free(packet);
    return hash;
}

TEST(SpreadHash, TellsFlowsApartByLabelOrPortsAndKeepsFragmentsTogether) {
    Bed bed{scene_config()};
    const auto srv6 = [&](std::uint32_t label) {
        return hash_of(bed, frame(wan_mac)
                                .ip6("fc00:b::1", "fc00:a::e", 64, 0, label)
                                .srh({"fc00:b::d46", "fc00:a::e"}, 1)
                                .ip4("10.1.0.9", "10.2.0.9")
                                .udp(1, 2)
                                .build());
    };
    EXPECT_NE(srv6(1), srv6(2));
    const auto udp = [&](std::uint16_t port) {
        return hash_of(bed, frame(lan_mac).ip4("10.1.0.9", "10.2.0.9").udp(port, 2).build());
    };
    EXPECT_NE(udp(1), udp(2));
    // The tag is not what names a flow.
    EXPECT_EQ(hash_of(bed, frame(lan_mac).vlan(0).ip4("10.1.0.9", "10.2.0.9").udp(1, 2).build()),
              udp(1));
    const auto fragment = [&](std::uint8_t high, std::uint8_t low) {
        return hash_of(bed, frame(lan_mac)
                                .ip4("10.1.0.9", "10.2.0.9")
                                .udp(1, 2)
                                .poke(20, high)
                                .poke(21, low)
                                .build());
    };
    EXPECT_EQ(fragment(0x20, 0), fragment(0, 100));
}

// Any bytes: ASan watches the end of each packet.
TEST(SpreadHash, ReadsNothingBehindAPacket) {
    Bed bed{scene_config()};
    std::mt19937 random{7};
    const auto whole =
        frame(wan_mac).ip6("fc00:b::1", "fc00:a::e").srh({"fc00:a::e"}, 0).udp(1, 2).build();
    for (std::size_t size = 0; size <= whole.size(); ++size) {
        auto cut = whole;
        cut.resize(size);
        hash_of(bed, cut);
        for (int i = 0; i < 50; ++i) {
            for (std::size_t at = 14; at < size; ++at) cut[at] = static_cast<std::byte>(random());
            hash_of(bed, cut);
        }
    }
}

}  // namespace
}  // namespace weir::test
