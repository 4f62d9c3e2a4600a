#include "dataplane/base/residence.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <memory>
#include <vector>

namespace weir {
namespace {

// Times of every magnitude: a uniform number of 36 bits is nearly always large.
rc::Gen<std::vector<std::uint64_t>> times() {
    return rc::gen::container<std::vector<std::uint64_t>>(
        rc::gen::mapcat(rc::gen::inRange<unsigned>(0, residence::value_bits), [](unsigned shift) {
            return rc::gen::map(rc::gen::inRange<std::uint64_t>(0, residence::longest + 1),
                                [shift](std::uint64_t v) { return v >> shift; });
        }));
}

Residence of(const std::vector<std::uint64_t>& values) {
    const auto counters = std::make_unique<ResidenceCounters>();
    for (const std::uint64_t v : values) counters->record(Nanos{static_cast<std::int64_t>(v)});
    Residence read;
    read.add(*counters);
    return read;
}

constexpr double shares[] = {0, 0.01, 0.5, 0.9, 0.99, 0.999, 1};

RC_GTEST_PROP(Residence, AQuantileIsAtMostAnEighthAboveTheTrueOne, ()) {
    auto values = *rc::gen::nonEmpty(times());
    const Residence read = of(values);
    std::ranges::sort(values);
    for (const double share : shares) {
        const auto rank =
            static_cast<std::size_t>(std::ceil(share * static_cast<double>(values.size())));
        const std::uint64_t truth = values[std::max<std::size_t>(rank, 1) - 1];
        const std::uint64_t found = read.quantile(share);
        RC_ASSERT(found >= truth);
        RC_ASSERT(found - truth <= truth / 8);
    }
    RC_ASSERT(read.count() == values.size());
    RC_ASSERT(read.max() == values.back());
}

RC_GTEST_PROP(Residence, MergedIsTheSameAsRecordedTogether, ()) {
    const auto one = *times();
    const auto two = *times();
    std::vector<std::uint64_t> both = one;
    both.insert(both.end(), two.begin(), two.end());
    const auto counters = std::make_unique<ResidenceCounters>();
    for (const std::uint64_t v : two) counters->record(Nanos{static_cast<std::int64_t>(v)});
    Residence merged = of(one);
    merged.add(*counters);
    const Residence together = of(both);
    RC_ASSERT(merged.count() == together.count() && merged.sum() == together.sum());
    RC_ASSERT(merged.max() == together.max());
    for (const double share : shares) RC_ASSERT(merged.quantile(share) == together.quantile(share));
    for (unsigned bits = 4; bits <= residence::value_bits; ++bits)
        RC_ASSERT(merged.below(bits) == together.below(bits));
}

RC_GTEST_PROP(Residence, BelowAPowerOfTwoIsExact, ()) {
    const auto values = *times();
    const Residence read = of(values);
    for (unsigned bits = 3; bits <= residence::value_bits; ++bits)
        RC_ASSERT(read.below(bits) ==
                  static_cast<std::uint64_t>(std::ranges::count_if(
                      values, [&](std::uint64_t v) { return v < std::uint64_t{1} << bits; })));
}

TEST(Residence, WhatPassedStayedNoTimeAndWhatStayedTooLongIsNotLost) {
    Residence read = of({residence::longest * 16});
    read.add_passed(99);
    EXPECT_EQ(read.count(), 100U);
    EXPECT_EQ(read.quantile(0.99), 0U);
    EXPECT_EQ(read.quantile(1), residence::longest);
    EXPECT_EQ(read.max(), residence::longest * 16);
    EXPECT_EQ(Residence{}.quantile(0.5), 0U);
    EXPECT_EQ(of({}).count(), 0U);
}

// Time that a clock takes back is none.
TEST(Residence, ANegativeTimeIsZero) {
    ResidenceCounters counters;
    counters.record(Nanos{-5});
    Residence read;
    read.add(counters);
    EXPECT_EQ(read.max(), 0U);
    EXPECT_EQ(read.count(), 1U);
}

}  // namespace
}  // namespace weir
