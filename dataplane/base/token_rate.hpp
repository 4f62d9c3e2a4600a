#pragma once
// A token bucket for events (ICMP errors, punts): `rate` per second, at most `burst` at once. Time
// is an argument; tokens are counted in nano-tokens so that a slow rate polled often loses nothing.
// RFC 4443 section 2.4 (f) asks for such a limit on ICMPv6 errors.
#include <algorithm>
#include <cstdint>

#include "dataplane/base/units.hpp"

namespace weir {

class TokenRate {
public:
    constexpr TokenRate() = default;
    constexpr TokenRate(PacketsPerSecond rate, std::uint64_t burst)
        : rate_{rate.count()}, limit_{burst * nano}, tokens_{burst * nano} {}

    // Takes one token if there is one. Time that stands still or jumps forward grants at most
    // `burst`.
    constexpr bool take(Instant now) noexcept {
        refill(now);
        if (tokens_ < nano) return false;
        tokens_ -= nano;
        return true;
    }

private:
    static constexpr std::uint64_t nano = 1'000'000'000;

    constexpr void refill(Instant now) noexcept {
        if (now <= last_) return;
        const auto elapsed = static_cast<unsigned __int128>((now - last_).count());
        last_ = now;
        const auto earned = elapsed * rate_;
        tokens_ = static_cast<std::uint64_t>(
            std::min<unsigned __int128>(limit_, static_cast<unsigned __int128>(tokens_) + earned));
    }

    std::uint64_t rate_ = 0;
    std::uint64_t limit_ = 0;
    std::uint64_t tokens_ = 0;
    Instant last_{};
};

}  // namespace weir
