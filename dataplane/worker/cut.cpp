#include "dataplane/worker/cut.hpp"

#include <rte_cycles.h>
#include <rte_mempool.h>

#include <array>

namespace weir {
namespace {

void add_port(Cut& cut, const OwnedPort& port) noexcept {
    std::array<std::uint64_t, slice_rows> held{};
    port.half->walk([&](const Packet& packet, std::size_t row) {
        ++held[row];
        cut.balance.held_buffers += packet.nb_segs;
    });
    const PortCounters& counters = port.half->counters();
    for (std::size_t row = 0; row < slice_rows; ++row) {
        cut.balance.held += held[row];
        if (!port.half->has_row(row) && held[row] == 0) continue;
        const SliceCounters& it = counters.slices[row];
        cut.slices.push_back({.port = port.id,
                              .row = static_cast<std::uint16_t>(row),
                              .admitted = it.admitted.packets.read(),
                              .departed = it.departed.packets.read(),
                              .dropped = it.dropped.read(),
                              .held = held[row]});
    }
}

}  // namespace

void take_cut(Cut& cut, const Shard& shard, std::span<const OwnedPort> ports,
              const rte_mempool& pool) noexcept {
    cut.balance = balance_of(shard);
    cut.slices.clear();
    for (const OwnedPort& port : ports) add_port(cut, port);
    cut.buffers_in_use = rte_mempool_in_use_count(&pool);
    cut.taken = rte_rdtsc();
}

}  // namespace weir
