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
    while (at > 0 && wake.key() < heap_[(at - 1) / 4].key()) {
        heap_[at] = heap_[(at - 1) / 4];
        at = (at - 1) / 4;
    }
    heap_[at] = wake;
}

void Engine::sink(const Wake& wake) noexcept {
    const std::size_t size = heap_.size();
    std::size_t at = 0;
    for (std::size_t first = 1; first < size; first = 4 * at + 1) {
        std::size_t least = first;
        unsigned __int128 key = heap_[first].key();
        for (std::size_t i = first + 1; i < std::min(first + 4, size); ++i) {
            const unsigned __int128 other = heap_[i].key();
            least = other < key ? i : least;
            key = other < key ? other : key;
        }
        if (wake.key() < key) break;
        heap_[at] = heap_[least];
        at = least;
    }
    heap_[at] = wake;
}

}  // namespace weir::sim
