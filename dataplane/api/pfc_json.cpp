#include "dataplane/api/status.hpp"

namespace weir {
namespace {

template <class Read>
std::uint64_t sum(const Reading& reading, PortId port, Read read) {
    std::uint64_t total = 0;
    for (const Shard* shard : reading.shards()) total += read(shard->ports[port]);
    return total;
}

Json priority_json(const Reading& reading, PortId port, std::size_t priority, SliceId slice,
                   const HostPause& pause) {
    const auto of_slice = [&](Counter SliceCounters::* what) {
        return sum(reading, port,
                   [&](const PortCounters& it) { return (it.slices[pause.slot].*what).read(); });
    };
    std::vector<const IncomingCharge*> charges;
    for (const Shard* shard : reading.workers())
        charges.push_back(&shard->ports[port].charges[pause.slot]);
    return {
        {"port", reading.config().ports[port].name},
        {"priority", priority},
        {"slice", reading.config().slices[slice].name},
        {"xoff_bytes", pause.xoff.count()},
        {"xon_bytes", pause.xon.count()},
        {"held_bytes", charge_held(charges).count()},
        {"sent_frames",
         sum(reading, port, [&](const PortCounters& it) { return it.pfc_sent[priority].read(); })},
        {"received_frames",
         sum(reading, port,
             [&](const PortCounters& it) { return it.pfc_received[priority].read(); })},
        {"paused_seconds", static_cast<double>(of_slice(&SliceCounters::paused_ns)) * 1e-9},
        {"watchdog_detected", of_slice(&SliceCounters::watchdog_detected)},
        {"watchdog_restored", of_slice(&SliceCounters::watchdog_restored)}};
}

}  // namespace

Json pfc_json(Reading& reading) {
    Json all = Json::array();
    const Config& config = reading.config();
    for (std::size_t i = 0; i < config.ports.size(); ++i) {
        const auto port = static_cast<PortId>(i);
        for (const auto& [priority, slice] : config.ports[port].pfc)
            if (const auto& pause = reading.snapshot().ports[port].pauses.at(priority))
                all.push_back(priority_json(reading, port, priority, slice, *pause));
    }
    return all;
}

}  // namespace weir
