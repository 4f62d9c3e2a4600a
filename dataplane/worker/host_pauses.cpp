#include "dataplane/worker/host_pauses.hpp"

#include <algorithm>
#include <utility>

namespace weir {

HostPauses::HostPauses(PortId port, const PauseTimes* times, std::vector<const Shard*> all,
                       PortCounters& counters)
    : port_{port}, times_{times}, all_{std::move(all)}, counters_{counters} {}

void HostPauses::adopt(const SnapshotPort& port, Instant now) {
    for (Lane& lane : lanes_) count(lane, now);
    const std::vector<Lane> before = std::exchange(lanes_, {});
    sender_.set_rate(port.line);
    for (std::size_t n = 0; n < priorities; ++n) {
        const auto& pause = port.pauses[n];
        if (!pause) {
            sender_.release(n, now);
            continue;
        }
        Lane lane{.priority = n,
                  .slot = pause->slot,
                  .marks = {pause->xoff, pause->xon},
                  .charges = {},
                  .watchdog = QueueWatchdog{pause->watchdog},
                  .since = now};
        for (const Shard* shard : all_)
            lane.charges.push_back(&shard->ports[port_].charges[pause->slot]);
        // A reload must not make it forget how long the hosts have asked for silence.
        for (const Lane& old : before)
            if (old.slot == lane.slot && old.watchdog.terms() == pause->watchdog) {
                lane.watchdog = old.watchdog;
                lane.order = old.order;
                lane.paused_for = old.paused_for;
            }
        lanes_.push_back(std::move(lane));
    }
    next_expiry_ = Instant{};  // look again
}

// Whether something may be paused that was not, or the other way round.
bool HostPauses::heard(Instant now) noexcept {
    if (times_ == nullptr) return false;
    const std::uint32_t changes = times_->changes();
    if (changes == changes_ && now < next_expiry_) [[likely]]
        return false;
    changes_ = changes;
    next_expiry_ = never;
    for (Lane& lane : lanes_) {
        const Instant until = times_->until(lane.priority);
        count(lane, now);
        lane.paused = until > now;
        if (lane.paused) next_expiry_ = std::min(next_expiry_, until);
    }
    return true;
}

void HostPauses::count(Lane& lane, Instant now) noexcept {
    if (lane.paused) {
        lane.paused_for += now - lane.since;
        counters_.slices[lane.slot].paused_ns.add(
            static_cast<std::uint64_t>((now - lane.since).count()));
    }
    lane.since = now;
}

// What the watchdog drops must not leave either, not even in part.
bool HostPauses::obey(Lane& lane) noexcept {
    const bool stop =
        (lane.paused && lane.order != WatchdogOrder::ignore) || lane.order == WatchdogOrder::drop;
    return std::exchange(lane.stopped, stop) != stop;
}

// A host has no limit that would say how far it is: what it takes is all that is known of it.
void HostPauses::watch(Lane& lane, const QueueView& queue, Instant now) noexcept {
    count(lane, now);
    const WatchdogDecision decision = lane.watchdog.sample({.empty = !queue.waits,
                                                            .blocked = lane.paused,
                                                            .at_limit = false,
                                                            .blocked_for = lane.paused_for,
                                                            .sent = queue.departed,
                                                            .peer_departed = 0},
                                                           now);
    lane.order = decision.order;
    SliceCounters& slice = counters_.slices[lane.slot];
    if (decision.detected) slice.watchdog_detected.add();
    if (decision.restored) slice.watchdog_restored.add();
}

void HostPauses::feel(const Lane& lane, Instant now) noexcept {
    sender_.update(lane.priority, charge_held(lane.charges), lane.marks, now);
}

PriorityPause HostPauses::said(Instant now) noexcept {
    const PriorityPause pause = sender_.frame(now);
    for (std::size_t n = 0; n < priorities; ++n)
        if (pause.lists(n)) counters_.pfc_sent[n].add();
    return pause;
}

bool HostPauses::stopped(std::uint16_t slot) const noexcept {
    return std::ranges::any_of(lanes_,
                               [&](const Lane& lane) { return lane.slot == slot && lane.stopped; });
}

}  // namespace weir
