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
    : lines_{setup.packets},
      port_{setup.rate, setup.burst, now},
      rate_{setup.rate},
      largest_{setup.largest},
      quantum_{static_cast<std::int64_t>(setup.largest.count())},
      most_{setup.packets},
      wheel_{now} {}

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
    return groups_.push_back(group);
}

AggregateId Scheduler::add_aggregate(GroupId group, std::uint32_t buckets) {
    Aggregate made;
    made.group = group;
    made.first = static_cast<std::uint32_t>(queues_.size());
    const AggregateId id = aggregates_.push_back(made);
    for (std::uint32_t i = 0; i < buckets; ++i) {
        Queue queue;
        queue.parent = id;
        queues_.push_back(queue);
    }
    return id;
}

// Puts the group into its slice's ring, or takes it out, as its packets and its gate say.
void Scheduler::ready_changed(Group& group, GroupId id) noexcept {
    const auto turn = [this](std::uint32_t g) -> Turn& {
        return groups_[static_cast<GroupId>(g)].turn;
    };
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

bool Scheduler::push(QueueId id, const QueuedPacket& packet) noexcept {
    Queue& queue = queues_[id];
    if (held_ == most_ || !queue.fifo.push(lines_, packet)) return false;
    ++held_;
    if (queue.turn.waiting) return true;
    const auto quantum = [this](std::uint32_t) { return quantum_; };
    Aggregate& aggregate = aggregates_[queue.parent];
    aggregate.queues.add(
        static_cast<std::uint32_t>(index(id)),
        [this](std::uint32_t q) -> Turn& { return queues_[static_cast<QueueId>(q)].turn; },
        quantum);
    if (aggregate.turn.waiting) return true;
    Group& group = groups_[aggregate.group];
    group.aggregates.add(
        static_cast<std::uint32_t>(index(queue.parent)),
        [this](std::uint32_t a) -> Turn& { return aggregates_[static_cast<AggregateId>(a)].turn; },
        quantum);
    ready_changed(group, aggregate.group);
    return true;
}

bool Scheduler::push_control(const QueuedPacket& packet) noexcept {
    if (held_ == most_ || !control_.push(lines_, packet)) return false;
    ++held_;
    return true;
}

void Scheduler::clear() noexcept {
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

std::optional<Departure> Scheduler::pop(Instant now) noexcept {
    if (held_ == 0) return {};
    port_.refill(now);
    if (!port_.ready()) return {};
    if (!control_.empty()) {
        const QueuedPacket packet = control_.pop(lines_);
        --held_;
        port_.spend(packet.wire);
        return Departure{.packet = packet, .control = true};
    }
    wheel_.turn(now, [&](std::uint32_t slice) { look_at_tokens(slice, now); });
    if (!guaranteed_.empty()) return serve(guaranteed_.first(), true, now);
    if (!ready_.empty()) return serve(ready_.first(), false, now);
    return {};
}

Departure Scheduler::serve(std::uint32_t number, bool guaranteed, Instant now) noexcept {
    const auto quantum = [this](std::uint32_t) { return quantum_; };
    const auto group_turn = [this](std::uint32_t g) -> Turn& {
        return groups_[static_cast<GroupId>(g)].turn;
    };
    const auto aggregate_turn = [this](std::uint32_t a) -> Turn& {
        return aggregates_[static_cast<AggregateId>(a)].turn;
    };
    const auto queue_turn = [this](std::uint32_t q) -> Turn& {
        return queues_[static_cast<QueueId>(q)].turn;
    };
    Slice& slice = slices_[number];
    const auto group_id = static_cast<GroupId>(slice.groups.current(group_turn, quantum));
    Group& group = groups_[group_id];
    const auto aggregate_id =
        static_cast<AggregateId>(group.aggregates.current(aggregate_turn, quantum));
    Aggregate& aggregate = aggregates_[aggregate_id];
    Queue& queue = queues_[static_cast<QueueId>(aggregate.queues.current(queue_turn, quantum))];

    const QueuedPacket packet = queue.fifo.pop(lines_);
    --held_;
    for (Turn* turn : {&queue.turn, &aggregate.turn, &group.turn}) turn->credit -= packet.wire;
    group.departed += packet.charge;
    if (queue.fifo.empty()) aggregate.queues.remove_first(queue_turn);
    if (aggregate.queues.empty()) group.aggregates.remove_first(aggregate_turn);
    if (group.aggregates.empty() || !group.may_send()) slice.groups.remove_first(group_turn);
    backlogged_.put(number, !slice.groups.empty());
    port_.spend(packet.wire);
    slice.limit.refill(now);
    slice.limit.spend(packet.wire);
    if (guaranteed) {
        slice.guarantee.refill(now);
        slice.guarantee.spend(packet.wire);
    }
    if ((guaranteed && !slice.guarantee.ready()) || !slice.limit.ready())
        look_at_tokens(number, now);
    else
        file(number);
    (guaranteed ? guaranteed_ : ready_).spend(number, packet.wire);
    return {.packet = packet,
            .slice = group.slice,
            .group = group_id,
            .aggregate = aggregate_id,
            .control = false};
}

Instant Scheduler::wake_at(Instant now) const noexcept {
    if (held_ == 0) return TokenBucket::never;
    const Instant port = port_.ready() ? now : port_.ready_at();
    if (!control_.empty() || !ready_.empty()) return std::max(port, now);
    if (backlogged_.empty()) return TokenBucket::never;
    return std::max({port, wheel_.next(), now});
}

void Scheduler::shut(GroupId id, Shut reason) noexcept {
    Group& group = groups_[id];
    group.shut |= static_cast<std::uint8_t>(reason);
    ready_changed(group, id);
}

void Scheduler::open(GroupId id, Shut reason) noexcept {
    Group& group = groups_[id];
    group.shut = static_cast<std::uint8_t>(group.shut & ~static_cast<unsigned>(reason));
    ready_changed(group, id);
}

void Scheduler::set_allowance(GroupId id, std::uint64_t charge,
                              std::uint32_t largest_charge) noexcept {
    Group& group = groups_[id];
    group.allowance = charge;
    group.largest_charge = largest_charge;
    ready_changed(group, id);
}

}  // namespace weir
