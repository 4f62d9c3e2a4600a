#pragma once
// Instants and spans near the ends of 64 bits, for state machines that take both from others: what
// would pass the end stays at it.
#include <algorithm>
#include <cstdint>

#include "dataplane/base/units.hpp"

namespace weir {

inline constexpr Instant never{Nanos{INT64_MAX}};

// `from` is not before the start of the clock, `wait` not negative.
constexpr Instant later(Instant from, Nanos wait) noexcept {
    return wait > never - from ? never : from + wait;
}

constexpr Nanos times(Nanos span, std::int64_t factor) noexcept {
    return span.count() > INT64_MAX / factor ? Nanos{INT64_MAX} : span * factor;
}

// A clock that only goes on: who is asked with an earlier `now`, or one before the start, takes the
// latest.
class Latest {
public:
    constexpr Instant advance(Instant now) noexcept { return latest_ = std::max(latest_, now); }
    constexpr operator Instant() const noexcept { return latest_; }

private:
    Instant latest_{};
};

}  // namespace weir
