#pragma once
// A node that is only its counters: a configuration compiled as the real one, shards that a test
// fills, and answers that a test sets. No EAL, no device, no thread.
#include <atomic>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "dataplane/api/source.hpp"
#include "dataplane/control/compile.hpp"

namespace weir {

// Two ports, two workers, two SIDs, two policies of which one is down, routes of each kind.
extern const std::string_view small_config;

class FakeNode {
public:
    explicit FakeNode(std::string_view toml = small_config);

    const Config& config() const { return *snapshot->config; }
    Shard& worker(std::size_t i) { return *shards[i]; }
    Shard& control() { return *shards.back(); }
    StatusSource source();

    std::shared_ptr<const Snapshot> snapshot;
    std::vector<std::unique_ptr<Shard>> shards;  // workers, then control
    IdVector<PortId, PortReading> ports;
    std::vector<NeighborView> neighbors;
    Audit audit;
    ReloadAnswer reload_answer;
    std::atomic<unsigned> reloads{0}, audits{0};  // a server's threads count too
};

// That, with a lossless slice: hosts of lan0 and a peer behind wan0 may send into "gold".
std::string lossless_config();

// The Config of a text that must be right.
Config config_of(std::string_view toml);

}  // namespace weir
