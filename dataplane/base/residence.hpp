#pragma once
// How long packets stayed: a log-linear histogram of nanoseconds in eighths of a power of two, so
// that a quantile is at most 1/8 above the true value. Histograms add up. Written by one thread,
// read by any.
#include <algorithm>
#include <array>
#include <cstdint>

#include "dataplane/base/counter.hpp"
#include "dataplane/base/log_linear.hpp"
#include "dataplane/base/units.hpp"

namespace weir {

namespace residence {
inline constexpr unsigned value_bits = 36;  // 68 s; what stayed longer counts as that
using Buckets = LogLinear<3, value_bits>;
inline constexpr std::uint64_t longest = Buckets::largest;
}  // namespace residence

// Written by the worker that owns the port.
class ResidenceCounters {
public:
    void record(Nanos stayed) noexcept {
        const auto ns = static_cast<std::uint64_t>(std::max<std::int64_t>(stayed.count(), 0));
        buckets_[residence::Buckets::bucket_of(ns)].add();
        sum_.add(ns);
        if (ns > max_.read()) max_.add(ns - max_.read());
    }

private:
    friend class Residence;
    std::array<Counter, residence::Buckets::buckets> buckets_;
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
        return std::min(residence::Buckets::quantile(buckets_, count_, share), max_);
    }
    // Packets that stayed at most 2^bits - 1 ns: whole buckets, so the number is exact.
    std::uint64_t below(unsigned bits) const noexcept {
        std::uint64_t sum = 0;
        const std::size_t end = residence::Buckets::bucket_of((std::uint64_t{1} << bits) - 1);
        for (std::size_t i = 0; i <= end; ++i) sum += buckets_[i];
        return sum;
    }

private:
    void add(std::size_t bucket, std::uint64_t packets) noexcept {
        buckets_[bucket] += packets;
        count_ += packets;
    }
    residence::Buckets::Counts buckets_{};
    std::uint64_t count_ = 0, sum_ = 0, max_ = 0;
};

}  // namespace weir
