#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "dataplane/base/counter_bank.hpp"

namespace weir {
namespace {

// One writer, one reader: counts only grow, and the reader ends at what was written.
TEST(Counter, AReaderSeesItGrow) {
    constexpr std::uint64_t total = 1'000'000;
    Counter counter;
    std::thread writer{[&] {
        for (std::uint64_t i = 0; i < total; ++i) counter.add();
    }};
    std::uint64_t last = 0;
    bool grows = true;
    while (last < total) {
        const std::uint64_t now = counter.read();
        grows = grows && now >= last;
        last = now;
    }
    writer.join();
    EXPECT_TRUE(grows);
    EXPECT_EQ(counter.read(), total);
}

// Control grows the bank while a worker counts through the old slots and a reader looks at all of
// them; the worker uses a new slot only after it was told of it, as a snapshot would tell it.
TEST(CounterBank, GrowsUnderAWorkerAndAReader) {
    constexpr std::size_t chunks = 64, chunk = 1024;
    CounterBank bank;
    ASSERT_TRUE(bank.grow(1));
    std::atomic<std::size_t> published{1};
    std::atomic<bool> stop{false};
    std::thread worker{[&] {
        while (!stop.load(std::memory_order_relaxed)) {
            const std::size_t slots = published.load(std::memory_order_acquire);
            bank.counter(static_cast<CounterId>(slots - 1)).add(1);
        }
    }};
    std::thread reader{[&] {
        while (!stop.load(std::memory_order_relaxed))
            for (std::size_t i = 0; i < chunks; ++i)
                if (const auto* counter = bank.find(static_cast<CounterId>(i * chunk)))
                    (void)counter->packets.read();
    }};
    for (std::size_t i = 0; i < chunks; ++i) {
        const std::size_t slots = i * chunk + 1;
        ASSERT_TRUE(bank.grow(slots));
        published.store(slots, std::memory_order_release);
        while (bank.find(static_cast<CounterId>(slots - 1))->packets.read() == 0)
            std::this_thread::yield();
    }
    stop.store(true, std::memory_order_relaxed);
    worker.join();
    reader.join();
    for (std::size_t i = 0; i < chunks; ++i) {
        const auto* counter = bank.find(static_cast<CounterId>(i * chunk));
        EXPECT_GT(counter->packets.read(), 0U) << i;
    }
}

}  // namespace
}  // namespace weir
