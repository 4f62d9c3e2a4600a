// One writer and several readers on one table, as control and workers are: for ThreadSanitizer, and
// for the promise that who finds a slot finds the MAC of that very address.
#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <deque>
#include <thread>
#include <vector>

#include "dataplane/control/neighbor_table.hpp"

namespace weir {
namespace {

constexpr std::size_t readers = 3;
constexpr std::uint32_t hosts = 48;  // more than the table takes: slots are reused all the time
constexpr unsigned rounds = 4'000;

Ipv6Addr host(std::uint32_t n) {
    return Ipv6Addr::from_bits(static_cast<unsigned __int128>(0xfc00) << 112U | n);
}
// A MAC that says whose it is.
MacAddr mac_of(std::uint32_t n) {
    return {{2, 0, 0, 0, static_cast<std::uint8_t>(n >> 8U), static_cast<std::uint8_t>(n)}};
}

// What rte_rcu_qsbr does for weir: a reader says between two lookups that it holds no id.
struct Grace {
    std::atomic<std::uint64_t> epoch{1};
    std::array<std::atomic<std::uint64_t>, readers> seen{};

    void quiescent(std::size_t reader) {
        seen[reader].store(epoch.load(std::memory_order_acquire), std::memory_order_release);
    }
    std::uint64_t begin() { return epoch.fetch_add(1, std::memory_order_acq_rel) + 1; }
    bool over(std::uint64_t token) const {
        for (const auto& reader : seen)
            if (reader.load(std::memory_order_acquire) < token) return false;
        return true;
    }
};

TEST(NeighborTableRace, ReadersFindOnlyWhatIsTrue) {
    NeighborTable table{32};
    Grace grace;
    std::atomic<bool> done{false};
    std::atomic<std::uint64_t> found{0}, wrong{0};
    const NeighborId always = table.insert(PortId{0}, host(1000));  // never erased: always found
    table.set_mac(always, mac_of(1000));

    std::vector<std::thread> threads;
    for (std::size_t reader = 0; reader < readers; ++reader)
        threads.emplace_back([&, reader] {
            std::uint64_t hits = 0, lies = 0;
            for (std::uint32_t n = 0; !done.load(std::memory_order_acquire); n = (n + 1) % hosts) {
                const NeighborId id = table.find(PortId{0}, host(n));
                if (id != no_neighbor) {
                    const auto mac = table.mac(id);
                    hits += mac.has_value();
                    lies += mac && *mac != mac_of(n);
                }
                lies += table.find(PortId{0}, host(1000)) != always;
                grace.quiescent(reader);
            }
            grace.seen[reader].store(~std::uint64_t{0}, std::memory_order_release);
            found += hits;
            wrong += lies;
        });

    std::deque<std::pair<std::uint64_t, NeighborId>> retired;
    std::deque<NeighborId> alive;
    std::uint32_t next = 0;
    for (unsigned round = 0; round < rounds; ++round) {
        while (!retired.empty() && grace.over(retired.front().first)) {
            table.release(retired.front().second);
            retired.pop_front();
        }
        const std::uint32_t n = next++ % hosts;
        const NeighborId id = table.insert(PortId{0}, host(n));
        if (id != no_neighbor && (alive.empty() || id != alive.back())) {
            table.set_mac(id, mac_of(n));
            alive.push_back(id);
        }
        if (alive.size() > 16 || id == no_neighbor) {
            if (alive.empty()) {
                std::this_thread::yield();
                continue;
            }
            table.erase(alive.front());
            retired.emplace_back(grace.begin(), alive.front());
            alive.pop_front();
        }
    }
    done.store(true, std::memory_order_release);
    for (auto& thread : threads) thread.join();
    EXPECT_EQ(wrong.load(), 0U);
    EXPECT_GT(found.load(), 0U);
}

}  // namespace
}  // namespace weir
