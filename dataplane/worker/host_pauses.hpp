#pragma once
// 802.1Qbb with the hosts behind one port, both ways: what is held of theirs decides what they are
// told, and what they tell decides which slices may leave towards them. The watchdog ends what a
// host never ends. Owned by the worker that owns the port's egress.
#include <cstdint>
#include <optional>
#include <vector>

#include "dataplane/control/snapshot.hpp"
#include "dataplane/worker/counters.hpp"
#include "dataplane/worker/pause_times.hpp"
#include "pfc/pause_sender.hpp"
#include "pfc/watchdog.hpp"

struct rte_mempool;

namespace weir {

// What it takes to speak with the hosts behind a port: what they say, and buffers to answer.
struct HostLink {
    const PauseTimes* times = nullptr;
    rte_mempool* pool = nullptr;
};

// Of a slice towards the hosts: what its queue looks like now.
struct QueueView {
    bool waits = false;          // packets that may not leave
    std::uint64_t departed = 0;  // charge, in all
};

class HostPauses {
public:
    // `times`: of this port, or null where nobody writes them.
    HostPauses(PortId port, const PauseTimes* times, std::vector<const Shard*> all,
               PortCounters& counters);

    // What is stopped starts, and is stopped again by look() if it is to be.
    template <class Stop>
    void adopt(const Snapshot& snapshot, Instant now, Stop&& stop) {
        for (const Lane& lane : lanes_)
            if (lane.stopped) stop(lane.slot, false);
        adopt(snapshot.ports[port_], now);
    }
    bool any() const noexcept { return !lanes_.empty() || sender_.wake_at() != never; }

    // Once a loop. Calls stop(slot, whether) where that changes, view(slot) for its queue, and
    // drop(slot) where what waits must go.
    template <class Stop, class View, class DropAll>
    void look(Instant now, Stop&& stop, View&& view, DropAll&& drop) noexcept {
        const bool changed = heard(now);
        const bool sample = now >= next_sample_;
        if (sample) next_sample_ = now + sample_every;
        for (Lane& lane : lanes_) {
            if (sample) watch(lane, view(lane.slot), now);
            if ((changed || sample) && obey(lane)) stop(lane.slot, lane.stopped);
            if (lane.order == WatchdogOrder::drop) drop(lane.slot);
            feel(lane, now);
        }
    }
    // Whether the hosts are to be told something now, and what, which is told then.
    bool due(Instant now) const noexcept { return sender_.due(now); }
    PriorityPause said(Instant now) noexcept;
    // Hosts wait, or were just let go: they are to hear of it often.
    bool speaks() const noexcept { return sender_.wake_at() != never; }
    bool stopped(std::uint16_t slot) const noexcept;

private:
    struct Lane {
        std::size_t priority = 0;
        std::uint16_t slot = 0;
        PauseSender::Marks marks;
        std::vector<const IncomingCharge*> charges;  // by worker: what came from these hosts
        QueueWatchdog watchdog;
        WatchdogOrder order = WatchdogOrder::obey;
        bool paused = false;   // the hosts ask for it
        bool stopped = false;  // and so it is
        Instant since{};       // it is paused, as far as counted
        Nanos paused_for{0};   // in all
    };
    static constexpr Nanos sample_every{5'000'000};

    void adopt(const SnapshotPort& port, Instant now);
    bool heard(Instant now) noexcept;
    static bool obey(Lane& lane) noexcept;
    void count(Lane& lane, Instant now) noexcept;
    void watch(Lane& lane, const QueueView& queue, Instant now) noexcept;
    void feel(const Lane& lane, Instant now) noexcept;

    PortId port_;
    const PauseTimes* times_;
    std::vector<const Shard*> all_;
    PortCounters& counters_;
    PauseSender sender_;
    std::vector<Lane> lanes_;
    std::uint32_t changes_ = 0;  // of times_, when they were last looked at
    Instant next_expiry_ = never;
    Instant next_sample_{};
};

}  // namespace weir
