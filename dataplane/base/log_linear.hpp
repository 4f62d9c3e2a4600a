#pragma once
// The buckets of a log-linear histogram, as HdrHistogram (Tene) makes them: every power of two is
// cut into 2^precision equal buckets, so that a quantile is less than 2^-precision above the true
// value, whatever its size. Constant memory; unit: the caller's.
#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>

namespace weir {

// Values of up to `value_bits` bits; what is larger counts as the largest of them.
template <unsigned precision, unsigned value_bits = 64>
struct LogLinear {
    static_assert(precision < value_bits && value_bits <= 64);
    static constexpr std::uint64_t largest = ~std::uint64_t{0} >> (64 - value_bits);
    static constexpr std::size_t per_octave = std::size_t{1} << precision;
    static constexpr std::size_t buckets = per_octave * (value_bits - precision + 1);
    using Counts = std::array<std::uint64_t, buckets>;

    // Values below 2^precision have a bucket each; above, the bits behind the leading one count.
    static constexpr std::size_t bucket_of(std::uint64_t value) noexcept {
        value = std::min(value, largest);
        if (value < per_octave) return static_cast<std::size_t>(value);
        const unsigned shift = static_cast<unsigned>(std::bit_width(value)) - 1 - precision;
        return per_octave * shift + static_cast<std::size_t>(value >> shift);
    }
    // The largest value that falls into it.
    static constexpr std::uint64_t highest_of(std::size_t bucket) noexcept {
        if (bucket < 2 * per_octave) return bucket;
        const std::size_t shift = bucket / per_octave - 1;
        return ((std::uint64_t{bucket} - per_octave * shift + 1) << shift) - 1;
    }

    // Of `count` values: the largest of the bucket that holds the smallest value of which at least
    // `share` (0..1) are no larger. 0 where there is none.
    static std::uint64_t quantile(const Counts& counts, std::uint64_t count,
                                  double share) noexcept {
        if (count == 0) return 0;
        const double wanted = std::ceil(std::clamp(share, 0.0, 1.0) * static_cast<double>(count));
        const auto rank = std::clamp(static_cast<std::uint64_t>(wanted), std::uint64_t{1}, count);
        std::uint64_t below = 0;
        for (std::size_t i = 0; i < buckets; ++i) {
            below += counts[i];
            if (below >= rank) return highest_of(i);
        }
        return largest;
    }
};
static_assert(LogLinear<3>::highest_of(LogLinear<3>::buckets - 1) == ~std::uint64_t{0});
static_assert(LogLinear<3, 36>::bucket_of(UINT64_MAX) == LogLinear<3, 36>::buckets - 1);

}  // namespace weir
