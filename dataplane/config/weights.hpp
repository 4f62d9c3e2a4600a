#pragma once
// A weight w is w entries in a table of choices, after division by what all weights share.
#include <cstdint>
#include <numeric>

namespace weir {

inline constexpr std::uint64_t max_choices = 1024;

// Entries for a list of things with a `weight`; 0 for an empty one. Weights are not 0.
template <class Weighted>
std::uint64_t choices_of(const Weighted& list) {
    std::uint64_t sum = 0, divisor = 0;
    for (const auto& it : list) {
        sum += it.weight;
        divisor = std::gcd(divisor, std::uint64_t{it.weight});
    }
    return divisor == 0 ? 0 : sum / divisor;
}

}  // namespace weir
