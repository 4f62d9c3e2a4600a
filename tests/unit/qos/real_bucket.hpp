#pragma once
// What judges the shapers of qos in virtual time: random numbers from a seed, and a token bucket
// that counts in real numbers instead of 2^-32 byte.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>

#include "qos/token_bucket.hpp"

namespace weir::test {

// Random numbers from one seed: thousands a case, more than rapidcheck likes to draw itself.
class Dice {
public:
    explicit Dice(std::uint64_t seed) : state_{seed} {}
    std::uint64_t below(std::uint64_t n) { return next() % n; }
    std::uint64_t between(std::uint64_t least, std::uint64_t most) {
        return least + below(most - least + 1);
    }
    bool chance(unsigned percent) { return below(100) < percent; }
    double fraction() { return static_cast<double>(next() >> 11U) * 0x1p-53; }
    std::uint64_t log_uniform(std::uint64_t least, std::uint64_t most) {
        const auto a = static_cast<double>(least), b = static_cast<double>(most);
        return static_cast<std::uint64_t>(a * std::pow(b / a, fraction()));
    }

private:
    std::uint64_t next() {  // splitmix64
        std::uint64_t z = state_ += 0x9e3779b97f4a7c15;
        z = (z ^ z >> 30U) * 0xbf58476d1ce4e5b9;
        z = (z ^ z >> 27U) * 0x94d049bb133111eb;
        return z ^ z >> 31U;
    }
    std::uint64_t state_;
};

// A token bucket in real numbers. What is shaped must not pass one that is a millionth faster, and
// must not wait once one that is a millionth slower is full.
class RealBucket {
public:
    RealBucket(double error, bool full) : error_{error}, full_{full} {}
    void set(BitsPerSecond rate, double depth, Instant now) {
        refill(now);
        unlimited_ = rate == TokenBucket::unlimited;
        per_nano_ = static_cast<double>(rate.count()) / 8e9 * (1 + error_);
        depth_ = depth;
        tokens_ = full_ ? depth : std::min(tokens_, depth);
        full_ = false;
    }
    void refill(Instant now) {
        if (now > last_ && !unlimited_)
            tokens_ =
                std::min(depth_, tokens_ + static_cast<double>((now - last_).count()) * per_nano_);
        last_ = std::max(last_, now);
    }
    void spend(double bytes) {
        if (!unlimited_) tokens_ -= bytes;
    }
    double tokens() const { return unlimited_ ? std::numeric_limits<double>::max() : tokens_; }
    // What it had at `then`, if nothing was spent since; less than nothing where that is not known.
    double tokens_at(Instant then) const {
        if (unlimited_) return tokens();
        if (then < last_) return -1;
        return tokens_ + static_cast<double>((then - last_).count()) * per_nano_;
    }

private:
    double error_;
    bool full_;
    bool unlimited_ = true;
    double per_nano_ = 0, depth_ = 0, tokens_ = 0;
    Instant last_{};
};

}  // namespace weir::test
