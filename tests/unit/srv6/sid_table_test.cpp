#include "srv6/sid_table.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <map>

namespace weir {
namespace {

Ipv6Addr sid(std::uint64_t low) {
    return Ipv6Addr::from_bits(static_cast<unsigned __int128>(0xfcbb000000010000U) << 64 | low);
}

TEST(SidTable, AnEmptyTableFindsNothing) {
    EXPECT_EQ(SidTable{}.find(sid(1)), SidTable::none);
    EXPECT_EQ(SidTable{}.find(Ipv6Addr{}), SidTable::none);
}

// The unspecified address looks like an empty slot.
TEST(SidTable, TheUnspecifiedAddressIsAKeyLikeAnother) {
    const SidTable with{{{Ipv6Addr{}, SidId{5}}}}, without{{{sid(1), SidId{5}}}};
    EXPECT_EQ(with.find(Ipv6Addr{}), SidId{5});
    EXPECT_EQ(without.find(Ipv6Addr{}), SidTable::none);
}

TEST(SidTable, ALaterPairReplacesAnEarlierOne) {
    const SidTable table{{{sid(1), SidId{1}}, {sid(2), SidId{2}}, {sid(1), SidId{3}}}};
    EXPECT_EQ(table.find(sid(1)), SidId{3});
    EXPECT_EQ(table.find(sid(2)), SidId{2});
}

TEST(SidTable, AddressesThatDifferInOneBitAreApart) {
    const SidTable table{{{sid(0x1234), SidId{1}}}};
    for (unsigned bit = 0; bit < 128; ++bit) {
        const auto other =
            Ipv6Addr::from_bits(sid(0x1234).bits() ^ static_cast<unsigned __int128>(1) << bit);
        EXPECT_EQ(table.find(other), SidTable::none) << bit;
    }
}

// 100,000 SIDs that differ in their function bits, all found, none of their neighbours.
TEST(SidTable, HoldsAHundredThousand) {
    std::vector<std::pair<Ipv6Addr, SidId>> sids;
    const auto address = [](std::uint64_t function) { return sid(function << 32U); };
    for (std::uint32_t i = 0; i < 100'000; ++i) sids.emplace_back(address(2ULL * i), SidId{i});
    const SidTable table{sids};
    for (std::uint32_t i = 0; i < 100'000; ++i) {
        ASSERT_EQ(table.find(address(2ULL * i)), SidId{i});
        ASSERT_EQ(table.find(address(2ULL * i + 1)), SidTable::none);
    }
}

RC_GTEST_PROP(SidTable, AgreesWithAMap, ()) {
    const auto lows =
        *rc::gen::container<std::vector<std::uint16_t>>(rc::gen::inRange<std::uint16_t>(0, 300));
    std::vector<std::pair<Ipv6Addr, SidId>> sids;
    std::map<Ipv6Addr, SidId> model;
    for (std::uint32_t i = 0; i < lows.size(); ++i) {
        sids.emplace_back(sid(lows[i]), SidId{i});
        model[sid(lows[i])] = SidId{i};
    }
    const SidTable table{sids};
    for (std::uint64_t low = 0; low < 310; ++low) {
        const auto found = model.find(sid(low));
        RC_ASSERT(table.find(sid(low)) == (found == model.end() ? SidTable::none : found->second));
    }
}

}  // namespace
}  // namespace weir
