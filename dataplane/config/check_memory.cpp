// Whether the packet buffers that a configuration takes are there: in the pool it asks for, and on
// this machine.
#include <fmt/format.h>

#include <algorithm>

#include "dataplane/config/buffers.hpp"
#include "dataplane/config/packet_plan.hpp"
#include "dataplane/config/sections.hpp"

namespace weir {
namespace {

// The slice whose buffers take most, for an error to point at.
SliceId largest(const Config& config, const std::vector<LosslessBuffer>& buffers) {
    IdVector<SliceId, std::uint64_t> sums(config.slices.size());
    SliceId most{};
    for (const LosslessBuffer& buffer : buffers) {
        sums[buffer.slice] += packet_buffers_of(buffer.buffer);
        if (sums[buffer.slice] > sums[most]) most = buffer.slice;
    }
    return most;
}

void check_pool(Parsing& p, const PacketPlan& plan) {
    if (p.config.memory.packet_buffers == 0 || plan.missing == 0) return;
    p.report.error(
        KeyPath{"memory"} / "packet_buffers",
        fmt::format("{} are {} short: lossless slices take {}, rings and caches {}, and lossy "
                    "slices at least {}; raise it to {}, or leave it out to have it computed",
                    plan.pool, plan.missing, plan.lossless, plan.rings,
                    least_lossy_buffers * p.config.ports.size(), plan.pool + plan.missing));
}

void check_machine(Parsing& p, const PacketPlan& plan, const std::vector<LosslessBuffer>& buffers) {
    if (!p.machine.installed) return;
    const Bytes needed = packet_memory_of(p.config, plan.pool), there = *p.machine.installed;
    if (needed <= there) return;
    const std::string sum = fmt::format(
        "{} packet buffers of {} bytes take {} bytes, {} more than the {} that this "
        "machine has",
        plan.pool, packet_buffer_bytes(p.config).count(), needed.count(), (needed - there).count(),
        there.count());
    if (p.config.memory.packet_buffers != 0)
        p.report.error(KeyPath{"memory"} / "packet_buffers",
                       sum + "; lower it, or leave it out to have it computed");
    else if (plan.lossless == 0)
        p.report.error(KeyPath{"memory"} / "reserve",
                       sum + "; lower reserve, receive_queues or the rate of ports, or add memory");
    else
        p.report.error(slice_place(p, largest(p.config, buffers)) / "buffer",
                       fmt::format("{}, and {} of them are for lossless slices; lower distance, "
                                   "limit or isolate, raise min_packet, give slices a smaller "
                                   "buffer, or add memory",
                                   sum, plan.lossless));
}

}  // namespace

void check_memory(Parsing& p, const std::vector<LosslessBuffer>& buffers) {
    // Numbers that nobody wrote are not compared.
    if (!p.report.clean(KeyPath{"memory"}) || !p.report.clean(KeyPath{"workers"})) return;
    for (std::size_t i = 0; i < p.config.ports.size(); ++i)
        if (!clean_keys(p, KeyPath{"port"}[i],
                        {"device", "mtu", "rate", "receive_queues", "receive_descriptors",
                         "transmit_descriptors"}))
            return;
    if (!std::ranges::all_of(buffers, [&](const auto& it) { return knows_size(p, it); })) return;
    const PacketPlan plan = plan_packets(p.config);
    check_pool(p, plan);
    check_machine(p, plan, buffers);
}

}  // namespace weir
