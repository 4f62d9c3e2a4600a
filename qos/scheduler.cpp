#include "qos/scheduler.hpp"

#include <stdexcept>

namespace weir {
namespace {

// A bucket must hold what it earns while nobody looks: the longest loop of a worker, and a slot of
// the wheel; at a low rate also what a worker misses that shares its core.
constexpr Nanos longest_absence{100'000};
constexpr Bytes least_depth{32 << 10};

// In the order of guarantees the largest counts for this many of the least at most: tokens say how
// much a slice sends, the order only says when.
constexpr std::uint64_t most_guarantees = 4'096;

Bytes depth_of_limit(BitsPerSecond rate, Bytes largest) {
    if (rate == TokenBucket::unlimited) return largest;
    return std::max(rate * longest_absence, least_depth) + largest + largest;
}

}  // namespace

Scheduler::Scheduler(const Setup& setup, Instant now)
    : port_{setup.rate, setup.burst, now},
      rate_{setup.rate},
      largest_{setup.largest},
      quantum_{static_cast<std::int64_t>(setup.largest.count())},
      most_{setup.packets},
      wheel_{now} {
    lines_.grow(most_, 1);  // of control
}

void Scheduler::make_room(std::size_t packets) {
    most_ = std::max(most_, packets);
    lines_.grow(most_, queues_.size() + 1);
}

void Scheduler::set_port(BitsPerSecond rate, Bytes burst, Instant now) {
    port_.refill(now);
    port_.set(rate, burst);
    rate_ = rate;
    relate_all();
}

Scheduler::Extremes Scheduler::extremes() const noexcept {
    Extremes found{.slices = slices_.size()};
    for (const Slice& slice : slices_) {
        found.weight = std::min(found.weight, slice.weight);
        found.guarantee = std::max(found.guarantee, slice.guaranteed);
    }
    return found;
}

// What a slice is beside the others: its place in both orders, and the depth of its guarantee. A
// guarantee waits while everybody else sends a packet, so it must be able to keep that long.
void Scheduler::relate(std::uint32_t number) noexcept {
    Slice& slice = slices_[number];
    ready_.set_weight(number, double(extremes_.weight) / slice.weight, largest_);
    const std::uint64_t least = extremes_.guarantee.count() / most_guarantees + 1;
    guaranteed_.set_weight(
        number, double(least) / double(std::max(slice.guaranteed.count(), least)), largest_);
    Nanos kept = longest_absence;
    if (rate_ != TokenBucket::unlimited && rate_ > BitsPerSecond{0})
        kept += Bytes{2 * largest_.count() * slices_.size()} / rate_;
    slice.guarantee.set(slice.guaranteed, std::max(slice.guaranteed * kept, least_depth));
}

void Scheduler::relate_all() noexcept {
    for (std::uint32_t slice = 0; slice < slices_.size(); ++slice) relate(slice);
}

void Scheduler::set_slice(SliceId id, const SliceRates& rates, Instant now) {
    end_run();
    const auto slice = static_cast<std::uint32_t>(index(id));
    if (slice >= SliceSet::most) throw std::invalid_argument{"a port schedules at most 256 slices"};
    if (slices_.size() <= slice) slices_.resize(slice + 1);
    Slice& it = slices_[slice];
    it.guarantee.refill(now);
    it.limit.refill(now);
    it.limit.set(rates.limit, depth_of_limit(rates.limit, largest_));
    it.weight = std::max(rates.weight, 1U);
    it.guaranteed = rates.guarantee;
    if (const Extremes now_found = extremes(); now_found == extremes_) {
        relate(slice);
    } else {
        extremes_ = now_found;
        relate_all();
    }
    look_at_tokens(slice, now);
}

GroupId Scheduler::add_group(SliceId slice) {
    if (index(slice) >= slices_.size())
        throw std::invalid_argument{"a group is of a slice whose rates were set"};
    Group group;
    group.slice = slice;
    members_.push_back({});
    return groups_.push_back(group);
}

AggregateId Scheduler::add_aggregate(GroupId group, std::uint32_t buckets) {
    Aggregate made;
    made.group = group;
    made.first = static_cast<std::uint32_t>(queues_.size());
    made.buckets = buckets;
    const AggregateId id = aggregates_.push_back(made);
    members_[group].aggregates.push_back(id);
    const std::vector<std::uint32_t>& caps = members_[group].caps;
    for (std::uint32_t i = 0; i < buckets; ++i) {
        Queue queue;
        queue.parent = id;
        if (i < caps.size()) queue.cap = caps[i];
        queues_.push_back(queue);
    }
    lines_.grow(most_, queues_.size() + 1);
    return id;
}

// Puts the group into its slice's ring, or takes it out, as its packets and its gate say.
void Scheduler::ready_changed(Group& group, GroupId id) noexcept {
    const auto turn = group_turns();
    const auto quantum = [this](std::uint32_t) { return quantum_; };
    const auto slice = static_cast<std::uint32_t>(index(group.slice));
    RoundRobin& ring = slices_[slice].groups;
    if (group.may_send() && !group.aggregates.empty())
        ring.add(static_cast<std::uint32_t>(index(id)), turn, quantum);
    else
        ring.remove(static_cast<std::uint32_t>(index(id)), turn);
    backlogged_.put(slice, !ring.empty());
    file(slice);
}

bool Scheduler::push(QueueId id, QueuedPacket packet) noexcept {
    Queue& queue = queues_[id];
    if (held_ == most_ || !queue.fifo.push(lines_, packet)) return false;
    ++held_;
    if (!queue.turn.waiting && !caps_.aside(queue.cap)) set_waiting(id);
    return true;
}

// Into the ring of its aggregate, and that into those above it.
void Scheduler::set_waiting(QueueId id) noexcept {
    const Queue& queue = queues_[id];
    const auto quantum = [this](std::uint32_t) { return quantum_; };
    Aggregate& aggregate = aggregates_[queue.parent];
    aggregate.queues.add(static_cast<std::uint32_t>(index(id)), queue_turns(), quantum);
    if (aggregate.turn.waiting) return;
    Group& group = groups_[aggregate.group];
    group.aggregates.add(static_cast<std::uint32_t>(index(queue.parent)), aggregate_turns(),
                         quantum);
    ready_changed(group, aggregate.group);
}

bool Scheduler::push_control(QueuedPacket packet) noexcept {
    if (held_ == most_ || !control_.push(lines_, packet)) return false;
    ++held_;
    return true;
}

void Scheduler::clear() noexcept {
    run_ = {};
    while (!control_.empty()) control_.pop(lines_);
    for (Queue& queue : queues_) {
        while (!queue.fifo.empty()) queue.fifo.pop(lines_);
        queue.turn = {};
    }
    for (Aggregate& aggregate : aggregates_) {
        aggregate.queues = {};
        aggregate.turn = {};
    }
    for (Group& group : groups_) {
        group.aggregates = {};
        group.turn = {};
    }
    backlogged_ = {};
    for (std::uint32_t slice = 0; slice < slices_.size(); ++slice) {
        slices_[slice].groups = {};
        file(slice);
    }
    caps_.clear();
    held_ = 0;
}

void Scheduler::look_at_tokens(std::uint32_t slice, Instant now) noexcept {
    Slice& it = slices_[slice];
    it.guarantee.refill(now);
    it.limit.refill(now);
    earned_.put(slice, it.guarantee.ready());
    limited_.put(slice, !it.limit.ready());
    file(slice);
    const Instant guarantee = it.guarantee.ready() ? TokenBucket::never : it.guarantee.ready_at();
    const Instant limit = it.limit.ready() ? TokenBucket::never : it.limit.ready_at();
    const Instant first = std::min(guarantee, limit);
    if (first != TokenBucket::never) wheel_.park(slice, first);
}

// Puts the slice into the orders it belongs to.
void Scheduler::file(std::uint32_t slice) noexcept {
    const bool ready = backlogged_.has(slice) && !limited_.has(slice);
    ready_.put(slice, ready);
    guaranteed_.put(slice, ready && earned_.has(slice));
}

void Scheduler::tick(Instant now) noexcept {
    ticked_ = now;
    port_.refill(now);
    wheel_.turn(now, [&](std::uint32_t slice) { look_at_tokens(slice, now); });
    caps_.turn(now, [this](std::uint32_t cap) { come_back(cap); });
}

bool Scheduler::pass(GroupId id, std::uint32_t wire, std::uint32_t charge) noexcept {
    Group& group = groups_[id];
    const auto slice = static_cast<std::uint32_t>(index(group.slice));
    if (held_ != 0 || !port_.ready() || limited_.has(slice) || !group.may_send() ||
        group.capped != 0)
        return false;
    group.departed += charge;
    refill(slices_[slice], earned_.has(slice), ticked_);
    spend(slice, wire, earned_.has(slice), ticked_);
    return true;
}

bool Scheduler::pass_control(std::uint32_t wire) noexcept {
    if (held_ != 0 || !port_.ready()) return false;
    port_.spend(wire);
    return true;
}

void Scheduler::pay_again(std::optional<GroupId> id, std::uint32_t wire) noexcept {
    end_run();
    port_.spend(wire);
    if (!id) return;
    const auto slice = static_cast<std::uint32_t>(index(groups_[*id].slice));
    slices_[slice].limit.spend(wire);
    look_at_tokens(slice, ticked_);
}

std::optional<Departure> Scheduler::pop(Instant now) noexcept {
    std::optional<Departure> departure{std::in_place};
    const Departures one = pop_run(now, {&departure->packet, 1});
    if (one.packets == 0) return {};
    departure->slice = one.slice;
    departure->group = one.group;
    departure->aggregate = one.aggregate;
    departure->control = one.control;
    return departure;
}

Departures Scheduler::pop_run(Instant now, std::span<QueuedPacket> out) noexcept {
    if (held_ == 0) return {};
    port_.refill(now);
    if (!port_.ready()) return {};
    if (!control_.empty()) [[unlikely]] {
        out.front() = control_.pop(lines_);
        --held_;
        port_.spend(out.front().wire);
        return {.packets = 1, .charge = out.front().charge, .control = true};
    }
    if (run_.left <= 0 && !find_run(now)) return {};
    return go_on(now, out);
}

bool Scheduler::find_run(Instant now) noexcept {
    wheel_.turn(now, [&](std::uint32_t slice) { look_at_tokens(slice, now); });
    caps_.turn(now, [this](std::uint32_t cap) { come_back(cap); });
    const bool guaranteed = !guaranteed_.empty();
    if (!guaranteed && ready_.empty()) return false;
    begin_run(guaranteed ? guaranteed_.first() : ready_.first(), guaranteed);
    return true;
}

// Down to the queue whose turn it is: it may send until one of those above it has had its turn, and
// no more than a largest packet, or a second packet would wait longer than for one.
void Scheduler::begin_run(std::uint32_t number, bool guaranteed) noexcept {
    const auto quantum = [this](std::uint32_t) { return quantum_; };
    Slice& slice = slices_[number];
    run_.slice = number;
    run_.guaranteed = guaranteed;
    run_.group = static_cast<GroupId>(slice.groups.current(group_turns(), quantum));
    Group& group = groups_[run_.group];
    run_.aggregate = static_cast<AggregateId>(group.aggregates.current(aggregate_turns(), quantum));
    Aggregate& aggregate = aggregates_[run_.aggregate];
    run_.queue = static_cast<QueueId>(aggregate.queues.current(queue_turns(), quantum));
    run_.sent = 0;
    run_.left = std::min(
        {quantum_, group.turn.credit, aggregate.turn.credit, queues_[run_.queue].turn.credit});
}

// Tokens and allowance are read before and paid behind the packets that they last for.
Departures Scheduler::go_on(Instant now, std::span<QueuedPacket> out) noexcept {
    Queue& queue = queues_[run_.queue];
    Group& group = groups_[run_.group];
    Slice& slice = slices_[run_.slice];
    refill(slice, run_.guaranteed, now);
    const std::uint64_t charge_left = group.charge_left();
    const std::int64_t port_left = port_.bytes_left();
    const std::int64_t slice_left = std::min(
        slice.limit.bytes_left(), run_.guaranteed ? slice.guarantee.bytes_left() : INT64_MAX);
    // A cap is asked after each packet.
    const std::size_t most = caps_.limits(queue.cap) ? 1 : out.size();
    Departures gone{.slice = group.slice, .group = run_.group, .aggregate = run_.aggregate};
    std::int64_t sent = 0;
    bool over = false;
    do {
        const QueuedPacket packet = queue.fifo.pop(lines_);
        out[gone.packets++] = packet;
        sent += packet.wire;
        gone.charge += packet.charge;
        // A turn is a largest packet at most, for what others wait and what a guarantee keeps
        // count on it.
        over = queue.fifo.empty() || queue.fifo.front(lines_).wire > run_.left - sent ||
               sent >= slice_left || gone.charge > charge_left;
    } while (!over && sent < port_left && gone.packets < most);
    held_ -= gone.packets;
    run_.sent += sent;
    run_.left -= sent;
    group.departed += gone.charge;
    spend(run_.slice, static_cast<std::uint32_t>(sent), run_.guaranteed, now);
    const std::uint32_t cap = queue.cap;
    if (!caps_.spend(cap, static_cast<std::uint32_t>(gone.charge), now)) {
        caps_.stand_aside(cap, now);
        end_run();
        keep_aside(cap);
    } else if (over)
        end_run();
    return gone;
}

// What the run has sent is settled with all whose turn it was.
void Scheduler::end_run() noexcept {
    if (run_.sent == 0) return;
    Slice& slice = slices_[run_.slice];
    Group& group = groups_[run_.group];
    Aggregate& aggregate = aggregates_[run_.aggregate];
    Queue& queue = queues_[run_.queue];
    for (Turn* turn : {&queue.turn, &aggregate.turn, &group.turn}) turn->credit -= run_.sent;
    if (queue.fifo.empty()) aggregate.queues.remove_first(queue_turns());
    if (aggregate.queues.empty()) group.aggregates.remove_first(aggregate_turns());
    if (group.aggregates.empty() || !group.may_send()) slice.groups.remove_first(group_turns());
    backlogged_.put(run_.slice, !slice.groups.empty());
    file(run_.slice);
    (run_.guaranteed ? guaranteed_ : ready_)
        .spend(run_.slice, static_cast<std::uint32_t>(run_.sent));
    run_ = {};
}

bool Scheduler::spend(std::uint32_t number, std::uint32_t wire, bool guaranteed,
                      Instant now) noexcept {
    Slice& slice = slices_[number];
    port_.spend(wire);
    slice.limit.spend(wire);
    if (guaranteed) slice.guarantee.spend(wire);
    const bool left = (!guaranteed || slice.guarantee.ready()) && slice.limit.ready();
    if (!left) look_at_tokens(number, now);
    return left;
}

Instant Scheduler::wake_at(Instant now) const noexcept {
    if (held_ == 0) return TokenBucket::never;
    const Instant port = port_.ready() ? now : port_.ready_at();
    if (!control_.empty() || !ready_.empty()) return std::max(port, now);
    const Instant tokens = backlogged_.empty() ? TokenBucket::never : wheel_.next();
    const Instant first = std::min(tokens, caps_.next());
    return first == TokenBucket::never ? first : std::max({port, first, now});
}

void Scheduler::shut(GroupId id, Shut reason) noexcept {
    end_run();
    Group& group = groups_[id];
    group.shut |= static_cast<std::uint8_t>(reason);
    ready_changed(group, id);
}

void Scheduler::open(GroupId id, Shut reason) noexcept {
    end_run();
    Group& group = groups_[id];
    group.shut = static_cast<std::uint8_t>(group.shut & ~static_cast<unsigned>(reason));
    ready_changed(group, id);
}

void Scheduler::set_allowance(GroupId id, std::uint64_t charge,
                              std::uint32_t largest_charge) noexcept {
    end_run();
    Group& group = groups_[id];
    group.allowance = charge;
    group.largest_charge = largest_charge;
    ready_changed(group, id);
}

}  // namespace weir
