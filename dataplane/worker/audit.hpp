#pragma once
// The laws of the audit, over numbers alone: no DPDK, no thread, no clock. A Node fills an Audit at
// one cut of each thread; `judge` says which law is broken, in a sentence each. What is held was
// counted by walking, so a sum that closes says that every packet was found.
#include <cstdint>
#include <string>
#include <vector>

#include "dataplane/worker/counters.hpp"

namespace weir {

// Of one slice (or of control's frames) at the way out of one port, as its owner had it at its cut.
struct SliceBalance {
    PortId port{};
    std::uint16_t row = 0;  // of PortCounters::slices
    std::uint64_t admitted = 0, departed = 0, dropped = 0, held = 0;
    bool closes() const { return admitted == departed + dropped + held; }
};

struct AuditedSlice {
    std::string port, slice;
    std::size_t worker = 0;  // that owns the port
    bool lossless = false;
    SliceBalance balance;
    std::uint64_t refused = 0;  // by any thread, for want of room
    std::uint64_t lost() const { return balance.dropped + refused; }
};

struct AuditedMiss {
    std::string port, cause;
    std::uint64_t packets = 0;
};

// Where the packet buffers are. In use are those that are neither in the pool nor in the cache of a
// thread (rte_mempool_in_use_count counts caches as free).
struct BufferCensus {
    std::uint32_t all = 0;
    std::uint64_t in_use = 0;
    std::uint64_t in_devices = 0;   // filled into receive rings when nothing was held yet
    std::uint64_t devices_lag = 0;  // receive rings may miss so many of them...
    std::uint64_t in_flight = 0;    // ...and transmit rings keep so many that were sent already
    std::uint64_t held = 0;         // by workers and by control, found by walking
    std::uint64_t in_rings = 0;     // between threads
    std::uint64_t moving = 0;       // at most so many moved between two looks; 0 at rest
};

// Where every packet is, at one cut of each thread.
struct Audit {
    std::vector<Balance> workers;
    std::vector<bool> answered;  // by worker: whether it took its cut in time; empty: all did
    Balance control;
    std::vector<AuditedSlice> slices;
    std::vector<AuditedMiss> missed;  // by devices, before weir saw a packet
    BufferCensus buffers;
    std::uint64_t in_rings = 0;         // packets between threads, when the rings were looked at
    bool at_rest = false;               // no thread counted anything from the first cut to the last
    bool any_lossless = false;          // some slice is, so no receive ring may miss a packet
    bool closes = false;                // every sum
    std::vector<std::string> findings;  // what is wrong, a sentence each; empty: nothing

    std::uint64_t receive_missed() const {
        std::uint64_t sum = 0;
        for (const AuditedMiss& it : missed) sum += it.packets;
        return sum;
    }
};

// Laws of one cut: exact whatever moves.
std::vector<std::string> broken_sums(const Audit& audit);
// Laws between threads and over all buffers: exact at rest, else as near as `moving` says.
std::vector<std::string> broken_crossings(const Audit& audit);
// What a lossless slice lost.
std::vector<std::string> losses(const Audit& audit);
// Writes `closes` and `findings`.
void judge(Audit& audit);

}  // namespace weir
