#pragma once
// Whether a packet may take buffer, asked once for each packet, before it is queued. Both answers
// are a comparison or two; no clock. What a space holds is charge (qos/buffer.hpp), and each is
// owned by one thread. High-water marks are what was held at most since they were cleared.
#include <algorithm>
#include <cassert>
#include <cstdint>

#include "dataplane/base/units.hpp"

namespace weir {

// What a space holds: never more than was taken, and the most it was.
class Holding {
public:
    Bytes held() const noexcept { return held_; }
    Bytes high_water() const noexcept { return high_water_; }
    void clear_high_water() noexcept { high_water_ = held_; }

    void take(Bytes charge) noexcept {
        held_ += charge;
        high_water_ = std::max(high_water_, held_);
    }
    void give(Bytes charge) noexcept {
        assert(charge <= held_);
        held_ -= charge;
    }

private:
    Bytes held_{};
    Bytes high_water_{};
};

// The buffer that all lossy queues share. A queue may hold alpha x what is still free (Choudhury
// and Hahne, Dynamic Queue Length Thresholds, 1998): one hot queue gets alpha / (1 + alpha) of the
// buffer and always leaves the rest to those that come later; n hot ones share evenly. Beyond that
// the packet is dropped (tail drop).
class LossySpace {
public:
    static constexpr int least_exponent = -8, most_exponent = 8;

    // alpha = 2^exponent, -8..8, as switches count it (SAI_BUFFER_PROFILE_ATTR_SHARED_DYNAMIC_TH);
    // one outside is taken as the nearest.
    explicit LossySpace(Bytes buffer, int exponent = 0) { set(buffer, exponent); }
    // What is held stays, and may be above a smaller buffer: nothing more is then admitted.
    void set(Bytes buffer, int exponent) noexcept {
        buffer_ = buffer;
        exponent_ = std::clamp(exponent, least_exponent, most_exponent);
    }

    // `queued`: charge of the queue it is for, all of it admitted here.
    bool admit(Bytes queued, Bytes charge) noexcept {
        if (charge > room() || queued > limit() || charge > limit() - queued) return false;
        holding_.take(charge);
        return true;
    }
    void depart(Bytes charge) noexcept { holding_.give(charge); }

    Bytes room() const noexcept {
        return holding_.held() < buffer_ ? buffer_ - holding_.held() : Bytes{0};
    }
    // Of each queue, now.
    Bytes limit() const noexcept {
        const std::uint64_t free = room().count();
        if (exponent_ < 0) return Bytes{free >> static_cast<unsigned>(-exponent_)};
        const auto shift = static_cast<unsigned>(exponent_);
        return Bytes{free > UINT64_MAX >> shift ? UINT64_MAX : free << shift};
    }
    Bytes held() const noexcept { return holding_.held(); }
    Bytes high_water() const noexcept { return holding_.high_water(); }
    void clear_high_water() noexcept { holding_.clear_high_water(); }

private:
    Holding holding_;
    Bytes buffer_{};
    int exponent_ = 0;
};

// The buffer of one lossless slice for one sender: B, backed by memory that nobody else may take.
// Under flow control the sender never passes its limit and admit() never refuses: a refusal is a
// drop under a reason of its own, and a sender that does not listen.
class LosslessSpace {
public:
    explicit LosslessSpace(Bytes buffer) : buffer_{buffer} {}
    // What is held stays. A limit that was handed out counts on the old buffer: make it smaller
    // only when the sender knows.
    void set(Bytes buffer) noexcept { buffer_ = buffer; }

    bool admit(Bytes charge) noexcept {
        if (charge > room()) return false;
        holding_.take(charge);
        return true;
    }
    void depart(Bytes charge) noexcept { holding_.give(charge); }

    Bytes buffer() const noexcept { return buffer_; }
    Bytes room() const noexcept {
        return holding_.held() < buffer_ ? buffer_ - holding_.held() : Bytes{0};
    }
    Bytes held() const noexcept { return holding_.held(); }
    Bytes high_water() const noexcept { return holding_.high_water(); }
    void clear_high_water() noexcept { holding_.clear_high_water(); }

private:
    Holding holding_;
    Bytes buffer_;
};

}  // namespace weir
