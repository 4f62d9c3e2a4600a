#pragma once
// A set of sequence numbers near a base that moves on: which packets behind a gap have arrived, or
// have been acknowledged. One bit each, in a ring of words that doubles when it is too short.
#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace weir::sim {

class SequenceSet {
public:
    std::uint64_t base() const noexcept { return base_; }
    bool has(std::uint64_t sequence) const noexcept {
        return sequence >= base_ && sequence < end() && (word(sequence) & bit(sequence)) != 0;
    }
    // Not below base(). False if it was there.
    bool add(std::uint64_t sequence) {
        while (sequence >= end()) widen();
        std::uint64_t& bits = word(sequence);
        const bool fresh = (bits & bit(sequence)) == 0;
        bits |= bit(sequence);
        size_ += fresh ? 1 : 0;
        return fresh;
    }
    void remove(std::uint64_t sequence) noexcept {
        if (!has(sequence)) return;
        word(sequence) &= ~bit(sequence);
        --size_;
    }
    // How many of [from, to) are there; `from` not below base().
    std::uint64_t count(std::uint64_t from, std::uint64_t to) const noexcept {
        std::uint64_t there = 0;
        for (to = std::min(to, end()); from < to;) {
            const std::uint64_t upto = std::min(to, (from / 64 + 1) * 64);
            there += static_cast<std::uint64_t>(
                std::popcount(word(from) & mask(from % 64, upto - from)));
            from = upto;
        }
        return there;
    }
    // Forgets all below `base`; returns how many it held of them.
    std::uint64_t advance(std::uint64_t base) {
        std::uint64_t gone = 0;
        if (size_ == 0) base_ = std::max(base_, base);
        while (base_ < base) {
            std::uint64_t& bits = word(base_);
            const std::uint64_t upto = std::min(base, (base_ / 64 + 1) * 64);
            const std::uint64_t below = mask(base_ % 64, upto - base_);
            gone += static_cast<std::uint64_t>(std::popcount(bits & below));
            bits &= ~below;
            base_ = upto;
        }
        size_ -= gone;
        return gone;
    }
    // The least one from `from` on that is not there; `from` not below base().
    std::uint64_t first_missing(std::uint64_t from) const noexcept {
        while (from < end()) {
            const std::uint64_t missing = ~word(from) & ~std::uint64_t{0} << from % 64;
            const std::uint64_t limit = (from / 64 + 1) * 64;
            if (missing != 0)
                return limit - 64 + static_cast<std::uint64_t>(std::countr_zero(missing));
            from = limit;
        }
        return from;
    }
    std::uint64_t size() const noexcept { return size_; }

private:
    static std::uint64_t bit(std::uint64_t sequence) { return std::uint64_t{1} << sequence % 64; }
    static std::uint64_t mask(std::uint64_t first, std::uint64_t count) {
        return (count == 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << count) - 1) << first;
    }
    // Whole words: the one of base_ is the first.
    std::uint64_t end() const noexcept { return (base_ / 64 + words_.size()) * 64; }
    std::uint64_t& word(std::uint64_t sequence) noexcept {
        return words_[sequence / 64 & (words_.size() - 1)];
    }
    const std::uint64_t& word(std::uint64_t sequence) const noexcept {
        return words_[sequence / 64 & (words_.size() - 1)];
    }
    void widen() {
        std::vector<std::uint64_t> wider(2 * words_.size());
        for (std::uint64_t i = base_ / 64; i < base_ / 64 + words_.size(); ++i)
            wider[i & (wider.size() - 1)] = words_[i & (words_.size() - 1)];
        words_ = std::move(wider);
    }

    std::uint64_t base_ = 0;
    std::uint64_t size_ = 0;
    std::vector<std::uint64_t> words_ = std::vector<std::uint64_t>(2);  // a power of two of them
};

}  // namespace weir::sim
