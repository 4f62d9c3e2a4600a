// What waits for ever: gates that wait for each other round a cycle of links are found by PROBEs,
// and one node of the cycle ejects a round trip of packets; who waits for a peer that does nothing
// more at all is the watchdog's.
#include <algorithm>

#include "tools/sim/random.hpp"
#include "tools/sim/router.hpp"

namespace weir::sim {
LinkId Router::link_of(std::uint32_t port, std::size_t slice, std::uint16_t bucket) const {
    const std::size_t links = most_buckets_ + std::size_t{1};
    const std::size_t at = bucket == whole_slice ? 0 : bucket + std::size_t{1};
    return static_cast<LinkId>((port * setup_.slices.size() + slice) * links + at);
}

void Router::make_prober() {
    for (const SliceSetup& slice : setup_.slices)
        most_buckets_ = std::max(most_buckets_, slice.buckets);
    const auto links = index(link_of(ports(), 0, whole_slice));
    Random random{setup_.seed, (std::uint64_t{life_} << 40U) + static_cast<std::uint64_t>(self_)};
    prober_.emplace(NodeNumber{static_cast<std::uint64_t>(self_) + 1}, links,
                    static_cast<std::uint32_t>(random.next()));
    call_at(engine_.now() + look_every, stuck_look_, Look::stuck, 0, 0);
}

Movement Router::movement(SliceId slice) const {
    Movement found;
    for (const Port& port : ports_) {
        const Lane& lane = port.lanes[index(slice)];
        found.waits |= lane.gate && port.scheduler->waits_for_peer(lane.group);
        found.left += lane.left;
    }
    return found;
}

void Router::look_for_what_is_stuck(Instant now) {
    for (std::uint32_t port = 0; port < ports(); ++port)
        for (std::size_t slice = 0; slice < setup_.slices.size(); ++slice)
            if (ports_[port].lanes[slice].gate) look_at_gate(now, port, slice);
    call_at(now + look_every, stuck_look_, Look::stuck, 0, 0);
}

void Router::look_at_gate(Instant now, std::uint32_t number, std::size_t slice) {
    Port& port = ports_[number];
    Lane& lane = port.lanes[slice];
    const std::uint64_t departed = port.scheduler->departed_charge(lane.group);
    const bool waits = port.scheduler->waits_for_peer(lane.group);
    const bool stands = waits && departed == lane.departed;
    lane.departed = departed;
    ask_watchdog(now, number, slice, waits || all_stopped(port, slice));
    sample(now, number, slice, whole_slice, stands);
    for (const std::uint16_t bucket : lane.stopped) {
        const bool any = std::ranges::any_of(lane.from, [&](AggregateId from) {
            return !port.scheduler->fifo(port.scheduler->queue(from, bucket)).empty();
        });
        sample(now, number, slice, bucket, any && !waits);
    }
}

// Under `precise` a peer that stands still stops the buckets one by one, and the slice never.
bool Router::all_stopped(const Port& port, std::size_t slice) const {
    const Lane& lane = port.lanes[slice];
    if (lane.stopped.empty()) return false;
    bool any = false;
    for (const AggregateId from : lane.from)
        for (std::uint32_t b = 0; b < setup_.slices[slice].buckets; ++b) {
            if (port.scheduler->fifo(port.scheduler->queue(from, b)).empty()) continue;
            any = true;
            if (std::ranges::find(lane.stopped, b) == lane.stopped.end()) return false;
        }
    return any;
}

void Router::ask_watchdog(Instant now, std::uint32_t number, std::size_t slice, bool waits) {
    Port& port = ports_[number];
    Lane& lane = port.lanes[slice];
    if (!lane.watchdog) lane.watchdog.emplace(setup_.watchdog);
    if (waits) lane.waited += look_every;
    const std::uint64_t sent = lane.departed - lane.base;
    const WatchdogDecision decision =
        lane.watchdog->sample({.empty = !waits,
                               .blocked = waits,
                               .at_limit = waits && lane.held_back && !lane.closed,
                               .blocked_for = lane.waited,
                               .sent = sent,
                               .peer_departed = lane.gate->limit()},
                              now);
    deadlocks_.watchdog += decision.detected ? 1 : 0;
    if (decision.order != WatchdogOrder::drop) return;
    for (std::uint32_t from = 0; from < ports(); ++from)
        lane.counts.watchdog += eject(now, from, {number, whole_slice}, slice, UINT64_MAX);
}

// A gate that holds its queue, or has let something go.
void Router::sample(Instant now, std::uint32_t number, std::size_t slice, std::uint16_t bucket,
                    bool held) {
    const SliceNumber name = setup_.slices[slice].number;
    auto probe = prober_->sample(link_of(number, slice, bucket), name, held,
                                 ports_[number].setup.round_trip, now);
    if (!probe || !setup_.breaks_deadlocks) return;
    probe->bucket = bucket;
    tell_peer(now, number, *probe);
}

void Router::set_stopped(Instant now, std::uint32_t number, std::size_t slice, std::uint16_t bucket,
                         bool stopped) {
    std::vector<std::uint16_t>& all = ports_[number].lanes[slice].stopped;
    const bool was = std::erase(all, bucket) != 0;
    if (stopped)
        all.push_back(bucket);
    else if (was)
        sample(now, number, slice, bucket, false);
}

void Router::tell_peer(Instant now, std::uint32_t port, ProbeRecord probe) {
    if (!ports_[port].session->up()) return;
    Message message;
    message.head = ports_[port].session->head(MessageKind::probe, now);
    message.probe = probe;
    say(now, port, std::move(message));
}

// Where charge waits that came in there, in that bucket or in any: a flow's bucket is the same on
// all lines here, because they have one salt.
std::vector<Router::Waits> Router::waits_of(std::uint32_t from, std::size_t slice,
                                            std::uint16_t bucket) const {
    std::vector<Waits> found;
    for (std::uint32_t port = 0; port < ports(); ++port) {
        const Scheduler& scheduler = *ports_[port].scheduler;
        const Lane& lane = ports_[port].lanes[slice];
        const bool whole = !lane.gate || scheduler.waits_for_peer(lane.group);
        for (std::uint32_t b = 0; b < setup_.slices[slice].buckets; ++b) {
            if (bucket != whole_slice && bucket != b) continue;
            if (scheduler.fifo(scheduler.queue(lane.from[from], b)).empty()) continue;
            found.push_back({port, whole ? whole_slice : static_cast<std::uint16_t>(b)});
            if (whole) break;
        }
    }
    return found;
}

void Router::hear_probe(Instant now, std::uint32_t from, const ProbeRecord& probe) {
    const auto slice = slice_of(probe.slice);
    const bool known =
        slice && ports_[from].lanes[*slice].gate &&
        (probe.bucket == whole_slice || probe.bucket < setup_.slices[*slice].buckets);
    if (!known) return;
    const std::vector<Waits> waits = waits_of(from, *slice, probe.bucket);
    std::vector<LinkId> links;
    for (const Waits& at : waits) links.push_back(link_of(at.port, *slice, at.bucket));
    const ProbeVerdict verdict =
        prober_->receive(probe, link_of(from, *slice, probe.bucket), links, now);
    const bool proof = verdict.fate == ProbeFate::resolve || verdict.fate == ProbeFate::others;
    deadlocks_.proofs += proof ? 1 : 0;
    for (std::size_t i = 0; i < waits.size(); ++i) {
        if (verdict.fate == ProbeFate::pass) {
            ProbeRecord onward = verdict.through(links[i]);
            onward.bucket = waits[i].bucket;
            tell_peer(now, waits[i].port, onward);
        }
        if (verdict.fate == ProbeFate::resolve && links[i] == verdict.gate)
            return resolve(now, from, *slice, waits[i]);
    }
}

// One round trip of what came from the cycle and waits on it: so much its sender may send again; or
// more, if less would not open the slice to it.
void Router::resolve(Instant now, std::uint32_t from, std::size_t slice, const Waits& at) {
    ++deadlocks_.resolved;
    const PortSetup& port = ports_[from].setup;
    const Bytes flight = std::min(port.rate, setup_.slices[slice].rates.limit) * port.round_trip;
    const Lane& in = ports_[from].lanes[slice];
    const bool pauses = setup_.slices[slice].control != HoldBack::credit;
    const std::uint64_t held = in.upstream->held().count(), opens = in.sizes.xon.count();
    const std::uint64_t few = 4 * largest_charge(port.mtu).count();
    const std::uint64_t least = few + (pauses && held > opens ? held - opens : 0);
    ports_[at.port].lanes[slice].counts.ejected +=
        eject(now, from, at, slice, std::max(flight.count(), least));
}

// Returns how many packets.
std::uint64_t Router::eject(Instant now, std::uint32_t from, const Waits& at, std::size_t slice,
                            std::uint64_t charge) {
    Port& out = ports_[at.port];
    Lane& in = ports_[from].lanes[slice];
    std::uint64_t packets = 0, freed = 0;
    for (std::uint32_t b = 0; b < setup_.slices[slice].buckets; ++b) {
        if (at.bucket != whole_slice && at.bucket != b) continue;
        const QueueId queue = out.scheduler->queue(out.lanes[slice].from[from], b);
        for (; freed < charge && !out.scheduler->fifo(queue).empty(); ++packets) {
            const QueuedPacket packet = out.scheduler->eject(queue);
            freed += packet.charge;
            packets_.free(static_cast<PacketId>(packet.handle));
            if (in.upstream)
                in.upstream->departed(static_cast<std::uint16_t>(b), packet.charge);
            else
                in.held -= packet.charge;
        }
    }
    if (packets == 0) return 0;
    if (in.upstream)
        look_after_upstream(now, from, slice);
    else
        look_after_host(now, from, slice);
    return packets;
}

}  // namespace weir::sim
