#include <gtest/gtest.h>

#include "srv6/endpoint.hpp"
#include "tests/unit/srv6/packets.hpp"

namespace weir {
namespace {

const Octets payload = counted(20);
const Octets inner4 = ipv4_packet(0x2a, payload);
const Octets inner6 = ipv6_packet({}, udp, payload, 63, 0x2a);

struct Row {
    const char* what;
    Octets packet;
    Drop drop = Drop::none;
    std::uint32_t at = 0;  // of the inner packet, or what an error points at
    Inner allowed = Inner::both;
};

// A packet that is taken is not changed either: the span is one of constants.
void expect(std::span<const Row> rows, IpProto inner) {
    for (const Row& row : rows) {
        const Block block{row.packet};
        const auto result = endpoint_decap(block.bytes(), block.bytes().size(), row.allowed);
        EXPECT_EQ(name(result.drop), name(row.drop)) << row.what;
        EXPECT_FALSE(result.local) << row.what;
        if (row.drop != Drop::none) {
            EXPECT_EQ(result.pointer.offset, row.at) << row.what;
            continue;
        }
        EXPECT_EQ(result.inner_at, row.at) << row.what;
        EXPECT_EQ(result.inner, inner) << row.what;
    }
}

TEST(Decap, FindsTheInnerIpv4Packet) {
    const std::vector<Extension> eight{options(0),  srh({}),     options(60), options(60),
                                       options(60), options(60), options(60), options(60)};
    const Row rows[] = {
        {"no SRH", ipv6_packet({}, in_ipv4, inner4), Drop::none, 40},
        {"DX4 and DT4 take it", ipv6_packet({}, in_ipv4, inner4), Drop::none, 40, Inner::ipv4},
        {"exhausted SRH", ipv6_packet({srh({})}, in_ipv4, inner4), Drop::none, 64},
        {"three segments behind it",
         ipv6_packet({srh({.last_entry = 2, .listed = 3})}, in_ipv4, inner4), Drop::none, 96},
        {"Last Entry and TLVs do not matter any more",
         ipv6_packet({srh({.last_entry = 99, .tlvs = Octets(8, 0xff)})}, in_ipv4, inner4),
         Drop::none, 72},
        {"options around the SRH",
         ipv6_packet({options(0), srh({}), options(60, 1)}, in_ipv4, inner4), Drop::none, 88},
        {"eight headers", ipv6_packet(eight, in_ipv4, inner4), Drop::none, 120},
        {"two exhausted SRHs", ipv6_packet({srh({}), srh({})}, in_ipv4, inner4), Drop::none, 88},
        {"exhausted routing header of another type",
         ipv6_packet({srh({.type = 3})}, in_ipv4, inner4), Drop::none, 64},
        {"hop limit 1", ipv6_packet({}, in_ipv4, inner4, 1), Drop::none, 40},
        {"inner options", ipv6_packet({}, in_ipv4, ipv4_packet(0, payload, udp, 15)), Drop::none,
         40},
        {"inner header only", ipv6_packet({}, in_ipv4, ipv4_packet(0, {})), Drop::none, 40},
        {"inner packet shorter than the payload", ipv6_packet({}, in_ipv4, inner4 + Octets(9, 1)),
         Drop::none, 40},
    };
    expect(rows, IpProto::ipv4);
}

TEST(Decap, FindsTheInnerIpv6Packet) {
    const Row rows[] = {
        {"no SRH", ipv6_packet({}, in_ipv6, inner6), Drop::none, 40},
        {"DX6 and DT6 take it", ipv6_packet({}, in_ipv6, inner6), Drop::none, 40, Inner::ipv6},
        {"exhausted SRH", ipv6_packet({srh({})}, in_ipv6, inner6), Drop::none, 64},
        {"inner header only", ipv6_packet({}, in_ipv6, ipv6_packet({}, no_next, {})), Drop::none,
         40},
        {"an inner SRH is none of ours",
         ipv6_packet({}, in_ipv6, ipv6_packet({srh({.segments_left = 9})}, udp, payload)),
         Drop::none, 40},
        {"inner packet shorter than the payload", ipv6_packet({}, in_ipv6, inner6 + Octets(9, 1)),
         Drop::none, 40},
    };
    expect(rows, IpProto::ipv6);
}

TEST(Decap, DropsWhatTheRulesForbid) {
    const auto active = srh({.segments_left = 1, .last_entry = 0});
    std::vector<Extension> nine(9, options(60));
    const Row rows[] = {
        // RFC 8986 section 4.4, S02 of the SRH: whatever else is wrong with it.
        {"segments left", ipv6_packet({active}, in_ipv4, inner4), Drop::segments_left, 43},
        {"segments left beyond the list",
         ipv6_packet({options(0), srh({.segments_left = 200})}, in_ipv4, inner4),
         Drop::segments_left, 51},
        {"segments left of a ping", ipv6_packet({active}, icmpv6, payload), Drop::segments_left,
         43},
        {"segments left of the second SRH", ipv6_packet({srh({}), active}, in_ipv4, inner4),
         Drop::segments_left, 67},
        {"another routing type",
         ipv6_packet({srh({.segments_left = 1, .type = 2})}, in_ipv4, inner4), Drop::routing_type,
         42},
        {"fragment", ipv6_packet({fragment_header()}, in_ipv4, inner4), Drop::extension_headers},
        {"fragment behind the SRH", ipv6_packet({srh({}), fragment_header()}, in_ipv4, inner4),
         Drop::extension_headers},
        {"option not to be skipped, told",
         ipv6_packet({srh({}), option(60, 0xfe)}, in_ipv4, inner4), Drop::option_unknown, 66},
        {"option not to be skipped, silent", ipv6_packet({option(0, 0x7e)}, in_ipv6, inner6),
         Drop::option_unknown},
        {"nine headers", ipv6_packet(nine, in_ipv4, inner4), Drop::extension_headers},
        {"hop-by-hop not first", ipv6_packet({srh({}), options(0)}, in_ipv4, inner4),
         Drop::extension_headers},
        // Section 4.1.1: the pointer is at the upper-layer header.
        {"UDP", ipv6_packet({}, udp, payload), Drop::upper_layer, 40},
        {"no next header", ipv6_packet({srh({})}, no_next, {}), Drop::upper_layer, 64},
        {"Ethernet", ipv6_packet({}, 143, payload), Drop::upper_layer, 40},
        {"IPv4 at DT6", ipv6_packet({srh({})}, in_ipv4, inner4), Drop::upper_layer, 64,
         Inner::ipv6},
        {"IPv6 at DT4", ipv6_packet({options(0)}, in_ipv6, inner6), Drop::upper_layer, 48,
         Inner::ipv4},
    };
    expect(rows, IpProto::none);
}

Octets altered(Octets bytes, std::size_t at, std::uint8_t value) {
    bytes.at(at) = value;
    return bytes;
}

// Offsets are those of the inner headers; nothing behind them is trusted before this.
TEST(Decap, HoldsInnerLengthsAgainstThePacket) {
    const auto four = [](const Octets& inner) { return ipv6_packet({srh({})}, in_ipv4, inner); };
    const auto six = [](const Octets& inner) { return ipv6_packet({srh({})}, in_ipv6, inner); };
    const Octets bare4 = ipv4_packet(0, {});
    const Row rows[] = {
        {"nothing inside", four({}), Drop::truncated},
        {"19 bytes inside", four(Octets(bare4.begin(), bare4.end() - 1)), Drop::truncated},
        {"version 6 in IPv4", four(altered(inner4, 0, 0x65)), Drop::ipv4_header},
        {"header length 4 words", four(altered(inner4, 0, 0x44)), Drop::ipv4_header},
        {"total length below the header", four(altered(inner4, 3, 19)), Drop::ipv4_header},
        {"total length below header with options", four(altered(inner4, 0, 0x4f)),
         Drop::ipv4_header},
        {"total length one too many", four(altered(inner4, 3, 41)), Drop::truncated},
        {"total length 65,320", four(altered(inner4, 2, 255)), Drop::truncated},
        {"nothing inside, IPv6", six({}), Drop::truncated},
        {"39 bytes inside", six(Octets(inner6.begin(), inner6.begin() + 39)), Drop::truncated},
        {"version 4 in IPv6", six(altered(inner6, 0, 0x40)), Drop::ipv6_header},
        {"payload length one too many", six(altered(inner6, 5, 21)), Drop::truncated},
        {"payload length 65,300", six(altered(inner6, 4, 255)), Drop::truncated},
    };
    expect(rows, IpProto::none);
}

TEST(Decap, LooksAtTheOuterPayloadLength) {
    const Octets good = ipv6_packet({srh({})}, in_ipv4, inner4);
    const auto length = static_cast<std::uint8_t>(good.size() - 40);
    const Row rows[] = {
        {"more than came", altered(good, 5, static_cast<std::uint8_t>(length + 1)),
         Drop::truncated},
        {"less than the inner packet", altered(good, 5, static_cast<std::uint8_t>(length - 1)),
         Drop::truncated},
        {"less than the SRH", altered(good, 5, 23), Drop::truncated},
    };
    expect(rows, IpProto::none);
}

TEST(Decap, AcceptsAPacketThatGoesOnInOtherBuffers) {
    const Octets whole = ipv6_packet({srh({})}, in_ipv4, inner4);
    const auto head = [&](std::size_t n) {
        return Octets(whole.begin(), whole.begin() + static_cast<long>(n));
    };
    const Block enough{head(64 + 20)}, cut{head(64 + 19)};
    EXPECT_EQ(name(endpoint_decap(enough.bytes(), whole.size(), Inner::both).drop), "none");
    EXPECT_EQ(name(endpoint_decap(enough.bytes(), whole.size() - 1, Inner::both).drop),
              "truncated");
    EXPECT_EQ(name(endpoint_decap(cut.bytes(), whole.size(), Inner::both).drop), "truncated");
    const Octets with_options = ipv6_packet({}, in_ipv4, ipv4_packet(0, payload, udp, 15));
    const Block partly{Octets(with_options.begin(), with_options.begin() + 40 + 59)};
    EXPECT_EQ(name(endpoint_decap(partly.bytes(), with_options.size(), Inner::both).drop),
              "truncated");
}

TEST(Decap, LeavesPingsToControl) {
    for (const auto& packet :
         {ipv6_packet({}, icmpv6, payload), ipv6_packet({options(0), srh({})}, icmpv6, payload)}) {
        const Block block{packet};
        const auto result = endpoint_decap(block.bytes(), block.bytes().size(), Inner::ipv4);
        EXPECT_EQ(name(result.drop), "none");
        EXPECT_TRUE(result.local);
    }
}

}  // namespace
}  // namespace weir
