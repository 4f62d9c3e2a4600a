#pragma once
// The time stamp counter: what a packet is stamped with, and what latency is measured in. Sender
// and sink read the same one where they run on one machine.
#include <x86intrin.h>

#include <cstdint>

namespace weir {

inline std::uint64_t ticks() noexcept { return __rdtsc(); }

// Ticks per second, measured against the monotonic clock within 50 ms (some 10 ppm). Throws
// Error{ExitCode::device} where the counter changes its speed.
std::uint64_t measure_ticks_per_second();

}  // namespace weir
