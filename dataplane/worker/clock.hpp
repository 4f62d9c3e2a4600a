#pragma once
// TSC -> Instant without a division: 2^-32 nanoseconds per tick, computed once. Good for 100 years
// at any frequency because the product is taken in 128 bits. Eal refuses a TSC that is not
// invariant.
#include <rte_cycles.h>

#include <cstdint>

#include "dataplane/base/units.hpp"

namespace weir {

class TscClock {
public:
    TscClock()
        : scale_{static_cast<std::uint64_t>((static_cast<unsigned __int128>(1'000'000'000) << 32U) /
                                            rte_get_tsc_hz())} {}

    Instant at(std::uint64_t tsc) const noexcept {
        return Instant{Nanos{static_cast<std::int64_t>(
            static_cast<std::uint64_t>(static_cast<unsigned __int128>(tsc) * scale_ >> 32U))}};
    }
    Instant now() const noexcept { return at(rte_rdtsc()); }

private:
    std::uint64_t scale_;  // nanoseconds per tick, in 2^-32
};

}  // namespace weir
