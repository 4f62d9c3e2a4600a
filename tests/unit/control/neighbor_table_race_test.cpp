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

constexpr std::size_t readers = 2;
constexpr std::uint32_t hosts = 48;  // more than the table takes: slots are reused all the time
constexpr std::size_t kept = 16;     // live at any time; the rest of the table waits for its grace
constexpr unsigned changes = 20'000;

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

// What one reader saw.
struct Seen {
    std::uint64_t hits = 0, lies = 0;

    void look(const NeighborTable& table, std::uint32_t n) {
        const NeighborId id = table.find(PortId{0}, host(n));
        if (id == no_neighbor) return;
        const auto mac = table.mac(id);
        hits += mac.has_value();
        lies += mac && *mac != mac_of(n);
    }
};

TEST(NeighborTableRace, ReadersFindOnlyWhatIsTrue) {
    NeighborTable table{32};
    Grace grace;
    std::atomic<bool> done{false};
    const NeighborId always = table.insert(PortId{0}, host(1000));  // never erased: always found
    std::array<Seen, readers> during{}, after{};

    std::vector<std::thread> threads;
    for (std::size_t reader = 0; reader < readers; ++reader)
        threads.emplace_back([&, reader] {
            for (std::uint32_t n = 0; !done.load(std::memory_order_acquire); n = (n + 1) % hosts) {
                during[reader].look(table, n);
                during[reader].lies += table.find(PortId{0}, host(1000)) != always;
                grace.quiescent(reader);
                if (n % kept == 0) std::this_thread::yield();  // there may be fewer cores than us
            }
            for (std::uint32_t n = 0; n < hosts; ++n) after[reader].look(table, n);
        });

    std::deque<std::pair<std::uint64_t, NeighborId>> retired;
    std::deque<NeighborId> alive;
    for (std::uint32_t made = 0; made < changes;) {
        while (!retired.empty() && grace.over(retired.front().first)) {
            table.release(retired.front().second);
            retired.pop_front();
        }
        const NeighborId id = table.insert(PortId{0}, host(made % hosts));
        if (id == no_neighbor) {  // full of slots that a reader may still hold
            std::this_thread::yield();
            continue;
        }
        table.set_mac(id, mac_of(made++ % hosts));
        alive.push_back(id);
        if (alive.size() <= kept) continue;
        table.erase(alive.front());
        retired.emplace_back(grace.begin(), alive.front());
        alive.pop_front();
    }
    done.store(true, std::memory_order_release);
    for (auto& thread : threads) thread.join();
    for (std::size_t reader = 0; reader < readers; ++reader) {
        EXPECT_EQ(during[reader].lies + after[reader].lies, 0U);
        EXPECT_EQ(after[reader].hits, kept);  // whoever comes last sees all that is there
    }
}

}  // namespace
}  // namespace weir
