#pragma once
// A log-linear histogram of unsigned values in parts of 1/128 of a power of two: a quantile is at
// most 1/128 (0.8 %) above the true value. Unit: the caller's. 60 kB; histograms add up.
#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "dataplane/base/log_linear.hpp"

namespace weir {

class Histogram {
public:
    void record(std::uint64_t value) noexcept {
        ++buckets_[Buckets::bucket_of(value)];
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
        return std::clamp(Buckets::quantile(buckets_, count_, share), min(), max_);
    }

private:
    using Buckets = LogLinear<7>;
    Buckets::Counts buckets_{};
    std::uint64_t count_ = 0;
    std::uint64_t min_ = ~std::uint64_t{0};
    std::uint64_t max_ = 0;
    double sum_ = 0;
};

}  // namespace weir
