#pragma once
// A shaper's bucket of bytes, counted in 2^-32 byte: whole bytes polled every 130 ns would lose 38
// % of 100 Mb/s. It may be spent while it is not empty, down into debt by the packet that is being
// sent: so a packet larger than the depth passes, and the mean rate is exact all the same. Time
// that stands still earns nothing, time that jumps earns at most the depth.
#include <algorithm>
#include <cstdint>

#include "dataplane/base/units.hpp"

namespace weir {

class TokenBucket {
public:
    static constexpr BitsPerSecond unlimited{UINT64_MAX};

    TokenBucket() = default;  // unlimited
    // `depth` up to 1 GiB; full at `now`, but for a rate of 0, which never has anything.
    TokenBucket(BitsPerSecond rate, Bytes depth, Instant now) : last_{now} {
        set(rate, depth);
        tokens_ = per_nano_ == 0 ? 0 : depth_;
    }

    // Another rate from the last refill on; tokens and debt stay, up to the new depth.
    void set(BitsPerSecond rate, Bytes depth) {
        unlimited_ = rate == unlimited;
        per_nano_ =
            unlimited_
                ? 0
                : static_cast<std::uint64_t>((static_cast<unsigned __int128>(rate.count()) << 32U) /
                                             8'000'000'000U);
        depth_ = static_cast<std::int64_t>(
            std::clamp<std::uint64_t>(depth.count(), 1, std::uint64_t{1} << 30U) << 32U);
        tokens_ = std::min(tokens_, depth_);
    }

    void refill(Instant now) noexcept {
        if (now <= last_) return;
        const auto elapsed = static_cast<std::uint64_t>((now - last_).count());
        last_ = now;
        const auto missing = static_cast<std::uint64_t>(depth_ - tokens_);
        std::uint64_t earned = 0;
        const bool endless = __builtin_mul_overflow(elapsed, per_nano_, &earned);
        tokens_ =
            endless || earned >= missing ? depth_ : tokens_ + static_cast<std::int64_t>(earned);
    }
    bool ready() const noexcept { return unlimited_ || tokens_ > 0; }
    // After fewer bytes than these it is still ready.
    std::int64_t bytes_left() const noexcept {
        constexpr std::int64_t byte = std::int64_t{1} << 32;
        return unlimited_ ? INT64_MAX : (tokens_ + (byte - 1)) >> 32;
    }
    void spend(std::uint32_t bytes) noexcept {
        if (!unlimited_) tokens_ -= static_cast<std::int64_t>(bytes) << 32;
    }

    // When it is ready again if nothing is spent; `never` for a rate of 0.
    Instant ready_at() const noexcept {
        if (ready()) return last_;
        if (per_nano_ == 0) return never;
        const auto debt = static_cast<std::uint64_t>(-tokens_) + 1;
        return last_ + Nanos{static_cast<std::int64_t>((debt + per_nano_ - 1) / per_nano_)};
    }
    static constexpr Instant never{Nanos::max()};

private:
    bool unlimited_ = true;
    std::uint64_t per_nano_ = 0;  // 2^-32 byte a nanosecond
    std::int64_t depth_ = std::int64_t{1} << 62;
    std::int64_t tokens_ = 0;
    Instant last_{};
};

}  // namespace weir
