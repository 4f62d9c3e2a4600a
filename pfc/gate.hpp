#pragma once
// The sender's side of a slice towards one peer: how much it may have sent in all (the law), and
// whether it is asked to wait, as a whole or in some flows (courtesy, for as long as its lease
// lasts). Nothing may leave until the peer of this session has handed out a limit. Reads no queue
// and moves none: who schedules asks limit(), shut() and changed_caps(), and tells what it sent.
#include <cstdint>
#include <span>
#include <vector>

#include "dataplane/base/units.hpp"
#include "pfc/message.hpp"

namespace weir {

class Gate {
public:
    // `buckets`: of the peer's slice, as its CAPS say.
    Gate(std::uint32_t buckets, Nanos round_trip, Instant now);

    // A new session, of either side: closed, limit 0, totals start anew.
    void restart(Instant now);
    void set_round_trip(Nanos round_trip) noexcept { round_trip_ = round_trip; }

    // STATE, in any order, some of it lost; false where it is older than what is known.
    bool on_state(const SliceRecord& record, Instant now);
    // Caps of the STATE of `version`, perhaps in several parts. A bucket that is not named keeps
    // its cap until its lease is over; unlimited_rate says that it has none.
    void on_caps(std::uint32_t version, std::span<const FlowCap> caps, Instant now);

    // Charge that may have been sent since restart().
    std::uint64_t limit() const noexcept { return limit_; }
    bool shut(Instant now) const noexcept { return xoff_ && now < lease_end_; }
    // Calls apply(bucket, rate) for each whose cap is not what it was at the last call;
    // unlimited_rate: none any more. Looks first whose lease is over.
    template <class Apply>
    void changed_caps(Instant now, Apply&& apply) {
        if (now >= next_expiry_) expire(now);
        for (const std::uint16_t bucket : changed_) {
            caps_[bucket].listed = false;
            apply(bucket, caps_[bucket].rate);
        }
        changed_.clear();
    }

    // Once a loop, or when wake_at() comes: charge sent since restart(), and whether packets wait
    // for nothing but this gate.
    void update(std::uint64_t sent, bool blocked, Instant now) noexcept;
    // MARK follows the slice's packets, so that the peer learns what was lost between.
    bool mark_due(Instant now) const noexcept { return now >= next_mark_; }
    void marked(Instant now) noexcept;
    // SOLICIT, a question for STATE.
    bool solicit_due(Instant now) const noexcept { return now >= next_solicit_; }
    void solicited(Instant now) noexcept { next_solicit_ = now + pause(); }
    // The earliest time after `now` at which one of the answers above changes by itself.
    Instant wake_at(Instant now) const noexcept;

    static constexpr Instant never{Nanos::max()};

private:
    struct Cap {
        BitsPerSecond rate = unlimited_rate;
        std::uint32_t version = 0;
        Instant until;        // of its lease
        bool listed = false;  // in changed_
    };
    Nanos pause() const noexcept { return std::max(round_trip_, Nanos{1'000'000}); }
    void set_cap(std::uint16_t bucket, BitsPerSecond rate);
    void expire(Instant now);

    Nanos round_trip_;
    bool known_ = false;  // some STATE came in this session
    bool xoff_ = false;
    std::uint32_t version_ = 0;  // of the STATE that was last obeyed
    std::uint64_t limit_ = 0;
    std::uint64_t settled_ = 0;
    Nanos lease_{0};
    Instant lease_end_;
    Instant next_expiry_ = never;  // of a cap
    Instant next_mark_;
    Instant next_solicit_ = never;
    std::vector<Cap> caps_;              // by bucket
    std::vector<std::uint16_t> capped_;  // that have a cap
    std::vector<std::uint16_t> changed_;
};

}  // namespace weir
