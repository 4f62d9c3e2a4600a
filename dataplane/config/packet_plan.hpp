#pragma once
// How many packet buffers a pool has, and for what. A packet is charged at least 256 bytes for each
// that it takes (qos/buffer.hpp), so `charge` bytes never lie in more than charge / 256 of them,
// however small the packets. That is what is kept: a pool that runs dry loses packets of a lossless
// slice.
#include <cstdint>

#include "dataplane/config/config.hpp"

namespace weir {

inline constexpr std::uint32_t packet_cache = 256;  // that each thread keeps at hand

// `charge` in packet buffers, and so many packet buffers in bytes of memory.
std::uint64_t packet_buffers_of(Bytes charge);
Bytes packet_memory_of(const Config& config, std::uint64_t buffers);
// The element of DPDK's pool, whole: headers, headroom, data, padding. dataplane/io makes it;
// tests/unit/io compares.
Bytes packet_buffer_bytes(const Config& config);

struct PacketPlan {
    std::uint64_t rings = 0;     // descriptors, hand-off rings, caches, what waits for a neighbour
    std::uint64_t lossless = 0;  // lossless_buffers()
    std::uint64_t lossy = 0;     // lossy_buffers()
    std::uint64_t reserve = 0;   // what is left: room for slices that a reload adds
    std::uint64_t pool = 0;      // all of it
    std::uint64_t missing = 0;   // in the pool, or lossless slices could lose
};
// `pool`: that runs already; 0: the one to be made, memory.packet_buffers where given, else
// what the parts come to and memory.reserve.
PacketPlan plan_packets(const Config& config, std::uint64_t pool = 0);

// Least that lossy slices of a port keep where lossless ones take the rest.
inline constexpr std::uint64_t least_lossy_buffers = 1024;
// What the lossy slices of each port share, in bytes of charge: a millisecond of its rate, at least
// 1 MiB; less where the pool does not have so much.
IdVector<PortId, Bytes> lossy_buffers(const Config& config, std::uint64_t pool = 0);

}  // namespace weir
