// The life of a neighbor in virtual time: when it is asked, believed, doubted and given up.
#include "dataplane/control/resolver.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>

#include "tests/unit/control/resolver_bed.hpp"

namespace weir {
namespace {

using namespace std::chrono_literals;
using Strings = std::vector<std::string>;
using Ints = std::vector<int>;
using Gateways = std::vector<std::pair<PortId, Ipv6Addr>>;

TEST(Resolver, AsksEarlyAndOftenAtFirstThenFails) {
    Bed bed;
    bed.want(1, lan, host4);
    EXPECT_EQ(bed.sent(), Strings{"0:arp-request"});
    bed.run(3340ms);
    EXPECT_EQ(bed.sent(), (Strings{"50:arp-request", "150:arp-request", "350:arp-request",
                                   "1350:arp-request", "2350:arp-request"}));
    EXPECT_EQ(bed.state(host4), "incomplete");
    EXPECT_EQ(bed.lost(), Strings{});
    bed.run(10ms);
    EXPECT_EQ(bed.state(host4), "failed");
    EXPECT_EQ(bed.lost(), Strings{"1:neighbor_failed"});
    EXPECT_EQ(bed.sent(), Strings{});
}

TEST(Resolver, AsksForThoseThatPacketsWaitForElsewhere) {
    Bed bed;
    bed.resolver.ask_for(lan, host4, bed.now(), bed.out);
    bed.resolver.ask_for(lan, host4, bed.now(), bed.out);              // is asked for already
    bed.resolver.ask_for(lan, v4("192.0.2.1"), bed.now(), bed.out);    // ours
    bed.resolver.ask_for(lan, v4("203.0.113.1"), bed.now(), bed.out);  // not on the link
    bed.resolver.ask_for(nowhere, host4, bed.now(), bed.out);
    EXPECT_EQ(bed.sent(), Strings{"0:arp-request"});
    EXPECT_EQ(bed.resolver.view(bed.now()).size(), 1U);
    ASSERT_EQ(bed.arp("in-arp-reply"), Drop::none);
    EXPECT_EQ(bed.mac(host4), host_mac);
    EXPECT_EQ(bed.ready(), Ints{});
}

TEST(Resolver, AsksForIpv6AtTheSolicitedNodeGroup) {
    Bed bed;
    bed.want(1, lan, host6);
    bed.want(2, lan, local6);
    EXPECT_EQ(bed.sent(), (Strings{"0:ns", "0:ns-link-local"}));
}

TEST(Resolver, KeepsTheOldestAndGivesThemBackInOrder) {
    Bed bed{{.held_per_neighbor = 3}};
    for (int packet = 1; packet <= 5; ++packet) bed.want(packet, lan, host4);
    EXPECT_EQ(bed.resolver.held(), 3U);
    EXPECT_EQ(bed.lost(), (Strings{"4:neighbor_queue_full", "5:neighbor_queue_full"}));
    ASSERT_EQ(bed.arp("in-arp-reply"), Drop::none);
    for (const auto& ready : bed.out.ready) {
        EXPECT_EQ(ready.mac, host_mac);
        EXPECT_EQ(ready.port, lan);
    }
    EXPECT_EQ(bed.ready(), (Ints{1, 2, 3}));
    EXPECT_EQ(bed.resolver.held(), 0U);
    EXPECT_EQ(bed.mac(host4), host_mac);
    bed.want(6, lan, host4);
    EXPECT_EQ(bed.ready(), Ints{6});
}

TEST(Resolver, HoldsNoMoreThanTheTotalOfAllNeighbors) {
    Bed bed{{.held_per_neighbor = 3, .held_total = 4}};
    for (int packet = 1; packet <= 3; ++packet) bed.want(packet, lan, host4);
    for (int packet = 4; packet <= 6; ++packet) bed.want(packet, lan, host6);
    EXPECT_EQ(bed.lost(), (Strings{"5:neighbor_queue_full", "6:neighbor_queue_full"}));
    ASSERT_EQ(bed.arp("in-arp-reply"), Drop::none);
    for (int packet = 7; packet <= 9; ++packet) bed.want(packet, lan, host6);
    EXPECT_EQ(bed.lost(), Strings{"9:neighbor_queue_full"});
    EXPECT_EQ(bed.resolver.held(), 3U);
}

// Somebody who asks for every address of a subnet takes no place from those who are there: who asks
// for us is still learned, gateways are still resolved, and what is known stays.
TEST(Resolver, ThoseWhoDoNotAnswerTakeAPartOfTheTable) {
    Bed bed{{.unanswered = 4}, 64};
    bed.resolve4();
    bed.forget();
    for (int packet = 1; packet <= 5; ++packet)
        bed.want(packet, lan, v6("2001:db8:1::f" + std::to_string(packet)));
    EXPECT_EQ(bed.lost(), Strings{"5:neighbor_queue_full"});
    ASSERT_EQ(bed.nd("in-ns"), Drop::none);
    EXPECT_EQ(bed.mac(host6), host_mac);
    EXPECT_EQ(bed.mac(host4), host_mac);
    const std::pair<PortId, Ipv6Addr> gateway{lan, v4("192.0.2.77")};
    EXPECT_NE(bed.resolver.pin({&gateway, 1}, bed.now(), bed.out)[0], no_neighbor);
    // Forgotten ones make room.
    bed.run(8s);
    bed.forget();
    bed.want(6, lan, v6("2001:db8:1::f6"));
    EXPECT_EQ(bed.lost(), Strings{});
}

TEST(Resolver, AFailedNeighborIsHopelessUntilItIsForgotten) {
    Bed bed;
    bed.want(1, lan, host4);
    bed.run(3350ms);
    bed.forget();
    bed.run(2990ms);
    bed.want(2, lan, host4);
    EXPECT_EQ(bed.lost(), Strings{"2:neighbor_failed"});
    EXPECT_EQ(bed.sent(), Strings{});
    const NeighborId id = bed.table.find(lan, host4);
    bed.run(10ms);
    EXPECT_EQ(bed.state(host4), "none");
    EXPECT_EQ(bed.out.erased, std::vector{id});
    bed.want(3, lan, host4);
    EXPECT_EQ(bed.sent(), Strings{"6350:arp-request"});
    EXPECT_EQ(bed.resolver.held(), 1U);
}

TEST(Resolver, ProbesWhatIsOldByUnicastThenAsksAllThenFails) {
    Bed bed;
    bed.resolve4();
    bed.run(29990ms);
    EXPECT_EQ(bed.sent(), Strings{});
    EXPECT_EQ(bed.state(host4), "reachable");
    bed.run(3350ms);
    EXPECT_EQ(bed.sent(), (Strings{"30000:arp-probe", "30050:arp-probe", "30150:arp-probe",
                                   "30350:arp-request", "31350:arp-request", "32350:arp-request"}));
    EXPECT_EQ(bed.state(host4), "probing");
    EXPECT_EQ(bed.mac(host4), host_mac);  // it is used while it is doubted
    bed.run(10ms);
    EXPECT_EQ(bed.state(host4), "failed");
    EXPECT_EQ(bed.mac(host4), std::nullopt);
}

TEST(Resolver, AnAnswerToAProbeConfirms) {
    Bed bed;
    bed.resolve6();
    bed.run(30000ms);
    EXPECT_EQ(bed.sent(), Strings{"30000:ns-probe"});
    ASSERT_EQ(bed.nd("in-na-host-S1O0"), Drop::none);
    EXPECT_EQ(bed.state(host6), "reachable");
    EXPECT_EQ(bed.resolver.view(bed.now()).at(0).age, 0ns);
    bed.run(29990ms);
    EXPECT_EQ(bed.sent(), Strings{});
    bed.run(10ms);
    EXPECT_EQ(bed.sent(), Strings{"60000:ns-probe"});
}

TEST(Resolver, WhoAskedUsIsProbedSoonAndForgottenIfItWasALie) {
    Bed bed;
    ASSERT_EQ(bed.arp("in-arp-request"), Drop::none);
    EXPECT_EQ(bed.state(host4), "stale");
    EXPECT_EQ(bed.mac(host4), host_mac);
    bed.sent();
    bed.run(5000ms);
    EXPECT_EQ(bed.sent(), Strings{"5000:arp-probe"});
    bed.run(3350ms + 3000ms);
    EXPECT_EQ(bed.state(host4), "none");
}

TEST(Resolver, AFullTableSaysSo) {
    Bed bed{{}, 2};
    const Gateways gateways{{lan, host4}, {lan, host6}, {lan, local6}, {lan, host4}};
    const auto ids = bed.resolver.pin(gateways, bed.now(), bed.out);
    EXPECT_NE(ids[0], no_neighbor);
    EXPECT_NE(ids[1], no_neighbor);
    EXPECT_EQ(ids[2], no_neighbor);
    EXPECT_EQ(ids[3], ids[0]);
    bed.want(1, lan, v4("192.0.2.99"));
    EXPECT_EQ(bed.lost(), Strings{"1:neighbor_queue_full"});
    EXPECT_EQ(bed.nd("in-ns"), Drop::none);  // answered all the same
}

TEST(Resolver, NobodyCanAnswerForThese) {
    Bed bed;
    bed.want(1, lan, v4("192.0.2.1"));      // we
    bed.want(2, lan, v4("192.0.2.255"));    // broadcast
    bed.want(3, lan, v4("192.0.2.0"));      // network
    bed.want(4, lan, v6("2001:db8:1::1"));  // we
    bed.want(5, lan, v6("2001:db9::1"));    // behind no port
    bed.want(6, lan, v4("198.51.100.0"));   // behind the other port
    bed.want(7, wan, v6("2001:db8:1::9"));  // likewise
    bed.want(8, nowhere, host4);
    EXPECT_EQ(bed.lost(), (Strings{"1:neighbor_failed", "2:neighbor_failed", "3:neighbor_failed",
                                   "4:neighbor_failed", "5:reconfigured", "6:reconfigured",
                                   "7:reconfigured", "8:reconfigured"}));
    EXPECT_EQ(bed.sent(), Strings{});
    bed.want(9, wan, v4("198.51.100.0"));  // a host of a /31
    EXPECT_EQ(bed.resolver.held(), 1U);
}

TEST(Resolver, StopGivesEverythingBack) {
    Bed bed;
    bed.want(1, lan, host4);
    bed.want(2, lan, host4);
    bed.want(3, lan, host6);
    bed.resolver.stop(bed.out);
    Strings lost = bed.lost();
    std::ranges::sort(lost);
    EXPECT_EQ(lost, (Strings{"1:stopped", "2:stopped", "3:stopped"}));
    EXPECT_EQ(bed.resolver.held(), 0U);
}

TEST(Resolver, AClockThatJumpsAsksOnceNotForEachMissedTime) {
    Bed bed;
    bed.want(1, lan, host4);
    bed.sent();
    bed.since += std::chrono::hours{1};
    bed.resolver.tick(bed.now(), bed.out);
    EXPECT_EQ(bed.sent(), Strings{"3600000:arp-request"});
}

TEST(Resolver, LimitsOfNothingStillEnd) {
    Bed bed{{.held_per_neighbor = 0,
             .held_total = 0,
             .retransmit = 0ns,
             .attempts = 0,
             .reachable = 0ns,
             .failed_hold = 0ns}};
    bed.want(1, lan, host4);
    EXPECT_EQ(bed.lost(), Strings{"1:neighbor_queue_full"});
    bed.resolve6();
    bed.run(1s);
    EXPECT_EQ(bed.resolver.view(bed.now()).size(), 0U);
    bed.resolver.pin(Gateways{{lan, host4}}, bed.now(), bed.out);
    bed.run(100ms);
    EXPECT_EQ(bed.state(host4), "failed");
}

TEST(Resolver, ShowsWhatItKnows) {
    Bed bed;
    bed.resolver.pin(Gateways{{lan, host6}}, bed.now(), bed.out);
    bed.resolve4();
    bed.want(1, lan, host6);
    bed.run(1s);
    const auto views = bed.resolver.view(bed.now());
    ASSERT_EQ(views.size(), 2U);
    EXPECT_EQ(views[0].address, host4);
    EXPECT_EQ(views[0].mac, host_mac);
    EXPECT_EQ(views[0].state, "reachable");
    EXPECT_EQ(views[0].age, 1s);
    EXPECT_FALSE(views[0].pinned);
    EXPECT_EQ(views[1].address, host6);
    EXPECT_EQ(views[1].state, "incomplete");
    EXPECT_TRUE(views[1].pinned);
    EXPECT_EQ(views[1].held, 1U);
}

// 10,000 neighbors: a tick looks only at those whose time has come.
TEST(Resolver, ATickOfManyNeighborsIsCheap) {
    NeighborTable table{16384};
    Resolver resolver{table, {}};
    ResolverOutput out;
    auto ports = bed_ports();
    ports[lan].address4 = {parse_ipv4_prefix("10.0.0.1/8").value()};
    resolver.set_ports(ports, Instant{1s}, out);
    for (std::uint32_t i = 0; i < 10'000; ++i)
        resolver.want(nullptr, lan, mapped(Ipv4Addr::from_bits(0x0a010001U + i)), Instant{1s}, out);
    const auto start = std::chrono::steady_clock::now();
    for (int i = 0; i < 100'000; ++i) resolver.tick(Instant{1s + Nanos{i}}, out);
    const auto per_tick = (std::chrono::steady_clock::now() - start) / 100'000;
    EXPECT_LT(per_tick, 10us);  // a full scan takes hundreds
    EXPECT_EQ(out.frames.size(), 10'000U);
}

}  // namespace
}  // namespace weir
