#pragma once
// What the API asks of a running node. Plain functions, so that a test answers without a node; each
// may be called from any thread.
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "dataplane/api/reload.hpp"
#include "dataplane/node.hpp"

namespace weir {

struct PortReading {
    bool link_up = false;
    MacAddr mac{};
    std::optional<BitsPerSecond> speed;
    std::uint16_t receive_queues = 0;
    std::vector<DeviceCounters::Missed> missed;
};

struct StatusSource {
    std::string version;               // of weir
    std::string march;                 // instruction set it was built for
    std::string config_file;           // as given at the start
    std::int64_t started = 0;          // seconds since the epoch
    std::vector<const Shard*> shards;  // the workers' in their order, control's last
    std::function<std::shared_ptr<const Snapshot>()> snapshot;
    std::function<PortReading(PortId)> port;
    std::function<std::vector<NeighborView>()> neighbors;
    std::function<Audit()> audit;
    std::function<ReloadAnswer()> reload;
    std::function<double(std::uint64_t)> seconds;  // that so many TSC cycles take
    std::function<std::int64_t()> now;             // seconds since the epoch
};

// Of `node`, which must outlive the source, as must `reloader`.
StatusSource source_of(Node& node, Reloader& reloader);

// One look at a node, for one answer: the parts are fetched when they are first asked for, once.
class Reading {
public:
    explicit Reading(const StatusSource& source) : source_{source}, snapshot_{source.snapshot()} {}

    const StatusSource& source() const { return source_; }
    const Snapshot& snapshot() const { return *snapshot_; }
    const Config& config() const { return *snapshot_->config; }
    std::span<const Shard* const> shards() const { return source_.shards; }
    std::span<const Shard* const> workers() const { return shards().first(shards().size() - 1); }
    const PortReading& port(PortId id);
    const std::vector<NeighborView>& neighbors();
    const Audit& audit();

private:
    const StatusSource& source_;
    std::shared_ptr<const Snapshot> snapshot_;
    IdVector<PortId, PortReading> ports_;
    std::optional<std::vector<NeighborView>> neighbors_;
    std::optional<Audit> audit_;
};

}  // namespace weir
