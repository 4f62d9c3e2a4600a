#pragma once
// What all workers of a forwarder without devices share: buffers, neighbours (the gateways of the
// configuration resolved to neighbor_mac(their position)) and one snapshot.
#include <memory>

#include "dataplane/config/config.hpp"
#include "dataplane/control/compile.hpp"
#include "dataplane/io/mempool.hpp"
#include "dataplane/worker/counters.hpp"

namespace weir::test {

struct World {
    World(const Config& config, std::uint32_t buffers);

    static MacAddr mac(PortId port) {
        return {{2, 0, 0, 0, 0, static_cast<std::uint8_t>(index(port))}};
    }
    static MacAddr neighbor_mac(std::uint8_t n) { return {{2, 0, 0, 0, 1, n}}; }
    // With room for what the snapshot counts.
    std::unique_ptr<Shard> make_shard() const;
    // Another configuration of the same ports, as for a reload: whoever is new has a MAC too.
    std::shared_ptr<Snapshot> compile(const Config& config);

    PacketPool pool;
    NeighborTable neighbors{1024};
    CounterSlots sid_slots, path_slots, slice_slots;
    std::uint64_t versions = 0;
    std::shared_ptr<Snapshot> snapshot;  // of the configuration it was made with
};

}  // namespace weir::test
