#pragma once
// When the next packet is due, exactly: credit is kept as a whole number of (units x clock ticks),
// so nothing is ever rounded away and the mean rate is the asked one, however often and however
// irregularly it is polled. A unit is a packet or a bit.
//
// After a pause (the thread was not running, the device took nothing) up to `catch_up` worth of
// credit is made up for, but never faster than `peak` with bursts of `burst`: else the pause of the
// generator would become a loss in what it tests. What is owed beyond is forgone, and forgone()
// says how much, so that "could not reach the rate" is known, not guessed.
#include <algorithm>
#include <cstdint>

namespace weir {

struct Pace {
    std::uint64_t rate;      // units per second, above 0
    std::uint64_t peak;      // units per second, at least `rate`
    std::uint64_t burst;     // units, at least the largest cost
    std::uint64_t catch_up;  // ticks
    std::uint64_t hertz;     // ticks per second
};

class Pacer {
public:
    explicit Pacer(const Pace& pace) noexcept
        : pace_{pace},
          owed_limit_{std::max(Wide{pace.rate} * pace.catch_up, price(pace.burst))},
          burst_limit_{price(pace.burst)} {}

    // The first packet is due at once.
    void start(std::uint64_t now, std::uint64_t first_cost) noexcept {
        last_ = now;
        owed_ = price(first_cost);
        burst_ = burst_limit_;
    }
    // A clock that goes backwards earns nothing.
    void advance(std::uint64_t now) noexcept {
        if (now <= last_) return;
        const std::uint64_t elapsed = now - last_;
        last_ = now;
        owed_ += Wide{pace_.rate} * elapsed;
        burst_ = std::min(burst_ + Wide{pace_.peak} * elapsed, burst_limit_);
    }
    // Pays for one packet of `cost` units, if that is due.
    bool take(std::uint64_t cost) noexcept {
        const Wide price_now = price(cost);
        if (owed_ < price_now || burst_ < price_now) return false;
        owed_ -= price_now;
        burst_ -= price_now;
        return true;
    }
    // After all that could be sent now was sent: what is still owed beyond the limit is dropped.
    void clip() noexcept {
        if (owed_ <= owed_limit_) return;
        forgone_ += owed_ - owed_limit_;
        owed_ = owed_limit_;
    }
    // Units that were due and never will be sent.
    std::uint64_t forgone() const noexcept {
        return static_cast<std::uint64_t>(forgone_ / pace_.hertz);
    }

private:
    using Wide = unsigned __int128;
    Wide price(std::uint64_t cost) const noexcept { return Wide{cost} * pace_.hertz; }

    Pace pace_;
    Wide owed_limit_;
    Wide burst_limit_;
    Wide owed_ = 0;
    Wide burst_ = 0;
    Wide forgone_ = 0;
    std::uint64_t last_ = 0;
};

}  // namespace weir
