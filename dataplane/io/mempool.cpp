#include "dataplane/io/mempool.hpp"

#include <fmt/format.h>
#include <rte_errno.h>
#include <rte_lcore.h>

#include <algorithm>

#include "dataplane/base/error.hpp"
#include "dataplane/io/device_string.hpp"
#include "dataplane/io/dpdk_log.hpp"
#include "dataplane/io/xdp/limits.hpp"

namespace weir {
namespace {

constexpr std::uint32_t cache_packets = 256;
// Rings between threads (per worker and port, and to and from control) and what waits for a
// neighbour to answer.
constexpr std::uint32_t handoff_packets = 1024;
constexpr std::uint32_t control_packets = 2048;
constexpr std::uint32_t held_packets = 1024;

std::uint32_t port_packets(const PortConfig& port, std::uint32_t workers) {
    const std::uint32_t queues = port.receive_queues != 0 ? port.receive_queues : workers;
    // Every queue of an AF_XDP socket has a fill and a completion ring beside the two we size.
    const bool xdp = std::holds_alternative<AfXdpDevice>(parse_device(port.device));
    const std::uint32_t receive = port.receive_descriptors + (xdp ? 2 * xdp_ring_packets : 0);
    return queues * receive + port.transmit_descriptors;
}

}  // namespace

Bytes packet_memory(std::uint32_t packets, std::uint16_t data_room) {
    const std::uint32_t element = sizeof(rte_mbuf) + packet_private_bytes + data_room;
    return Bytes{std::uint64_t{packets} * rte_mempool_calc_obj_size(element, 0, nullptr)};
}

PacketPool make_packet_pool(const std::string& name, std::uint32_t packets,
                            std::uint16_t data_room) {
    forget_complaints();
    PacketPool pool{rte_pktmbuf_pool_create(name.c_str(), packets,
                                            std::min(cache_packets, packets * 2 / 3),
                                            packet_private_bytes, data_room, SOCKET_ID_ANY)};
    if (pool) return pool;
    throw Error{
        ExitCode::device,
        fmt::format("memory: {} packet buffers need {} MB, and DPDK has no such piece: {}{}: lower "
                    "[memory] packet_buffers, or free memory or hugepages "
                    "(\"grep -i huge /proc/meminfo\")",
                    packets, packet_memory(packets, data_room).count() >> 20,
                    rte_strerror(rte_errno), dpdk_says())};
}

std::uint32_t packet_buffers_needed(const Config& config) {
    if (config.memory.packet_buffers != 0) return config.memory.packet_buffers;
    const auto workers =
        static_cast<std::uint32_t>(std::max<std::size_t>(config.workers.cores.size(), 1));
    std::uint32_t packets = held_packets + control_packets;
    for (const auto& port : config.ports)
        packets += port_packets(port, workers) + workers * handoff_packets;
    // A cache holds up to half as much again before it flushes; control and API threads have one.
    packets += (workers + 2) * (cache_packets + cache_packets / 2 + 64);
    return packets;
}

std::uint16_t packet_data_room_needed(const Config& config) {
    std::uint16_t room = packet_data_room;
    for (const auto& port : config.ports)
        if (std::holds_alternative<AfXdpDevice>(parse_device(port.device)))
            room = std::max(room, xdp_data_room(port.mtu));
    return room;
}

}  // namespace weir
