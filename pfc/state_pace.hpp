#pragma once
// When to say STATE. At once where something changed, but changes of 20 us share a message; twice
// more within t_resend, because a message may be lost; then as often as a limit that moves, or a
// slice that is used, needs it: that a message was lost costs rate for that long, never a packet.
#include <algorithm>

#include "dataplane/base/units.hpp"

namespace weir {

class StatePace {
public:
    explicit StatePace(Nanos round_trip) { set_round_trip(round_trip); }

    void set_round_trip(Nanos round_trip) {
        // Half of what the buffer of a slice under credit is computed with: there eight messages in
        // a row may be lost before its line runs empty.
        moving_ = std::max(round_trip / 64, gather / 2);
        used_ = std::max(round_trip / 16, Nanos{100'000});
        resend_ = std::max(round_trip / 16, 2 * gather);
    }
    // While the limit moves.
    Nanos moving() const noexcept { return moving_; }
    // While the slice is used, or shut.
    Nanos used() const noexcept { return used_; }

    // Something changed that the sender should know.
    void changed(Instant now) noexcept {
        next_ = std::min(next_, std::max(now, sent_ + gather));
        copies_ = 2;
    }
    void moved(Instant now) noexcept { next_ = std::min(next_, std::max(now, sent_ + moving_)); }
    void in_use(Instant now) noexcept { next_ = std::min(next_, std::max(now, sent_ + used_)); }
    void said(Instant now) noexcept {
        sent_ = now;
        next_ = never;
        if (copies_ == 0) return;
        --copies_;
        next_ = now + resend_ / 2;
    }

    bool due(Instant now) const noexcept { return now >= next_; }
    Instant next() const noexcept { return next_; }
    static constexpr Instant never{Nanos::max()};

private:
    static constexpr Nanos gather{20'000};
    Nanos moving_{0}, used_{0}, resend_{0};
    // Long ago: nothing was said yet.
    Instant sent_{Nanos{-1'000'000'000}};
    Instant next_ = never;
    unsigned copies_ = 0;
};

}  // namespace weir
