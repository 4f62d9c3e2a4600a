#pragma once
// The egress half of one port, owned by one worker. A packet is admitted to the queue of its slice,
// or is dropped (SliceQueues); what the device refuses waits in a backlog of one burst, in order,
// and is never spun on. Where nothing waits and the shapers let it, a packet goes straight into
// that burst. While the port has no link nothing is given to the device, for it might swallow it:
// queues keep what they admit, and when the link is back it leaves in order, as the shapers let it.
#include <algorithm>
#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "dataplane/control/neighbor_table.hpp"
#include "dataplane/control/snapshot.hpp"
#include "dataplane/io/packet.hpp"
#include "dataplane/worker/counters.hpp"
#include "dataplane/worker/host_pauses.hpp"
#include "dataplane/worker/slice_queues.hpp"
#include "dataplane/worker/waiting_room.hpp"

namespace weir {

class EgressPort {
public:
    static constexpr std::size_t burst = 64;

    EgressPort(const SliceQueues::Setup& setup, const NeighborTable& neighbors, Instant now,
               HostLink hosts = {});

    // Once a loop, before packets are accepted.
    void tick(Instant now) noexcept {
        now_ = now;
        if (!waiting_.empty()) [[unlikely]]
            look_at_neighbors();
        if (!straight_) queues_.tick(now);
    }

    // Once a loop, before tick().
    void set_link(bool up, Instant now) noexcept {
        if (up != link_up()) [[unlikely]]
            change_link(up, now);
    }
    bool link_up() const noexcept { return link_; }

    // Drop::none, or why not: the packet stays the caller's then. It carries its EgressTag.
    Drop accept(Packet& packet) noexcept {
        if (ready_end_ < room_ && queues_.empty() && (straight_ || queues_.pass(packet)))
            [[likely]] {
            const std::uint16_t slice = egress_tag(packet).slice;
            counters_.slices[row_of(slice)].admitted.add(packet.pkt_len);
            make_ready(packet, packet.pkt_len, slice);
            return Drop::none;
        }
        return queue(packet);
    }

    // A frame whose next hop has no MAC yet, which it is given when that is known, ahead of what is
    // accepted from then on; or Drop::neighbor_failed is counted. It carries its EgressTag and its
    // WaitInfo.
    Drop wait(Packet& packet) noexcept;
    // Calls ask(next hop) for each that packets wait for, now and then; false: it can not now.
    template <class Ask>
    void ask_for_neighbors(Ask&& ask) noexcept {
        if (!waiting_.empty()) [[unlikely]]
            waiting_.question(now_, ask);
    }

    // Once a loop, after packets were accepted and before transmit(): hosts are told to wait for
    // what this loop brought, and nothing leaves of what they no longer take.
    void look_at_hosts(Instant now) noexcept {
        if (pauses_.any()) [[unlikely]]
            talk_to_hosts(now);
    }

    // `device(span)` takes packets from the front and says how many; they are sent. Several bursts
    // while the device takes them and the scheduler has more.
    template <class Device>
    std::size_t transmit(Instant now, Device&& device) noexcept {
        std::size_t total = 0;
        now_ = now;
        if (!link_up()) [[unlikely]]
            return 0;
        for (;;) {
            fill(now);
            const std::span<Packet*> next{ready_.data() + ready_begin_, ready_end_ - ready_begin_};
            if (next.empty()) break;
            const std::size_t taken = device(next);
            count_departed(taken, now);
            total += taken;
            if (taken < next.size()) break;
            ready_begin_ = ready_end_ = 0;
        }
        return total;
    }

    // In place: what is held stays, with its tokens and turns.
    void adopt(const Snapshot& snapshot, Instant now);

    // At the end: what never left is counted under `drop`.
    void discard(Drop drop) noexcept;

    // Calls see(packet, row) for each that is held, for the audit: in its queue, in the burst that
    // is next, or waiting for a MAC.
    template <class See>
    void walk(See&& see) const noexcept {
        for (std::size_t i = ready_begin_; i < ready_end_; ++i)
            see(*ready_[i], row_of(egress_tag(*ready_[i]).slice));
        for (const Aside& it : aside_) see(*it.packet, row_of(it.noted.slice));
        queues_.walk([&](Packet& packet, const std::optional<SliceId>& slot) {
            see(packet, slot ? index(*slot) : control_row);
        });
        waiting_.walk([&](Packet& packet) { see(packet, row_of(egress_tag(packet).slice)); });
    }
    std::size_t held() const noexcept;  // counted by walking
    // Whether a slice has had this row here, or it is control's.
    bool has_row(std::size_t row) const noexcept {
        return row == control_row || queues_.knows(row);
    }
    bool speaks_to_hosts() const noexcept { return pauses_.speaks(); }
    // Nothing could leave now; packets may still wait for a MAC, or for hosts.
    bool empty() const noexcept {
        return ready_begin_ == ready_end_ && queues_.empty() && !reopening_;
    }
    PortCounters& counters() noexcept { return counters_; }
    const PortCounters& counters() const noexcept { return counters_; }

private:
    struct Noted {  // the device may free what it takes
        std::uint32_t length;
        std::uint16_t slice;
        Instant queued_at;  // of what was queued; else the beginning of time
    };

    void make_ready(Packet& packet, std::uint32_t length, std::uint16_t slice) noexcept {
        ready_[ready_end_] = &packet;
        noted_[ready_end_++] = {length, slice, {}};
    }
    SliceCounters& row(const Packet& packet) noexcept {
        return counters_.slices[row_of(egress_tag(packet).slice)];
    }
    Drop queue(Packet& packet) noexcept;
    Drop admit_waiting(Packet& packet) noexcept;
    void change_link(bool up, Instant now) noexcept;
    void look_at_neighbors() noexcept;
    void look_if_neighbors_changed() noexcept;
    void find_room() noexcept { room_ = link_ && waiting_.empty() && aside_.empty() ? burst : 0; }
    void adopt_hosts(const Snapshot& snapshot, Instant now);
    void talk_to_hosts(Instant now) noexcept;
    bool make_pause_frame() noexcept;
    void stop(std::uint16_t slot, bool stopped) noexcept;
    void put_aside(std::uint16_t slot) noexcept;
    void take_back(Instant now) noexcept;
    void drop_waiting(std::uint16_t slot) noexcept;
    bool any_aside(std::uint16_t slot) const noexcept;
    void pay_again(std::size_t from, Instant then, Instant now) noexcept;
    void close_up() noexcept;
    void fill(Instant now) noexcept;
    void drop_held(Packet& packet, std::size_t row, Drop drop) noexcept;
    void count_departed(std::size_t packets, Instant now) noexcept;

    PortCounters& counters_;
    SliceQueues queues_;
    bool straight_ = false;  // nothing to shape: an empty port passes packets on
    Instant now_;            // of the last tick
    bool link_ = true;
    // Of the burst, for packets that go straight into it: none while there is no link, nor while
    // some wait for a MAC, which they would overtake.
    std::size_t room_ = burst;
    const NeighborTable& neighbors_;
    PortId port_;
    WaitingRoom waiting_;
    std::uint64_t changes_ = never;  // of neighbors_, when it was looked for those who wait
    static constexpr std::uint64_t never = 1;  // odd
    Instant down_since_{};
    std::size_t ready_begin_ = 0;
    std::size_t ready_end_ = 0;
    // One more than a burst: a pause frame goes ahead of a full one.
    std::array<Packet*, burst + 1> ready_;
    std::array<Noted, burst + 1> noted_;
    // Of the hosts behind the port, and what stood in the burst when they stopped its slice.
    HostPauses pauses_;
    HostLink hosts_;
    MacAddr mac_{};
    Packet* said_ = nullptr;  // a pause frame that is first in the burst
    Shard& mine_;
    struct Aside {
        Packet* packet;
        Noted noted;
    };
    std::vector<Aside> aside_;  // in order; never more than has room without an allocation
    Instant aside_since_{};     // the oldest of them
    bool reopening_ = false;    // some of them may go
};

}  // namespace weir
