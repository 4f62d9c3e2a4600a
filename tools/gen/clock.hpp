#pragma once
// The time stamp counter: what a packet is stamped with, and what latency is measured in. Sender
// and sink read the same one where they run on one machine. Eal refuses a machine whose counter is
// not invariant.
#include <x86intrin.h>

#include <cstdint>

#include "dataplane/base/units.hpp"

namespace weir {

inline std::uint64_t ticks() noexcept { return __rdtsc(); }

// Ticks per second, measured against the monotonic clock within 50 ms (some 10 ppm).
std::uint64_t measure_ticks_per_second();

constexpr std::uint64_t to_ticks(Nanos time, std::uint64_t ticks_per_second) {
    return static_cast<std::uint64_t>(static_cast<unsigned __int128>(time.count()) *
                                      ticks_per_second / 1'000'000'000U);
}
constexpr Nanos to_nanos(std::uint64_t ticks, std::uint64_t ticks_per_second) {
    return Nanos{static_cast<std::int64_t>(static_cast<unsigned __int128>(ticks) * 1'000'000'000U /
                                           ticks_per_second)};
}

}  // namespace weir
