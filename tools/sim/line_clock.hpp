#pragma once
// When a line is done with a packet, so that packets back to back take exactly their bits divided
// by the rate: what an instant in whole nanoseconds rounds up is carried over to the next.
#include <cstdint>

#include "dataplane/base/units.hpp"

namespace weir::sim {

class LineClock {
public:
    explicit LineClock(BitsPerSecond rate) : rate_{rate.count()} {}

    // Of a packet that starts at `now`, not before the end of the one before. Up to 2 GB.
    Instant end_of(Instant now, std::uint32_t bytes) noexcept {
        if (now != end_) {  // the line was idle
            whole_ = now;
            rest_ = 0;
        }
        const std::uint64_t bit_nanos = bytes * std::uint64_t{8'000'000'000} + rest_;
        whole_ = whole_ + Nanos{static_cast<std::int64_t>(bit_nanos / rate_)};
        rest_ = bit_nanos % rate_;
        end_ = rest_ == 0 ? whole_ : whole_ + Nanos{1};
        return end_;
    }

private:
    std::uint64_t rate_;
    std::uint64_t rest_ = 0;  // the exact end is whole_ + rest_ / rate_ ns
    Instant whole_{Nanos{-1}};
    Instant end_{Nanos{-1}};
};

}  // namespace weir::sim
