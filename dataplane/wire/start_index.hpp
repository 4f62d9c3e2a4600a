#pragma once
// Where does a key lie among sorted starts? A static B+ tree whose nodes are one cache line each: a
// node is compared as a whole (two vector instructions), so a million starts cost five or seven
// lines and no branch to mispredict, where a binary search waits for twenty loads in a row.
// Source: P. Khuong, P. Morin, "Array layouts for comparison-based searching" (2017), section 5.
#ifdef __AVX2__
#include <immintrin.h>
#endif

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

namespace weir {

// Key: std::uint32_t or std::uint64_t.
template <class Key>
class StartIndex {
public:
    StartIndex() : StartIndex(std::span<const Key>{}) {}
    // `starts` ascending and all different.
    explicit StartIndex(std::span<const Key> starts);

    // The position of the last start that is <= key; 0 also where none is.
    std::size_t last_not_above(Key key) const noexcept {
        if (key == std::numeric_limits<Key>::max()) [[unlikely]]  // what nodes are filled up with
            return last_;
        std::size_t at = 0;
        for (std::uint32_t level = top_; level != 0; --level)
            at = at * width + not_above(nodes_[first_[level] + at], key);
        at = at * width + not_above(nodes_[at], key);
        return at - (at != 0);
    }

private:
    static constexpr std::size_t width = 64 / sizeof(Key);  // keys in a node
    static constexpr std::size_t most_levels = 12;
    // Vector instructions compare signed numbers: keys lie here with their highest bit flipped.
    static constexpr Key flip = Key{1} << (8 * sizeof(Key) - 1);
    struct alignas(64) Node {
        std::array<Key, width> keys;
    };

    static std::size_t not_above(const Node& node, Key key) noexcept {
#ifdef __AVX2__
        const auto* half = reinterpret_cast<const __m256i*>(node.keys.data());
        if constexpr (sizeof(Key) == 4) {
            const __m256i k = _mm256_set1_epi32(static_cast<int>(key ^ flip));
            const __m256i above =
                _mm256_packs_epi32(_mm256_cmpgt_epi32(_mm256_load_si256(half), k),
                                   _mm256_cmpgt_epi32(_mm256_load_si256(half + 1), k));
            return width - static_cast<unsigned>(__builtin_popcount(
                               static_cast<unsigned>(_mm256_movemask_epi8(above)))) /
                               2;
        } else {
            const __m256i k = _mm256_set1_epi64x(static_cast<long long>(key ^ flip));
            const __m256i above =
                _mm256_packs_epi32(_mm256_cmpgt_epi64(_mm256_load_si256(half), k),
                                   _mm256_cmpgt_epi64(_mm256_load_si256(half + 1), k));
            return width - static_cast<unsigned>(__builtin_popcount(
                               static_cast<unsigned>(_mm256_movemask_epi8(above)))) /
                               4;
        }
#else
        std::size_t n = 0;
        for (const Key start : node.keys) n += (start ^ flip) <= key;
        return n;
#endif
    }

    std::size_t last_ = 0;
    std::uint32_t top_ = 0;                           // levels above the starts
    std::array<std::uint32_t, most_levels> first_{};  // node of each level; the starts' at 0
    std::vector<Node> nodes_;
};

// Level 0 holds the starts; each level above, the first key of every node below but the first.
template <class Key>
StartIndex<Key>::StartIndex(std::span<const Key> starts)
    : last_{starts.empty() ? 0 : starts.size() - 1} {
    std::vector<Key> level{starts.begin(), starts.end()};
    for (;; ++top_) {
        first_[top_] = static_cast<std::uint32_t>(nodes_.size());
        std::vector<Key> above;
        for (std::size_t i = 0; i == 0 || i < level.size(); i += width) {
            Node node;
            node.keys.fill(std::numeric_limits<Key>::max() ^ flip);
            for (std::size_t k = 0; k < width && i + k < level.size(); ++k)
                node.keys[k] = level[i + k] ^ flip;
            nodes_.push_back(node);
            if (i != 0) above.push_back(level[i]);
        }
        if (above.empty()) return;
        level = std::move(above);
    }
}

}  // namespace weir
