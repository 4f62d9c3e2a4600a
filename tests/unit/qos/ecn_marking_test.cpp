#include "qos/ecn_marking.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <vector>

namespace weir {
namespace {

using namespace literals;

TEST(EcnMarking, BeginsAtMinAndIsCompleteAtMax) {
    EcnMarking marking{Bytes{1'000}, Bytes{5'000}};
    const auto marked = [&](std::uint64_t queued) {
        int count = 0;
        for (int i = 0; i < 400; ++i) count += marking.mark(Bytes{queued}, EcnCodepoint::ect0);
        return count;
    };
    EXPECT_EQ(marked(0), 0);
    EXPECT_EQ(marked(1'000), 0);
    EXPECT_EQ(marked(1'040), 4);  // 1 %
    EXPECT_EQ(marked(2'000), 100);
    EXPECT_EQ(marked(3'000), 200);
    EXPECT_EQ(marked(4'960), 396);
    EXPECT_EQ(marked(5'000), 400);
    EXPECT_EQ(marked(UINT64_MAX), 400);
}

// At a quarter of the way it is every fourth packet, not a run of them.
TEST(EcnMarking, SpreadsEvenly) {
    EcnMarking marking{Bytes{0}, Bytes{4'000}};
    std::vector<int> gaps;
    for (int i = 0, last = -1; i < 4'000; ++i)
        if (marking.mark(Bytes{1'000}, EcnCodepoint::ect1)) {
            gaps.push_back(i - last);
            last = i;
        }
    EXPECT_EQ(gaps, std::vector<int>(1'000, 4));
}

TEST(EcnMarking, WithoutThresholdsMarksNothing) {
    EcnMarking marking;
    for (const std::uint64_t queued : {std::uint64_t{0}, UINT64_MAX - 1})
        EXPECT_FALSE(marking.mark(Bytes{queued}, EcnCodepoint::ect0));
}

TEST(EcnMarking, EqualThresholdsAreAStep) {
    EcnMarking marking{Bytes{700}, Bytes{700}};
    EXPECT_FALSE(marking.mark(Bytes{699}, EcnCodepoint::ect0));
    EXPECT_TRUE(marking.mark(Bytes{700}, EcnCodepoint::ect0));
}

EcnCodepoint any_codepoint() {
    return *rc::gen::element(EcnCodepoint::not_ect, EcnCodepoint::ect1, EcnCodepoint::ect0,
                             EcnCodepoint::ce);
}

// Over any run of queue lengths marks are what shares sum to, rounded down, whatever else passes
// between; RFC 6040 makes a decapsulator drop CE over Not-ECT, so that is never made.
RC_GTEST_PROP(EcnMarking, LawOfTheSum, ()) {
    const auto min = *rc::gen::inRange<std::uint64_t>(0, 1'000'000);
    const auto span = *rc::gen::inRange<std::uint64_t>(1, 1'000'000);
    EcnMarking marking{Bytes{min}, Bytes{min + span}};
    const auto packets = *rc::gen::inRange(0, 300);
    std::uint64_t sum = 0, marks = 0, told_before = 0;
    for (int i = 0; i < packets; ++i) {
        const auto queued = *rc::gen::inRange<std::uint64_t>(0, min + 2 * span);
        const EcnCodepoint codepoint = any_codepoint();
        EcnMarking copy = marking;
        const bool mark = marking.mark(Bytes{queued}, codepoint);
        RC_ASSERT(mark == copy.mark(Bytes{queued}, codepoint));  // the same again
        if (codepoint == EcnCodepoint::not_ect) {
            RC_ASSERT(!mark);
            continue;
        }
        const std::uint64_t share = queued < min ? 0 : std::min(queued - min, span);
        const std::uint64_t before = sum / span;
        sum += share;
        const std::uint64_t due = sum / span - before;
        if (codepoint == EcnCodepoint::ce) {
            RC_ASSERT(!mark);
            told_before += due;
        } else {
            marks += mark;
        }
        RC_ASSERT(marks + told_before == sum / span);
    }
}

// The longer the queue, the more is marked, from the largest thresholds there can be, too.
RC_GTEST_PROP(EcnMarking, LawOfMore, ()) {
    const auto one = *rc::gen::arbitrary<std::uint64_t>();
    const auto other = *rc::gen::arbitrary<std::uint64_t>();
    const std::uint64_t min = std::min(one, other), max = std::max(one, other);
    const auto a = *rc::gen::arbitrary<std::uint64_t>(), b = *rc::gen::arbitrary<std::uint64_t>();
    EcnMarking shorter{Bytes{min}, Bytes{max}}, longer = shorter;
    int few = 0, many = 0;
    for (int i = 0; i < 100; ++i) {
        few += shorter.mark(Bytes{std::min(a, b)}, EcnCodepoint::ect0);
        many += longer.mark(Bytes{std::max(a, b)}, EcnCodepoint::ect0);
    }
    RC_ASSERT(few <= many);
    RC_ASSERT(max > std::max(a, b) || many == 100);
}

}  // namespace
}  // namespace weir
