#pragma once
// How long packets stayed: a log-linear histogram of nanoseconds, every power of two cut into 8
// equal buckets (as HdrHistogram), so that a quantile is at most 1/8 above the true value, whatever
// its size. Constant memory, histograms add up. Written by one thread, read by any.
#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>

#include "dataplane/base/counter.hpp"
#include "dataplane/base/units.hpp"

namespace weir {

namespace residence {
inline constexpr unsigned precision_bits = 3;
inline constexpr unsigned value_bits = 36;  // 68 s; what stayed longer counts as that
inline constexpr std::uint64_t longest = (std::uint64_t{1} << value_bits) - 1;
inline constexpr std::size_t per_octave = std::size_t{1} << precision_bits;
inline constexpr std::size_t buckets = per_octave * (value_bits - precision_bits + 1);

// Values below 8 have a bucket each; above, the 3 bits behind the leading one count.
constexpr std::size_t bucket_of(std::uint64_t value) {
    value = std::min(value, longest);
    if (value < per_octave) return static_cast<std::size_t>(value);
    const unsigned shift = static_cast<unsigned>(std::bit_width(value)) - 1 - precision_bits;
    return per_octave * shift + static_cast<std::size_t>(value >> shift);
}
// The largest value that falls into it.
constexpr std::uint64_t highest_of(std::size_t bucket) {
    if (bucket < 2 * per_octave) return bucket;
    const std::size_t shift = bucket / per_octave - 1;
    return ((std::uint64_t{bucket} - per_octave * shift + 1) << shift) - 1;
}
static_assert(bucket_of(longest) == buckets - 1 && highest_of(buckets - 1) == longest);
}  // namespace residence

// Written by the worker that owns the port.
class ResidenceCounters {
public:
    void record(Nanos stayed) noexcept {
        const auto ns = static_cast<std::uint64_t>(std::max<std::int64_t>(stayed.count(), 0));
        buckets_[residence::bucket_of(ns)].add();
        sum_.add(ns);
        if (ns > max_.read()) max_.add(ns - max_.read());
    }

private:
    friend class Residence;
    std::array<Counter, residence::buckets> buckets_;
    Counter sum_, max_;  // ns
};

// What was read of some of them, added up.
class Residence {
public:
    void add(const ResidenceCounters& other) noexcept {
        for (std::size_t i = 0; i < buckets_.size(); ++i) add(i, other.buckets_[i].read());
        sum_ += other.sum_.read();
        max_ = std::max(max_, other.max_.read());
    }
    // Packets that did not stay at all.
    void add_passed(std::uint64_t packets) noexcept { add(0, packets); }

    std::uint64_t count() const noexcept { return count_; }
    std::uint64_t sum() const noexcept { return sum_; }  // exact, ns
    std::uint64_t max() const noexcept { return max_; }  // exact, ns
    // A value v with: at least `share` (0..1) of the packets stayed at most v, and v is at most 1/8
    // above the smallest of which that holds. 0 where there was none.
    std::uint64_t quantile(double share) const noexcept {
        if (count_ == 0) return 0;
        const double wanted = std::ceil(std::clamp(share, 0.0, 1.0) * static_cast<double>(count_));
        const auto rank = std::clamp(static_cast<std::uint64_t>(wanted), std::uint64_t{1}, count_);
        std::uint64_t below = 0;
        for (std::size_t i = 0; i < buckets_.size(); ++i) {
            below += buckets_[i];
            if (below >= rank) return std::min(residence::highest_of(i), max_);
        }
        return max_;
    }
    // Packets that stayed at most 2^bits - 1 ns: whole buckets, so the number is exact.
    std::uint64_t below(unsigned bits) const noexcept {
        std::uint64_t sum = 0;
        const std::size_t end = residence::bucket_of((std::uint64_t{1} << bits) - 1);
        for (std::size_t i = 0; i <= end; ++i) sum += buckets_[i];
        return sum;
    }

private:
    void add(std::size_t bucket, std::uint64_t packets) noexcept {
        buckets_[bucket] += packets;
        count_ += packets;
    }
    std::array<std::uint64_t, residence::buckets> buckets_{};
    std::uint64_t count_ = 0, sum_ = 0, max_ = 0;
};

}  // namespace weir
