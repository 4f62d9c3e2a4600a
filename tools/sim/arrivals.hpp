#pragma once
// What came of a flow, by its sequence numbers: each once, twice, in order, not at all.
#include <algorithm>
#include <cstdint>

#include "dataplane/base/log_linear.hpp"
#include "dataplane/base/units.hpp"
#include "tools/sim/sequence_set.hpp"

namespace weir::sim {

class Arrivals {
public:
    // Nanoseconds up to 68 s, less than 3.2 % above the true value.
    using Latency = LogLinear<5, 36>;

    void add(std::uint64_t sequence, Nanos since_made) {
        ++arrived_;
        const auto nanos = static_cast<std::uint64_t>(since_made.count());
        ++latencies_[Latency::bucket_of(nanos)];
        worst_ = std::max(worst_, nanos);
        if (sequence < there_.base() || there_.has(sequence)) {
            ++duplicates_;
            return;
        }
        ++distinct_;
        if (sequence < end_) ++reordered_;
        end_ = std::max(end_, sequence + 1);
        if (sequence == there_.base() && there_.size() == 0) {
            there_.advance(sequence + 1);
            return;
        }
        // A gap that is never filled is forgotten after so many.
        if (end_ - there_.base() > remembered) there_.advance(end_ - remembered);
        if (sequence >= there_.base()) there_.add(sequence);
        there_.advance(there_.first_missing(there_.base()));
    }
    std::uint64_t arrived() const { return arrived_; }
    std::uint64_t distinct() const { return distinct_; }
    std::uint64_t duplicates() const { return duplicates_; }  // repetitions by the sender included
    std::uint64_t reordered() const { return reordered_; }    // came after one with a higher number
    std::uint64_t missing() const { return end_ - distinct_; }  // below the highest that came
    Nanos latency(double share) const {
        return Nanos{static_cast<std::int64_t>(
            std::min(worst_, Latency::quantile(latencies_, arrived_, share)))};
    }
    Nanos worst() const { return Nanos{static_cast<std::int64_t>(worst_)}; }

private:
    static constexpr std::uint64_t remembered = std::uint64_t{1} << 20U;
    std::uint64_t arrived_ = 0;
    std::uint64_t distinct_ = 0;
    std::uint64_t duplicates_ = 0;
    std::uint64_t reordered_ = 0;
    std::uint64_t end_ = 0;
    std::uint64_t worst_ = 0;
    SequenceSet there_;
    Latency::Counts latencies_{};
};

}  // namespace weir::sim
