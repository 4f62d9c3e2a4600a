#include <gtest/gtest.h>

#include <memory>
#include <vector>

#include "dataplane/base/counter_bank.hpp"

namespace weir {
namespace {

constexpr std::uint32_t chunk = 1024;  // several pages

TEST(Counter, PacketsAndBytesMoveTogether) {
    PacketCounter counter;
    counter.add(64);
    counter.add(1500);
    EXPECT_EQ(counter.packets.read(), 2U);
    EXPECT_EQ(counter.bytes.read(), 1564U);
}

TEST(CounterBank, ASlotThatWasNeverMadeIsNotFound) {
    CounterBank bank;
    EXPECT_EQ(bank.find(CounterId{0}), nullptr);
    ASSERT_TRUE(bank.grow(1));
    EXPECT_NE(bank.find(CounterId{0}), nullptr);
    EXPECT_EQ(bank.find(CounterId{chunk}), nullptr);
    EXPECT_EQ(bank.find(CounterId{CounterBank::most}), nullptr);
    EXPECT_EQ(bank.find(CounterId{~std::uint32_t{0}}), nullptr);
}

// What a worker counts through an old snapshot must stay what readers find.
TEST(CounterBank, GrowingKeepsAddressesAndCounts) {
    CounterBank bank;
    ASSERT_TRUE(bank.grow(chunk));
    PacketCounter& counter = bank.counter(CounterId{chunk - 1});
    counter.add(100);
    ASSERT_TRUE(bank.grow(10 * chunk + 1));
    EXPECT_EQ(&bank.counter(CounterId{chunk - 1}), &counter);
    EXPECT_EQ(bank.find(CounterId{chunk - 1})->bytes.read(), 100U);
    bank.counter(CounterId{10 * chunk}).add(7);
    EXPECT_EQ(bank.find(CounterId{10 * chunk})->bytes.read(), 7U);
}

TEST(CounterBank, GrowingToLessChangesNothing) {
    CounterBank bank;
    ASSERT_TRUE(bank.grow(2 * chunk));
    bank.counter(CounterId{2 * chunk - 1}).add(9);
    ASSERT_TRUE(bank.grow(1));
    EXPECT_EQ(bank.find(CounterId{2 * chunk - 1})->bytes.read(), 9U);
}

TEST(CounterBank, SlotsAreApart) {
    CounterBank bank;
    ASSERT_TRUE(bank.grow(3 * chunk));
    for (std::uint32_t i = 0; i < 3 * chunk; ++i) bank.counter(CounterId{i}).add(i);
    for (std::uint32_t i = 0; i < 3 * chunk; ++i) {
        ASSERT_EQ(bank.find(CounterId{i})->packets.read(), 1U) << i;
        ASSERT_EQ(bank.find(CounterId{i})->bytes.read(), i);
    }
}

TEST(CounterBank, MoreThanItCanHoldIsRefusedWhole) {
    CounterBank bank;
    EXPECT_FALSE(bank.grow(CounterBank::most + 1));
    EXPECT_EQ(bank.find(CounterId{0}), nullptr);
}

}  // namespace
}  // namespace weir
