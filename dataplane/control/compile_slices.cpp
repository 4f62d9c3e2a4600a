#include <algorithm>

#include "dataplane/config/buffers.hpp"
#include "dataplane/config/packet_plan.hpp"
#include "dataplane/control/compile_parts.hpp"

namespace weir {
namespace {

void add_slices(const CompileInput& input, Snapshot& out) {
    for (const SliceConfig& slice : input.config->slices) {
        const auto position = static_cast<std::uint16_t>(out.slices.size());
        const auto slot = input.slices == nullptr
                              ? position
                              : static_cast<std::uint16_t>(index(input.slices->slot(slice.name)));
        out.slices.push_back({.slot = slot,
                              .buckets = slice.queues,
                              .number = SliceNumber{slice.id},
                              .weight = slice.weight,
                              .lossless = slice.lossless,
                              .ecn = slice.ecn});
    }
}

// Shares of a port whose rate nobody knows are of nothing: no guarantee, no limit.
void add_shares(const CompileInput& input, PortId id, SnapshotPort& port) {
    std::optional<BitsPerSecond> rate = input.config->ports[id].rate;
    if (!rate && input.speeds.contains(id)) rate = input.speeds[id];
    if (rate) port.line = *rate;
    const auto of = [&](const RateOrShare& value, BitsPerSecond otherwise) {
        if (const auto* absolute = std::get_if<BitsPerSecond>(&value)) return *absolute;
        return rate ? part_of(*rate, std::get<Share>(value)) : otherwise;
    };
    for (const SliceConfig& slice : input.config->slices) {
        const bool whole = slice.limit == RateOrShare{Share{1'000'000}};
        port.shares.push_back({.guarantee = of(slice.guarantee, BitsPerSecond{0}),
                               .limit = whole ? unlimited_rate : of(slice.limit, unlimited_rate)});
    }
}

// Where nobody knows the rate of the line, half of the buffer is for what arrives after a pause.
void add_pause(const Config& config, const LosslessBuffer& buffer, Snapshot& out) {
    const auto& pfc = config.ports[buffer.port].pfc;
    const auto it = std::ranges::find(pfc, buffer.slice, &std::pair<std::uint8_t, SliceId>::second);
    const Watchdog& watchdog = config.slices[buffer.slice].watchdog;
    const std::uint64_t half = buffer.buffer.count() / 2;
    const auto sizes = buffer.sizes();
    out.ports[buffer.port].pauses.at(it->first) =
        HostPause{.slot = out.slices[buffer.slice].slot,
                  .xoff = sizes ? sizes->xoff : Bytes{half},
                  .xon = sizes ? sizes->xon : Bytes{half / 2},
                  .watchdog = {watchdog.detect, watchdog.restore, watchdog.action}};
}

void add_buffers(const CompileInput& input, Snapshot& out) {
    const Config& config = *input.config;
    const auto lossy = lossy_buffers(config, input.pool);
    for (std::size_t i = 0; i < out.ports.size(); ++i) {
        SnapshotPort& port = out.ports[static_cast<PortId>(i)];
        port.lossless_in = IdVector<SliceId, Bytes>(config.slices.size());
        port.lossy_out = lossy[static_cast<PortId>(i)];
    }
    for (const LosslessBuffer& buffer : lossless_buffers(config)) {
        out.ports[buffer.port].lossless_in[buffer.slice] += buffer.buffer;
        if (!buffer.peer) add_pause(config, buffer, out);
    }
}

}  // namespace

void compile_slices(const CompileInput& input, Snapshot& out) {
    add_slices(input, out);
    for (std::size_t i = 0; i < out.ports.size(); ++i) {
        const auto id = static_cast<PortId>(i);
        add_shares(input, id, out.ports[id]);
    }
    add_buffers(input, out);
}

}  // namespace weir
