#include "tools/gen/histogram.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <vector>

namespace weir {
namespace {

// Values of every magnitude: a uniform 64-bit number is nearly always huge.
rc::Gen<std::uint64_t> value() {
    return rc::gen::mapcat(rc::gen::inRange<unsigned>(0, 64), [](unsigned shift) {
        return rc::gen::map(rc::gen::arbitrary<std::uint64_t>(),
                            [shift](std::uint64_t v) { return v >> shift; });
    });
}

std::uint64_t true_quantile(std::vector<std::uint64_t> values, double share) {
    std::sort(values.begin(), values.end());
    const double wanted = std::ceil(share * static_cast<double>(values.size()));
    const auto rank = std::max<std::size_t>(1, static_cast<std::size_t>(wanted));
    return values[std::min(rank, values.size()) - 1];
}

Histogram of(const std::vector<std::uint64_t>& values) {
    Histogram histogram;
    for (const std::uint64_t v : values) histogram.record(v);
    return histogram;
}

constexpr double shares[] = {0, 0.01, 0.5, 0.9, 0.99, 0.999, 1};

RC_GTEST_PROP(Histogram, QuantileIsAtMostOnePart128AboveTheTrueOne, ()) {
    const auto values = *rc::gen::nonEmpty(rc::gen::container<std::vector<std::uint64_t>>(value()));
    const Histogram histogram = of(values);
    for (const double share : shares) {
        const std::uint64_t truth = true_quantile(values, share);
        const std::uint64_t found = histogram.quantile(share);
        RC_ASSERT(found >= truth);
        RC_ASSERT(found - truth <= truth / 128);
    }
}

RC_GTEST_PROP(Histogram, CountMinMaxAreExact, ()) {
    const auto values = *rc::gen::nonEmpty(rc::gen::container<std::vector<std::uint64_t>>(value()));
    const Histogram histogram = of(values);
    RC_ASSERT(histogram.count() == values.size());
    RC_ASSERT(histogram.min() == *std::min_element(values.begin(), values.end()));
    RC_ASSERT(histogram.max() == *std::max_element(values.begin(), values.end()));
}

RC_GTEST_PROP(Histogram, MergedIsTheSameAsRecordedTogether, ()) {
    const auto one = *rc::gen::container<std::vector<std::uint64_t>>(value());
    const auto two = *rc::gen::container<std::vector<std::uint64_t>>(value());
    std::vector<std::uint64_t> both = one;
    both.insert(both.end(), two.begin(), two.end());
    Histogram merged = of(one);
    merged.add(of(two));
    const Histogram together = of(both);
    RC_ASSERT(merged.count() == together.count());
    RC_ASSERT(merged.min() == together.min() && merged.max() == together.max());
    for (const double share : shares) RC_ASSERT(merged.quantile(share) == together.quantile(share));
}

TEST(Histogram, EmptyOneSaysZero) {
    const Histogram histogram;
    EXPECT_EQ(histogram.count(), 0U);
    EXPECT_EQ(histogram.min(), 0U);
    EXPECT_EQ(histogram.quantile(0.5), 0U);
    EXPECT_EQ(histogram.mean(), 0);
}

TEST(Histogram, HoldsTheLargestValue) {
    const Histogram histogram = of({~std::uint64_t{0}, 0});
    EXPECT_EQ(histogram.quantile(1), ~std::uint64_t{0});
    EXPECT_EQ(histogram.quantile(0.5), 0U);
}

}  // namespace
}  // namespace weir
