#pragma once
// What one thread counts. A worker, and the control thread, each own one Shard; readers add them
// up. Per shard, at any moment the thread is between two packets:
//   received + originated + taken_over = sent + consumed + handed_over + drops + held
// where held is found by walking what the thread holds, never by this equation.
#include <array>
#include <memory>
#include <vector>

#include "dataplane/base/counter.hpp"
#include "dataplane/base/counter_bank.hpp"
#include "dataplane/base/drop.hpp"
#include "dataplane/base/ids.hpp"
#include "dataplane/base/residence.hpp"
#include "pfc/frame.hpp"

namespace weir {

// Of one slice at the port it leaves by; written by the worker that owns the port, but for
// `refused`, which every thread has its own of. At any moment the owner is between two packets:
//   admitted = departed + dropped + held
struct SliceCounters {
    PacketCounter admitted;  // into a queue
    PacketCounter departed;  // taken by the device
    Counter dropped;         // admitted, and never left
    Counter refused;         // not admitted for want of room
    Counter high_packets;    // most that was queued; only grows
    Counter marked;          // Congestion Experienced written here
    Counter paused_ns;       // the hosts behind the port asked for silence
    Counter watchdog_detected, watchdog_restored;
};

// Of what came in on a port in a lossless slice, in bytes of charge (qos/buffer.hpp), wherever it
// leaves; written by the worker that owns the way out. What is held is the difference over all.
struct IncomingCharge {
    Counter taken;
    Counter given;
};
// Of other workers' it may be a few packets old. `given` is read first: so it is never more than
// what was taken.
template <class Charges>
Bytes charge_held(const Charges& all) noexcept {
    std::uint64_t held = 0;
    for (const IncomingCharge* charge : all) {
        const std::uint64_t given = charge->given.read();
        held += charge->taken.read() - given;
    }
    return Bytes{held};
}
// A row of counters for each slot of a slice; the last is of what goes ahead of all slices.
inline constexpr std::size_t control_row = max_slices;
inline constexpr std::size_t slice_rows = max_slices + 1;
constexpr std::size_t row_of(std::uint16_t slot) { return slot < max_slices ? slot : control_row; }

// By row: how long what was queued had stayed when it departed. What never was queued is only in
// `departed`, because time would cost it more than it stayed.
using ResidenceRows = std::vector<ResidenceCounters>;

struct PortCounters {
    PacketCounter received;  // taken from the device
    PacketCounter sent;      // given to the device
    std::vector<SliceCounters> slices = std::vector<SliceCounters>(slice_rows);     // by row
    std::vector<IncomingCharge> charges = std::vector<IncomingCharge>(max_slices);  // by slot
    // 802.1Qbb frames that named a priority, and 802.3 PAUSE, which is not obeyed.
    std::array<Counter, priorities> pfc_sent, pfc_received;
    Counter pauses_ignored;
    std::unique_ptr<ResidenceRows> residence;  // made by its owner, before anybody reads
    std::array<Counter, drop_count>
        drops;  // by the port the packet came in on (egress reasons: went out on)
};

struct alignas(64) Shard {
    explicit Shard(std::size_t port_count) : ports(port_count) {}
    IdVector<PortId, PortCounters> ports;
    CounterBank sids;
    CounterBank paths;
    Counter originated;   // made by this thread: echo replies, ICMP errors, ARP, ND
    Counter consumed;     // ended here by design: protocol messages that were read
    Counter handed_over;  // pushed into a ring to another thread
    Counter taken_over;   // popped from a ring
    Counter spread;       // of handed_over: as they came, for another worker to look at
    Counter busy_cycles;  // of loops that moved at least one packet
    Counter total_cycles;
    Counter loops;
    Counter adoptions;            // snapshots adopted
    Counter adoption_cycles_max;  // longest loop that adopted one; only grows
};

// One thread's balance at one cut (see Worker::cut).
struct Balance {
    std::uint64_t received = 0, originated = 0, taken_over = 0;
    std::uint64_t sent = 0, consumed = 0, handed_over = 0, drops = 0, held = 0;
    std::uint64_t held_buffers = 0;  // that the held packets lie in
    std::uint64_t came() const { return received + originated + taken_over; }
    std::uint64_t ended() const { return sent + consumed + handed_over + drops; }
    bool closes() const { return came() == ended() + held; }
};

// All of it but what is held.
inline Balance balance_of(const Shard& shard) {
    Balance sum;
    for (const PortCounters& port : shard.ports) {
        sum.received += port.received.packets.read();
        sum.sent += port.sent.packets.read();
        for (const Counter& drop : port.drops) sum.drops += drop.read();
    }
    sum.originated = shard.originated.read();
    sum.taken_over = shard.taken_over.read();
    sum.consumed = shard.consumed.read();
    sum.handed_over = shard.handed_over.read();
    return sum;
}

}  // namespace weir
