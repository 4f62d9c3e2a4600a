#include "tools/sim/engine.hpp"

#include <algorithm>

namespace weir::sim {

void Engine::wake_at(Instant when, Actor& who, std::uint64_t what) {
    heap_.push_back({std::max(when, now_), order_++, &who, what});
    std::push_heap(heap_.begin(), heap_.end());
}

void Engine::run_until(Instant end) {
    while (!heap_.empty() && heap_.front().when <= end) {
        std::pop_heap(heap_.begin(), heap_.end());
        const Wake next = heap_.back();
        heap_.pop_back();
        now_ = next.when;
        ++wakes_;
        next.who->wake(now_, next.what);
    }
    now_ = std::max(now_, end);
}

}  // namespace weir::sim
