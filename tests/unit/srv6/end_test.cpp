#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <tuple>

#include "srv6/endpoint.hpp"
#include "tests/unit/srv6/packets.hpp"

namespace weir {
namespace {

const Octets payload = counted(20);

EndResult run(const Block& block) { return endpoint_end(block.bytes(), block.bytes().size()); }
// The packet goes on to the segment at `index` of its list; nothing else changed.
Octets advanced(Octets packet, std::size_t srh_at, std::size_t index) {
    --packet[7];
    --packet[srh_at + 3];
    const auto from = packet.begin() + static_cast<long>(srh_at + 8 + 16 * index);
    std::copy(from, from + 16, packet.begin() + 24);
    return packet;
}

struct Onward {
    const char* what;
    Octets packet;
    std::size_t srh_at = 40;
    std::size_t index = 0;  // entry of the list that becomes the destination
};
const Octets pad_n8{4, 6, 0, 0, 0, 0, 0, 0};

Octets with_tlvs(const Octets& tlvs) {
    return ipv6_packet({srh({.segments_left = 1, .last_entry = 0, .tlvs = tlvs})}, udp, payload);
}
// `n` Pad1, then a TLV that claims more than there is.
Octets pad1_then_overrun(std::size_t n) {
    Octets tlvs(n, 0);
    tlvs.resize(24, 0xff);
    return with_tlvs(tlvs);
}

TEST(End, GoesOnToTheNextSegment) {
    const auto plain = srh({.segments_left = 2, .last_entry = 2, .listed = 3});
    const std::vector<Extension> eight{options(0),  options(60), options(60), options(60),
                                       options(60), options(60), options(60), plain};
    const Onward rows[] = {
        {"full SRH", ipv6_packet({plain}, udp, payload), 40, 1},
        {"last segment next",
         ipv6_packet({srh({.segments_left = 1, .last_entry = 2, .listed = 3})}, udp, payload), 40,
         0},
        {"reduced SRH: Segments Left = Last Entry + 1",
         ipv6_packet({srh({.segments_left = 3, .last_entry = 2, .listed = 3})}, udp, payload), 40,
         2},
        {"hop limit 2, the least that goes on", ipv6_packet({plain}, udp, payload, 2), 40, 1},
        {"nothing behind the SRH", ipv6_packet({plain}, no_next, {}), 40, 1},
        {"the longest list",
         ipv6_packet({srh({.segments_left = 127, .last_entry = 126, .listed = 127})}, udp, payload),
         40, 126},
        {"PadN", with_tlvs(pad_n8), 40, 0},
        {"Pad1 only", with_tlvs(Octets(8, 0)), 40, 0},
        {"Hdr Ext Len odd, HMAC and unknown TLVs",
         with_tlvs(Octets{5, 14} + Octets(14, 9) + Octets{124, 0, 0, 252, 2, 1, 1, 0}), 40, 0},
        {"TLV ends with the SRH", with_tlvs({0, 0, 124, 4, 1, 2, 3, 4}), 40, 0},
        {"TLV beyond the cap is not looked at", pad1_then_overrun(max_checked_tlvs), 40, 0},
        {"hop-by-hop in front", ipv6_packet({options(0, 1), plain}, udp, payload), 56, 1},
        {"destination options in front", ipv6_packet({options(60), plain}, udp, payload), 48, 1},
        {"both in front", ipv6_packet({options(0), options(60, 2), plain}, udp, payload), 72, 1},
        {"eight headers, the SRH last", ipv6_packet(eight, udp, payload), 96, 1},
        {"an exhausted SRH in front", ipv6_packet({srh({}), plain}, udp, payload), 64, 1},
        {"another routing type without segments left in front",
         ipv6_packet({srh({.type = 3}), plain}, udp, payload), 64, 1},
        {"a fragment header behind the SRH is not ours to see",
         ipv6_packet({plain, fragment_header()}, udp, payload), 40, 1},
    };
    for (const Onward& row : rows) {
        const Block block{row.packet};
        const EndResult result = run(block);
        EXPECT_EQ(name(result.drop), "none") << row.what;
        EXPECT_FALSE(result.local) << row.what;
        EXPECT_EQ(block.octets(), advanced(row.packet, row.srh_at, row.index)) << row.what;
    }
}

struct Dropped {
    const char* what;
    Octets packet;
    Drop drop;
    std::uint32_t pointer = 0;
};
void expect_drops(std::span<const Dropped> rows) {
    for (const Dropped& row : rows) {
        const Block block{row.packet};
        const EndResult result = run(block);
        EXPECT_EQ(name(result.drop), name(row.drop)) << row.what;
        EXPECT_EQ(result.pointer.offset, row.pointer) << row.what;
        EXPECT_FALSE(result.local) << row.what;
        EXPECT_EQ(block.octets(), row.packet) << row.what << ": changed though dropped";
    }
}
Octets with_srh(const SrhShape& shape, std::uint8_t hop_limit = 64) {
    return ipv6_packet({srh(shape)}, udp, payload, hop_limit);
}

// RFC 8986 section 4.1, S05 to S11; offsets are those of Segments Left and Hdr Ext Len.
TEST(End, DropsWhatTheSrhRulesForbid) {
    const SrhShape good{.segments_left = 1, .last_entry = 1, .listed = 2};
    const SrhShape bad{.segments_left = 4, .last_entry = 1, .listed = 2};
    const Dropped rows[] = {
        {"hop limit 1", with_srh(good, 1), Drop::hop_limit},
        {"hop limit 0", with_srh(good, 0), Drop::hop_limit},
        {"the hop limit is tested first", with_srh(bad, 1), Drop::hop_limit},
        {"Segments Left > Last Entry + 1",
         with_srh({.segments_left = 3, .last_entry = 1, .listed = 2}), Drop::srh_malformed, 43},
        {"Segments Left 255", with_srh({.segments_left = 255, .last_entry = 1, .listed = 2}),
         Drop::srh_malformed, 43},
        {"Last Entry behind the list", with_srh({.segments_left = 1, .last_entry = 2, .listed = 2}),
         Drop::srh_malformed, 43},
        {"Last Entry 255", with_srh({.segments_left = 1, .last_entry = 255, .listed = 2}),
         Drop::srh_malformed, 43},
        {"Hdr Ext Len 0", with_srh({.segments_left = 1, .last_entry = 0, .listed = 0}),
         Drop::srh_malformed, 43},
        {"Hdr Ext Len 1", with_srh({.segments_left = 1, .listed = 0, .tlvs = Octets(8, 0)}),
         Drop::srh_malformed, 43},
        {"behind a hop-by-hop header", ipv6_packet({options(0), srh(bad)}, udp, payload),
         Drop::srh_malformed, 51},
        {"TLV one byte too long", with_tlvs({124, 7, 0, 0, 0, 0, 0, 0}), Drop::srh_tlv, 41},
        {"PadN beyond the SRH", with_tlvs({0, 0, 0, 4, 5, 0, 0, 0}), Drop::srh_tlv, 41},
        {"TLV without a length", with_tlvs({4, 5, 0, 0, 0, 0, 0, 124}), Drop::srh_tlv, 41},
        {"the last TLV looked at", pad1_then_overrun(max_checked_tlvs - 1), Drop::srh_tlv, 41},
    };
    expect_drops(rows);
}

TEST(End, DropsChainsItCannotFollow) {
    const auto active = srh({.segments_left = 1, .last_entry = 0});
    std::vector<Extension> nine(8, options(60));
    nine.push_back(active);
    const Dropped rows[] = {
        {"nine headers", ipv6_packet(nine, udp, payload), Drop::extension_headers},
        {"hop-by-hop not first", ipv6_packet({options(60), options(0), active}, udp, payload),
         Drop::extension_headers},
        {"hop-by-hop twice", ipv6_packet({options(0), options(0), active}, udp, payload),
         Drop::extension_headers},
        {"option not to be skipped, told", ipv6_packet({option(60, 0xbe), active}, udp, payload),
         Drop::option_unknown, 42},
        {"option not to be skipped, silent", ipv6_packet({option(0, 0x7e), active}, udp, payload),
         Drop::option_unknown},
        {"option before a ping", ipv6_packet({srh({}), option(60, 0xc2)}, icmpv6, payload),
         Drop::option_unknown, 66},
        {"option past its header", ipv6_packet({option(60, 1, 5), active}, udp, payload),
         Drop::extension_headers},
        {"fragment in front", ipv6_packet({fragment_header(), active}, udp, payload),
         Drop::extension_headers},
        {"fragment of a ping", ipv6_packet({srh({}), fragment_header()}, icmpv6, payload),
         Drop::extension_headers},
        // RFC 8200 section 4.4: the pointer is at Routing Type.
        {"routing type 0", with_srh({.segments_left = 1, .type = 0}), Drop::routing_type, 42},
        {"routing type 3 behind options",
         ipv6_packet({options(0), srh({.segments_left = 1, .type = 3})}, udp, payload),
         Drop::routing_type, 50},
    };
    expect_drops(rows);
}

// RFC 8986 section 4.1.1: only ICMPv6 is for us; the pointer is at the upper-layer header.
TEST(End, DropsUpperLayersItDoesNotServe) {
    const auto done = srh({.segments_left = 0, .last_entry = 0});
    const Dropped rows[] = {
        {"UDP without SRH", ipv6_packet({}, udp, payload), Drop::upper_layer, 40},
        {"IPv4 without SRH", ipv6_packet({}, in_ipv4, ipv4_packet(0, payload)), Drop::upper_layer,
         40},
        {"no next header", ipv6_packet({}, no_next, {}), Drop::upper_layer, 40},
        {"UDP behind an exhausted SRH", ipv6_packet({done}, udp, payload), Drop::upper_layer, 64},
        {"IPv6 behind an exhausted SRH",
         ipv6_packet({options(0), done, options(60)}, in_ipv6, ipv6_packet({}, udp, payload)),
         Drop::upper_layer, 80},
        {"hop limit 1 does not matter any more", ipv6_packet({done}, udp, payload, 1),
         Drop::upper_layer, 64},
        {"nor do Last Entry and TLVs",
         ipv6_packet({srh({.last_entry = 77, .tlvs = Octets(8, 0xff)})}, udp, payload),
         Drop::upper_layer, 72},
    };
    expect_drops(rows);
}

TEST(End, LeavesPingsToControl) {
    const Octets packets[] = {
        ipv6_packet({}, icmpv6, payload),
        ipv6_packet({}, icmpv6, payload, 1),
        ipv6_packet({srh({})}, icmpv6, payload, 1),
        ipv6_packet({options(0), srh({}), options(60)}, icmpv6, payload),
        ipv6_packet({srh({.type = 0})}, icmpv6, payload),
    };
    for (const Octets& packet : packets) {
        const Block block{packet};
        const EndResult result = run(block);
        EXPECT_EQ(name(result.drop), "none");
        EXPECT_TRUE(result.local);
        EXPECT_EQ(block.octets(), packet);
    }
}

TEST(End, LooksAtThePayloadLength) {
    const Octets good = with_srh({.segments_left = 1, .last_entry = 1, .listed = 2});
    const auto claim = [&](std::size_t length) {
        Octets packet = good;
        packet[4] = static_cast<std::uint8_t>(length >> 8);
        packet[5] = static_cast<std::uint8_t>(length);
        return packet;
    };
    const Dropped rows[] = {
        {"one byte more than came", claim(good.size() - 40 + 1), Drop::truncated},
        {"all of 65,535", claim(65535), Drop::truncated},
        {"the SRH does not fit", claim(8 + 32 - 1), Drop::truncated},
        {"none at all", claim(0), Drop::truncated},
    };
    expect_drops(rows);
    const Block exact{claim(8 + 32)};
    EXPECT_EQ(name(run(exact).drop), "none");
}

// A chain of buffers: all headers lie in the first, the packet is longer.
TEST(End, AcceptsAPacketThatGoesOnInOtherBuffers) {
    const Octets whole = with_srh({.segments_left = 1, .last_entry = 1, .listed = 2});
    const Block head{Octets(whole.begin(), whole.begin() + 80)};
    EXPECT_EQ(name(endpoint_end(head.bytes(), whole.size() - 1).drop), "truncated");
    EXPECT_EQ(name(endpoint_end(head.bytes(), whole.size()).drop), "none");
    const Block cut{Octets(whole.begin(), whole.begin() + 79)};
    EXPECT_EQ(name(endpoint_end(cut.bytes(), whole.size()).drop), "truncated");
    EXPECT_EQ(cut.octets(), Octets(whole.begin(), whole.begin() + 79));
}

// Each row of the golden file is what scapy has on the wire behind one more segment.
TEST(End, LeavesOnTheWireWhatScapyBuilds) {
    std::ifstream golden{WEIR_GOLDEN "/end.txt"};
    ASSERT_TRUE(golden) << WEIR_GOLDEN "/end.txt: missing; run golden/make_golden.py";
    std::map<std::tuple<std::string, int, int>, Octets> before;
    int steps = 0;
    for (std::string line; std::getline(golden, line);) {
        if (line.starts_with('#')) continue;
        std::istringstream words{line};
        std::string mode, hex;
        int n = 0, family = 0, visit = 0;
        words >> mode >> n >> family >> visit >> hex;
        Octets& packet = before[{mode, n, family}];
        const Octets expected = from_hex(hex);
        if (visit > 0) {
            const Block block{packet};
            EXPECT_EQ(name(run(block).drop), "none") << line;
            EXPECT_EQ(block.octets(), expected) << line;
            ++steps;
        }
        packet = expected;
    }
    EXPECT_EQ(steps, 2 * 2 * (1 + 2 + 7));
}

}  // namespace
}  // namespace weir
