#include "pfc/watchdog.hpp"

#include <algorithm>

namespace weir {

Nanos watchdog_interval(Nanos configured, Nanos drain, unsigned rank) noexcept {
    const Nanos least = std::max({configured, drain, least_watchdog_interval});
    return std::min(times(least, std::int64_t{rank} + 1), most_watchdog_interval);
}

WatchdogDecision QueueWatchdog::sample(const WatchdogSample& seen, Instant now) noexcept {
    now_.advance(now);
    const Nanos interval = stuck_ ? terms_.restore : terms_.detect;
    const bool gap = !sampled_ || Instant{now_} - last_ > interval / 4;
    sampled_ = true;
    last_ = now_;
    if (gap) {
        agreeing_ = 0;
        begin(seen);
        return {.order = order(seen)};
    }
    WatchdogDecision decision;
    if (!stuck_ && stands_still(seen)) {
        stuck_ = decision.detected = true;
        ++detections_;
        if (terms_.action != WatchdogAction::alert) lossless_ = false;
        begin(seen);
    } else if (stuck_ && quiet(seen)) {
        stuck_ = false;
        decision.restored = true;
        begin(seen);
    }
    decision.order = order(seen);
    return decision;
}

void QueueWatchdog::begin(const WatchdogSample& seen) noexcept {
    at_begin_ = seen;
    began_ = now_;
}

bool QueueWatchdog::anybody_moved(const WatchdogSample& seen) const noexcept {
    return seen.empty || seen.sent != at_begin_.sent ||
           seen.peer_departed != at_begin_.peer_departed;
}

// True if two intervals on end saw no progress and were blocked for more than 99 % of each.
bool QueueWatchdog::stands_still(const WatchdogSample& seen) noexcept {
    if (anybody_moved(seen)) {
        agreeing_ = 0;
        begin(seen);
        return false;
    }
    const Nanos lasted = Instant{now_} - began_;
    if (lasted < terms_.detect) return false;
    const Nanos open = lasted - std::min(lasted, seen.blocked_for - at_begin_.blocked_for);
    agreeing_ = open < lasted / 100 ? agreeing_ + 1 : 0;
    begin(seen);
    if (agreeing_ < 2) return false;
    agreeing_ = 0;
    return true;
}

// True if nothing was blocked for a full interval: XON, or XOFF that nobody repeats any more.
bool QueueWatchdog::quiet(const WatchdogSample& seen) noexcept {
    if (seen.blocked || seen.blocked_for != at_begin_.blocked_for) {
        begin(seen);
        return false;
    }
    return Instant{now_} - began_ >= terms_.restore;
}

WatchdogOrder QueueWatchdog::order(const WatchdogSample& seen) const noexcept {
    if (!stuck_) return WatchdogOrder::obey;
    switch (terms_.action) {
        case WatchdogAction::drop:
            return WatchdogOrder::drop;
        case WatchdogAction::forward:
            // Nobody may pass a limit, so what it holds can only be dropped.
            return seen.at_limit ? WatchdogOrder::drop : WatchdogOrder::ignore;
        case WatchdogAction::alert:
            break;
    }
    return WatchdogOrder::obey;
}

void QueueWatchdog::acknowledge() noexcept {
    // A slice that still drops has nothing to be acknowledged.
    lossless_ = !stuck_ || terms_.action == WatchdogAction::alert;
}

bool LongPause::sample(bool xoff, Instant now) noexcept {
    now_.advance(now);
    if (xoff && !xoff_) {
        since_ = now_;
        told_ = false;
    }
    xoff_ = xoff;
    if (!xoff || told_ || Instant{now_} - since_ <= allowed_) return false;
    return told_ = true;
}

}  // namespace weir
