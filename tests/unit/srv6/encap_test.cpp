#include "srv6/encap.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>
#include <stdexcept>
#include <string>

#include "tests/unit/srv6/packets.hpp"

namespace weir {
namespace {

// As in golden/make_golden.py.
const Ipv6Addr source = *parse_ipv6("2001:db8:a::1");
std::vector<Ipv6Addr> golden_segments(std::size_t n) {
    std::vector<Ipv6Addr> segments;
    for (unsigned i = 0; i < n; ++i) {
        char text[64];
        std::snprintf(text, sizeof text, "fcbb:%x:%x::%x", i + 1, 0xa0 + i, 0xe000 + i);
        segments.push_back(*parse_ipv6(text));
    }
    return segments;
}

// What scapy builds, for both modes, 1 to 16 segments, IPv4 and IPv6 inside, small to jumbo. The
// block ends with the header's last byte: writing one more ends the test.
TEST(Encap, WritesWhatScapyBuilds) {
    std::ifstream golden{WEIR_GOLDEN "/encap.txt"};
    ASSERT_TRUE(golden) << WEIR_GOLDEN "/encap.txt: missing; run golden/make_golden.py";
    std::size_t rows = 0;
    for (std::string line; std::getline(golden, line);) {
        if (line.starts_with('#')) continue;
        std::istringstream words{line};
        std::string mode_name, hex;
        std::size_t n = 0, inner_bytes = 0;
        unsigned family = 0, traffic_class = 0, label = 0;
        words >> mode_name >> n >> family >> inner_bytes >> traffic_class >> label >> hex;
        const auto mode = mode_name == "full" ? EncapMode::full : EncapMode::reduced;
        const EncapHeader header{mode, source, golden_segments(n), 64};
        const Octets expected = from_hex(hex);
        ASSERT_EQ(header.size(), expected.size()) << line;
        EXPECT_EQ(encap_bytes(mode, n), expected.size()) << line;
        const Block out{Octets(expected.size(), 0xee)};
        header.write(out.bytes().data(), family == 4 ? IpProto::ipv4 : IpProto::ipv6, inner_bytes,
                     static_cast<std::uint8_t>(traffic_class), FlowLabel{label});
        EXPECT_EQ(out.octets(), expected) << line;
        ++rows;
    }
    EXPECT_EQ(rows, 2U * 5 * 2 * 3);
}

// The same with the NRP option, which scapy knows as one of type 0x1e and pads by itself.
TEST(Encap, WritesTheSliceAsScapyBuildsIt) {
    std::ifstream golden{WEIR_GOLDEN "/encap_nrp.txt"};
    ASSERT_TRUE(golden) << WEIR_GOLDEN "/encap_nrp.txt: missing; run golden/make_golden.py";
    std::size_t rows = 0;
    for (std::string line; std::getline(golden, line);) {
        if (line.starts_with('#')) continue;
        std::istringstream words{line};
        std::string mode_name, hex;
        std::size_t n = 0, inner_bytes = 0;
        std::uint32_t slice = 0;
        words >> mode_name >> n >> inner_bytes >> slice >> hex;
        const auto mode = mode_name == "full" ? EncapMode::full : EncapMode::reduced;
        const EncapHeader header{mode, source, golden_segments(n), 64, WithNrp::yes};
        const Octets expected = from_hex(hex);
        ASSERT_EQ(header.size(), expected.size()) << line;
        EXPECT_EQ(encap_bytes(mode, n, WithNrp::yes), expected.size()) << line;
        const Block out{Octets(expected.size(), 0xee)};
        header.write(out.bytes().data(), IpProto::ipv4, inner_bytes, 0, FlowLabel{0x12345});
        EncapHeader::write_slice(out.bytes().data(), SliceNumber{slice});
        EXPECT_EQ(out.octets(), expected) << line;
        ++rows;
    }
    EXPECT_EQ(rows, 2U * 5 * 3);
}

// RFC 8986 section 5.1, 5.2 and RFC 8754 section 4.1.1, spelled out for three segments.
TEST(Encap, ThreeSegmentsByHand) {
    const auto list = golden_segments(3);
    const Octets addresses = from_hex(
        "20010db8000a00000000000000000001"
        "fcbb000100a00000000000000000e000");
    const Octets third = from_hex("fcbb000300a20000000000000000e002");
    const Octets second = from_hex("fcbb000200a10000000000000000e001");
    const Octets first = from_hex("fcbb000100a00000000000000000e000");
    const Block full{Octets(96, 0xee)};
    EncapHeader{EncapMode::full, source, list, 7}.write(full.bytes().data(), IpProto::ipv6, 100,
                                                        0xb9, FlowLabel{0xfedcb});
    EXPECT_EQ(full.octets(), from_hex("6b9fedcb009c2b07") + addresses +
                                 from_hex("2906040202000000") + third + second + first);
    const Block reduced{Octets(80, 0xee)};
    EncapHeader{EncapMode::reduced, source, list, 7}.write(reduced.bytes().data(), IpProto::ipv4,
                                                           100, 0, FlowLabel{1});
    EXPECT_EQ(reduced.octets(), from_hex("60000001008c2b07") + addresses +
                                    from_hex("0404040201000000") + third + second);
}

TEST(Encap, OneReducedSegmentNeedsNoSrh) {
    const auto list = golden_segments(1);
    const Block out{Octets(40, 0xee)};
    EncapHeader{EncapMode::reduced, source, list, 64}.write(out.bytes().data(), IpProto::ipv4, 60,
                                                            1, FlowLabel{2});
    EXPECT_EQ(out.octets(), from_hex("60100002003c0440"
                                     "20010db8000a00000000000000000001"
                                     "fcbb000100a00000000000000000e000"));
}

// One header serves many packets: nothing of one stays in the next.
TEST(Encap, PatchesEveryFieldAnew) {
    for (const auto mode : {EncapMode::full, EncapMode::reduced})
        for (std::size_t n = 1; n <= max_segments; ++n) {
            const EncapHeader header{mode, source, golden_segments(n), 64};
            const Block once{Octets(header.size(), 0xff)}, again{Octets(header.size(), 0x00)};
            header.write(once.bytes().data(), IpProto::ipv4, 20, 3, FlowLabel{9});
            header.write(again.bytes().data(), IpProto::ipv6, 9000, 0xff, FlowLabel{0xfffff});
            header.write(again.bytes().data(), IpProto::ipv4, 20, 3, FlowLabel{9});
            EXPECT_EQ(once.octets(), again.octets()) << n;
            EXPECT_EQ(header.first_segment(), golden_segments(n).front());
        }
}

TEST(Encap, TheLongestInnerPacketFillsThePayloadLength) {
    const EncapHeader header{EncapMode::full, source, golden_segments(1), 64};
    const Block out{Octets(header.size(), 0)};
    header.write(out.bytes().data(), IpProto::ipv6, 65535 - 24, 0, FlowLabel{0xfffff});
    const Octets bytes = out.octets();
    EXPECT_EQ(Octets(bytes.begin(), bytes.begin() + 8), from_hex("600fffffffff2b40"));
}

TEST(Encap, RefusesListsThatNoHeaderHolds) {
    for (const auto mode : {EncapMode::full, EncapMode::reduced}) {
        EXPECT_THROW((EncapHeader{mode, source, {}, 64}), std::invalid_argument);
        EXPECT_THROW((EncapHeader{mode, source, golden_segments(max_segments + 1), 64}),
                     std::invalid_argument);
        EXPECT_EQ((EncapHeader{mode, source, golden_segments(max_segments), 64}.size()),
                  encap_bytes(mode, max_segments));
    }
}

}  // namespace
}  // namespace weir
