#pragma once
// The packet buffers of a Node: one pool, `packet_data_room` bytes each, with a per-thread cache.
#include <rte_mempool.h>

#include <cstdint>
#include <memory>
#include <string>

#include "dataplane/config/config.hpp"
#include "dataplane/io/packet.hpp"

namespace weir {

struct MempoolFree {
    void operator()(rte_mempool* pool) const { rte_mempool_free(pool); }
};
using PacketPool = std::unique_ptr<rte_mempool, MempoolFree>;

// Throws Error{ExitCode::device} with the bytes that are missing and the command that mends it.
PacketPool make_packet_pool(const std::string& name, std::uint32_t packets,
                            std::uint16_t data_room = packet_data_room);
// The data room of a pool for `config`: larger than `packet_data_room` where an AF_XDP port's MTU
// asks for it, because such a port cannot chain.
std::uint16_t packet_data_room_needed(const Config& config);
// What such a pool takes.
Bytes packet_memory(std::uint32_t packets, std::uint16_t data_room);

}  // namespace weir
