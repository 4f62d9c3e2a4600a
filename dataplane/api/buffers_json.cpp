#include "dataplane/api/status.hpp"
#include "dataplane/config/buffers.hpp"
#include "dataplane/config/packet_plan.hpp"
#include "dataplane/config/words.hpp"

namespace weir {
namespace {

// Credit has no thresholds, and where the distance is not known yet nothing is.
Json size_json(const std::optional<BufferSizes>& sizes, Bytes BufferSizes::* field) {
    return sizes && (*sizes).*field != Bytes{0} ? Json(((*sizes).*field).count()) : Json();
}

// Charge of the slice that came in there, from whomever, and has not left.
std::uint64_t held(const Reading& reading, const LosslessBuffer& buffer) {
    const std::uint16_t slot = reading.snapshot().slices[buffer.slice].slot;
    std::vector<const IncomingCharge*> charges;
    for (const Shard* shard : reading.workers())
        charges.push_back(&shard->ports[buffer.port].charges[slot]);
    return charge_held(charges).count();
}

Json lossless_json(const Reading& reading) {
    const Config& config = reading.config();
    Json all = Json::array();
    for (const LosslessBuffer& buffer : lossless_buffers(config)) {
        const SliceConfig& slice = config.slices[buffer.slice];
        const auto sizes = buffer.sizes();
        all.push_back({{"slice", slice.name},
                       {"port", config.ports[buffer.port].name},
                       {"peer", buffer.peer ? Json(config.peers[*buffer.peer].name) : Json()},
                       {"control", buffer.peer ? word_of(slice.control) : "pfc"},
                       {"buffer_bytes", buffer.buffer.count()},
                       {"held_bytes", held(reading, buffer)},
                       {"headroom_bytes", size_json(sizes, &BufferSizes::headroom)},
                       {"xoff_bytes", size_json(sizes, &BufferSizes::xoff)},
                       {"xon_bytes", size_json(sizes, &BufferSizes::xon)}});
    }
    return all;
}

}  // namespace

Json buffers_json(Reading& reading) {
    const Config& config = reading.config();
    Json lossy = Json::array();
    for (std::size_t i = 0; i < config.ports.size(); ++i) {
        const auto id = static_cast<PortId>(i);
        lossy.push_back({{"port", config.ports[id].name},
                         {"buffer_bytes", reading.snapshot().ports[id].lossy_out.count()}});
    }
    const Audit& audit = reading.audit();
    const PacketPlan plan = plan_packets(config, audit.buffers.all);
    Json pool = Json::array();
    const auto add = [&](std::string_view what, std::uint64_t buffers) {
        pool.push_back({{"for", what},
                        {"buffers", buffers},
                        {"memory_bytes", packet_memory_of(config, buffers).count()}});
    };
    add("rings", plan.rings);
    add("lossless", plan.lossless);
    add("lossy", plan.lossy);
    add("reserve", plan.reserve);
    add("pool", plan.pool);
    return {{"lossless", lossless_json(reading)},
            {"lossy", std::move(lossy)},
            {"pool", std::move(pool)},
            {"buffers_in_use", audit.buffers.in_use}};
}

}  // namespace weir
