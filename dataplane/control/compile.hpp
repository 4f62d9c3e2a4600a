#pragma once
// Config -> Snapshot. Pure: what it needs beyond the Config is handed in.
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "dataplane/config/config.hpp"
#include "dataplane/control/counter_slots.hpp"
#include "dataplane/control/snapshot.hpp"

namespace weir {

// Every next hop that the configuration names (routes' vias, DX SIDs), each once, in a fixed order.
std::vector<std::pair<PortId, Ipv6Addr>> gateways_of(const Config& config);

struct CompileInput {
    std::shared_ptr<const Config> config;
    std::uint64_t version = 0;
    IdVector<PortId, MacAddr> macs;
    std::vector<NeighborId> gateways;  // slots of gateways_of(config), in its order
    IdVector<PortId, std::optional<BitsPerSecond>> speeds =
        {};                          // what devices report; may be empty
    CounterSlots* slices = nullptr;  // where slices keep their slot over reloads
    std::uint64_t pool = 0;          // packet buffers there are; 0: as many as `config` asks for
};

// `sid_slots` and `path_slots` grow by the names that are new.
std::shared_ptr<Snapshot> compile_snapshot(const CompileInput& input, CounterSlots& sid_slots,
                                           CounterSlots& path_slots);

// Names of the counter slots, also used by the API: "fc00:a::d46", "to-dc/0".
std::string sid_name(const SidConfig& sid);
std::string path_name(const PolicyConfig& policy, std::size_t path);

}  // namespace weir
