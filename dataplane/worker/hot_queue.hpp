#pragma once
// When one receive queue is more than its worker can take, while others have time: from then on its
// packets are spread over all workers by flow (Spreader). Numbers only: no packet, no ring, no
// clock.
//
// A flow changes its worker when that begins and when it ends, and must not overtake itself. It
// begins when nothing of this queue is under way; it ends when nothing came for
// `rest` and every worker has then twice done the loops in which a full ring is emptied.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "dataplane/base/units.hpp"
#include "dataplane/config/config.hpp"

namespace weir {

class HotQueue {
public:
    static constexpr unsigned streak = 32;  // full bursts in a row
    static constexpr Nanos rest{10'000'000};
    static constexpr std::uint64_t emptying = 256;  // loops; Handoffs::capacity takes 128

    // What the workers have counted.
    struct Workers {
        std::uint64_t others_busy = 0, others_total = 0;  // cycles of all but this one, in sum
        std::span<const std::uint64_t> loops;             // of each
        bool taken = true;                                // all that this one has spread
    };
    struct Poll {
        bool any = false;   // packets came
        bool full = false;  // as many as it asks for
    };

    HotQueue(SpreadMode mode, std::size_t workers)
        : automatic_{mode == SpreadMode::automatic && workers > 1},
          spreads_{mode == SpreadMode::on && workers > 1},
          loops_(workers) {}

    bool spreads() const noexcept { return spreads_; }
    // Wants to: the queue must not be polled until nothing of it is under way, then begin().
    bool waits() const noexcept { return waits_; }
    // True once: what of it is under way then is all there will be.
    bool first_refusal() noexcept { return !std::exchange(refused_, true); }
    void begin() noexcept {
        spreads_ = true;
        waits_ = refused_ = false;
        phase_ = 0;
    }

    // After each poll. `look()` answers Workers; it is asked seldom, because they are of others.
    template <class Look>
    void saw(const Poll& poll, Instant now, Look&& look) noexcept {
        if (!automatic_) return;
        if (spreads_)
            look_for_rest(poll, now, look);
        else if (!poll.full) [[likely]]
            full_ = 0;
        else
            look_for_heat(look);
    }

private:
    template <class Look>
    void look_for_heat(Look&& look) noexcept {
        if (++full_ == streak / 2) {  // not for every few full bursts
            const Workers seen = look();
            busy_ = seen.others_busy;
            total_ = seen.others_total;
        }
        if (full_ < streak) return;
        full_ = 0;
        waits_ = have_time(look());
    }
    // A quarter of it at least.
    bool have_time(const Workers& seen) const noexcept {
        const std::uint64_t total = seen.others_total - total_;
        return total != 0 && seen.others_busy - busy_ <= total - total / 4;
    }

    template <class Look>
    void look_for_rest(const Poll& poll, Instant now, Look&& look) noexcept {
        if (poll.any) {
            phase_ = 0;
            return;
        }
        if (phase_ == 0) {
            phase_ = 1;
            quiet_since_ = now;
        }
        if (now - quiet_since_ < rest) return;
        const Workers seen = look();
        if (!seen.taken || (phase_ > 1 && !have_emptied(seen.loops))) return;
        // First those that may have packets of it, then those to whom they handed them.
        std::ranges::copy(seen.loops, loops_.begin());
        if (++phase_ > 3) spreads_ = false;
    }
    bool have_emptied(std::span<const std::uint64_t> loops) const noexcept {
        for (std::size_t i = 0; i < loops_.size(); ++i)
            if (loops[i] - loops_[i] < emptying) return false;
        return true;
    }

    bool automatic_;
    bool spreads_;
    bool waits_ = false;
    bool refused_ = false;                // a poll, since it waits
    unsigned full_ = 0;                   // bursts in a row
    unsigned phase_ = 0;                  // of coming to rest; 0: packets come
    std::uint64_t busy_ = 0, total_ = 0;  // of the others in the middle of the streak
    std::vector<std::uint64_t> loops_;    // of all when the phase began
    Instant quiet_since_{};
};

}  // namespace weir
