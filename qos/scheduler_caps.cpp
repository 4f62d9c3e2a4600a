// Flow buckets with a cap: who has spent it is in no ring until it has earned more.
#include "qos/scheduler.hpp"

namespace weir {

void Scheduler::set_cap(GroupId id, std::uint32_t bucket, BitsPerSecond rate, Instant now) {
    end_run();
    Group& group = groups_[id];
    if (members_[id].caps.size() <= bucket) {
        if (rate == unlimited_rate) return;
        members_[id].caps.resize(bucket + 1, FlowCaps::none);
    }
    std::uint32_t& cap = members_[id].caps[bucket];
    if (cap == FlowCaps::none) {
        if (rate == unlimited_rate) return;
        cap = caps_.make();
        capped_.push_back({id, bucket});
        for (const AggregateId member : members_[id].aggregates)
            if (bucket < aggregates_[member].buckets) queues_[queue(member, bucket)].cap = cap;
    }
    if (caps_.limits(cap)) --group.capped;
    caps_.set(cap, rate, largest_, now);
    if (caps_.limits(cap)) ++group.capped;
    caps_.turn(now, [this](std::uint32_t ready) { come_back(ready); });
}

// Takes its queues out of all rings.
void Scheduler::keep_aside(std::uint32_t cap) noexcept {
    Group& group = groups_[capped_[cap].group];
    for (const AggregateId member : members_[capped_[cap].group].aggregates) {
        Aggregate& aggregate = aggregates_[member];
        if (capped_[cap].bucket >= aggregate.buckets) continue;
        const auto number = static_cast<std::uint32_t>(index(queue(member, capped_[cap].bucket)));
        aggregate.queues.remove(number, queue_turns());
        if (aggregate.queues.empty())
            group.aggregates.remove(static_cast<std::uint32_t>(index(member)), aggregate_turns());
    }
    ready_changed(group, capped_[cap].group);
}

void Scheduler::come_back(std::uint32_t cap) noexcept {
    for (const AggregateId member : members_[capped_[cap].group].aggregates) {
        if (capped_[cap].bucket >= aggregates_[member].buckets) continue;
        const QueueId id = queue(member, capped_[cap].bucket);
        if (!queues_[id].fifo.empty() && !queues_[id].turn.waiting) set_waiting(id);
    }
}

}  // namespace weir
