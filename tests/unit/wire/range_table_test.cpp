#include "dataplane/wire/range_table.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cstdint>
#include <vector>

namespace weir {
namespace {

using Wide = unsigned __int128;
constexpr std::uint32_t fallback = 4'000'000'000;

template <class Key>
using Entries = std::vector<typename RangeTable<Key>::Entry>;

template <class Key>
bool covers(const typename RangeTable<Key>::Entry& e, Key key) {
    constexpr unsigned bits = 8 * sizeof(Key);
    return e.length == 0 || (key ^ e.prefix) >> (bits - e.length) == 0;
}

// Asks every prefix.
template <class Key>
std::uint32_t brute_force(const Entries<Key>& entries, Key key) {
    const typename RangeTable<Key>::Entry* best = nullptr;
    for (const auto& e : entries)
        if (covers(e, key) && (best == nullptr || e.length > best->length)) best = &e;
    return best == nullptr ? fallback : best->value;
}

template <class Key>
Key random_key() {
    Key key = 0;
    for (std::size_t i = 0; i < sizeof(Key); i += 4)
        key = static_cast<Key>(key << 16U << 16U) | *rc::gen::arbitrary<std::uint32_t>();
    return key;
}

std::size_t below(std::size_t n) {  // uniform, whatever size rapidcheck is at
    return *rc::gen::resize(rc::kNominalSize, rc::gen::inRange<std::size_t>(0, n));
}

// Host bits of a prefix: all ones.
template <class Key>
Key host_bits(unsigned length) {
    constexpr unsigned bits = 8 * sizeof(Key);
    return length == 0 ? static_cast<Key>(~Key{0})
                       : static_cast<Key>((Key{1} << (bits - length)) - 1);
}

// Prefixes that nest, touch and repeat: grown from one another, over a few values. Lengths crowd
// where a table may treat them apart: at none, half and all of the bits.
template <class Key>
Entries<Key> random_entries() {
    constexpr unsigned bits = 8 * sizeof(Key);
    constexpr unsigned edges[] = {0, 1, bits / 2 - 1, bits / 2, bits / 2 + 1, bits - 1, bits, bits};
    Entries<Key> entries;
    for (std::size_t n = below(30); n-- > 0;) {
        Key prefix = random_key<Key>();
        auto length =
            below(2) == 0 ? edges[below(std::size(edges))] : static_cast<unsigned>(below(bits + 1));
        if (!entries.empty() && below(5) != 0) {
            const auto& near = entries[below(entries.size())];
            const Key host = host_bits<Key>(near.length);
            const Key first = near.prefix & static_cast<Key>(~host), last = near.prefix | host;
            // At one of its ends, or just outside.
            const Key starts[] = {first, last, static_cast<Key>(first - 1),
                                  static_cast<Key>(last + 1)};
            prefix = starts[below(std::size(starts))];
            if (below(2) == 0) length = near.length;
        }
        entries.push_back(
            {prefix, static_cast<std::uint8_t>(length), static_cast<std::uint32_t>(below(5))});
    }
    return entries;
}

// Both ends of every prefix, one beyond each, the ends of the space, and anything.
template <class Key>
std::vector<Key> probes(const Entries<Key>& entries) {
    std::vector<Key> keys{0, static_cast<Key>(~Key{0}), random_key<Key>(), random_key<Key>()};
    for (const auto& e : entries) {
        const Key host = host_bits<Key>(e.length);
        const Key first = e.prefix & static_cast<Key>(~host), last = e.prefix | host;
        const Key inside = first | (random_key<Key>() & host);
        for (const Key key :
             {first, static_cast<Key>(first - 1), last, static_cast<Key>(last + 1), inside})
            keys.push_back(key);
    }
    return keys;
}

template <class Key>
void agrees_with_brute_force() {
    const auto entries = random_entries<Key>();
    const RangeTable<Key> table{entries, fallback};
    for (const Key key : probes<Key>(entries))
        RC_ASSERT(table.find(key) == brute_force<Key>(entries, key));
    // IPv6 keeps a cut inside a block of 2^64 addresses apart from the block itself.
    const std::size_t most = sizeof(Key) == 16 ? 3 : 2;
    RC_ASSERT(table.ranges() <= most * entries.size() + 1);
}

RC_GTEST_PROP(RangeTable, Ipv4AgreesWithBruteForce, ()) {
    agrees_with_brute_force<std::uint32_t>();
}
RC_GTEST_PROP(RangeTable, Ipv6AgreesWithBruteForce, ()) { agrees_with_brute_force<Wide>(); }

TEST(RangeTable, AnEmptyTableAnswersItsFallback) {
    EXPECT_EQ((RangeTable<std::uint32_t>{{}, 7}.find(0)), 7U);
    EXPECT_EQ((RangeTable<Wide>{{}, 7}.find(~Wide{0})), 7U);
    EXPECT_EQ(RangeTable<std::uint32_t>{}.find(123), 0U);
}

template <class Key>
void knows_the_edges() {
    constexpr std::uint8_t full = 8 * sizeof(Key);
    constexpr Key top = static_cast<Key>(~Key{0});
    constexpr Key half = Key{1} << (full - 1);
    const RangeTable<Key> table{{{0, 0, 1}, {half, 1, 2}, {top, full, 3}, {0, full, 4}}, fallback};
    EXPECT_EQ(table.find(0), 4U);
    EXPECT_EQ(table.find(1), 1U);
    EXPECT_EQ(table.find(half - 1), 1U);
    EXPECT_EQ(table.find(half), 2U);
    EXPECT_EQ(table.find(top - 1), 2U);
    EXPECT_EQ(table.find(top), 3U);
}
TEST(RangeTable, KnowsTheEdgesOfTheSpace) {
    knows_the_edges<std::uint32_t>();
    knows_the_edges<Wide>();
}

TEST(RangeTable, TheFirstOfEqualPrefixesCounts) {
    const RangeTable<std::uint32_t> table{
        {{0x0a000000, 8, 1}, {0x0a0b0c0d, 8, 2}, {0x0a000000, 8, 3}}, fallback};
    EXPECT_EQ(table.find(0x0aff0000), 1U);
}

// Three /24 side by side, the middle one with a hole: no range leaks into the next.
TEST(RangeTable, NeighboursDoNotLeak) {
    const RangeTable<std::uint32_t> table{
        {{0x0a000000, 24, 1}, {0x0a000100, 24, 2}, {0x0a000200, 24, 3}, {0x0a000180, 25, fallback}},
        fallback};
    EXPECT_EQ(table.find(0x09ffffff), fallback);
    EXPECT_EQ(table.find(0x0a0000ff), 1U);
    EXPECT_EQ(table.find(0x0a00017f), 2U);
    EXPECT_EQ(table.find(0x0a000180), fallback);
    EXPECT_EQ(table.find(0x0a000200), 3U);
    EXPECT_EQ(table.find(0x0a000300), fallback);
}

}  // namespace
}  // namespace weir
