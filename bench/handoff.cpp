// Cycles per packet and side of the ring between two workers, beside DPDK's rte_ring: bursts of 32
// pointers from one core to another, each side timed by what it does and not by what it waits for.
#include <fmt/format.h>
#include <pthread.h>
#include <rte_cycles.h>
#include <rte_ring.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdio>
#include <memory>
#include <stdexcept>
#include <thread>
#include <vector>

#include "dataplane/base/spsc_ring.hpp"
#include "dataplane/io/eal.hpp"
#include "dataplane/worker/rings.hpp"

namespace weir::bench {
namespace {

constexpr std::size_t batch = 32, bursts = 100'000;
using Burst = std::array<void*, batch>;

void pin(unsigned core) {
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(core, &set);
    pthread_setaffinity_np(pthread_self(), sizeof set, &set);
}

// Median cycles per packet of the calls that moved a whole burst.
template <class Move>
double side(Move&& move) {
    std::vector<double> samples;
    samples.reserve(bursts);
    Burst burst{};
    while (samples.size() < bursts) {
        const std::uint64_t begin = rte_rdtsc();
        const std::size_t n = move(burst);
        asm volatile("" ::"r"(burst.data()) : "memory");  // they are looked at
        const std::uint64_t end = rte_rdtsc();
        if (n == batch) samples.push_back(static_cast<double>(end - begin) / batch);
    }
    std::ranges::nth_element(samples, samples.begin() + bursts / 2);
    return samples[bursts / 2];
}

struct Sides {
    double push = 0, pop = 0;
};

template <class Push, class Pop>
Sides measure(Push push, Pop pop) {
    Sides found;
    std::thread consumer{[&] {
        pin(1);
        found.pop = side(pop);
    }};
    pin(0);
    found.push = side(push);
    consumer.join();
    return found;
}

// One side's calls move whole bursts or nothing, so that both count alike.
Sides ours() {
    SpscRing<void*> ring{Handoffs::capacity};
    return measure(
        [&](Burst& burst) {
            return ring.capacity() - ring.size() < batch ? 0
                                                         : ring.push(std::span<void* const>{burst});
        },
        [&](Burst& burst) { return ring.size() < batch ? 0 : ring.pop(burst); });
}

Sides theirs() {
    const std::unique_ptr<rte_ring, decltype(&rte_ring_free)> ring{
        rte_ring_create("handoff", Handoffs::capacity, SOCKET_ID_ANY,
                        RING_F_SP_ENQ | RING_F_SC_DEQ),
        rte_ring_free};
    if (!ring) throw std::runtime_error{"no memory for an rte_ring"};
    return measure(
        [&](Burst& burst) -> std::size_t {
            return rte_ring_sp_enqueue_bulk(ring.get(), burst.data(), batch, nullptr);
        },
        [&](Burst& burst) -> std::size_t {
            return rte_ring_sc_dequeue_bulk(ring.get(), burst.data(), batch, nullptr);
        });
}

void run() {
    fmt::print("{:<28} {:>14} {:>14}  {}\n", "ring between two cores", "push cyc/pkt",
               "pop cyc/pkt", "target");
    const Sides mine = ours(), dpdk = theirs();
    fmt::print("{:<28} {:>14.1f} {:>14.1f}  {}\n", "weir, std::atomic", mine.push, mine.pop, 25);
    fmt::print("{:<28} {:>14.1f} {:>14.1f}\n", "rte_ring, SP/SC", dpdk.push, dpdk.pop);
}

}  // namespace
}  // namespace weir::bench

int main() try {
    weir::EalOptions options;
    options.memory = weir::Bytes{64 << 20};
    const weir::Eal eal{options};
    weir::bench::run();
    return 0;
} catch (const std::exception& error) {
    std::fputs(error.what(), stderr);
    return 1;
}
