#pragma once
// What waits to leave by one port: whether there is buffer for a packet, the queue it goes to, and
// whose turn it is. A lossless slice keeps what came in on each port apart and counts it against
// the buffer B of that slice and port; lossy slices share what is left by dynamic threshold.
// Owned by the worker that owns the port.
#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "dataplane/control/snapshot.hpp"
#include "dataplane/io/packet.hpp"
#include "dataplane/worker/counters.hpp"
#include "qos/admission.hpp"
#include "qos/buffer.hpp"
#include "qos/ecn_marking.hpp"
#include "qos/scheduler.hpp"

namespace weir {

class SliceQueues {
public:
    struct Setup {
        PortId port{};
        Shard* mine = nullptr;          // of the worker that owns the port
        std::vector<const Shard*> all;  // of every worker: a slice's packets may leave by many
        std::size_t packets = 0;        // most that can ever be held, the size of the pool
    };
    SliceQueues(const Setup& setup, Instant now);

    // In place: what is held stays, with its tokens and turns.
    void adopt(const Snapshot& snapshot, Instant now);
    bool shapes() const noexcept { return shapes_; }

    void tick(Instant now) noexcept { scheduler_.tick(now); }
    // True where the packet may leave at once, as of the last tick(): then it need not be admitted.
    bool pass(const Packet& packet) noexcept {
        const std::uint16_t slot = egress_tag(packet).slice;
        const std::uint32_t wire = packet.pkt_len + ethernet_overhead;
        if (slot == control_slice) return scheduler_.pass_control(wire);
        if (slot >= max_slices || !slices_[slot].group) return false;
        return scheduler_.pass(*slices_[slot].group, wire, charge_of(packet));
    }

    // By the port's shaper in this time; an unlimited one earns what it takes.
    Bytes earned(Nanos time) const noexcept;
    // A packet of this slot that came from next() or pass(), and waited since, costs tokens again.
    void pay_again(std::uint16_t slot, std::uint32_t length) noexcept {
        scheduler_.pay_again(slot < max_slices ? slices_[slot].group : std::nullopt,
                             length + ethernet_overhead);
    }

    // Drop::none, or why not: the packet stays the caller's then. It carries its EgressTag.
    Drop admit(Packet& packet, Instant now) noexcept;
    // The same in two steps, for what waits elsewhere in between: reserve() says whether there is
    // buffer, and counts it as queued, since when its caller notes; enqueue() puts it into its
    // queue. Or it is let go. No configuration may be adopted in between.
    Drop reserve(Packet& packet) noexcept;
    // Whether it may be reserved and wait: so is half of a lossless buffer at most, or a next hop
    // that never answers would stop all others.
    bool may_wait(Packet& packet) noexcept;
    Drop enqueue(Packet& packet) noexcept;
    void let_go(Packet& packet) noexcept;
    // Whose turn it is now: calls give(packet, length, slot) for some of one slice, at most `most`,
    // and says for how many; none where nobody may go.
    template <class Give>
    std::size_t next(Instant now, std::size_t most, Give&& give) noexcept {
        const Departures gone =
            scheduler_.pop_run(now, std::span{run_}.first(std::min(most, run_.size())));
        if (gone.packets == 0) return 0;
        const std::uint16_t slot = gone.control ? control_slice : departed(gone);
        for (const QueuedPacket& queued : std::span{run_}.first(gone.packets)) {
            Packet& packet = packet_of(queued);
            rte_prefetch0(&packet);  // the device reads it, and what waited long is cold
            give(packet, queued.wire - ethernet_overhead, slot);
        }
        return gone.packets;
    }

    // A slice may not leave, or may again, for the neighbor asks for it.
    void stop(std::uint16_t slot, bool stopped) noexcept {
        const GroupId group = *slices_[slot].group;
        stopped ? scheduler_.shut(group, Shut::neighbor) : scheduler_.open(group, Shut::neighbor);
    }
    // Whether packets of the slice wait for nothing but a neighbor; charge of it that left, in all.
    bool held_back(std::uint16_t slot) const noexcept {
        return scheduler_.held_back(*slices_[slot].group);
    }
    std::uint64_t departed_charge(std::uint16_t slot) const noexcept {
        return scheduler_.departed_charge(*slices_[slot].group);
    }
    // Calls take(packet) for all that wait in the slice's queues, which are empty then.
    template <class Take>
    void eject(std::uint16_t slot, Take&& take) noexcept {
        Slice& slice = slices_[slot];
        const auto all_of = [&](Feed& feed) {
            for (std::uint32_t bucket = 0; bucket <= feed.buckets.mask; ++bucket) {
                const QueueId queue = scheduler_.queue(feed.buckets.queues, bucket);
                while (!scheduler_.fifo(queue).empty())
                    take(ejected(slice, feed, scheduler_.eject(queue)));
            }
        };
        if (slice.lossy.packets > 0) all_of(slice.lossy);
        for (Feed& feed : slice.lossless)
            if (feed.packets > 0) all_of(feed);
    }

    bool empty() const noexcept { return scheduler_.empty(); }
    // Whether a slice has had this slot here.
    bool knows(std::size_t slot) const noexcept {
        return slot < slices_.size() && slices_[slot].group.has_value();
    }
    // Calls see(packet, slot or nothing for control) for each.
    template <class See>
    void walk(See&& see) const noexcept {
        scheduler_.walk([&](const QueuedPacket& queued, const std::optional<SliceId>& slot) {
            see(packet_of(queued), slot);
        });
    }
    // Forgets every packet; the caller has walked them.
    void clear() noexcept;

private:
    struct Buckets {
        AggregateId queues{};
        std::uint32_t mask = 0;
    };
    struct Feed {
        Buckets buckets;
        Buckets wanted;  // by the configuration: from when it is empty on
        std::uint32_t packets = 0;
        Bytes charge{0};
        Bytes waiting{0};  // of it: reserved, not in a queue yet
        // By the logarithm of their number: what buckets it has had, to be had again.
        std::array<std::optional<AggregateId>, 16> made;
        std::uint16_t slot = 0;
        Bytes buffer{0};                            // B of a lossless one; 0: as lossy
        Drop beyond = Drop::lossless_full;          // what does not fit is that
        IncomingCharge* mine = nullptr;             // of a lossless one, in the owner's shard
        std::vector<const IncomingCharge*> others;  // in those of other workers
    };
    struct Slice {  // by slot
        std::optional<GroupId> group;
        SliceCounters* counters = nullptr;
        EcnMarking marking;
        std::uint32_t packets = 0;
        Feed lossy;
        IdVector<PortId, Feed> lossless;  // by the port it came in on
        IdVector<PortId, Feed*> from;     // which of these it goes to
    };

    static Packet& packet_of(const QueuedPacket& queued) noexcept {
        // To qos a number, here the pointer it was made of.
        return *reinterpret_cast<Packet*>(queued.handle);  // NOLINT(performance-no-int-to-ptr)
    }
    static std::uint32_t charge_of(const Packet& packet) noexcept {
        const Bytes wire{packet.pkt_len + ethernet_overhead};
        return static_cast<std::uint32_t>(weir::charge_of(wire, packet.nb_segs).count());
    }
    static QueuedPacket queued_of(Packet& packet) noexcept {
        return {reinterpret_cast<std::uintptr_t>(&packet), packet.pkt_len + ethernet_overhead,
                charge_of(packet)};
    }
    static Feed& feed_of(Slice& slice, PortId in) noexcept {
        return slice.from.contains(in) ? *slice.from[in] : slice.lossy;
    }
    struct Place {  // of a packet
        Slice& slice;
        Feed& feed;
        QueuedPacket queued;
        std::uint32_t flow;
    };
    Place place_of(Packet& packet) noexcept;
    Drop reserve(const Place& place, Packet& packet) noexcept;
    bool push(const Place& place) noexcept;
    void let_go(const Place& place) noexcept;
    std::uint16_t departed(const Departures& gone) noexcept;  // its slot
    void adopt(const Snapshot& snapshot, SliceId position);
    void prepare(Feed& feed, GroupId group, std::uint16_t buckets);
    Drop take(Feed& feed, Bytes charge) noexcept;
    void give(Feed& feed, Bytes charge) noexcept;
    static Bytes held_of(const Feed& feed) noexcept;
    Packet& ejected(Slice& slice, Feed& feed, const QueuedPacket& queued) noexcept;
    void feed_from(Feed& feed, PortId in, std::uint16_t slot);
    static void mark(Slice& slice, const Feed& feed, Packet& packet) noexcept;

    Setup setup_;
    Scheduler scheduler_;
    std::array<QueuedPacket, 64> run_;  // that popped together
    std::vector<Slice> slices_;
    std::vector<Feed*> feeds_;    // by aggregate
    std::uint16_t fallback_ = 0;  // slot of the default slice
    LossySpace lossy_;
    bool shapes_ = false;
    BitsPerSecond rate_ = unlimited_rate;  // of the port
};

}  // namespace weir
