#include "dataplane/control/neighbor_table.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <set>
#include <vector>

namespace weir {
namespace {

constexpr PortId lan{0}, wan{1};
const MacAddr mac_a{{2, 0, 0, 0, 0, 0xa}}, mac_b{{2, 0, 0, 0, 0, 0xb}};

Ipv6Addr host(std::uint32_t n) {
    return Ipv6Addr::from_bits(static_cast<unsigned __int128>(0x20010db8) << 96U | n);
}

TEST(NeighborTable, KnowsAPairByPortAndAddress) {
    NeighborTable table{8};
    const NeighborId id = table.insert(lan, host(1));
    EXPECT_EQ(table.find(lan, host(1)), id);
    EXPECT_EQ(table.find(wan, host(1)), no_neighbor);
    EXPECT_EQ(table.find(lan, host(2)), no_neighbor);
    EXPECT_EQ(table.port(id), lan);
    EXPECT_EQ(table.address(id), host(1));
    EXPECT_EQ(table.insert(lan, host(1)), id);
    EXPECT_NE(table.insert(wan, host(1)), id);
}

TEST(NeighborTable, HasAMacOnlyWhileItIsSet) {
    NeighborTable table{8};
    const NeighborId id = table.insert(lan, host(1));
    EXPECT_EQ(table.mac(id), std::nullopt);
    table.set_mac(id, mac_a);
    EXPECT_EQ(table.mac(id), mac_a);
    table.set_mac(id, mac_b);
    EXPECT_EQ(table.mac(id), mac_b);
    table.clear_mac(id);
    EXPECT_EQ(table.mac(id), std::nullopt);
    table.set_mac(id, MacAddr{});  // all zero is a value like any other
    EXPECT_EQ(table.mac(id), MacAddr{});
}

TEST(NeighborTable, ErasedIsNotFoundAndItsSlotWaitsForRelease) {
    NeighborTable table{1};
    const NeighborId id = table.insert(lan, host(1));
    table.set_mac(id, mac_a);
    table.erase(id);
    EXPECT_EQ(table.find(lan, host(1)), no_neighbor);
    EXPECT_EQ(table.mac(id), std::nullopt);
    EXPECT_EQ(table.address(id), host(1));  // whoever still holds the id reads the old key
    EXPECT_EQ(table.insert(lan, host(2)), no_neighbor);
    table.release(id);
    const NeighborId next = table.insert(lan, host(2));
    ASSERT_NE(next, no_neighbor);
    EXPECT_EQ(table.mac(next), std::nullopt);
}

TEST(NeighborTable, ReleaseAndEraseOfWhatIsNotThereChangeNothing) {
    NeighborTable table{4};
    const NeighborId id = table.insert(lan, host(1));
    table.release(id);  // still live
    EXPECT_EQ(table.find(lan, host(1)), id);
    table.erase(id);
    table.erase(id);
    table.release(id);
    table.release(id);
    for (std::uint32_t i = 0; i < 4; ++i) EXPECT_NE(table.insert(lan, host(i)), no_neighbor);
    EXPECT_EQ(table.insert(lan, host(9)), no_neighbor);
}

TEST(NeighborTable, TakesAsManyAsItsCapacity) {
    for (const std::uint64_t seed : {0ULL, 1ULL, 0x123456789abcdefULL}) {
        NeighborTable table{5000, seed};
        EXPECT_EQ(table.capacity(), 8192U);
        std::set<NeighborId> ids;
        for (std::uint32_t i = 0; i < 4096; ++i) ids.insert(table.insert(lan, host(i)));
        for (std::uint32_t i = 0; i < 4096; ++i)
            ids.insert(table.insert(wan, mapped(Ipv4Addr::from_bits(0x0a000000U + i))));
        EXPECT_EQ(ids.size(), 8192U);
        EXPECT_FALSE(ids.contains(no_neighbor));
        EXPECT_EQ(table.insert(lan, host(99999)), no_neighbor);
        EXPECT_EQ(table.find(lan, host(99999)), no_neighbor);
    }
}

// What would slowly fill with tombstones comes back to being empty: capacity stays what it was.
TEST(NeighborTable, StaysUsableThroughAMillionChanges) {
    NeighborTable table{256};
    std::vector<NeighborId> alive;
    std::uint32_t next = 0;
    for (unsigned i = 0; i < 1'000'000; ++i) {
        if (alive.size() == 256) {
            const std::size_t pick = (i * 2654435761U) % alive.size();
            table.erase(alive[pick]);
            table.release(alive[pick]);
            alive[pick] = alive.back();
            alive.pop_back();
        }
        alive.push_back(table.insert(lan, host(next++)));
        ASSERT_NE(alive.back(), no_neighbor) << i;
    }
    for (const NeighborId id : alive) EXPECT_EQ(table.find(lan, table.address(id)), id);
}

// Looking for who is not there stays about as cheap as in a new table. Without the clean-up in
// release() every such lookup here would walk `longest_probe` slots, 20 times as long.
TEST(NeighborTable, LookupsStayShortThroughManyChanges) {
    const auto misses = [](const NeighborTable& table) {
        auto best = std::chrono::nanoseconds::max();
        std::uint32_t found = 0;
        for (int round = 0; round < 50; ++round) {
            const auto start = std::chrono::steady_clock::now();
            for (std::uint32_t i = 0; i < 1000; ++i)
                found += table.find(wan, host(i)) != no_neighbor;
            best =
                std::min<std::chrono::nanoseconds>(best, std::chrono::steady_clock::now() - start);
        }
        EXPECT_EQ(found, 0U);
        return best;
    };
    NeighborTable table{256};
    std::vector<NeighborId> alive;
    for (std::uint32_t i = 0; i < 128; ++i) alive.push_back(table.insert(lan, host(i)));
    const auto fresh = misses(table);
    for (std::uint32_t i = 128; i < 200'000; ++i) {
        NeighborId& victim = alive[(i * 2654435761U >> 8U) % alive.size()];
        table.erase(victim);
        table.release(victim);
        victim = table.insert(lan, host(i));
    }
    EXPECT_LT(misses(table), 6 * fresh);
}

// Against a map, over keys few enough to meet often: whatever order of changes, an address is found
// exactly while it is in, keeps its slot, and no slot serves two.
RC_GTEST_PROP(NeighborTable, BehavesAsAMap, ()) {
    NeighborTable table{16, *rc::gen::arbitrary<std::uint64_t>()};
    std::map<std::pair<PortId, std::uint32_t>, NeighborId> model;
    std::vector<NeighborId> erased;
    const auto steps =
        *rc::gen::container<std::vector<std::tuple<int, std::uint32_t, bool>>>(rc::gen::tuple(
            rc::gen::inRange(0, 4), rc::gen::inRange(0U, 24U), rc::gen::arbitrary<bool>()));
    for (const auto& [step, n, other] : steps) {
        const std::pair key{other ? wan : lan, n};
        const auto at = model.find(key);
        if (step <= 1) {
            const NeighborId id = table.insert(key.first, host(n));
            if (at != model.end()) {
                RC_ASSERT(id == at->second);
            } else if (model.size() + erased.size() == table.capacity()) {
                RC_ASSERT(id == no_neighbor);
            } else {
                RC_ASSERT(id != no_neighbor);
                model.emplace(key, id);
            }
        } else if (step == 2 && at != model.end()) {
            table.erase(at->second);
            erased.push_back(at->second);
            model.erase(at);
        } else if (step == 3 && !erased.empty()) {
            const std::size_t pick = n % erased.size();
            table.release(erased[pick]);
            erased.erase(erased.begin() + static_cast<long>(pick));
        }
        std::set<NeighborId> slots{erased.begin(), erased.end()};
        for (const auto& [k, id] : model) slots.insert(id);
        RC_ASSERT(slots.size() == model.size() + erased.size());
        for (std::uint32_t i = 0; i < 24; ++i)
            for (const PortId port : {lan, wan}) {
                const auto expected = model.find({port, i});
                RC_ASSERT(table.find(port, host(i)) ==
                          (expected == model.end() ? no_neighbor : expected->second));
            }
    }
}

}  // namespace
}  // namespace weir
