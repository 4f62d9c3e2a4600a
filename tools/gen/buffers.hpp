#pragma once
// Packets taken from and given back to their pool, by whoever makes packets of his own.
#include <cstddef>
#include <span>

#include "dataplane/io/packet.hpp"

namespace weir {

// All of `out` or nothing.
inline bool take_buffers(rte_mempool& pool, std::span<Packet*> out) noexcept {
    return rte_pktmbuf_alloc_bulk(&pool, out.data(), static_cast<unsigned>(out.size())) == 0;
}
inline void give_back(std::span<Packet*> packets) noexcept {
    rte_pktmbuf_free_bulk(packets.data(), static_cast<unsigned>(packets.size()));
}

// Of all its bytes; null where there is no buffer.
inline Packet* copy_of(const Packet& packet, rte_mempool& pool) noexcept {
    return rte_pktmbuf_copy(&packet, &pool, 0, UINT32_MAX);
}

// The room of an empty packet's first segment.
inline std::span<std::byte> room(Packet& packet) noexcept {
    return {rte_pktmbuf_mtod(&packet, std::byte*), rte_pktmbuf_tailroom(&packet)};
}
inline void set_length(Packet& packet, std::size_t bytes) noexcept {
    packet.data_len = static_cast<std::uint16_t>(bytes);
    packet.pkt_len = static_cast<std::uint32_t>(bytes);
}

// While it lives, this thread has its own cache of every pool: without, each packet is an atomic
// operation on the pool's ring. For threads that DPDK did not make.
class PoolCacheOfThisThread {
public:
    PoolCacheOfThisThread() { rte_thread_register(); }
    ~PoolCacheOfThisThread() { rte_thread_unregister(); }
    PoolCacheOfThisThread(const PoolCacheOfThisThread&) = delete;
    PoolCacheOfThisThread& operator=(const PoolCacheOfThisThread&) = delete;
};

}  // namespace weir
