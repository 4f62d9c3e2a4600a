// Whom the resolver believes and answers in ARP: messages made by scapy, answers as wire bytes.
#include <gtest/gtest.h>

#include <chrono>

#include "dataplane/wire/icmp.hpp"
#include "tests/unit/control/resolver_bed.hpp"

namespace weir {
namespace {

using namespace std::chrono_literals;
using Strings = std::vector<std::string>;

constexpr std::size_t ip_at = sizeof(EthernetHeader);

TEST(ResolverArp, AnswersForOurAddressesAndLearnsTheAsker) {
    Bed bed;
    EXPECT_EQ(bed.arp("in-arp-request"), Drop::none);
    EXPECT_EQ(bed.sent(), Strings{"0:arp-reply"});
    EXPECT_EQ(bed.mac(host4), host_mac);
}

TEST(ResolverArp, AnswersAnAddressProbeAndLearnsNothing) {
    Bed bed;
    EXPECT_EQ(bed.arp("in-arp-probe"), Drop::none);
    EXPECT_EQ(bed.sent(), Strings{"0:arp-reply-to-probe"});
    EXPECT_TRUE(bed.resolver.view(bed.now()).empty());
}

TEST(ResolverArp, ClaimsOfStrangersCreateNothing) {
    for (const auto* message : {"in-arp-reply", "in-arp-gratuitous", "in-arp-request-other"}) {
        Bed bed;
        EXPECT_EQ(bed.arp(message), Drop::none) << message;
        EXPECT_TRUE(bed.resolver.view(bed.now()).empty()) << message;
        EXPECT_EQ(bed.sent(), Strings{}) << message;
    }
}

TEST(ResolverArp, AnAskerOutsideTheSubnetIsAnsweredNotLearned) {
    Bed bed;
    Octets request = golden_frame("in-arp-request");
    at<ArpPacket>(request, ip_at).sender = {{203, 0, 113, 5}};
    EXPECT_EQ(bed.arp(request), Drop::none);
    EXPECT_EQ(bed.out.frames.size(), 1U);
    EXPECT_TRUE(bed.resolver.view(bed.now()).empty());
}

// RFC 826: the table entry of a known sender is updated by any ARP packet of his.
TEST(ResolverArp, AKnownNeighborMayMove) {
    Bed bed;
    bed.resolve4();
    EXPECT_EQ(bed.arp("in-arp-gratuitous"), Drop::none);
    EXPECT_EQ(bed.mac(host4), other_mac);
    EXPECT_EQ(bed.state(host4), "stale");
    bed.resolve6();
    EXPECT_EQ(bed.arp("in-arp-request"), Drop::none);
    EXPECT_EQ(bed.mac(host4), host_mac);
}

TEST(ResolverArp, AnUnaskedReplyWithTheSameMacConfirmsNothing) {
    Bed bed;
    bed.resolve4();
    bed.run(20s);
    EXPECT_EQ(bed.arp("in-arp-reply"), Drop::none);
    EXPECT_EQ(bed.arp("in-arp-request"), Drop::none);
    bed.sent();
    bed.run(10s);
    EXPECT_EQ(bed.sent(), Strings{"30000:arp-probe"});
}

TEST(ResolverArp, AReplyThatNobodyAskedForDoesNotConfirmWhatIsStale) {
    Bed bed;
    EXPECT_EQ(bed.arp("in-arp-request"), Drop::none);
    EXPECT_EQ(bed.arp("in-arp-reply"), Drop::none);
    EXPECT_EQ(bed.state(host4), "stale");
}

TEST(ResolverArp, WhatWaitsGoesWhenTheNeighborSpeaksForAnyReason) {
    for (const auto* message : {"in-arp-reply", "in-arp-request", "in-arp-request-other"}) {
        Bed bed;
        bed.want(1, lan, host4);
        EXPECT_EQ(bed.arp(message), Drop::none);
        EXPECT_EQ(bed.ready(), std::vector{1}) << message;
        // Only an answer to us shows that it hears us.
        const bool answer = message == std::string{"in-arp-reply"};
        EXPECT_EQ(bed.state(host4), answer ? "reachable" : "stale") << message;
    }
}

TEST(ResolverArp, OurAddressIsDefendedOnceInTenSeconds) {
    Bed bed;
    for (int i = 0; i < 5; ++i) EXPECT_EQ(bed.arp("in-arp-duplicate"), Drop::none);
    EXPECT_EQ(bed.sent(), Strings{"0:arp-defence"});
    bed.run(9990ms);
    EXPECT_EQ(bed.arp("in-arp-duplicate"), Drop::none);
    EXPECT_EQ(bed.sent(), Strings{});
    bed.run(10ms);
    EXPECT_EQ(bed.arp("in-arp-duplicate"), Drop::none);
    bed.run(9990ms);
    EXPECT_EQ(bed.arp("in-arp-duplicate"), Drop::none);
    EXPECT_EQ(bed.sent(), Strings{"10000:arp-defence"});
    EXPECT_TRUE(bed.resolver.view(bed.now()).empty());
}

TEST(ResolverArp, WhoAsksInOurNameGetsNoAnswerButTheDefence) {
    Bed bed;
    Octets request = golden_frame("in-arp-request");
    at<ArpPacket>(request, ip_at).sender = {{192, 0, 2, 1}};
    EXPECT_EQ(bed.arp(request), Drop::none);
    EXPECT_EQ(bed.sent(), Strings{"0:arp-defence"});
    // An address that was given away and taken back is a new one.
    bed.resolver.set_ports({}, bed.now(), bed.out);
    bed.resolver.set_ports(bed_ports(), bed.now(), bed.out);
    EXPECT_EQ(bed.arp(request), Drop::none);
    EXPECT_EQ(bed.sent(), Strings{"0:arp-defence"});
}

TEST(ResolverArp, OurOwnFramesSentBackToUsMeanNothing) {
    Bed bed;
    EXPECT_EQ(bed.arp("out-arp-defence"), Drop::none);
    EXPECT_EQ(bed.arp("out-arp-request"), Drop::none);
    EXPECT_EQ(bed.sent(), Strings{});
}

TEST(ResolverArp, MalformedIsDroppedAndForeignOperationsHaveNoListener) {
    const auto broken = [](auto change) {
        Octets frame = golden_frame("in-arp-request");
        change(at<ArpPacket>(frame, ip_at));
        Bed bed;
        const Drop drop = bed.arp(frame);
        EXPECT_EQ(bed.sent(), Strings{});
        EXPECT_TRUE(bed.resolver.view(bed.now()).empty());
        return drop;
    };
    EXPECT_EQ(broken([](ArpPacket& arp) { arp.hardware = be16{6}; }), Drop::icmp_malformed);
    EXPECT_EQ(broken([](ArpPacket& arp) { arp.protocol = be16{0x86dd}; }), Drop::icmp_malformed);
    EXPECT_EQ(broken([](ArpPacket& arp) { arp.hardware_length = 8; }), Drop::icmp_malformed);
    EXPECT_EQ(broken([](ArpPacket& arp) { arp.protocol_length = 16; }), Drop::icmp_malformed);
    EXPECT_EQ(broken([](ArpPacket& arp) { arp.sender_mac = broadcast_mac; }), Drop::icmp_malformed);
    EXPECT_EQ(broken([](ArpPacket& arp) { arp.sender_mac = {}; }), Drop::icmp_malformed);
    EXPECT_EQ(broken([](ArpPacket& arp) { arp.operation = be16{3}; }), Drop::no_listener);
    Octets frame = golden_frame("in-arp-request");
    frame.resize(ip_at + sizeof(ArpPacket) - 1);
    EXPECT_EQ(Bed{}.arp(frame), Drop::icmp_malformed);
    EXPECT_EQ(Bed{}.arp(golden_frame("in-arp-request"), nowhere), Drop::reconfigured);
}

TEST(ResolverArp, GroupsAreNotLearnedAsNeighbors) {
    for (const auto* sender :
         {"192.0.2.255", "192.0.2.0", "224.0.0.1", "255.255.255.255", "127.0.0.1"}) {
        Octets frame = golden_frame("in-arp-request");
        at<ArpPacket>(frame, ip_at).sender = parse_ipv4(sender).value();
        Bed bed;
        EXPECT_EQ(bed.arp(frame), Drop::none);
        EXPECT_TRUE(bed.resolver.view(bed.now()).empty()) << sender;
    }
}

}  // namespace
}  // namespace weir
