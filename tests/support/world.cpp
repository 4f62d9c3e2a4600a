#include "tests/support/world.hpp"

#include <stdexcept>

namespace weir::test {

World::World(const Config& config, std::uint32_t buffers)
    : pool{make_packet_pool("world-" + std::to_string(reinterpret_cast<std::uintptr_t>(this)),
                            buffers)},
      snapshot{compile(config)} {}

std::shared_ptr<Snapshot> World::compile(const Config& config) {
    CompileInput input;
    input.config = std::make_shared<const Config>(config);
    input.version = ++versions;
    input.slices = &slice_slots;
    for (std::size_t i = 0; i < config.ports.size(); ++i)
        input.macs.push_back(mac(static_cast<PortId>(i)));
    std::uint8_t n = 0;
    for (const auto& [port, address] : gateways_of(config)) {
        input.gateways.push_back(neighbors.insert(port, address));
        if (!neighbors.mac(input.gateways.back()))
            neighbors.set_mac(input.gateways.back(), neighbor_mac(n));
        ++n;
    }
    return compile_snapshot(input, sid_slots, path_slots);
}

std::unique_ptr<Shard> World::make_shard() const {
    auto shard = std::make_unique<Shard>(snapshot->ports.size());
    if (!shard->sids.grow(sid_slots.size()) || !shard->paths.grow(path_slots.size()))
        throw std::runtime_error{"more counters than a bank holds"};
    return shard;
}

}  // namespace weir::test
