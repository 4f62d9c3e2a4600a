// What a second worker brings to the packets of one policy in transit (SRv6 to one End, 1,000
// flows): once where the NIC's hash tells flows apart by the source entropy that the edge wrote, so
// that each worker has a receive queue of its own, and once where all arrive in one queue and its
// worker spreads them. The port they leave by has one owner. Devices are memory: buffers out of the
// pool, filled; and back.
#include <fmt/format.h>
#include <pthread.h>
#include <rte_cycles.h>
#include <rte_thash.h>

#include <algorithm>
#include <atomic>
#include <thread>

#include "bench/scene.hpp"
#include "dataplane/io/registered_thread.hpp"
#include "dataplane/wire/ethernet.hpp"
#include "srv6/flow.hpp"
#include "tests/support/crew.hpp"

namespace weir::bench {
namespace {

constexpr std::size_t packets = 2'000'000;
constexpr std::uint16_t entropy_mask = 0x1ff;  // node.source_entropy = 9

// As the edge that encapsulates sends them.
std::vector<test::Frame> frames() {
    auto all = srv6_frames({}, "fc00:a::e0", false, false);
    for (std::size_t i = 0; i < all.size(); ++i) {
        auto* ip = reinterpret_cast<Ipv6Header*>(all[i].data() + sizeof(EthernetHeader));
        const FlowLabel label = flow_label_from(static_cast<std::uint32_t>(i * 2'654'435'761U));
        ip->version_class_label = be32{0x60000000U | static_cast<std::uint32_t>(label)};
        ip->source = Ipv6Addr::from_bits(ip->source.bits() |
                                         (static_cast<std::uint32_t>(label) & entropy_mask));
    }
    return all;
}

// The receive queue of two that a NIC chooses: Toeplitz over both addresses, 128 entries.
std::size_t queue_of(const test::Frame& frame) {
    static constexpr std::array<std::uint8_t, 40> key{
        0x6d, 0x5a, 0x56, 0xda, 0x25, 0x5b, 0x0e, 0xc2, 0x41, 0x67, 0x25, 0x3d, 0x43, 0xa3,
        0x8f, 0xb0, 0xd0, 0xca, 0x2b, 0xcb, 0xae, 0x7b, 0x30, 0xb4, 0x77, 0xcb, 0x2d, 0xa3,
        0x80, 0x30, 0xf2, 0x0c, 0x6a, 0x42, 0xb7, 0x3b, 0xbe, 0xac, 0x01, 0xfa};
    std::array<std::uint32_t, 8> tuple;
    std::memcpy(tuple.data(), frame.data() + 14 + 8, sizeof tuple);
    for (std::uint32_t& word : tuple) word = rte_be_to_cpu_32(word);
    return rte_softrss(tuple.data(), tuple.size(), key.data()) % 128 % 2;
}

void pin(unsigned core) {
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(core, &set);
    pthread_setaffinity_np(pthread_self(), sizeof set, &set);
}

enum class Way { one, queues, spread };

struct Figures {
    double whole = 0;                   // cycles per packet by the clock on the wall
    double busiest = 0;                 // of the worker with most to do, without devices
    std::array<double, 2> share{1, 0};  // of the packets
};

class Bench {
public:
    Bench(const std::vector<test::Frame>& frames, Way way)
        : crew_{scene({}), way == Way::one ? std::size_t{1} : std::size_t{2},
                way == Way::spread ? SpreadMode::on : SpreadMode::off, 32'768} {
        crew_.each_polls = way == Way::queues;
        for (const test::Frame& frame : frames)
            arriving_[way == Way::queues ? queue_of(frame) : 0].push_back(frame);
    }

    Figures run() {
        std::vector<std::thread> threads;
        const std::uint64_t begin = rte_rdtsc();
        for (std::size_t i = 0; i < crew_.workers(); ++i)
            threads.emplace_back([this, i] {
                pin(static_cast<unsigned>(i));
                const RegisteredThread registered;
                while (gone_.load(std::memory_order_relaxed) < packets) loop(i);
            });
        for (std::thread& it : threads) it.join();
        Figures found;
        found.whole = static_cast<double>(rte_rdtsc() - begin) / packets;
        std::uint64_t all = 0;
        for (std::size_t i = 0; i < crew_.workers(); ++i) all += crew_.processed(i);
        for (std::size_t i = 0; i < crew_.workers(); ++i) {
            found.busiest = std::max(
                found.busiest, static_cast<double>(busy_[i].cycles) / static_cast<double>(all));
            found.share[i] = static_cast<double>(crew_.processed(i)) / static_cast<double>(all);
        }
        return found;
    }

private:
    struct alignas(64) Busy {
        std::uint64_t cycles = 0;
        std::size_t frame = 0;
    };

    void loop(std::size_t worker) {
        std::uint64_t devices = 0;
        const std::uint64_t begin = rte_rdtsc();
        const std::size_t moved = crew_.loop(
            worker, wan, Instant{Nanos{1'000'000'000'000}},
            [&](std::span<Packet*> all) {
                const std::uint64_t from = rte_rdtsc();
                const std::size_t n = receive(worker, all);
                devices += rte_rdtsc() - from;
                return n;
            },
            [&](std::span<Packet*> all) {
                const std::uint64_t from = rte_rdtsc();
                rte_pktmbuf_free_bulk(all.data(), static_cast<unsigned>(all.size()));
                gone_.fetch_add(all.size(), std::memory_order_relaxed);
                devices += rte_rdtsc() - from;
                return all.size();
            });
        if (moved != 0) busy_[worker].cycles += rte_rdtsc() - begin - devices;
    }
    std::size_t receive(std::size_t worker, std::span<Packet*> all) {
        const auto& frames = arriving_[worker];
        if (rte_pktmbuf_alloc_bulk(&crew_.pool(), all.data(), static_cast<unsigned>(all.size())) !=
            0)
            return 0;
        std::size_t& next = busy_[worker].frame;
        for (Packet* packet : all) {
            put(*packet, frames[next]);
            next = next + 1 == frames.size() ? 0 : next + 1;
        }
        return all.size();
    }

    test::Crew crew_;
    std::array<std::vector<test::Frame>, 2> arriving_;  // by receive queue
    std::array<Busy, 2> busy_;
    std::atomic<std::size_t> gone_{0};
};

// The median run by the ratio to one worker just before.
void row(const char* what, const std::vector<test::Frame>& frames, Way way, const char* target) {
    struct Pair {
        Figures one, two;
        double ratio() const { return one.busiest / two.busiest; }
    };
    std::vector<Pair> pairs;
    for (int i = 0; i < 7; ++i) {
        Pair& pair = pairs.emplace_back();
        pair.one = Bench{frames, Way::one}.run();
        pair.two = Bench{frames, way}.run();
    }
    std::ranges::sort(pairs, {}, &Pair::ratio);
    const Pair& it = pairs[pairs.size() / 2];
    fmt::print(
        "{:<34} {:>8.1f} {:>8.1f} {:>7.2f}x {:>8.1f} {:>8.1f} {:>7.2f}x {:>5.0f}%{:>4.0f}%  {}\n",
        what, it.one.busiest, it.two.busiest, it.ratio(), it.one.whole, it.two.whole,
        it.one.whole / it.two.whole, 100 * it.two.share[0], 100 * it.two.share[1], target);
}

void run() {
    const auto all = frames();
    fmt::print("End, {} flows of one policy; cycles per packet\n", all.size());
    fmt::print("{:<34} {:>26} {:>26} {:>11}  {}\n", "", "busiest worker: 1, 2",
               "with devices: 1, 2", "shares", "target");
    row("receive queues by source entropy", all, Way::queues, "1.6x, 30 %");
    row("one receive queue, spread", all, Way::spread, "");
}

}  // namespace
}  // namespace weir::bench

int main() { return weir::bench::main_of(weir::Bytes{256 << 20}, weir::bench::run); }
