#pragma once
// A rate in 16 bits, as FLOWS carries one: exponent e (6 bits), fraction f (10 bits), like a small
// float (IEEE 754 with gradual underflow), in bits per second:
//     e = 0        f                      0 .. 1,023
//     e = 1 .. 54  (1,024 + f) 2^(e-1)    1,024 .. 2^64 - 2^53, far beyond 1 Pb/s
//     e > 54       unlimited_rate; written as 0xffff
// Codes and rates have one order. Rates below 2,048 b/s are exact, 0 is 0: what is not stopped is
// never written as stopped.
#include <bit>
#include <cstdint>

#include "dataplane/base/units.hpp"

namespace weir {

enum class Rate16 : std::uint16_t {};

// Rounded down, because a cap is a promise to the one who gave it: by less than 1/1,024 of the
// rate.
constexpr Rate16 to_rate16(BitsPerSecond rate) {
    constexpr unsigned fraction_bits = 10;
    if (rate == unlimited_rate) return Rate16{0xffff};
    if (rate.count() < 1U << (fraction_bits + 1))
        return Rate16{static_cast<std::uint16_t>(rate.count())};
    const unsigned shift =
        static_cast<unsigned>(std::bit_width(rate.count())) - (fraction_bits + 1);
    // The leading bit of the significand adds the 1 that is between e and the shift.
    return Rate16{static_cast<std::uint16_t>((std::uint64_t{shift} << fraction_bits) +
                                             (rate.count() >> shift))};
}
constexpr BitsPerSecond from_rate16(Rate16 code) {
    const auto bits = static_cast<std::uint16_t>(code);
    const unsigned exponent = bits >> 10U;
    const std::uint64_t fraction = bits & 0x3ffU;
    if (exponent == 0) return BitsPerSecond{fraction};
    if (exponent > 54) return unlimited_rate;
    return BitsPerSecond{(0x400U + fraction) << (exponent - 1)};
}

static_assert(from_rate16(to_rate16(BitsPerSecond{1'000'000'000'000'000})).count() >
              999'000'000'000'000);

}  // namespace weir
