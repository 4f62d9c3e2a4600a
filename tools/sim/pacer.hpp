#pragma once
// When a sender that is held to a rate may send its next packet. It earns nothing while it is
// silent.
#include <algorithm>
#include <cstdint>

#include "dataplane/base/units.hpp"

namespace weir::sim {

class Pacer {
public:
    Instant ready_at() const noexcept { return Instant{Nanos{next_}}; }
    // At `now` or, if that is later, when it was ready.
    void sent(Instant now, std::uint32_t bytes, double bits_per_second) noexcept {
        const std::int64_t start = std::max(next_, now.since_start().count());
        const double exact =
            static_cast<double>(bytes) * 8e9 / bits_per_second + (start == next_ ? part_ : 0);
        const auto whole = static_cast<std::int64_t>(exact);
        next_ = start + whole;
        part_ =
            exact - static_cast<double>(whole);  // of a nanosecond: else the mean is not the rate
    }

private:
    std::int64_t next_ = 0;  // ns
    double part_ = 0;
};

}  // namespace weir::sim
