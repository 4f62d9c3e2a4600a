#include "dataplane/base/spsc_ring.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <array>
#include <deque>
#include <thread>
#include <vector>

namespace weir {
namespace {

TEST(SpscRing, RoundsUpToAPowerOfTwo) {
    EXPECT_EQ(SpscRing<int>{1}.capacity(), 1U);
    EXPECT_EQ(SpscRing<int>{5}.capacity(), 8U);
    EXPECT_EQ(SpscRing<int>{8}.capacity(), 8U);
}

TEST(SpscRing, TakesWhatFitsFromTheFront) {
    SpscRing<int> ring{4};
    const std::array in{1, 2, 3, 4, 5, 6};
    EXPECT_EQ(ring.push(in), 4U);
    EXPECT_FALSE(ring.push(9));
    std::array<int, 6> out{};
    EXPECT_EQ(ring.pop(out), 4U);
    EXPECT_EQ(out, (std::array{1, 2, 3, 4, 0, 0}));
    EXPECT_EQ(ring.pop(out), 0U);
    EXPECT_EQ(ring.pushed(), 4U);
}

// Any order of pushes and pops: what a queue of that capacity would do, item by item.
RC_GTEST_PROP(SpscRing, BehavesAsABoundedQueue, ()) {
    SpscRing<int> ring{*rc::gen::inRange<std::size_t>(1, 20)};
    std::deque<int> model;
    std::size_t pushed = 0;
    int next = 0;
    const auto steps = *rc::gen::container<std::vector<int>>(rc::gen::inRange(-12, 13));
    for (const int step : steps) {
        std::vector<int> items(static_cast<std::size_t>(std::abs(step)));
        if (step > 0) {
            for (int& item : items) item = next++;
            const std::size_t room = ring.capacity() - model.size();
            const std::size_t taken = ring.push(std::span<const int>{items});
            RC_ASSERT(taken == std::min(room, items.size()));
            model.insert(model.end(), items.begin(), items.begin() + static_cast<long>(taken));
            pushed += taken;
        } else {
            const std::size_t got = ring.pop(items);
            RC_ASSERT(got == std::min(model.size(), items.size()));
            RC_ASSERT(
                std::equal(items.begin(), items.begin() + static_cast<long>(got), model.begin()));
            model.erase(model.begin(), model.begin() + static_cast<long>(got));
        }
        std::vector<int> seen;
        ring.walk([&](int item) { seen.push_back(item); });
        RC_ASSERT(std::equal(seen.begin(), seen.end(), model.begin(), model.end()));
        RC_ASSERT(ring.size() == model.size());
        RC_ASSERT(ring.pushed() == pushed);
    }
}

// Two threads; each item points at memory the producer wrote before it pushed: the consumer must
// see it whole. Under ThreadSanitizer a missing release is a report here.
TEST(SpscRing, CarriesWhatWasWrittenBeforeThePush) {
    constexpr std::size_t total = 200'000;
    std::vector<std::size_t> payload(total, 0);
    SpscRing<std::size_t*> ring{256};
    std::thread producer{[&] {
        std::size_t made = 0;
        std::array<std::size_t*, 32> batch;
        while (made < total) {
            const std::size_t n = std::min(batch.size(), total - made);
            for (std::size_t i = 0; i < n; ++i) {
                payload[made + i] = made + i + 1;
                batch[i] = &payload[made + i];
            }
            std::size_t sent = 0;
            while (sent < n) {
                const std::size_t took =
                    ring.push(std::span<std::size_t* const>{batch}.subspan(sent, n - sent));
                if (took == 0) std::this_thread::yield();
                sent += took;
            }
            made += n;
        }
    }};
    std::size_t seen = 0, wrong = 0;
    std::array<std::size_t*, 48> out;
    while (seen < total) {
        const std::size_t n = ring.pop(out);
        if (n == 0) std::this_thread::yield();
        for (std::size_t i = 0; i < n; ++i) wrong += *out[i] != ++seen;
    }
    producer.join();
    EXPECT_EQ(wrong, 0U);
    EXPECT_EQ(ring.pushed(), total);
    EXPECT_EQ(ring.size(), 0U);
}

}  // namespace
}  // namespace weir
