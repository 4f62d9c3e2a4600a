#include "dataplane/io/mempool.hpp"

#include <fmt/format.h>
#include <rte_errno.h>
#include <rte_lcore.h>

#include <algorithm>

#include "dataplane/base/error.hpp"
#include "dataplane/config/packet_plan.hpp"
#include "dataplane/io/device_string.hpp"
#include "dataplane/io/dpdk_log.hpp"
#include "dataplane/io/xdp/limits.hpp"

namespace weir {

Bytes packet_memory(std::uint32_t packets, std::uint16_t data_room) {
    const std::uint32_t element = sizeof(rte_mbuf) + packet_private_bytes + data_room;
    return Bytes{std::uint64_t{packets} * rte_mempool_calc_obj_size(element, 0, nullptr)};
}

PacketPool make_packet_pool(const std::string& name, std::uint32_t packets,
                            std::uint16_t data_room) {
    forget_complaints();
    PacketPool pool{rte_pktmbuf_pool_create(name.c_str(), packets,
                                            std::min(packet_cache, packets * 2 / 3),
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

std::uint16_t packet_data_room_needed(const Config& config) {
    std::uint16_t room = packet_data_room;
    for (const auto& port : config.ports)
        if (std::holds_alternative<AfXdpDevice>(parse_device(port.device)))
            room = std::max(room, xdp_data_room(port.mtu));
    return room;
}

}  // namespace weir
