#pragma once
// A bounded queue between one producer thread and one consumer thread. std::atomic only, so TSan
// sees it (rte_ring on x86 relies on plain stores and is a race to TSan). Each side keeps a cached
// copy of the other's index and touches the shared one only when the cache says full or empty.
#include <algorithm>
#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

namespace weir {

template <class T>
class SpscRing {
public:
    // Holds at least `capacity` items (rounded up to a power of two).
    explicit SpscRing(std::size_t capacity)
        : mask_{std::bit_ceil(capacity) - 1}, slots_{std::make_unique<T[]>(mask_ + 1)} {}

    // Producer only. Returns how many of `items`, from the front, were taken.
    std::size_t push(std::span<const T> items) noexcept {
        const std::size_t tail = tail_.load(std::memory_order_relaxed);
        std::size_t room = capacity() - (tail - head_seen_);
        if (room < items.size()) {
            head_seen_ = head_.load(std::memory_order_acquire);
            room = capacity() - (tail - head_seen_);
        }
        const std::size_t n = std::min(room, items.size());
        for (std::size_t i = 0; i < n; ++i) slots_[(tail + i) & mask_] = items[i];
        tail_.store(tail + n, publish_order);
        return n;
    }
    bool push(const T& item) noexcept { return push(std::span<const T>{&item, 1}) == 1; }
    // Producer only: whether the next `n` items would be taken.
    bool has_room(std::size_t n) noexcept {
        const std::size_t tail = tail_.load(std::memory_order_relaxed);
        if (capacity() - (tail - head_seen_) >= n) return true;
        head_seen_ = head_.load(std::memory_order_acquire);
        return capacity() - (tail - head_seen_) >= n;
    }

    // Consumer only. Fills `out` from the front, returns how many.
    std::size_t pop(std::span<T> out) noexcept {
        const std::size_t head = head_.load(std::memory_order_relaxed);
        if (tail_seen_ - head < out.size()) tail_seen_ = tail_.load(std::memory_order_acquire);
        const std::size_t n = std::min(tail_seen_ - head, out.size());
        for (std::size_t i = 0; i < n; ++i) out[i] = slots_[(head + i) & mask_];
        head_.store(head + n, std::memory_order_release);
        return n;
    }

    // Consumer only: calls `visit` on every item that is in the ring now, oldest first.
    template <class F>
    void walk(F&& visit) const {
        const std::size_t tail = tail_.load(std::memory_order_acquire);
        for (std::size_t i = head_.load(std::memory_order_relaxed); i != tail; ++i)
            visit(slots_[i & mask_]);
    }

    // Any thread; exact only when both sides rest.
    std::size_t size() const noexcept {
        const std::size_t head = head_.load(std::memory_order_acquire);
        return tail_.load(std::memory_order_acquire) - head;
    }
    std::size_t capacity() const noexcept { return mask_ + 1; }
    // Items ever taken in; written by the producer, any thread may read.
    std::size_t pushed() const noexcept { return tail_.load(std::memory_order_acquire); }
    // Items ever taken out; written by the consumer, any thread may read.
    std::size_t popped() const noexcept { return head_.load(std::memory_order_acquire); }

private:
#ifdef WEIR_CANARY_RELEASE  // tests only: proves that the race detector sees a missing release
    static constexpr auto publish_order = std::memory_order_relaxed;
#else
    static constexpr auto publish_order = std::memory_order_release;
#endif
    const std::size_t mask_;
    const std::unique_ptr<T[]> slots_;
    alignas(64) std::atomic<std::size_t> tail_{0};  // written by the producer
    std::size_t head_seen_ = 0;                     // producer only
    alignas(64) std::atomic<std::size_t> head_{0};  // written by the consumer
    std::size_t tail_seen_ = 0;                     // consumer only
};

}  // namespace weir
