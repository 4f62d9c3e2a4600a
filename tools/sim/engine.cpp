#include "tools/sim/engine.hpp"

#include <algorithm>

namespace weir::sim {

void Engine::wake_at(Instant when, Actor& who, std::uint64_t what) {
    const Wake wake{std::max(when, now_), order_++, &who, what};
    if (hole_) {
        hole_ = false;
        sink(wake);
    } else {
        heap_.push_back(wake);
        rise(heap_.size() - 1, wake);
    }
}

void Engine::run_until(Instant end) {
    while (!heap_.empty() && heap_.front().when <= end) {
        const Wake next = heap_.front();
        hole_ = true;
        now_ = next.when;
        ++wakes_;
        next.who->wake(now_, next.what);
        if (!hole_) continue;
        hole_ = false;
        const Wake last = heap_.back();
        heap_.pop_back();
        if (!heap_.empty()) sink(last);
    }
    now_ = std::max(now_, end);
}

void Engine::rise(std::size_t at, const Wake& wake) noexcept {
    while (at > 0 && wake.before(heap_[(at - 1) / 4])) {
        heap_[at] = heap_[(at - 1) / 4];
        at = (at - 1) / 4;
    }
    heap_[at] = wake;
}

void Engine::sink(const Wake& wake) noexcept {
    std::size_t at = 0;
    for (;;) {
        const std::size_t first = 4 * at + 1;
        if (first >= heap_.size()) break;
        std::size_t least = first;
        for (std::size_t i = first + 1; i < std::min(first + 4, heap_.size()); ++i)
            if (heap_[i].before(heap_[least])) least = i;
        if (!heap_[least].before(wake)) break;
        heap_[at] = heap_[least];
        at = least;
    }
    heap_[at] = wake;
}

}  // namespace weir::sim
