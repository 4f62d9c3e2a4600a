#pragma once
// What a worker knows of its packets between two of them: its counters, and what it holds, counted
// by walking its queues and the bursts that are next.
#include <cstdint>
#include <span>
#include <vector>

#include "dataplane/worker/audit.hpp"
#include "dataplane/worker/egress.hpp"

struct rte_mempool;

namespace weir {

struct Cut {
    Balance balance;
    std::vector<SliceBalance> slices;  // rows of the ports it owns
    std::uint64_t buffers_in_use = 0;  // of the pool, as this thread saw it
    std::uint64_t taken = 0;           // TSC
};

struct OwnedPort {
    PortId id;
    const EgressPort* half;
};

// Allocates nothing where `cut.slices` has room for slice_rows of each port. Takes time in
// proportion to what is held.
void take_cut(Cut& cut, const Shard& shard, std::span<const OwnedPort> ports,
              const rte_mempool& pool) noexcept;

}  // namespace weir
