#pragma once
// When the next packet is due, exactly: credit is kept as a whole number of (units x clock ticks),
// so nothing is ever rounded away and the mean rate is the asked one, however often and however
// irregularly it is polled. A unit is a packet or a bit. After a pause (the thread was not running,
// the device took nothing) at most `catch_up` worth of credit is left to send; what is beyond is
// forgone, and forgone() says how much, so that "could not reach the rate" is known, not guessed.
#include <algorithm>
#include <cstdint>

namespace weir {

class Pacer {
public:
    // `rate`: units per second, above 0; `hertz`: ticks of `now` per second; `catch_up` in ticks,
    // `least` in units: the limit is never below that (a slow rate must be able to save up for one
    // packet).
    Pacer(std::uint64_t rate, std::uint64_t hertz, std::uint64_t catch_up,
          std::uint64_t least) noexcept
        : rate_{rate},
          hertz_{hertz},
          limit_{std::max(Wide{rate} * catch_up, Wide{least} * hertz)} {}

    // The first packet is due at once.
    void start(std::uint64_t now, std::uint64_t first_cost) noexcept {
        last_ = now;
        credit_ = price(first_cost);
    }
    // A clock that goes backwards earns nothing.
    void advance(std::uint64_t now) noexcept {
        if (now <= last_) return;
        credit_ += Wide{rate_} * (now - last_);
        last_ = now;
    }
    // Pays for one packet of `cost` units, if that is earned.
    bool take(std::uint64_t cost) noexcept {
        const Wide price_now = price(cost);
        if (credit_ < price_now) return false;
        credit_ -= price_now;
        return true;
    }
    // After all that could be sent now was sent: what is still owed beyond the limit is dropped.
    void clip() noexcept {
        if (credit_ <= limit_) return;
        forgone_ += credit_ - limit_;
        credit_ = limit_;
    }
    // Units that were due and never will be sent.
    std::uint64_t forgone() const noexcept { return static_cast<std::uint64_t>(forgone_ / hertz_); }

private:
    using Wide = unsigned __int128;
    Wide price(std::uint64_t cost) const noexcept { return Wide{cost} * hertz_; }

    std::uint64_t rate_;
    std::uint64_t hertz_;
    Wide limit_;
    Wide credit_ = 0;
    Wide forgone_ = 0;
    std::uint64_t last_ = 0;
};

}  // namespace weir
