#pragma once
// The same work on many items, over several threads, in no order.
#include <algorithm>
#include <atomic>
#include <cstddef>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

namespace weir::sim {

// Calls work(i) for each i below `count`. What one of them throws ends the others and is thrown.
template <class Work>
void over_cores(unsigned jobs, std::size_t count, Work&& work) {
    std::atomic<std::size_t> next{0};
    std::mutex one_at_a_time;  // over `wrong`
    std::exception_ptr wrong;
    const auto take = [&] {
        try {
            for (std::size_t at = next++; at < count; at = next++) work(at);
        } catch (...) {
            const std::lock_guard lock{one_at_a_time};
            wrong = std::current_exception();
            next = count;
        }
    };
    {
        std::vector<std::jthread> threads;
        for (std::size_t i = 0; i < std::min<std::size_t>(std::max(1U, jobs), count); ++i)
            threads.emplace_back(take);
    }
    if (wrong) std::rethrow_exception(wrong);
}

}  // namespace weir::sim
