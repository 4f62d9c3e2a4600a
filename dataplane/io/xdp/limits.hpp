#pragma once
// How large a frame an AF_XDP port takes. The kernel cuts the packet memory into chunks of at most
// one page (net/xdp/xdp_umem.c), and a chunk is one whole element of the packet pool:
//   pool header 64 | rte_mbuf 128 | private 32 | headroom 128 | XDP's headroom 256 | frame
// A longer frame is dropped by the kernel, so an MTU that does not fit is refused at start. Of the
// page, 63 of 64 cache lines serve: DPDK pads an element of 64 to 65, to spread them over memory
// channels.
#include <algorithm>
#include <cstdint>

#include "dataplane/io/packet.hpp"

namespace weir {

inline constexpr std::uint16_t xdp_headroom = 256;  // XDP_PACKET_HEADROOM
inline constexpr std::uint16_t xdp_element = 63 * 64;
inline constexpr std::uint16_t xdp_pool_header = 64;  // rte_mempool_objhdr, on a cache line
inline constexpr std::uint32_t xdp_ring_packets = 2048;
// What the driver itself says of a page (rte_eth_af_xdp.c, eth_dev_info).
inline constexpr std::uint16_t xdp_driver_mtu = 3542;

inline constexpr std::uint16_t xdp_max_data_room =
    xdp_element - xdp_pool_header - sizeof(rte_mbuf) - packet_private_bytes;
inline constexpr std::uint16_t xdp_frame_overhead = 14 + 4;  // Ethernet, and a tag to drop
inline constexpr std::uint16_t xdp_max_mtu =
    xdp_max_data_room - packet_headroom - xdp_headroom - xdp_frame_overhead;

// The data room in which a frame of that MTU fits, or the most there can be.
constexpr std::uint16_t xdp_data_room(std::uint16_t mtu) {
    const unsigned room = unsigned{mtu} + xdp_frame_overhead + packet_headroom + xdp_headroom;
    return static_cast<std::uint16_t>(std::min<unsigned>(room, xdp_max_data_room));
}

}  // namespace weir
