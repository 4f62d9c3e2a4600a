#pragma once
// The end of a wait that nobody else ends: a lossless (peer, slice) whose queue stands still behind
// a gate that the peer keeps shut though it does not move either. Semantics as SONiC's PFC watchdog
// (not empty, nothing sent, paused above 99 % of the interval, two samples that agree), with the
// peer's own progress added, because over a WAN a legitimate pause lasts many round trips.
//
// The wait is timed from the last progress of anybody, so that a wait that begins at once on all
// hops of a way ends first where the interval is shortest: `watchdog_interval` grows with the rank,
// and what that hop drops is progress to all behind it.
//
// Pure; no allocation; `now` is an argument, and steps of it (a process that was stopped, a clock
// that stands still) never count as a wait.
#include <cstdint>

#include "dataplane/base/units.hpp"
#include "dataplane/base/watchdog_action.hpp"
#include "pfc/moment.hpp"

namespace weir {

inline constexpr Nanos least_watchdog_interval{100'000'000};
inline constexpr Nanos most_watchdog_interval{5'000'000'000};

// `rank`: hops that are still behind this one on the longest way, 0 at the last. `drain`: the
// longest time in which a full buffer of the slice empties. Ranks tie where 5 s end the growth.
Nanos watchdog_interval(Nanos configured, Nanos drain, unsigned rank) noexcept;

struct WatchdogTerms {
    Nanos detect{400'000'000};   // of watchdog_interval()
    Nanos restore{400'000'000};  // of quiet, before the gate is obeyed again
    WatchdogAction action = WatchdogAction::drop;
    bool operator==(const WatchdogTerms&) const = default;
};

// What the owner of the queue sees; totals only grow, and start anew at 0 with an epoch.
struct WatchdogSample {
    bool empty = true;       // the queue
    bool blocked = false;    // now: by an XOFF whose lease holds, or by the limit
    bool at_limit = false;   // by the limit, whatever XOFF says
    Nanos blocked_for{0};    // in all
    std::uint64_t sent = 0;  // charge that left in all
    std::uint64_t peer_departed =
        0;  // the limit last told: it moves when the peer's charge departs
    bool operator==(const WatchdogSample&) const = default;
};

// What is to be done with the queue until the next sample.
enum class WatchdogOrder : std::uint8_t {
    obey,    // the gate
    drop,    // what waits, and what comes
    ignore,  // XOFF and caps, never the limit
};

struct WatchdogDecision {
    WatchdogOrder order = WatchdogOrder::obey;
    bool detected = false;  // by this sample
    bool restored = false;  // by this sample
    bool operator==(const WatchdogDecision&) const = default;
};

class QueueWatchdog {
public:
    explicit QueueWatchdog(const WatchdogTerms& terms) noexcept : terms_{terms} {}

    // To be called at least four times per interval: a longer gap voids what was seen before it.
    WatchdogDecision sample(const WatchdogSample& seen, Instant now) noexcept;

    const WatchdogTerms& terms() const noexcept { return terms_; }
    bool stuck() const noexcept { return stuck_; }
    std::uint64_t detections() const noexcept { return detections_; }
    // False from a detection that may drop, until an operator acknowledges it.
    bool lossless() const noexcept { return lossless_; }
    void acknowledge() noexcept;

private:
    bool anybody_moved(const WatchdogSample& seen) const noexcept;
    void begin(const WatchdogSample& seen) noexcept;
    bool stands_still(const WatchdogSample& seen) noexcept;
    bool quiet(const WatchdogSample& seen) noexcept;
    WatchdogOrder order(const WatchdogSample& seen) const noexcept;

    WatchdogTerms terms_;
    Latest now_;
    bool sampled_ = false;
    Instant last_{};           // the last sample
    WatchdogSample at_begin_;  // of the interval
    Instant began_{};
    unsigned agreeing_ = 0;  // intervals in a row
    bool stuck_ = false;
    bool lossless_ = true;
    std::uint64_t detections_ = 0;
};

// Our own XOFF, if it stands for longer than a watchdog of the sender would wait: told once, never
// reversed, because what the buffer has room for is known here and not there.
class LongPause {
public:
    explicit LongPause(Nanos allowed) noexcept : allowed_{allowed} {}

    // True once for each XOFF that lasts longer than allowed.
    bool sample(bool xoff, Instant now) noexcept;

private:
    Nanos allowed_;
    Latest now_;
    Instant since_{};
    bool xoff_ = false;
    bool told_ = false;
};

}  // namespace weir
