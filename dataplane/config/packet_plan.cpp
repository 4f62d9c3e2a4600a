#include "dataplane/config/packet_plan.hpp"

#include <algorithm>

#include "dataplane/config/buffers.hpp"

namespace weir {
namespace {

// Rings between threads (per worker and port, and to and from control) and what waits for a
// neighbour to answer.
constexpr std::uint32_t handoff_packets = 1024;
constexpr std::uint32_t control_packets = 2048;
constexpr std::uint32_t held_packets = 1024;
// Fill and completion ring of each queue of an AF_XDP socket, beside the two we size.
constexpr std::uint32_t xdp_rings = 2 * 2048;

constexpr Nanos lossy_time{1'000'000};
constexpr Bytes least_lossy{std::uint64_t{1} << 20U};

// Where sums of absurd sizes stop, so that neither they nor their bytes wrap.
constexpr std::uint64_t beyond_any_memory = std::uint64_t{1} << 48U;
constexpr std::uint64_t bounded_sum(std::uint64_t a, std::uint64_t b) {
    return std::min(std::min(a, beyond_any_memory) + std::min(b, beyond_any_memory),
                    beyond_any_memory);
}

bool is_xdp(const PortConfig& port) { return port.device.starts_with("af_xdp:"); }

std::uint64_t ring_packets(const Config& config) {
    const std::uint64_t workers = std::max<std::size_t>(config.workers.cores.size(), 1);
    std::uint64_t packets = held_packets + control_packets;
    for (const PortConfig& port : config.ports) {
        const std::uint64_t queues = port.receive_queues != 0 ? port.receive_queues : workers;
        packets += queues * (port.receive_descriptors + (is_xdp(port) ? xdp_rings : 0)) +
                   port.transmit_descriptors + workers * handoff_packets;
    }
    // A cache holds up to half as much again before it flushes; control and API threads have one.
    return packets + (workers + 2) * (packet_cache + packet_cache / 2 + 64);
}

Bytes lossy_wanted(const PortConfig& port) {
    return port.rate ? std::max(*port.rate * lossy_time, least_lossy) : least_lossy;
}

std::uint64_t all_lossy_wanted(const Config& config) {
    std::uint64_t sum = 0;
    for (const PortConfig& port : config.ports)
        sum = bounded_sum(sum, packet_buffers_of(lossy_wanted(port)));
    return sum;
}

}  // namespace

std::uint64_t packet_buffers_of(Bytes charge) {
    return charge.count() / piece_charge.count() + (charge.count() % piece_charge.count() != 0);
}

// Two cache lines of rte_mbuf, one of the pool's own header, 32 bytes of ours, 128 in front of the
// frame and 2,048 for it. An AF_XDP port cannot chain: the frame must fit, behind the 256 bytes
// that XDP takes, and the whole in 63 lines of a page. DPDK makes the lines an odd number, to
// spread the elements over memory channels.
Bytes packet_buffer_bytes(const Config& config) {
    constexpr unsigned line = 64, headers = 3 * line + 32, headroom = 128, xdp_headroom = 256;
    constexpr unsigned most_room = 63 * line - headers, ethernet = 14 + 4;
    unsigned room = headroom + 2048;
    for (const PortConfig& port : config.ports)
        if (is_xdp(port))
            room =
                std::max(room, std::min(port.mtu + ethernet + headroom + xdp_headroom, most_room));
    return Bytes{std::uint64_t{((headers + room + line - 1) / line) | 1U} * line};
}

Bytes packet_memory_of(const Config& config, std::uint64_t buffers) {
    return Bytes{std::min(buffers, beyond_any_memory) * packet_buffer_bytes(config).count()};
}

PacketPlan plan_packets(const Config& config, std::uint64_t pool) {
    PacketPlan plan;
    plan.rings = ring_packets(config);
    for (const LosslessBuffer& buffer : lossless_buffers(config))
        plan.lossless = bounded_sum(plan.lossless, packet_buffers_of(buffer.buffer));
    const std::uint64_t taken = plan.rings + plan.lossless;
    const std::uint64_t wanted = all_lossy_wanted(config);
    plan.pool = pool != 0 ? pool : config.memory.packet_buffers;
    if (plan.pool == 0)
        plan.pool =
            taken + wanted + config.memory.reserve.count() / packet_buffer_bytes(config).count();

    const std::uint64_t left = plan.pool - std::min(plan.pool, taken);
    // Rings are seldom full: where nothing must be kept for lossless slices, lossy ones may take
    // what stands empty there.
    plan.lossy = std::min(wanted, plan.lossless == 0 ? std::max(left, plan.pool / 4) : left);
    plan.reserve = left - std::min(left, plan.lossy);
    if (plan.lossless == 0) return plan;
    const std::uint64_t needed = taken + least_lossy_buffers * config.ports.size();
    plan.missing = needed - std::min(needed, plan.pool);
    return plan;
}

IdVector<PortId, Bytes> lossy_buffers(const Config& config, std::uint64_t pool) {
    const std::uint64_t wanted = all_lossy_wanted(config);
    const std::uint64_t there = plan_packets(config, pool).lossy;
    IdVector<PortId, Bytes> shares;
    for (const PortConfig& port : config.ports) {
        const Bytes all = lossy_wanted(port);
        const auto part = static_cast<unsigned __int128>(packet_buffers_of(all)) * there / wanted;
        shares.push_back(
            there == wanted ? all : Bytes{static_cast<std::uint64_t>(part) * piece_charge.count()});
    }
    return shares;
}

}  // namespace weir
