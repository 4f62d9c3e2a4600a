#include "dataplane/control/icmp_reply.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <set>

#include "dataplane/wire/checksum.hpp"
#include "dataplane/wire/icmp.hpp"
#include "dataplane/wire/ip.hpp"
#include "tests/unit/control/any_bytes.hpp"
#include "tests/unit/control/golden.hpp"

namespace weir {
namespace {

const IcmpErrorSource us{parse_ipv4("192.0.2.1"), parse_ipv6("2001:db8:1::1")};

const std::vector<std::vector<std::string>>& rows() {
    static const auto all = golden_rows("icmp.txt");
    return all;
}
Octets packet_of(const std::vector<std::string>& row) { return from_hex(row.at(row.size() - 2)); }
// The packet of the golden row of that kind and name.
Octets golden_packet(const std::string& kind, const std::string& name) {
    for (const auto& row : rows())
        if (row.at(0) == kind && row.at(1) == name) return packet_of(row);
    ADD_FAILURE() << "no row " << kind << " " << name;
    return {};
}
Drop drop_named(std::string_view text) {
    for (std::size_t i = 0; i < drop_count; ++i)
        if (drop_texts[i].name == text) return static_cast<Drop>(i);
    ADD_FAILURE() << "no drop " << text;
    return Drop::none;
}
std::string error_to(const Octets& packet, Drop drop, std::uint32_t value = 0,
                     const IcmpErrorSource& source = us) {
    const Exact exact{packet};
    const auto error = icmp_error(exact.span(), drop, value, source);
    return error ? to_hex(*error) : "none";
}
std::string echo_to(const Octets& packet) {
    const Exact exact{packet};
    const auto reply = echo_reply(exact.span());
    return reply ? to_hex(*reply) : "none";
}

template <class F>
Octets changed4(Octets packet, F change) {
    auto& ip = at<Ipv4Header>(packet, 0);
    change(ip);
    ip.checksum = be16{0};
    ip.checksum = checksum(std::span{packet}.first(ip.header_length()));
    return packet;
}
template <class F>
Octets changed6(Octets packet, F change) {
    change(at<Ipv6Header>(packet, 0));
    return packet;
}
Ipv4Addr v4(std::string_view text) { return parse_ipv4(text).value(); }
Ipv6Addr v6(std::string_view text) { return parse_ipv6(text).value(); }

TEST(IcmpReply, SaysWhatScapySays) {
    for (const auto& row : rows()) {
        if (row.at(0) == "echo") {
            EXPECT_EQ(echo_to(packet_of(row)), row.at(3)) << row.at(1);
            continue;
        }
        const auto value = static_cast<std::uint32_t>(std::stoul(row.at(3)));
        EXPECT_EQ(error_to(packet_of(row), drop_named(row.at(2)), value), row.at(5)) << row.at(1);
    }
}

TEST(IcmpReply, EveryDropIsSilentOrHasAGoldenError) {
    std::set<std::string> shown;
    for (const auto& row : rows())
        if (row.at(0) == "error") shown.insert(row.at(2));
    for (std::size_t i = 0; i < drop_count; ++i) {
        const auto drop = static_cast<Drop>(i);
        EXPECT_EQ(owes_icmp_error(drop), shown.contains(std::string{name(drop)})) << name(drop);
        if (owes_icmp_error(drop)) continue;
        EXPECT_EQ(error_to(golden_packet("error", "v4-udp"), drop), "none") << name(drop);
        EXPECT_EQ(error_to(golden_packet("error", "v6-udp"), drop), "none") << name(drop);
    }
}

TEST(IcmpReply, WithoutAnAddressOfThatFamilyNothingIsSaid) {
    EXPECT_EQ(error_to(golden_packet("error", "v4-udp"), Drop::no_route, 0, {{}, us.ipv6}), "none");
    EXPECT_EQ(error_to(golden_packet("error", "v6-udp"), Drop::no_route, 0, {us.ipv4, {}}), "none");
}

TEST(IcmpReply, Ipv4HasNoErrorAboutIpv6Headers) {
    for (const Drop drop : {Drop::srh_malformed, Drop::srh_tlv, Drop::segments_left,
                            Drop::routing_type, Drop::upper_layer, Drop::option_unknown})
        EXPECT_EQ(error_to(golden_packet("error", "v4-udp"), drop), "none") << name(drop);
}

// RFC 8200 section 4.2: of an option of type 01 nobody is told.
TEST(IcmpReply, AnOptionThatAsksForSilenceGetsIt) {
    EXPECT_EQ(error_to(golden_packet("error", "v6-option"), Drop::option_unknown, 0), "none");
}

// RFC 1122 section 3.2.2.
TEST(IcmpReply, NeverAnswersAnIpv4PacketThatIsNotFromOneHostToOneHost) {
    const Octets packet = golden_packet("error", "v4-udp");
    for (const auto* source : {"0.0.0.0", "127.0.0.1", "224.0.0.1", "255.255.255.255", "240.0.0.1"})
        EXPECT_EQ(
            error_to(changed4(packet, [&](auto& ip) { ip.source = v4(source); }), Drop::hop_limit),
            "none")
            << source;
    for (const auto* to : {"224.0.0.1", "255.255.255.255"})
        for (const Drop drop : {Drop::hop_limit, Drop::packet_too_big})
            EXPECT_EQ(error_to(changed4(packet, [&](auto& ip) { ip.destination = v4(to); }), drop),
                      "none")
                << to;
    const auto later = [](auto& ip) { ip.fragment = be16{0x2001}; };
    EXPECT_EQ(error_to(changed4(packet, later), Drop::hop_limit), "none");
    const auto first = [](auto& ip) { ip.fragment = be16{0x2000}; };
    EXPECT_NE(error_to(changed4(packet, first), Drop::hop_limit), "none");
    Octets broken = packet;
    broken[8] ^= std::byte{1};
    EXPECT_EQ(error_to(broken, Drop::hop_limit), "none");  // checksum
}

// Under AddressSanitizer a length believed too early is a report.
TEST(IcmpReply, NoneToAnIpv4HeaderThatContradictsItself) {
    for (const Octets& packet : {golden_packet("echo", "v4-56"), golden_packet("echo", "v4-0"),
                                 golden_packet("error", "v4-udp")}) {
        const auto silent = [](const Octets& wrong) {
            return error_to(wrong, Drop::hop_limit) == "none" && echo_to(wrong) == "none";
        };
        const auto ihl4 = [](auto& ip) { ip.version_ihl = 0x44; };
        EXPECT_TRUE(silent(changed4(packet, ihl4)));
        const auto total19 = [](auto& ip) { ip.total_length = be16{19}; };
        EXPECT_TRUE(silent(changed4(packet, total19)));
        Octets short_header = changed4(packet, [](auto&) {});
        at<Ipv4Header>(short_header, 0).version_ihl = 0x4f;
        short_header.resize(59);
        EXPECT_TRUE(silent(short_header));
        short_header.resize(20);
        EXPECT_TRUE(silent(short_header));
    }
}

// RFC 4443 section 2.4 (e).
TEST(IcmpReply, NeverAnswersAnIpv6PacketThatIsNotFromOneHostToOneHost) {
    const Octets packet = golden_packet("error", "v6-udp");
    for (const auto* source : {"::", "::1", "ff02::1"})
        EXPECT_EQ(
            error_to(changed6(packet, [&](auto& ip) { ip.source = v6(source); }), Drop::hop_limit),
            "none")
            << source;
    const auto group = [](auto& ip) { ip.destination = v6("ff0e::1"); };
    EXPECT_EQ(error_to(changed6(packet, group), Drop::hop_limit), "none");
    EXPECT_NE(error_to(changed6(packet, group), Drop::packet_too_big, 1300), "none");
    Octets fragment = golden_packet("error", "v6-first");
    at<be16>(fragment, sizeof(Ipv6Header) + 2) = be16{8 | 1};
    EXPECT_EQ(error_to(fragment, Drop::hop_limit), "none");
}

// Nothing is said about errors, about what may be one, nor about messages nobody needs to hear.
TEST(IcmpReply, NeverAnswersIcmpErrors) {
    Octets ping = golden_packet("error", "v4-ping");
    for (unsigned type = 0; type < 256; ++type) {
        at<std::uint8_t>(ping, sizeof(Ipv4Header)) = static_cast<std::uint8_t>(type);
        const bool query =
            type == 0 || type == 8 || (type >= 9 && type <= 10) || (type >= 13 && type <= 18);
        EXPECT_EQ(error_to(ping, Drop::hop_limit) != "none", query) << type;
        EXPECT_EQ(error_to(ping, Drop::no_listener), "none") << type;
    }
    Octets ping6 = golden_packet("error", "v6-ping");
    for (unsigned type = 0; type < 256; ++type) {
        at<std::uint8_t>(ping6, sizeof(Ipv6Header)) = static_cast<std::uint8_t>(type);
        EXPECT_EQ(error_to(ping6, Drop::hop_limit) != "none", type >= 128 && type != 137) << type;
        EXPECT_EQ(error_to(ping6, Drop::no_listener), "none") << type;
    }
    ping.resize(sizeof(Ipv4Header));  // the type lies behind what we have
    ping6.resize(sizeof(Ipv6Header));
    EXPECT_EQ(error_to(ping, Drop::hop_limit), "none");
    EXPECT_EQ(error_to(ping6, Drop::hop_limit), "none");
}

TEST(IcmpReply, AnIcmpErrorBehindExtensionHeadersIsOneToo) {
    Octets packet = golden_packet("echo", "v6-long-0");
    const std::size_t type_at = packet.size() - sizeof(IcmpHeader);
    ASSERT_NE(error_to(packet, Drop::hop_limit), "none");
    packet[type_at] = std::byte{icmpv6::time_exceeded};
    EXPECT_EQ(error_to(packet, Drop::hop_limit), "none");
}

TEST(IcmpReply, NoNextHeaderAsksForNobody) {
    const auto none = [](auto& ip) { ip.next_header = IpProto::none; };
    EXPECT_EQ(error_to(changed6(golden_packet("error", "v6-udp"), none), Drop::no_listener),
              "none");
}

TEST(IcmpReply, QuotesNothingBehindThePacketAndTakesTheFirstBufferOfALongOne) {
    Octets padded = golden_packet("error", "v4-udp");
    const auto error = error_to(padded, Drop::no_route);
    padded.resize(padded.size() + 6);
    EXPECT_EQ(error_to(padded, Drop::no_route), error);
    Octets head = golden_packet("error", "v6-udp");
    head.resize(sizeof(Ipv6Header) + sizeof(UdpHeader));
    const auto quoted = error_to(head, Drop::no_route);
    EXPECT_EQ(quoted.size() / 2, sizeof(Ipv6Header) + sizeof(IcmpHeader) + head.size());
    EXPECT_TRUE(quoted.ends_with(to_hex(head)));
}

TEST(EchoReply, OnlyToAValidRequestFromOneHostToUsAlone) {
    const Octets ask4 = golden_packet("echo", "v4-56");
    ASSERT_NE(echo_to(ask4), "none");
    for (const auto* source : {"0.0.0.0", "127.0.0.1", "224.0.0.1", "255.255.255.255"})
        EXPECT_EQ(echo_to(changed4(ask4, [&](auto& ip) { ip.source = v4(source); })), "none");
    EXPECT_EQ(echo_to(changed4(ask4, [](auto& ip) { ip.destination = v4("224.0.0.1"); })), "none");
    EXPECT_EQ(echo_to(changed4(ask4, [](auto& ip) { ip.fragment = be16{0x2000}; })), "none");
    EXPECT_EQ(echo_to(changed4(ask4, [](auto& ip) { ip.fragment = be16{1}; })), "none");
    EXPECT_EQ(echo_to(changed4(ask4, [](auto& ip) { ip.protocol = IpProto::udp; })), "none");
    const Octets ask6 = golden_packet("echo", "v6-plain-56");
    ASSERT_NE(echo_to(ask6), "none");
    // The checksum covers the addresses: mend it, so that only the address is wrong.
    const auto from = [&](const char* source, const char* to) {
        Octets packet = ask6;
        auto& ip = at<Ipv6Header>(packet, 0);
        ip.source = v6(source);
        ip.destination = v6(to);
        auto& icmp = at<IcmpHeader>(packet, sizeof ip);
        icmp.checksum = be16{0};
        icmp.checksum = checksum_ipv6(ip.source, ip.destination, IpProto::icmpv6,
                                      std::span{packet}.subspan(sizeof ip));
        return packet;
    };
    EXPECT_NE(echo_to(from("2001:db8::2", "2001:db8::1")), "none");
    EXPECT_EQ(echo_to(from("::", "2001:db8::1")), "none");
    EXPECT_EQ(echo_to(from("ff02::2", "2001:db8::1")), "none");
    EXPECT_EQ(echo_to(from("2001:db8::2", "ff02::1")), "none");
}

TEST(EchoReply, OnlyToCodeZero) {
    for (const auto* request : {"v4-56", "v6-plain-56"}) {
        Octets packet = golden_packet("echo", request);
        const std::size_t message_at = packet.size() - sizeof(IcmpHeader) - 56;
        auto& icmp = at<IcmpHeader>(packet, message_at);
        icmp.code = 1;  // and one less in the checksum
        icmp.checksum = be16{static_cast<std::uint16_t>(icmp.checksum.host() - 1)};
        EXPECT_EQ(echo_to(packet), "none") << request;
    }
}

TEST(EchoReply, NotThroughARoutingHeaderThatHasSegmentsLeft) {
    Octets packet = golden_packet("echo", "v6-srh-56");
    at<SegmentRoutingHeader>(packet, sizeof(Ipv6Header)).segments_left = 1;
    EXPECT_EQ(echo_to(packet), "none");
}

TEST(EchoReply, NotToAFragment) {
    Octets packet = golden_packet("echo", "v6-atomic-56");
    at<be16>(packet, sizeof(Ipv6Header) + 2) = be16{1};  // more follow
    EXPECT_EQ(echo_to(packet), "none");
    at<be16>(packet, sizeof(Ipv6Header) + 2) = be16{8};
    EXPECT_EQ(echo_to(packet), "none");
}

// Any octet of the message wrong, or the message cut anywhere: no answer. (In the IPv6 header only
// addresses are covered by the checksum.)
TEST(EchoReply, NoneToADamagedRequest) {
    for (const auto* request : {"v4-56", "v6-plain-56", "v6-srh-56"}) {
        const Octets packet = golden_packet("echo", request);
        const std::size_t message_at = packet.size() - sizeof(IcmpHeader) - 56;
        for (std::size_t i = message_at; i < packet.size(); ++i) {
            Octets damaged = packet;
            damaged[i] ^= std::byte{0x10};
            EXPECT_EQ(echo_to(damaged), "none") << request << " octet " << i;
        }
        for (std::size_t size = 0; size < packet.size(); ++size)
            EXPECT_EQ(echo_to({packet.begin(), packet.begin() + static_cast<long>(size)}), "none")
                << request << " size " << size;
    }
}

// A chain of n destination options before an echo request: as many as the endpoints walk.
TEST(EchoReply, WalksAsManyExtensionHeadersAsEndpointsDo) {
    const Octets request = golden_packet("echo", "v6-plain-56");
    const auto with_options = [&](std::size_t n) {
        Octets packet{request.begin(), request.begin() + sizeof(Ipv6Header)};
        for (std::size_t i = 0; i < n; ++i) {
            const Octets option = from_hex(i + 1 == n ? "3a00010400000000" : "3c00010400000000");
            packet.insert(packet.end(), option.begin(), option.end());
        }
        packet.insert(packet.end(), request.begin() + sizeof(Ipv6Header), request.end());
        auto& ip = at<Ipv6Header>(packet, 0);
        if (n > 0) ip.next_header = IpProto::destination;
        ip.payload_length = be16{static_cast<std::uint16_t>(packet.size() - sizeof ip)};
        return packet;
    };
    for (const std::size_t n : {0U, 1U, 7U, 8U}) EXPECT_NE(echo_to(with_options(n)), "none") << n;
    EXPECT_EQ(echo_to(with_options(9)), "none");
}

// ---- laws over any bytes ----

Octets any_packet() {
    if (*rc::gen::weightedElement<bool>({{9, false}, {1, true}})) return any_bytes();
    Octets packet = packet_of(rows()[*rc::gen::inRange<std::size_t>(0, rows().size())]);
    for (unsigned n = *rc::gen::inRange(0U, 4U); n > 0; --n)
        packet[*rc::gen::inRange<std::size_t>(0, std::min<std::size_t>(packet.size(), 120))] =
            any_byte();
    if (*rc::gen::weightedElement<bool>({{2, false}, {1, true}}))
        packet.resize(*rc::gen::inRange<std::size_t>(0, packet.size() + 40));
    if (!packet.empty() && (packet[0] >> 4U) == std::byte{4}) {
        auto& ip = at<Ipv4Header>(packet, 0);  // else nearly all would end at the checksum
        if (packet.size() >= ip.header_length() && ip.header_length() >= sizeof ip) {
            ip.checksum = be16{0};
            ip.checksum = checksum(std::span{packet}.first(ip.header_length()));
        }
    }
    return packet;
}

bool well_formed(const IpPacket& packet) {
    const auto bytes = std::span{packet};
    const auto& ip4 = *reinterpret_cast<const Ipv4Header*>(packet.data());
    if (ip4.version() == 4)
        return ip4.total_length.host() == packet.size() && ipv4_checksum_ok(ip4) && ip4.ttl == 64 &&
               checksum(bytes.subspan(sizeof ip4)) == be16{0};
    const auto& ip = *reinterpret_cast<const Ipv6Header*>(packet.data());
    return ip.version() == 6 && ip.payload_length.host() + sizeof ip == packet.size() &&
           ip.hop_limit == 64 &&
           checksum_ipv6(ip.source, ip.destination, IpProto::icmpv6, bytes.subspan(sizeof ip)) ==
               be16{0};
}

RC_GTEST_PROP(IcmpLaw, ErrorsAreBoundedQuoteTheirCauseAndCauseNoOther, ()) {
    const Exact packet{any_packet()};
    const auto drop = static_cast<Drop>(*rc::gen::inRange<std::size_t>(0, drop_count));
    const auto error = icmp_error(packet.span(), drop, *rc::gen::arbitrary<std::uint32_t>(), us);
    if (!error) return;
    RC_ASSERT(owes_icmp_error(drop));
    RC_ASSERT(well_formed(*error));
    const bool v4_error = (error->front() >> 4U) == std::byte{4};
    RC_ASSERT(error->size() <= (v4_error ? 576U : 1280U));
    const auto quoted = std::span{*error}.subspan(v4_error ? 28 : 48);
    RC_ASSERT(quoted.size() <= packet.span().size());
    RC_ASSERT(std::equal(quoted.begin(), quoted.end(), packet.span().begin()));
    for (std::size_t i = 0; i < drop_count; ++i) {
        const Exact again{*error};
        RC_ASSERT(!icmp_error(again.span(), static_cast<Drop>(i), 1280, us));
        RC_ASSERT(!echo_reply(again.span()));
    }
}

RC_GTEST_PROP(IcmpLaw, EchoRepliesCarryTheQuestionBackAndAreNotAnswered, ()) {
    const Exact packet{any_packet()};
    const auto reply = echo_reply(packet.span());
    if (!reply) return;
    RC_ASSERT(well_formed(*reply));
    RC_ASSERT(reply->size() <= packet.span().size());
    RC_ASSERT(!echo_reply(Exact{*reply}.span()));
}

}  // namespace
}  // namespace weir
