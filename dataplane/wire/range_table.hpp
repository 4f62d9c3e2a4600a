#pragma once
// Longest-prefix match, exact and compact: the prefixes cut the address space into disjoint ranges,
// each with one answer; a look-up is one branch-free binary search. n prefixes make at most 2 n + 1
// ranges (20 bytes each for IPv6). Immutable once built.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

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
        const Key* base = starts_.data();
        std::size_t n = starts_.size();
        while (n > 1) {  // invariant: base[0] <= key, and the answer lies in base[0, n)
            const std::size_t half = n / 2;
            base = base[half] <= key ? base + half : base;
            n -= half;
        }
        return values_[static_cast<std::size_t>(base - starts_.data())];
    }
    std::size_t ranges() const noexcept { return starts_.size(); }

private:
    static constexpr unsigned key_bits = 8 * sizeof(Key);
    static Key mask(std::uint8_t length) {
        return length == 0 ? Key{0} : static_cast<Key>(~Key{0} << (key_bits - length));
    }
    void add_range(Key start, std::uint32_t value) {
        if (!starts_.empty() && starts_.back() == start) {
            values_.back() = value;
        } else if (starts_.empty() || values_.back() != value) {
            starts_.push_back(start);
            values_.push_back(value);
        }
    }

    std::vector<Key> starts_;  // ascending, starts_[0] == 0
    std::vector<std::uint32_t> values_;
};

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
}

}  // namespace weir
