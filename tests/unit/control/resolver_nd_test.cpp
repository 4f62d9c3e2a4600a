// Whom the resolver believes and answers in ND: messages made by scapy, answers as wire bytes.
#include <gtest/gtest.h>

#include <chrono>

#include "dataplane/wire/checksum.hpp"
#include "dataplane/wire/icmp.hpp"
#include "tests/unit/control/resolver_bed.hpp"

namespace weir {
namespace {

using namespace std::chrono_literals;
using Strings = std::vector<std::string>;

constexpr std::size_t ip_at = sizeof(EthernetHeader), body_at = ip_at + sizeof(Ipv6Header),
                      options_at = body_at + sizeof(NeighborMessage);

// After a change: whatever is wrong with it now, it is not the checksum or the length.
Octets sealed(Octets frame) {
    auto& ip = at<Ipv6Header>(frame, ip_at);
    ip.payload_length = be16{static_cast<std::uint16_t>(frame.size() - body_at)};
    auto& icmp = at<IcmpHeader>(frame, body_at);
    icmp.checksum = be16{0};
    icmp.checksum = checksum_ipv6(ip.source, ip.destination, IpProto::icmpv6,
                                  std::span{frame}.subspan(body_at));
    return frame;
}

TEST(ResolverNd, AnswersForOurAddressesAndLearnsTheAsker) {
    for (const auto* message : {"in-ns", "in-ns-nonce"}) {
        Bed bed;
        EXPECT_EQ(bed.nd(message), Drop::none);
        EXPECT_EQ(bed.sent(), Strings{"0:na"}) << message;
        EXPECT_EQ(bed.mac(host6), host_mac) << message;
        EXPECT_EQ(bed.state(host6), "stale") << message;
    }
}

TEST(ResolverNd, AProbeWithoutAnOptionIsAnsweredToWhereItCameFrom) {
    Bed bed;
    EXPECT_EQ(bed.nd("in-ns-unicast"), Drop::none);
    EXPECT_EQ(bed.sent(), Strings{"0:na"});
    EXPECT_TRUE(bed.resolver.view(bed.now()).empty());
}

TEST(ResolverNd, NothingIsSentToAGroupThatPretendsToAsk) {
    Bed bed;
    Octets frame = golden_frame("in-ns-unicast");
    at<EthernetHeader>(frame, 0).source = broadcast_mac;
    EXPECT_EQ(bed.nd(frame), Drop::none);
    EXPECT_EQ(bed.sent(), Strings{});
}

TEST(ResolverNd, DuplicateAddressDetectionIsAnsweredToAll) {
    Bed bed;
    EXPECT_EQ(bed.nd("in-ns-dad"), Drop::none);
    EXPECT_EQ(bed.nd("in-ns-dad"), Drop::none);
    EXPECT_EQ(bed.sent(), (Strings{"0:na-all-nodes", "0:na-all-nodes"}));
    EXPECT_TRUE(bed.resolver.view(bed.now()).empty());
}

TEST(ResolverNd, OurAddressIsDefendedOnceInTenSeconds) {
    Bed bed;
    EXPECT_EQ(bed.nd("in-na-duplicate"), Drop::none);
    EXPECT_EQ(bed.nd("in-na-duplicate"), Drop::none);
    Octets from_us = golden_frame("in-ns");  // a stranger asks in our name
    at<Ipv6Header>(from_us, ip_at).source = v6("2001:db8:1::1");
    EXPECT_EQ(bed.nd(sealed(from_us)), Drop::none);
    EXPECT_EQ(bed.sent(), Strings{"0:na-all-nodes"});
    bed.run(10s);
    EXPECT_EQ(bed.nd(sealed(from_us)), Drop::none);
    EXPECT_EQ(bed.sent(), Strings{"10000:na-all-nodes"});
    EXPECT_TRUE(bed.resolver.view(bed.now()).empty());
}

TEST(ResolverNd, OurOwnFramesSentBackToUsMeanNothing) {
    Bed bed;
    for (const auto* message : {"out-na-all-nodes", "out-ns", "out-na"})
        EXPECT_EQ(bed.nd(message), Drop::none) << message;
    EXPECT_EQ(bed.sent(), Strings{});
}

// RFC 4861 section 7.2.5, row by row. The neighbor is known with host_mac in `before`.
struct Row {
    const char* before;
    const char* message;
    const char* after;
    bool other;  // whether other_mac is believed
};
class Advertisement : public testing::TestWithParam<Row> {};

TEST_P(Advertisement, ChangesWhatTheRfcSays) {
    const Row& row = GetParam();
    Bed bed;
    if (row.before == std::string{"stale"}) {
        bed.nd("in-ns");
    } else if (row.before != std::string{"none"}) {
        bed.resolve6();
    }
    if (row.before == std::string{"probing"}) bed.run(30s);
    ASSERT_EQ(bed.state(host6), row.before);
    EXPECT_EQ(bed.nd(row.message), Drop::none);
    EXPECT_EQ(bed.state(host6), row.after);
    if (row.before != std::string{"none"}) {
        EXPECT_EQ(bed.mac(host6), row.other ? other_mac : host_mac);
    }
}

INSTANTIATE_TEST_SUITE_P(Rfc4861, Advertisement,
                         testing::Values(Row{"none", "in-na-host-S1O1", "none", false},
                                         Row{"none", "in-na-host-S0O1", "none", false},
                                         Row{"reachable", "in-na-host-S0O0", "reachable", false},
                                         Row{"reachable", "in-na-host-S0O1", "reachable", false},
                                         Row{"reachable", "in-na-host-S1O0", "reachable", false},
                                         Row{"reachable", "in-na-other-S0O0", "stale", false},
                                         Row{"reachable", "in-na-other-S1O0", "stale", false},
                                         Row{"reachable", "in-na-other-S0O1", "stale", true},
                                         Row{"reachable", "in-na-other-S1O1", "reachable", true},
                                         Row{"stale", "in-na-host-S0O0", "stale", false},
                                         Row{"stale", "in-na-host-S0O1", "stale", false},
                                         Row{"stale", "in-na-host-S1O0", "reachable", false},
                                         Row{"stale", "in-na-other-S0O0", "stale", false},
                                         Row{"stale", "in-na-other-S1O0", "stale", false},
                                         Row{"stale", "in-na-other-S0O1", "stale", true},
                                         Row{"stale", "in-na-other-S1O1", "reachable", true},
                                         Row{"stale", "in-na-no-option", "reachable", false},
                                         Row{"probing", "in-na-host-S0O0", "probing", false},
                                         Row{"probing", "in-na-host-S1O0", "reachable", false},
                                         Row{"probing", "in-na-no-option", "reachable", false},
                                         Row{"probing", "in-na-other-S1O0", "probing", false},
                                         Row{"probing", "in-na-other-S0O1", "stale", true},
                                         Row{"probing", "in-na-other-S1O1", "reachable", true}));

TEST(ResolverNd, AnIncompleteNeighborTakesAnyMacButNeedsOne) {
    for (const bool solicited : {false, true})
        for (const auto* override_flag : {"O0", "O1"}) {
            Bed bed;
            bed.want(1, lan, host6);
            EXPECT_EQ(bed.nd("in-na-no-option"), Drop::none);
            EXPECT_EQ(bed.state(host6), "incomplete");
            EXPECT_TRUE(bed.ready().empty());
            const std::string flags = (solicited ? "S1" : "S0") + std::string{override_flag};
            EXPECT_EQ(bed.nd("in-na-host-" + flags), Drop::none);
            EXPECT_EQ(bed.state(host6), solicited ? "reachable" : "stale");
            EXPECT_EQ(bed.ready(), std::vector{1});
        }
}

TEST(ResolverNd, ASolicitationOfAnIncompleteNeighborReleasesWhatWaits) {
    Bed bed;
    bed.want(1, lan, host6);
    EXPECT_EQ(bed.nd("in-ns"), Drop::none);
    EXPECT_EQ(bed.ready(), std::vector{1});
}

TEST(ResolverNd, MessagesAboutOthersAreReadAndForgotten) {
    Bed bed;
    Octets frame = golden_frame("in-ns");
    at<NeighborMessage>(frame, body_at).target = v6("2001:db8:1::7:1");
    EXPECT_EQ(bed.nd(sealed(frame)), Drop::none);
    EXPECT_EQ(bed.nd("in-rs"), Drop::no_listener);
    EXPECT_EQ(bed.sent(), Strings{});
    EXPECT_TRUE(bed.resolver.view(bed.now()).empty());
}

// Every check of RFC 4861 section 7.1.1 and 7.1.2; each frame would be answered or believed
// otherwise.
Drop refused(const Octets& frame) {
    Bed bed;
    bed.want(1, lan, host6);
    bed.sent();
    const Drop drop = bed.nd(frame);
    EXPECT_EQ(bed.sent(), Strings{});
    EXPECT_EQ(bed.state(host6), "incomplete");
    EXPECT_EQ(bed.resolver.view(bed.now()).size(), 1U);
    return drop;
}

template <class F>
Drop refused(const char* message, F change) {
    Octets frame = golden_frame(message);
    change(frame);
    return refused(sealed(frame));
}

TEST(ResolverNd, RefusesWhatRfc4861Refuses) {
    EXPECT_EQ(refused(golden_frame("in-ns-hop-limit")), Drop::icmp_malformed);
    EXPECT_EQ(refused(golden_frame("in-na-multicast-S1")), Drop::icmp_malformed);
    const auto code = [](Octets& f) { at<IcmpHeader>(f, body_at).code = 1; };
    const auto group = [](Octets& f) { at<NeighborMessage>(f, body_at).target = v6("ff02::1"); };
    const auto zero = [](Octets& f) { at<LinkLayerOption>(f, options_at).length_units = 0; };
    const auto unknown_zero = [](Octets& f) {
        at<LinkLayerOption>(f, options_at).type = 200;
        at<LinkLayerOption>(f, options_at).length_units = 0;
    };
    const auto version = [](Octets& f) {
        at<Ipv6Header>(f, ip_at).version_class_label = be32{4U << 28U};
    };
    const auto next = [](Octets& f) { at<Ipv6Header>(f, ip_at).next_header = IpProto::routing; };
    const auto beyond = [](Octets& f) { at<LinkLayerOption>(f, options_at).length_units = 2; };
    const auto unknown = [](Octets& f) {
        at<LinkLayerOption>(f, options_at).type = 200;
        at<LinkLayerOption>(f, options_at).length_units = 2;
    };
    const auto long_mac = [](Octets& f) {
        at<LinkLayerOption>(f, options_at).length_units = 2;
        f.resize(f.size() + 8);
    };
    const auto half_option = [](Octets& f) { f.resize(f.size() - 3); };
    const auto one_octet = [](Octets& f) { f.resize(options_at + 1); };
    const auto group_mac = [](Octets& f) {
        at<LinkLayerOption>(f, options_at).mac = broadcast_mac;
    };
    const auto short_message = [](Octets& f) { f.resize(body_at + 23); };
    const auto mapped_target = [](Octets& f) { at<NeighborMessage>(f, body_at).target = host4; };
    const auto from_group = [](Octets& f) { at<Ipv6Header>(f, ip_at).source = v6("ff02::9"); };
    for (const char* message : {"in-ns", "in-na-host-S1O1"}) {
        SCOPED_TRACE(message);
        EXPECT_EQ(refused(message, code), Drop::icmp_malformed);
        EXPECT_EQ(refused(message, group), Drop::icmp_malformed);
        EXPECT_EQ(refused(message, zero), Drop::icmp_malformed);
        EXPECT_EQ(refused(message, unknown_zero), Drop::icmp_malformed);
        EXPECT_EQ(refused(message, version), Drop::icmp_malformed);
        EXPECT_EQ(refused(message, next), Drop::icmp_malformed);
        EXPECT_EQ(refused(message, beyond), Drop::icmp_malformed);
        EXPECT_EQ(refused(message, unknown), Drop::icmp_malformed);
        EXPECT_EQ(refused(message, long_mac), Drop::icmp_malformed);
        EXPECT_EQ(refused(message, half_option), Drop::icmp_malformed);
        EXPECT_EQ(refused(message, one_octet), Drop::icmp_malformed);
        EXPECT_EQ(refused(message, group_mac), Drop::icmp_malformed);
        EXPECT_EQ(refused(message, short_message), Drop::icmp_malformed);
        EXPECT_EQ(refused(message, mapped_target), Drop::icmp_malformed);
        EXPECT_EQ(refused(message, from_group), Drop::icmp_malformed);
    }
    const auto unspecified = [](Octets& f) { at<Ipv6Header>(f, ip_at).source = {}; };
    const auto dad_elsewhere = [](Octets& f) {
        at<Ipv6Header>(f, ip_at).destination = v6("ff02::1");
    };
    const auto mapped_source = [](Octets& f) { at<Ipv6Header>(f, ip_at).source = host4; };
    EXPECT_EQ(refused("in-ns", unspecified), Drop::icmp_malformed);  // with a source option
    EXPECT_EQ(refused("in-na-host-S1O1", unspecified), Drop::icmp_malformed);
    EXPECT_EQ(refused("in-ns-dad", dad_elsewhere), Drop::icmp_malformed);
    EXPECT_EQ(refused("in-ns", mapped_source), Drop::icmp_malformed);
}

TEST(ResolverNd, RefusesAWrongChecksumAndAPacketLongerThanItsFrame) {
    Octets frame = golden_frame("in-ns");
    frame.back() ^= std::byte{1};
    EXPECT_EQ(refused(frame), Drop::icmp_malformed);
    frame = golden_frame("in-ns");
    frame.pop_back();
    EXPECT_EQ(refused(frame), Drop::truncated);
    frame.resize(body_at - 1);
    EXPECT_EQ(refused(frame), Drop::truncated);
    Bed bed;
    frame = golden_frame("in-ns");
    frame.resize(frame.size() + 20);  // what Ethernet put behind it
    EXPECT_EQ(bed.nd(frame), Drop::none);
    EXPECT_EQ(bed.sent(), Strings{"0:na"});
    EXPECT_EQ(bed.nd(frame, nowhere), Drop::reconfigured);
}

}  // namespace
}  // namespace weir
