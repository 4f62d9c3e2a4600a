#pragma once
// RTT_max of a peer: the larger of the configured distance and the largest round trip seen. Grows
// at once; shrinks only when nothing as large was seen for 10 minutes, because the buffer of a
// slice is sized by it. Too small a value costs rate, not packets.
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

#include "dataplane/base/units.hpp"

namespace weir {

class RoundTrip {
public:
    // A longer one is no round trip but a message that lay somewhere.
    static constexpr Nanos longest{1'000'000'000};

    constexpr explicit RoundTrip(Nanos floor) noexcept : floor_{floor}, most_{floor} {}

    // True if RTT_max became another. `sample` outside 0 .. longest is ignored.
    constexpr bool add(Nanos sample, Instant now) noexcept {
        const bool aged = age(now);
        if (sample < Nanos{0} || sample > longest) return aged;
        latest_ = sample;
        Nanos& slot = slots_[static_cast<std::size_t>(newest_) % slots_.size()];
        slot = std::max(slot, sample);
        const bool grown = sample > most_;
        most_ = std::max(most_, sample);
        return aged || grown;
    }

    // Forgets what is older than 10 minutes; true if RTT_max became another.
    constexpr bool age(Instant now) noexcept {
        const std::int64_t slot = now.since_start() / slot_span;
        if (slot <= newest_) return false;
        const auto old = std::min<std::int64_t>(slot - newest_, std::ssize(slots_));
        for (std::int64_t i = 0; i < old; ++i)
            slots_[static_cast<std::size_t>(slot - i) % slots_.size()] = Nanos{0};
        newest_ = slot;
        const Nanos before = most_;
        most_ = std::max(floor_, *std::ranges::max_element(slots_));
        return most_ != before;
    }

    constexpr Nanos most() const noexcept { return most_; }      // 0: nothing known
    constexpr Nanos latest() const noexcept { return latest_; }  // the last sample

private:
    // Of each 10 s the largest, for 10 minutes and the 10 s that run.
    static constexpr Nanos slot_span{10'000'000'000};
    std::array<Nanos, 61> slots_{};
    std::int64_t newest_ = 0;  // the slot `now` is in, counted since the start of the clock
    Nanos floor_;
    Nanos most_;
    Nanos latest_{0};
};

}  // namespace weir
