#include <gtest/gtest.h>

#include "dataplane/config/packet_plan.hpp"
#include "dataplane/io/device_plan.hpp"
#include "dataplane/io/mempool.hpp"
#include "dataplane/io/xdp/limits.hpp"

namespace weir {
namespace {

Config with_ports(std::initializer_list<const char*> devices, std::uint16_t mtu = 1500) {
    Config config;
    config.workers.cores = {0};
    for (const char* device : devices) {
        PortConfig port;
        port.device = device;
        port.mtu = mtu;
        config.ports.push_back(port);
    }
    return config;
}

// An element of the pool is a chunk of the XDP socket's memory, and the kernel takes no chunk
// larger than a page (net/xdp/xdp_umem.c).
TEST(XdpLimits, AnElementFitsAPageAndAFrameFitsAnElement) {
    for (unsigned mtu = 68; mtu <= xdp_max_mtu; ++mtu) {
        const std::uint16_t room =
            std::max(xdp_data_room(static_cast<std::uint16_t>(mtu)), packet_data_room);
        const auto element = packet_memory(1, room).count();
        ASSERT_LE(element, 4096U) << mtu;
        ASSERT_GE(room, mtu + 18 + packet_headroom + xdp_headroom) << mtu;
    }
    EXPECT_LT(xdp_max_mtu, xdp_driver_mtu);
    EXPECT_GT(packet_memory(1, xdp_max_data_room + 64).count(), 4096U);  // no byte was given away
}

TEST(PacketDataRoom, GrowsOnlyForAnXdpPortThatNeedsIt) {
    EXPECT_EQ(packet_data_room_needed(with_ports({"af_xdp:x0", "tap:t0"})), packet_data_room);
    EXPECT_EQ(packet_data_room_needed(with_ports({"tap:t0", "memif:/m"}, 9000)), packet_data_room);
    EXPECT_EQ(packet_data_room_needed(with_ports({"af_xdp:x0"}, 3000)), 3000 + 18 + 128 + 256);
}

TEST(PacketBuffers, CoverEveryRing) {
    Config config = with_ports({"0000:17:00.0", "af_xdp:x0"});
    const auto one = plan_packets(config).rings;
    EXPECT_GE(one, 2 * (2048U + 2048U) + 2 * xdp_ring_packets);
    config.workers.cores = {0, 1, 2, 3};
    EXPECT_GE(plan_packets(config).rings, one + 3 * 2 * 2048U);  // receive rings of each worker
}

// The plan knows no DPDK: what it says of an element is what DPDK takes for it.
TEST(PacketBuffers, TakeTheMemoryThatThePlanSays) {
    for (unsigned mtu = 68; mtu <= xdp_driver_mtu; ++mtu) {
        const Config config = with_ports({"af_xdp:x0", "tap:t0"}, static_cast<std::uint16_t>(mtu));
        ASSERT_EQ(packet_buffer_bytes(config), packet_memory(1, packet_data_room_needed(config)))
            << mtu;
    }
    const Config config = with_ports({"tap:t0"}, 9216);
    EXPECT_EQ(packet_memory_of(config, 1000), packet_memory(1000, packet_data_room));
}

TEST(StableMac, IsALocalUnicastAddressThatStays) {
    const MacAddr mac = stable_mac("gw1", "lan0", 0);
    EXPECT_EQ(mac.octets[0], 0x02);  // IEEE 802: locally administered, no group
    EXPECT_EQ(mac, stable_mac("gw1", "lan0", 0));
    EXPECT_NE(mac, stable_mac("gw2", "lan0", 0));
    EXPECT_NE(mac, stable_mac("gw1", "lan1", 0));
    EXPECT_NE(mac, stable_mac("gw1", "lan0", 1));
    EXPECT_NE(stable_mac("a", "bc", 0), stable_mac("ab", "c", 0));
}

}  // namespace
}  // namespace weir
