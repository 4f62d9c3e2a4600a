#include "dataplane/worker/route_cache.hpp"

#include <gtest/gtest.h>

#include <random>

namespace weir {
namespace {

Ipv6Addr address6(std::uint64_t n) { return Ipv6Addr::from_bits(n * 0x9e3779b97f4a7c15ULL); }

// Ten times as many keys as slots, so that most look-ups meet another's slot: never another's
// answer, whichever of address, table and snapshot tells two keys apart.
TEST(RouteCache, AnswersWhatTheSearchWould) {
    RouteCache cache;
    std::mt19937_64 random{1};
    for (int i = 0; i < 500'000; ++i) {
        const std::uint64_t n = random() % (10 * RouteCache::slots);
        const auto table = static_cast<TableId>(random() % 3);
        const auto stamp = static_cast<std::uint32_t>(1 + random() % 2);
        const auto answer = static_cast<std::uint32_t>(n * 6 + index(table) * 2 + stamp);
        const auto key =
            n % 2 == 0
                ? RouteCache::key(address6(n), table, stamp)
                : RouteCache::key(Ipv4Addr::from_bits(static_cast<std::uint32_t>(n)), table, stamp);
        ASSERT_EQ(cache.find(key, [&] { return answer; }), answer);
    }
}

TEST(RouteCache, SearchesOnceForAnAddressInUse) {
    RouteCache cache;
    int searches = 0;
    for (int i = 0; i < 10; ++i)
        cache.find(RouteCache::key(address6(7), TableId{0}, 1), [&] {
            ++searches;
            return 5U;
        });
    EXPECT_EQ(searches, 1);
}

TEST(RouteCache, AnotherSnapshotSearchesAnew) {
    RouteCache cache;
    cache.find(RouteCache::key(address6(7), TableId{0}, 1), [] { return 5U; });
    EXPECT_EQ(cache.find(RouteCache::key(address6(7), TableId{0}, 2), [] { return 6U; }), 6U);
}

// Whoever sends to the one would else decide where packets to the other go.
TEST(RouteCache, AnIpv4AddressIsNoIpv6AddressOfItsOctets) {
    const Ipv4Addr v4{{10, 0, 0, 1}};
    Ipv6Addr compatible{};  // ::10.0.0.1
    std::copy(v4.octets.begin(), v4.octets.end(), compatible.octets.begin() + 12);
    for (const Ipv6Addr& v6 : {compatible, mapped(v4)}) {
        RouteCache cache;
        cache.find(RouteCache::key(v4, TableId{0}, 1), [] { return 4U; });
        EXPECT_EQ(cache.find(RouteCache::key(v6, TableId{0}, 1), [] { return 6U; }), 6U);
        EXPECT_EQ(cache.find(RouteCache::key(v4, TableId{0}, 1), [] { return 4U; }), 4U);
    }
}

}  // namespace
}  // namespace weir
