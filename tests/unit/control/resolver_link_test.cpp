// Neighbors of a port that loses its link: nobody on it can answer, so nobody is asked or given up.
#include <gtest/gtest.h>

#include <chrono>

#include "tests/unit/control/resolver_bed.hpp"

namespace weir {
namespace {

using namespace std::chrono_literals;
using Strings = std::vector<std::string>;
using Ints = std::vector<int>;

void set_link(Bed& bed, bool up, PortId port = lan) {
    bed.resolver.set_link(port, up, bed.now(), bed.out);
}

TEST(ResolverLink, WhatWaitsGoesOnWaitingAndIsAskedForAnewWhenItIsBack) {
    Bed bed;
    bed.want(1, lan, host4);
    bed.run(2000ms);
    set_link(bed, false);
    bed.sent();
    bed.want(2, lan, host4);
    bed.want(3, lan, host6);  // nobody has asked for it before
    bed.run(60s);
    EXPECT_EQ(bed.sent(), Strings{});
    EXPECT_EQ(bed.lost(), Strings{});
    EXPECT_EQ(bed.state(host4), "incomplete");
    EXPECT_EQ(bed.resolver.held(), 3U);
    set_link(bed, true);
    EXPECT_EQ(bed.sent(), (Strings{"62000:arp-request", "62000:ns"}));
    bed.run(3340ms);  // all of its attempts, as at first
    EXPECT_EQ(bed.lost(), Strings{});
    ASSERT_EQ(bed.arp("in-arp-reply"), Drop::none);
    EXPECT_EQ(bed.ready(), (Ints{1, 2}));
    bed.run(10ms);
    EXPECT_EQ(bed.lost(), Strings{"3:neighbor_failed"});
}

// Else a flap at the wrong moment loses what a lossless slice holds.
TEST(ResolverLink, WhoIsKnownStaysKnownHoweverLongItLasts) {
    Bed bed;
    bed.resolve4();
    bed.run(29'000ms);
    set_link(bed, false);
    bed.run(600s);
    EXPECT_EQ(bed.mac(host4), host_mac);
    EXPECT_EQ(bed.sent(), Strings{});
    set_link(bed, true);
    bed.run(1s);
    EXPECT_EQ(bed.state(host4), "probing");
    EXPECT_EQ(bed.mac(host4), host_mac);
    bed.run(4s);  // it does not answer now that it could
    EXPECT_EQ(bed.state(host4), "failed");
}

TEST(ResolverLink, AGatewayThatFailedIsAskedAtOnceAndWhatComesWaits) {
    Bed bed;
    const std::pair<PortId, Ipv6Addr> gateway{lan, host4};
    bed.resolver.pin({&gateway, 1}, bed.now(), bed.out);
    bed.run(10s);
    EXPECT_EQ(bed.state(host4), "failed");
    set_link(bed, false);
    set_link(bed, true);
    bed.want(1, lan, host4);
    EXPECT_EQ(bed.lost(), Strings{});
    ASSERT_EQ(bed.arp("in-arp-reply"), Drop::none);
    EXPECT_EQ(bed.ready(), Ints{1});
}

TEST(ResolverLink, OtherPortsGoOn) {
    Bed bed;
    set_link(bed, false, wan);
    bed.want(1, lan, host4);
    bed.run(4s);
    EXPECT_EQ(bed.lost(), Strings{"1:neighbor_failed"});
}

}  // namespace
}  // namespace weir
