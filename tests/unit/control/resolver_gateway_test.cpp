// Gateways, which are asked for ever, and what a reload takes away.
#include "dataplane/control/resolver.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>

#include "dataplane/wire/ip.hpp"
#include "tests/unit/control/resolver_bed.hpp"

namespace weir {
namespace {

using namespace std::chrono_literals;
using Strings = std::vector<std::string>;
using Ints = std::vector<int>;
using Gateways = std::vector<std::pair<PortId, Ipv6Addr>>;

TEST(ResolverGateway, GatewaysAreResolvedAtOnceAndAskedForEver) {
    Bed bed;
    const Gateways gateways{{lan, host4}, {lan, host6}};
    const auto ids = bed.resolver.pin(gateways, bed.now(), bed.out);
    ASSERT_EQ(ids.size(), 2U);
    EXPECT_EQ(ids[0], bed.table.find(lan, host4));
    EXPECT_EQ(ids[1], bed.table.find(lan, host6));
    EXPECT_EQ(bed.sent(), (Strings{"0:arp-request", "0:ns"}));
    bed.nd("in-na-host-S1O1");
    bed.want(1, lan, host4);
    bed.run(3350ms);
    EXPECT_EQ(bed.lost(), Strings{"1:neighbor_failed"});
    bed.sent();
    bed.run(2000ms);
    EXPECT_EQ(bed.sent(), (Strings{"4350:arp-request", "5350:arp-request"}));
    bed.want(2, lan, host4);
    EXPECT_EQ(bed.lost(), Strings{"2:neighbor_failed"});
    bed.run(600s);
    EXPECT_EQ(bed.table.find(lan, host4), ids[0]);
    EXPECT_EQ(bed.out.erased, std::vector<NeighborId>{});
    ASSERT_EQ(bed.arp("in-arp-reply"), Drop::none);
    EXPECT_EQ(bed.state(host4), "reachable");
    bed.want(3, lan, host4);
    EXPECT_EQ(bed.ready(), Ints{3});
}

TEST(ResolverGateway, AGatewayThatComesBackIsUsedWhenItSaysSo) {
    Bed bed;
    bed.resolver.pin(Gateways{{lan, host4}}, bed.now(), bed.out);
    bed.run(10s);
    ASSERT_EQ(bed.state(host4), "failed");
    ASSERT_EQ(bed.arp("in-arp-gratuitous"), Drop::none);
    EXPECT_EQ(bed.mac(host4), other_mac);
}

TEST(ResolverGateway, AGatewayKeepsItsSlotOverReloadsAndIsNotAskedAgain) {
    Bed bed;
    const Gateways gateways{{lan, host4}};
    const auto first = bed.resolver.pin(gateways, bed.now(), bed.out);
    bed.arp("in-arp-reply");
    bed.sent();
    bed.resolver.set_ports(bed_ports(), bed.now(), bed.out);
    EXPECT_EQ(bed.resolver.pin(gateways, bed.now(), bed.out), first);
    EXPECT_EQ(bed.sent(), Strings{});
    EXPECT_EQ(bed.mac(host4), host_mac);
    // No gateway any more, still a neighbor.
    EXPECT_TRUE(bed.resolver.pin({}, bed.now(), bed.out).empty());
    bed.run(20ms);
    EXPECT_EQ(bed.mac(host4), host_mac);
    EXPECT_FALSE(bed.resolver.view(bed.now()).at(0).pinned);
}

TEST(ResolverGateway, AReloadDoesNotStartTheResolutionOfAFailedGatewayAgain) {
    Bed bed;
    bed.resolver.pin(Gateways{{lan, host4}}, bed.now(), bed.out);
    bed.run(3400ms);
    bed.sent();
    bed.resolver.set_ports(bed_ports(), bed.now(), bed.out);
    bed.resolver.pin(Gateways{{lan, host4}}, bed.now(), bed.out);
    EXPECT_EQ(bed.sent(), Strings{});
    EXPECT_EQ(bed.state(host4), "failed");
}

TEST(ResolverGateway, AFailedGatewayIsAskedSlowlyHoweverFewAttemptsItHad) {
    Bed bed{{.attempts = 1}};
    bed.resolver.pin(Gateways{{lan, host4}}, bed.now(), bed.out);
    bed.run(3s);
    EXPECT_EQ(bed.sent(), (Strings{"0:arp-request", "1050:arp-request", "2050:arp-request"}));
}

TEST(ResolverGateway, AGatewayOfAPortThatVanishedGoesWithIt) {
    Bed bed;
    const Gateways gateways{{wan, v4("198.51.100.0")}};
    bed.resolver.pin(gateways, bed.now(), bed.out);
    bed.want(1, wan, v4("198.51.100.0"));
    bed.resolver.set_ports({bed_ports()[lan]}, bed.now(), bed.out);
    EXPECT_EQ(bed.lost(), Strings{"1:reconfigured"});
    EXPECT_EQ(bed.resolver.pin(gateways, bed.now(), bed.out), std::vector{no_neighbor});
    bed.run(10ms);
    EXPECT_EQ(bed.out.erased.size(), 1U);
}

TEST(ResolverGateway, AFailedGatewayThatIsNoGatewayAnyMoreIsForgotten) {
    Bed bed;
    bed.resolver.pin(Gateways{{lan, host4}}, bed.now(), bed.out);
    bed.run(5s);
    bed.resolver.pin({}, bed.now(), bed.out);
    bed.sent();
    bed.run(2990ms);
    EXPECT_EQ(bed.state(host4), "failed");
    bed.run(10ms);
    EXPECT_EQ(bed.state(host4), "none");
    EXPECT_EQ(bed.sent(), Strings{});
}

TEST(ResolverGateway, PinningWhatFailedTriesAgainAtOnce) {
    Bed bed;
    bed.want(1, lan, host4);
    bed.run(3350ms);
    bed.sent();
    bed.resolver.pin(Gateways{{lan, host4}}, bed.now(), bed.out);
    EXPECT_EQ(bed.state(host4), "incomplete");
    EXPECT_EQ(bed.sent(), Strings{"3350:arp-request"});
}

TEST(ResolverGateway, AGatewayOutsideOurSubnetsIsAskedFromTheLinkLocalAddress) {
    Bed bed;
    bed.resolver.pin(Gateways{{lan, v6("2001:db8:9::1")}}, bed.now(), bed.out);
    ASSERT_EQ(bed.out.frames.size(), 1U);
    Cursor cursor{bed.out.frames[0].bytes};
    cursor.skip(sizeof(EthernetHeader));
    EXPECT_EQ(cursor.peek<Ipv6Header>()->source, link_local_address(our_mac));
}

TEST(ResolverGateway, WhatAReloadRemovesIsLostAtOnceAndErasedByTheNextTick) {
    Bed bed;
    bed.resolve4();
    bed.want(1, lan, host6);
    bed.want(2, wan, v4("198.51.100.0"));
    bed.resolver.pin(Gateways{{lan, local6}}, bed.now(), bed.out);
    bed.want(3, lan, local6);
    bed.sent();
    const NeighborId known = bed.table.find(lan, host4);
    auto ports = bed_ports();
    ports[lan].address4 = {parse_ipv4_prefix("10.0.0.1/8").value()};
    ports[lan].address6 = {{link_local_address(our_mac), 64}};
    bed.resolver.set_ports({ports[lan]}, bed.now(), bed.out);
    bed.resolver.pin(Gateways{{lan, local6}}, bed.now(), bed.out);
    EXPECT_EQ(bed.resolver.held(), 1U);
    Strings lost = bed.lost();
    std::ranges::sort(lost);
    EXPECT_EQ(lost, (Strings{"1:reconfigured", "2:reconfigured"}));
    // Workers still have the old snapshot.
    EXPECT_EQ(bed.table.mac(known), host_mac);
    EXPECT_TRUE(bed.out.erased.empty());
    bed.want(4, lan, host6);
    EXPECT_EQ(bed.lost(), Strings{"4:reconfigured"});
    bed.run(10ms);
    EXPECT_EQ(bed.out.erased.size(), 3U);
    EXPECT_EQ(bed.table.find(lan, host4), no_neighbor);
    EXPECT_EQ(bed.state(host4), "none");
    EXPECT_EQ(bed.state(local6), "incomplete");
    bed.nd(golden_frame("in-na-host-S1O1"));
    EXPECT_EQ(bed.state(host6), "none");
}

TEST(ResolverGateway, AReloadThatTakesBackTheOneBeforeErasesNothing) {
    Bed bed;
    bed.resolve4();
    bed.resolver.set_ports({}, bed.now(), bed.out);
    bed.resolver.set_ports(bed_ports(), bed.now(), bed.out);
    bed.run(10ms);
    EXPECT_EQ(bed.mac(host4), host_mac);
    EXPECT_TRUE(bed.out.erased.empty());
}

TEST(ResolverGateway, AGatewayOffLinkThatIsNoGatewayAnyMoreGoes) {
    Bed bed;
    const Ipv6Addr far = v6("2001:db8:9::1");
    bed.resolver.pin(Gateways{{lan, far}}, bed.now(), bed.out);
    bed.want(1, lan, far);
    EXPECT_EQ(bed.resolver.held(), 1U);
    bed.resolver.set_ports(bed_ports(), bed.now(), bed.out);
    EXPECT_EQ(bed.resolver.held(), 1U);
    bed.resolver.pin({}, bed.now(), bed.out);
    EXPECT_EQ(bed.lost(), Strings{"1:reconfigured"});
    bed.run(10ms);
    EXPECT_EQ(bed.out.erased.size(), 1U);
}

// What Controller relies on where a configuration is refused halfway: until the next tick the one
// before can be put back, with the slots that the running snapshot holds.
TEST(ResolverGateway, AConfigurationPutBackHasItsSlots) {
    Bed bed;
    const std::pair<PortId, Ipv6Addr> far{lan, v4("203.0.113.1")};  // on none of our subnets
    const auto pin = [&](std::span<const std::pair<PortId, Ipv6Addr>> gateways) {
        bed.resolver.set_ports(bed_ports(), bed.now(), bed.out);
        return bed.resolver.pin(gateways, bed.now(), bed.out);
    };
    const auto before = pin({&far, 1});
    bed.table.set_mac(before.at(0), host_mac);
    pin({});
    EXPECT_EQ(pin({&far, 1}), before);
    bed.run(10ms);
    EXPECT_EQ(bed.mac(far.second), host_mac);
    EXPECT_TRUE(bed.out.erased.empty());
}

}  // namespace
}  // namespace weir
