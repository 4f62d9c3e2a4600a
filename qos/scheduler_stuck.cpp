// What waits for a peer that may never answer: seen, and taken out.
#include <algorithm>

#include "qos/scheduler.hpp"

namespace weir {

bool Scheduler::waits_for_peer(GroupId id) const noexcept {
    const Group& group = groups_[id];
    if (group.may_send() || (group.shut & ~static_cast<unsigned>(Shut::gate)) != 0) return false;
    return std::ranges::any_of(members_[id].aggregates, [&](AggregateId member) {
        const Aggregate& aggregate = aggregates_[member];
        for (std::uint32_t i = 0; i < aggregate.buckets; ++i)
            if (!queues_[queue(member, i)].fifo.empty()) return true;
        return false;
    });
}

QueuedPacket Scheduler::eject(QueueId id) noexcept {
    end_run();
    Queue& queue = queues_[id];
    const QueuedPacket packet = queue.fifo.pop(lines_);
    --held_;
    if (!queue.fifo.empty()) return packet;
    Aggregate& aggregate = aggregates_[queue.parent];
    aggregate.queues.remove(static_cast<std::uint32_t>(index(id)), queue_turns());
    if (!aggregate.queues.empty()) return packet;
    Group& group = groups_[aggregate.group];
    group.aggregates.remove(static_cast<std::uint32_t>(index(queue.parent)), aggregate_turns());
    ready_changed(group, aggregate.group);
    return packet;
}

}  // namespace weir
