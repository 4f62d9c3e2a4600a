#include "tools/gen/sequence.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <map>
#include <set>
#include <vector>

namespace weir {
namespace {

using Begin = SequenceTracker::Begin;
constexpr std::size_t window = 64;

// The same counts by the definition, with unbounded memory (RFC 4737 section 3.3 for reordered).
FlowCounts by_definition(const std::vector<std::uint64_t>& arrivals, Begin begin,
                         std::optional<std::uint64_t> sent) {
    FlowCounts counts;
    std::set<std::uint64_t> seen;
    for (const std::uint64_t s : arrivals) {
        if (!seen.empty() && *seen.rbegin() > s && *seen.rbegin() - s >= window) {
            ++counts.stale;
        } else if (seen.contains(s)) {
            ++counts.duplicates;
        } else {
            if (!seen.empty() && s < *seen.rbegin()) {
                ++counts.reordered;
                counts.extent = std::max(counts.extent, *seen.rbegin() - s);
            }
            seen.insert(s);
        }
    }
    counts.unique = seen.size();
    std::uint64_t due = sent.value_or(0);
    if (!seen.empty())
        due = std::max(due, *seen.rbegin() - (begin == Begin::zero ? 0 : *seen.begin()) + 1);
    counts.lost = due - counts.unique;
    return counts;
}

void expect_equal(const FlowCounts& a, const FlowCounts& b) {
    RC_ASSERT(a.unique == b.unique);
    RC_ASSERT(a.lost == b.lost);
    RC_ASSERT(a.duplicates == b.duplicates);
    RC_ASSERT(a.reordered == b.reordered);
    RC_ASSERT(a.stale == b.stale);
    RC_ASSERT(a.extent == b.extent);
}

// What a network does: loses, doubles and delays packets of a numbered stream, some by more than
// the window.
std::vector<std::uint64_t> network(std::uint64_t first, std::size_t sent) {
    struct Copy {
        std::uint64_t at;
        std::uint64_t sequence;
    };
    std::vector<Copy> copies;
    const auto percent_lost = *rc::gen::element(0, 5, 50, 95);
    const auto most_delay = *rc::gen::element(0, 3, 63, 200);
    for (std::size_t i = 0; i < sent; ++i)
        for (int copy = *rc::gen::weightedElement<int>({{20, 1}, {2, 2}, {1, 3}}); copy != 0;
             --copy)
            if (*rc::gen::inRange(0, 100) >= percent_lost)
                copies.push_back(
                    {i + static_cast<std::uint64_t>(*rc::gen::inRange(0, most_delay + 1)),
                     first + i});
    std::vector<std::size_t> order(copies.size());
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
    std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
        return copies[a].at != copies[b].at ? copies[a].at < copies[b].at : a < b;
    });
    std::vector<std::uint64_t> arrivals;
    for (const std::size_t i : order) arrivals.push_back(copies[i].sequence);
    return arrivals;
}

RC_GTEST_PROP(SequenceTracker, AnyPatternGivesExactlyTheCountsOfTheDefinition, ()) {
    const auto begin = *rc::gen::element(Begin::zero, Begin::first_seen);
    const std::uint64_t first =
        begin == Begin::zero ? 0 : *rc::gen::element<std::uint64_t>(0, 1, 63, 1'000'000'007);
    const auto sent = static_cast<std::size_t>(*rc::gen::inRange(0, 400));
    const auto arrivals = network(first, sent);
    SequenceTracker tracker{window, begin};
    for (const std::uint64_t s : arrivals) tracker.receive(7, s);
    const std::optional<std::uint64_t> known =
        begin == Begin::zero ? std::optional<std::uint64_t>{sent} : std::nullopt;
    expect_equal(tracker.counts(7, known), by_definition(arrivals, begin, known));
}

RC_GTEST_PROP(SequenceTracker, JumpsOfAnySizeForgetExactlyWhatTheyPassed, ()) {
    std::vector<std::uint64_t> arrivals;
    std::uint64_t s = 0;
    const auto steps =
        *rc::gen::container<std::vector<std::int64_t>>(rc::gen::element<std::int64_t>(
            1, 1, 1, 2, 31, 63, 64, 65, 127, 128, 1000, -1, -2, -30, -63, -64));
    for (const std::int64_t step : steps) {
        s = static_cast<std::uint64_t>(
            std::max<std::int64_t>(0, static_cast<std::int64_t>(s) + step));
        arrivals.push_back(s);
    }
    SequenceTracker tracker{window, Begin::zero};
    for (const std::uint64_t a : arrivals) tracker.receive(0, a);
    expect_equal(tracker.counts(0), by_definition(arrivals, Begin::zero, {}));
}

RC_GTEST_PROP(SequenceTracker, FlowsDoNotTouchEachOther, ()) {
    std::map<std::uint16_t, std::vector<std::uint64_t>> flows;
    SequenceTracker tracker{window, Begin::zero};
    for (int i = *rc::gen::inRange(0, 300); i != 0; --i) {
        const auto flow = *rc::gen::element<std::uint16_t>(0, 1, 255, 256, 65535);
        const auto s = *rc::gen::inRange<std::uint64_t>(0, 150);
        flows[flow].push_back(s);
        tracker.receive(flow, s);
    }
    std::vector<std::uint16_t> numbers;
    for (const auto& [flow, arrivals] : flows) {
        numbers.push_back(flow);
        expect_equal(tracker.counts(flow), by_definition(arrivals, Begin::zero, {}));
    }
    RC_ASSERT(tracker.flows_seen() == numbers);
}

TEST(SequenceTracker, FlowNeverSeenLostAllThatWasSent) {
    const SequenceTracker tracker{window, Begin::zero};
    EXPECT_EQ(tracker.counts(9, 12).lost, 12U);
    EXPECT_EQ(tracker.counts(9).lost, 0U);
}

TEST(SequenceTracker, LostTailIsKnownOnlyWithTheSendersCount) {
    SequenceTracker tracker{window, Begin::zero};
    for (std::uint64_t s = 0; s < 90; ++s) tracker.receive(0, s);
    EXPECT_EQ(tracker.counts(0).lost, 0U);
    EXPECT_EQ(tracker.counts(0, 100).lost, 10U);
}

TEST(SequenceTracker, SurvivesTheLargestNumbers) {
    SequenceTracker tracker{window, Begin::zero};
    constexpr std::uint64_t top = ~std::uint64_t{0};
    EXPECT_EQ(tracker.receive(0, top), Arrival::in_order);
    EXPECT_EQ(tracker.receive(0, top), Arrival::duplicate);
    EXPECT_EQ(tracker.receive(0, top - 63), Arrival::reordered);
    EXPECT_EQ(tracker.receive(0, top - 64), Arrival::stale);
    EXPECT_EQ(tracker.receive(0, 0), Arrival::stale);
}

}  // namespace
}  // namespace weir
