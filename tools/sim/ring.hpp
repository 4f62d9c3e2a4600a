#pragma once
// A first-in-first-out queue in one block that doubles when it is full and never shrinks: what
// std::deque does, without its allocation every few hundred bytes.
#include <cassert>
#include <cstddef>
#include <utility>
#include <vector>

namespace weir::sim {

template <class T>
class Ring {
public:
    bool empty() const noexcept { return head_ == tail_; }
    std::size_t size() const noexcept { return tail_ - head_; }
    T& front() {
        assert(!empty());
        return items_[head_ & mask()];
    }
    const T& front() const { return (*this)[0]; }
    T& back() {
        assert(!empty());
        return items_[(tail_ - 1) & mask()];
    }
    const T& operator[](std::size_t i) const {
        assert(i < size());
        return items_[(head_ + i) & mask()];
    }
    void push(T item) {
        if (size() == items_.size()) grow();
        items_[tail_++ & mask()] = std::move(item);
    }
    T pop() {
        assert(!empty());
        return std::move(items_[head_++ & mask()]);
    }

private:
    std::size_t mask() const noexcept { return items_.size() - 1; }
    void grow() {
        std::vector<T> wider(items_.empty() ? 8 : 2 * items_.size());
        const std::size_t held = size();
        for (std::size_t i = 0; i < held; ++i) wider[i] = std::move(items_[(head_ + i) & mask()]);
        items_ = std::move(wider);
        head_ = 0;
        tail_ = held;
    }
    std::vector<T> items_;  // a power of two of them
    std::size_t head_ = 0;  // counts on; an index by mask()
    std::size_t tail_ = 0;
};

}  // namespace weir::sim
