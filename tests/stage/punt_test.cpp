// The ways to the control thread are limited, each kind apart.
#include <gtest/gtest.h>

#include "tests/stage/scene.hpp"

namespace weir::test {
namespace {

// At one instant: no limit is refilled.
class Burst {
public:
    void send(const PacketBuilder& in, PortId port, unsigned times = 1) {
        for (unsigned i = 0; i < times; ++i) {
            Packet* packet = bed_.exact(in.build());
            bed_.pipeline().ingress({&packet, 1}, port, bed_.snapshot(), bed_.now);
        }
    }
    std::uint64_t over_rate(PortId port) {
        return bed_.shard().ports[port].drops[static_cast<std::size_t>(Drop::punt_rate)].read();
    }

private:
    Bed bed_{scene_config()};
};

PacketBuilder solicitation(PacketBuilder in, std::uint8_t hop_limit) {
    return in.ip6("fd00:77::9", "fd00:1::1", hop_limit).icmp6(135, 0, 0).payload(24);
}

// A message that no neighbor can have sent must not keep out those of the neighbors: else anybody
// far away makes every neighbor of the port be forgotten.
TEST(PuntLimit, OfNeighborsIsNotSpentByTheFarAway) {
    const PacketBuilder arp =
        frame(broadcast_mac).arp(1, lan_gateway4, "10.1.0.2", MacAddr{}, "10.1.0.1");
    Burst routed;
    routed.send(solicitation(frame(lan_mac), 64), lan, 1000);
    const std::uint64_t before = routed.over_rate(lan);
    EXPECT_GT(before, 0U);
    routed.send(arp, lan);
    EXPECT_EQ(routed.over_rate(lan), before);

    Burst tunnelled;
    tunnelled.send(solicitation(frame(wan_mac).ip6("fc00:b::1", "fc00:a::d6"), 255), wan, 1000);
    const std::uint64_t spent = tunnelled.over_rate(wan);
    EXPECT_GT(spent, 0U);
    tunnelled.send(frame(broadcast_mac).arp(1, wan_gateway, "192.0.2.2", MacAddr{}, "192.0.2.1"),
                   wan);
    EXPECT_EQ(tunnelled.over_rate(wan), spent);
}

TEST(PuntLimit, OfNeighborsIsNotSpentByEcho) {
    Burst burst;
    burst.send(frame(lan_mac).ip4("10.1.0.9", "10.1.0.1").icmp4(8, 0, 7), lan, 1000);
    const std::uint64_t before = burst.over_rate(lan);
    burst.send(solicitation(frame(lan_mac), 255), lan);
    EXPECT_EQ(burst.over_rate(lan), before);
}

}  // namespace
}  // namespace weir::test
