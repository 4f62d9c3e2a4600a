#pragma once
// A log-linear histogram of unsigned values, as HdrHistogram (Tene) makes them: every power of two
// is cut into 128 equal buckets, so a quantile is at most 1/128 (0.8 %) above the true value,
// whatever its size. Unit: the caller's. Constant memory (60 kB), histograms add up.
#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>

namespace weir {

class Histogram {
public:
    static constexpr unsigned precision_bits = 7;

    void record(std::uint64_t value) noexcept {
        ++buckets_[bucket(value)];
        ++count_;
        sum_ += static_cast<double>(value);
        min_ = std::min(min_, value);
        max_ = std::max(max_, value);
    }
    void add(const Histogram& other) noexcept {
        for (std::size_t i = 0; i < buckets_.size(); ++i) buckets_[i] += other.buckets_[i];
        count_ += other.count_;
        sum_ += other.sum_;
        min_ = std::min(min_, other.min_);
        max_ = std::max(max_, other.max_);
    }

    std::uint64_t count() const noexcept { return count_; }
    std::uint64_t min() const noexcept { return count_ == 0 ? 0 : min_; }  // exact
    std::uint64_t max() const noexcept { return max_; }                    // exact
    double mean() const noexcept { return count_ == 0 ? 0 : sum_ / static_cast<double>(count_); }
    // A value v with: at least `share` (0..1) of the recorded are <= v, and v is less than 1/128
    // above the smallest recorded value of which that holds. 0 where nothing was recorded.
    std::uint64_t quantile(double share) const noexcept {
        if (count_ == 0) return 0;
        const double wanted = std::ceil(std::clamp(share, 0.0, 1.0) * static_cast<double>(count_));
        const auto rank = std::clamp(static_cast<std::uint64_t>(wanted), std::uint64_t{1}, count_);
        std::uint64_t below = 0;
        for (std::size_t i = 0; i < buckets_.size(); ++i) {
            below += buckets_[i];
            if (below >= rank) return std::clamp(highest(i), min_, max_);
        }
        return max_;
    }

private:
    static constexpr std::size_t per_octave = std::size_t{1} << precision_bits;

    // Values below 128 have a bucket each; above, the 7 bits behind the leading one count.
    static std::size_t bucket(std::uint64_t value) noexcept {
        if (value < per_octave) return static_cast<std::size_t>(value);
        const unsigned shift = static_cast<unsigned>(std::bit_width(value)) - 1 - precision_bits;
        return per_octave * shift + static_cast<std::size_t>(value >> shift);
    }
    static std::uint64_t highest(std::size_t bucket) noexcept {
        if (bucket < 2 * per_octave) return bucket;
        const std::size_t shift = bucket / per_octave - 1;
        return ((std::uint64_t{bucket} - per_octave * shift + 1) << shift) - 1;
    }

    std::array<std::uint64_t, per_octave * (65 - precision_bits)> buckets_{};
    std::uint64_t count_ = 0;
    std::uint64_t min_ = ~std::uint64_t{0};
    std::uint64_t max_ = 0;
    double sum_ = 0;
};

}  // namespace weir
