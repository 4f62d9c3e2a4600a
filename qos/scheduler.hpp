#pragma once
// Which packet of a port goes next. First what is control; then slices within their guarantee, in
// proportion to it; then, by weight, what is left over, up to each slice's limit. Within a slice
// its groups (downstream peers) share evenly, within a group the incoming peers, within those the
// flow buckets; each bucket is a FIFO. A group whose gate is shut, or whose allowance is spent,
// stands aside and harms nobody.
//
// O(1) for up to 256 slices. No clock, no allocation but while it is configured and where caps are
// set. One owner.
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "dataplane/base/ids.hpp"
#include "dataplane/base/units.hpp"
#include "qos/fair_order.hpp"
#include "qos/flow_caps.hpp"
#include "qos/flow_queue.hpp"
#include "qos/packet.hpp"
#include "qos/round_robin.hpp"
#include "qos/slice_set.hpp"
#include "qos/token_bucket.hpp"
#include "qos/wheel.hpp"

namespace weir {

enum class GroupId : std::uint32_t {};  // a slice towards one downstream peer: what a gate shuts
enum class AggregateId : std::uint32_t {};  // what came from one peer into a group
enum class QueueId : std::uint32_t {};      // a flow bucket of an aggregate

// What was not used of a guarantee is kept for 100 us and two rounds of a packet of every slice, of
// a limit for 100 us and two packets, of both at least 32 KiB: that much may follow at once.
struct SliceRates {
    BitsPerSecond guarantee{0};
    BitsPerSecond limit = TokenBucket::unlimited;
    std::uint32_t weight = 1;  // 1..10,000
};

struct Departure {
    QueuedPacket packet;
    SliceId slice{};
    GroupId group{};
    AggregateId aggregate{};
    bool control = false;  // the ids mean nothing then
};

// Packets of one queue that leave in a row; or one that is control.
struct Departures {
    std::uint32_t packets = 0;
    std::uint64_t charge = 0;
    SliceId slice{};
    GroupId group{};
    AggregateId aggregate{};
    bool control = false;  // the ids mean nothing then
};

// Why a group may not send; several can hold at once.
enum class Shut : std::uint8_t { gate = 1, link = 2, neighbor = 4 };

class Scheduler {
public:
    struct Setup {
        BitsPerSecond rate = TokenBucket::unlimited;
        Bytes burst{16'384};         // of the port's shaper, beyond the packet in hand
        Bytes largest{9'240};        // on the wire
        std::size_t packets = 4096;  // most it ever holds
    };
    Scheduler(const Setup& setup, Instant now);

    // Configuration; also while it holds packets, which stay, as do tokens, debts and gates.
    void set_port(BitsPerSecond rate, Bytes burst, Instant now);
    void set_slice(SliceId id, const SliceRates& rates, Instant now);  // id < 256
    GroupId add_group(SliceId slice);
    AggregateId add_aggregate(GroupId group, std::uint32_t buckets);
    QueueId queue(AggregateId aggregate, std::uint32_t bucket) const {
        return static_cast<QueueId>(aggregates_[aggregate].first + bucket);
    }

    // Most it ever holds, from now on; fewer than before are not less.
    void make_room(std::size_t packets);

    // False where it holds as many packets as it was made for: the packet stays the caller's.
    bool push(QueueId id, QueuedPacket packet) noexcept;
    bool push_control(QueuedPacket packet) noexcept;
    // Earns what the buckets get until `now`, for pass().
    void tick(Instant now) noexcept;
    // True where nothing waits and a packet of the group may leave at once, as of the last tick():
    // it is then accounted for as if it had been pushed and popped, and never was here.
    bool pass(GroupId id, std::uint32_t wire, std::uint32_t charge) noexcept;
    bool pass_control(std::uint32_t wire) noexcept;
    // A packet that popped or passed and has not left since takes tokens of the port and of its
    // slice's limit again, because those it took were earned anew meanwhile. Of no group: control.
    void pay_again(std::optional<GroupId> id, std::uint32_t wire) noexcept;
    // Nothing where nothing may go now.
    std::optional<Departure> pop(Instant now) noexcept;
    // Several that pop() would give one after the other, of the same queue, for little more than
    // the cost of one; `out` has room. None where nothing may go now.
    Departures pop_run(Instant now, std::span<QueuedPacket> out) noexcept;
    // The earliest time at which pop() may answer otherwise, if nobody pushes or opens a gate.
    Instant wake_at(Instant now) const noexcept;

    void shut(GroupId id, Shut reason) noexcept;
    void open(GroupId id, Shut reason) noexcept;
    // Charge that may leave in all since the start (the law of backpressure); never passed. It
    // stops one largest packet short where the next packet might not fit.
    void set_allowance(GroupId id, std::uint64_t charge, std::uint32_t largest_charge) noexcept;
    // Charge that a bucket of the group may send, all its incoming peers together; unlimited_rate:
    // any. One that has spent it stands aside and harms nobody.
    void set_cap(GroupId id, std::uint32_t bucket, BitsPerSecond rate, Instant now);
    // Whether packets of the group wait for nothing but its gate or its allowance.
    bool held_back(GroupId id) const noexcept {
        return !groups_[id].aggregates.empty() && !groups_[id].may_send();
    }
    // As held_back(), but those aside for their caps count too, and no other reason to be shut may
    // hold. Looks at every queue of the group.
    bool waits_for_peer(GroupId id) const noexcept;
    std::uint64_t departed_charge(GroupId group) const { return groups_[group].departed; }

    // Takes the oldest packet of a queue that is not empty out, unsent: nothing is accounted for,
    // and it is the caller's again. For what must not wait any longer.
    QueuedPacket eject(QueueId id) noexcept;

    // Forgets every packet; the caller has walked them.
    void clear() noexcept;
    bool empty() const noexcept { return held_ == 0; }
    std::uint32_t packets() const noexcept { return held_; }
    const FlowQueue& fifo(QueueId queue) const { return queues_[queue].fifo; }
    // Calls see(packet, slice or nothing for control) for every packet: counts what is held.
    template <class See>
    void walk(See&& see) const {
        control_.walk(lines_, [&](const QueuedPacket& p) { see(p, std::optional<SliceId>{}); });
        for (const Queue& q : queues_) {
            const SliceId slice = groups_[aggregates_[q.parent].group].slice;
            q.fifo.walk(lines_,
                        [&](const QueuedPacket& p) { see(p, std::optional<SliceId>{slice}); });
        }
    }

private:
    struct Queue {
        FlowQueue fifo;
        Turn turn;
        AggregateId parent{};
        std::uint32_t cap = FlowCaps::none;
    };
    static_assert(sizeof(Queue) <= 64);
    struct Aggregate {
        RoundRobin queues;
        Turn turn;
        GroupId group{};
        std::uint32_t first = 0;  // of its queues
        std::uint32_t buckets = 0;
    };
    struct Group {
        RoundRobin aggregates;
        Turn turn;
        SliceId slice{};
        std::uint8_t shut = 0;  // of Shut
        std::uint64_t departed = 0;
        std::uint64_t allowance = UINT64_MAX;
        std::uint32_t largest_charge = 0;
        std::uint32_t capped = 0;  // of its buckets
        // Of one that may send: it still may after so much more charge.
        std::uint64_t charge_left() const noexcept {
            return allowance == UINT64_MAX ? UINT64_MAX : allowance - largest_charge - departed;
        }
        bool may_send() const noexcept {
            return shut == 0 && (allowance == UINT64_MAX || departed + largest_charge <= allowance);
        }
    };
    struct Slice {
        RoundRobin groups;
        TokenBucket guarantee{BitsPerSecond{0}, Bytes{1}, Instant{}};
        TokenBucket limit;
        BitsPerSecond guaranteed{0};
        std::uint32_t weight = 1;
    };

    struct Extremes {
        std::uint32_t weight = UINT32_MAX;  // the lightest
        BitsPerSecond guarantee{0};         // the largest
        std::size_t slices = 0;
        bool operator==(const Extremes&) const = default;
    };

    // Packets that leave one queue in a row, found once.
    struct Run {
        std::int64_t left = 0;  // bytes it may still send
        std::int64_t sent = 0;
        std::uint32_t slice = 0;
        GroupId group{};
        AggregateId aggregate{};
        QueueId queue{};
        bool guaranteed = false;
    };

    Extremes extremes() const noexcept;
    void relate(std::uint32_t number) noexcept;
    void relate_all() noexcept;
    void set_waiting(QueueId id) noexcept;
    void keep_aside(std::uint32_t cap) noexcept;
    void come_back(std::uint32_t cap) noexcept;
    void ready_changed(Group& group, GroupId id) noexcept;
    void look_at_tokens(std::uint32_t slice, Instant now) noexcept;
    void file(std::uint32_t slice) noexcept;
    auto group_turns() noexcept {
        return [this](std::uint32_t g) -> Turn& { return groups_[static_cast<GroupId>(g)].turn; };
    }
    auto aggregate_turns() noexcept {
        return [this](std::uint32_t a) -> Turn& {
            return aggregates_[static_cast<AggregateId>(a)].turn;
        };
    }
    auto queue_turns() noexcept {
        return [this](std::uint32_t q) -> Turn& { return queues_[static_cast<QueueId>(q)].turn; };
    }
    void begin_run(std::uint32_t number, bool guaranteed) noexcept;
    bool find_run(Instant now) noexcept;
    Departures go_on(Instant now, std::span<QueuedPacket> out) noexcept;
    void end_run() noexcept;
    void refill(Slice& slice, bool guaranteed, Instant now) noexcept {
        slice.limit.refill(now);
        if (guaranteed) slice.guarantee.refill(now);
    }
    // Whether tokens are left. It has been refilled.
    bool spend(std::uint32_t number, std::uint32_t wire, bool guaranteed, Instant now) noexcept;

    LinePool lines_;
    TokenBucket port_;
    BitsPerSecond rate_;
    Bytes largest_;
    std::int64_t quantum_;  // of every ring, bytes
    std::size_t most_;      // packets
    SliceWheel wheel_;
    FlowCaps caps_;
    struct Capped {
        GroupId group;
        std::uint32_t bucket;
    };
    std::vector<Capped> capped_;  // by cap
    // Of a group, what no packet needs.
    struct Members {
        std::vector<AggregateId> aggregates;
        std::vector<std::uint32_t> caps;  // by bucket, once it had one
    };
    IdVector<GroupId, Members> members_;
    FlowQueue control_;
    std::vector<Slice> slices_;
    IdVector<GroupId, Group> groups_;
    IdVector<AggregateId, Aggregate> aggregates_;
    IdVector<QueueId, Queue> queues_;
    SliceSet backlogged_;  // some group has packets and may send
    SliceSet earned_;      // tokens of the guarantee are left
    SliceSet limited_;     // the limit is reached
    FairOrder guaranteed_, ready_;
    Extremes extremes_;
    std::uint32_t held_ = 0;
    Instant ticked_{};
    Run run_;
};

}  // namespace weir
