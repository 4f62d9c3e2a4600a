#pragma once
// Longest-prefix match, exact and compact: the prefixes cut the address space into disjoint ranges,
// each with one answer; a look-up is one search without a branch to mispredict. n prefixes make at
// most 2 n + 1 ranges. IPv6 searches the upper 64 bits first, which nearly always decide: half the
// bytes, a third of the work. Immutable once built.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <vector>

#include "dataplane/wire/start_index.hpp"

namespace weir {

// Key: std::uint32_t (IPv4) or unsigned __int128 (IPv6), host order.
template <class Key>
class RangeTable {
public:
    struct Entry {
        Key prefix;           // bits behind `length` are ignored
        std::uint8_t length;  // 0..8 * sizeof(Key)
        std::uint32_t value;
    };

    // Where nothing matches, find() answers `fallback`. Of equal prefixes the first entry counts.
    explicit RangeTable(std::vector<Entry> entries = {}, std::uint32_t fallback = 0);

    std::uint32_t find(Key key) const noexcept {
        const Top top = static_cast<Top>(key >> low_bits);
        const std::size_t i = index_.last_not_above(top);
        if constexpr (low_bits == 0) return values_[i];
        // Ranges that start inside the block of this top; none of them counts for a later block.
        const Block& block = blocks_[i];
        if (block.count == 0 || tops_[i] != top) return values_[i];
        const auto low = static_cast<std::uint64_t>(key);
        if (low < low_starts_[block.first]) return block.entry;
        return low_values_[block.first +
                           last_not_above(low_starts_.data() + block.first, block.count, low)];
    }
    std::size_t ranges() const noexcept { return tops_.size() + low_starts_.size(); }

private:
    static constexpr unsigned key_bits = 8 * sizeof(Key);
    static constexpr unsigned low_bits = sizeof(Key) == 16 ? 64 : 0;
    using Top = std::conditional_t<sizeof(Key) == 16, std::uint64_t, Key>;
    // Of one top whose block is cut further: `entry` counts from its start to the first of the
    // cuts.
    struct Block {
        std::uint32_t first = 0;
        std::uint32_t count = 0;
        std::uint32_t entry = 0;
    };

    // The last of starts[0, n) that is <= key; starts[0] is, or the answer is 0 all the same.
    template <class T>
    static std::size_t last_not_above(const T* starts, std::size_t n, T key) noexcept {
        const T* base = starts;
        while (n > 1) {
            const std::size_t half = n / 2;
            base = base[half] <= key ? base + half : base;
            n -= half;
        }
        return static_cast<std::size_t>(base - starts);
    }
    static Key mask(std::uint8_t length) {
        return length == 0 ? Key{0} : static_cast<Key>(~Key{0} << (key_bits - length));
    }
    void add_range(Key start, std::uint32_t value);

    std::vector<Top> tops_;              // ascending, tops_[0] == 0
    StartIndex<Top> index_;              // over them
    std::vector<std::uint32_t> values_;  // from the end of a top's block to the next top
    std::vector<Block> blocks_;          // IPv6 only, by top
    std::vector<std::uint64_t> low_starts_;
    std::vector<std::uint32_t> low_values_;
};

// Called with ascending starts; of equal starts the last value counts.
template <class Key>
void RangeTable<Key>::add_range(Key start, std::uint32_t value) {
    const Top top = static_cast<Top>(start >> low_bits);
    if constexpr (low_bits != 0) {
        const auto low = static_cast<std::uint64_t>(start);
        if (low != 0) {
            if (tops_.back() != top) {
                tops_.push_back(top);
                values_.push_back(values_.back());
                blocks_.push_back({.first = 0, .count = 0, .entry = values_.back()});
            }
            Block& block = blocks_.back();
            if (block.count == 0) {
                block.first = static_cast<std::uint32_t>(low_starts_.size());
                block.entry = values_.back();
            }
            if (block.count != 0 && low_starts_.back() == low) {
                low_values_.back() = value;
            } else {
                low_starts_.push_back(low);
                low_values_.push_back(value);
                ++block.count;
            }
            values_.back() = value;
            return;
        }
    }
    if (!tops_.empty() && tops_.back() == top) {
        values_.back() = value;
    } else if (tops_.empty() || values_.back() != value) {
        tops_.push_back(top);
        values_.push_back(value);
        if constexpr (low_bits != 0) blocks_.push_back({});
    }
}

template <class Key>
RangeTable<Key>::RangeTable(std::vector<Entry> entries, std::uint32_t fallback) {
    for (auto& e : entries) e.prefix &= mask(e.length);
    // Outer before inner: by start, then by length. Stable, so the first of equals is met first.
    std::stable_sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) {
        return a.prefix != b.prefix ? a.prefix < b.prefix : a.length < b.length;
    });
    struct Open {
        Key last;
        std::uint32_t value;
    };
    std::vector<Open> open;  // prefixes that contain the current point, outermost first
    const auto close_before = [&](Key point, bool everything) {
        while (!open.empty() && (everything || open.back().last < point)) {
            const Key end = open.back().last;
            open.pop_back();
            if (end != static_cast<Key>(~Key{0}))
                add_range(end + 1, open.empty() ? fallback : open.back().value);
        }
    };
    add_range(0, fallback);
    const Entry* previous = nullptr;
    for (const Entry& e : entries) {
        if (previous != nullptr && previous->prefix == e.prefix && previous->length == e.length)
            continue;
        close_before(e.prefix, false);
        add_range(e.prefix, e.value);
        open.push_back({static_cast<Key>(e.prefix | static_cast<Key>(~mask(e.length))), e.value});
        previous = &e;
    }
    close_before(0, true);
    index_ = StartIndex<Top>{tops_};
}

}  // namespace weir
