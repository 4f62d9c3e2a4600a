#pragma once
// A set of up to 256 slices, as bits: membership, and the next member in cyclic order, in a handful
// of instructions.
#include <array>
#include <bit>
#include <cstdint>

namespace weir {

class SliceSet {
public:
    static constexpr std::uint32_t most = 256;
    static constexpr std::uint32_t none = UINT32_MAX;

    void add(std::uint32_t slice) noexcept { words_[slice / 64] |= bit(slice); }
    void remove(std::uint32_t slice) noexcept { words_[slice / 64] &= ~bit(slice); }
    void put(std::uint32_t slice, bool member) noexcept { member ? add(slice) : remove(slice); }
    bool has(std::uint32_t slice) const noexcept { return (words_[slice / 64] & bit(slice)) != 0; }
    bool empty() const noexcept { return (words_[0] | words_[1] | words_[2] | words_[3]) == 0; }

    // The first member at or behind `from`, around the end if need be; none in an empty set.
    std::uint32_t next(std::uint32_t from) const noexcept {
        std::uint32_t word = from / 64 % words;
        std::uint64_t rest = words_[word] & ~std::uint64_t{0} << (from % 64);
        for (std::uint32_t looked = 0; looked <= words; ++looked) {
            if (rest != 0) return word * 64 + static_cast<std::uint32_t>(std::countr_zero(rest));
            word = (word + 1) % words;
            rest = words_[word];
        }
        return none;
    }
    friend SliceSet operator&(const SliceSet& a, const SliceSet& b) noexcept {
        SliceSet both;
        for (std::uint32_t i = 0; i < words; ++i) both.words_[i] = a.words_[i] & b.words_[i];
        return both;
    }
    friend SliceSet operator-(const SliceSet& a, const SliceSet& b) noexcept {
        SliceSet rest;
        for (std::uint32_t i = 0; i < words; ++i) rest.words_[i] = a.words_[i] & ~b.words_[i];
        return rest;
    }
    SliceSet& operator|=(const SliceSet& other) noexcept {
        for (std::uint32_t i = 0; i < words; ++i) words_[i] |= other.words_[i];
        return *this;
    }

private:
    static constexpr std::uint32_t words = most / 64;
    static constexpr std::uint64_t bit(std::uint32_t slice) {
        return std::uint64_t{1} << slice % 64;
    }
    std::array<std::uint64_t, words> words_{};
};

}  // namespace weir
