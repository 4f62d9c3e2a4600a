#pragma once
// Random numbers of one object of a run: a stream of its own, so that another link or flow in the
// scenario does not change what this one draws.
// Source: xoshiro256** and splitmix64 by Blackman and Vigna (2018), public domain.
#include <array>
#include <bit>
#include <cmath>
#include <cstdint>

#include "dataplane/base/units.hpp"

namespace weir::sim {

class Random {
public:
    // `stream` numbers the objects that share the seed of a run.
    explicit Random(std::uint64_t seed, std::uint64_t stream = 0) {
        std::uint64_t state = seed ^ (stream + 1) * 0xd1342543de82ef95;
        for (std::uint64_t& word : state_) {
            std::uint64_t z = state += 0x9e3779b97f4a7c15;
            z = (z ^ z >> 30U) * 0xbf58476d1ce4e5b9;
            z = (z ^ z >> 27U) * 0x94d049bb133111eb;
            word = z ^ z >> 31U;
        }
    }
    std::uint64_t next() noexcept {
        const std::uint64_t drawn = std::rotl(state_[1] * 5, 7) * 9;
        const std::uint64_t shifted = state_[1] << 17U;
        state_[2] ^= state_[0];
        state_[3] ^= state_[1];
        state_[1] ^= state_[2];
        state_[0] ^= state_[3];
        state_[2] ^= shifted;
        state_[3] = std::rotl(state_[3], 45);
        return drawn;
    }
    // 0 .. n - 1, uneven by n / 2^64 at most; n > 0.
    std::uint64_t below(std::uint64_t n) noexcept {
        return static_cast<std::uint64_t>(static_cast<unsigned __int128>(next()) * n >> 64U);
    }
    double fraction() noexcept { return static_cast<double>(next() >> 11U) * 0x1p-53; }  // [0, 1)
    bool chance(double probability) noexcept { return fraction() < probability; }
    Nanos up_to(Nanos most) noexcept {
        return Nanos{
            static_cast<std::int64_t>(below(static_cast<std::uint64_t>(most.count()) + 1))};
    }
    // Of a process without memory.
    Nanos exponential(Nanos mean) noexcept {
        return Nanos{std::llround(-std::log1p(-fraction()) * static_cast<double>(mean.count()))};
    }

private:
    std::array<std::uint64_t, 4> state_{};
};

}  // namespace weir::sim
