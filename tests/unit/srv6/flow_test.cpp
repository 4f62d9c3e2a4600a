#include "srv6/flow.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <array>
#include <cmath>
#include <functional>
#include <set>

#include "tests/unit/srv6/packets.hpp"

namespace weir {
namespace {

constexpr std::uint8_t tcp = 6, sctp = 132;

std::uint32_t hash(std::span<const std::byte> packet) {
    const bool ipv4 = std::to_integer<unsigned>(packet[0]) >> 4U == 4;
    return ipv4 ? flow_hash_ipv4(packet) : flow_hash_ipv6(packet);
}
std::uint32_t hash(const Octets& packet) { return hash(std::as_bytes(std::span{packet})); }
Octets ports(std::uint16_t source, std::uint16_t destination) {
    return {static_cast<std::uint8_t>(source >> 8), static_cast<std::uint8_t>(source),
            static_cast<std::uint8_t>(destination >> 8), static_cast<std::uint8_t>(destination)};
}
// UDP and the Base Transport Header up to its sequence number.
Octets roce(std::uint32_t queue_pair, std::uint16_t destination = roce_v2_port) {
    return ports(49152, destination) + Octets{0,
                                              40,
                                              0,
                                              0,
                                              4,
                                              0x40,
                                              0xff,
                                              0xff,
                                              0,
                                              static_cast<std::uint8_t>(queue_pair >> 16),
                                              static_cast<std::uint8_t>(queue_pair >> 8),
                                              static_cast<std::uint8_t>(queue_pair),
                                              0,
                                              0,
                                              0,
                                              1};
}
Octets both(bool ipv4, const Octets& transport, std::uint8_t protocol = udp) {
    return ipv4 ? ipv4_packet(0, transport, protocol) : ipv6_packet({}, protocol, transport);
}
Octets with(Octets packet, std::size_t at, unsigned flip) {
    packet.at(at) = static_cast<std::uint8_t>(packet.at(at) ^ flip);
    return packet;
}

// Every bit of what names a flow counts, and none of what differs from packet to packet. `skipped`
// decides what is read at all and is tested apart: header length, fragment, next header.
void counts_exactly(const Octets& packet, std::size_t first, std::size_t last,
                    const std::set<std::size_t>& skipped) {
    const std::uint32_t before = hash(packet);
    for (std::size_t at = 0; at < packet.size(); ++at)
        for (unsigned bit = 0; bit < 8 && !skipped.contains(at); ++bit)
            ASSERT_EQ(hash(with(packet, at, 1U << bit)) != before, at >= first && at <= last)
                << "octet " << at << " bit " << bit;
}
TEST(Flow, CountsAddressesAndPorts) {
    const Octets transport = ports(1000, 2000) + counted(16);
    counts_exactly(both(true, transport, tcp), 12, 23, {0, 6, 7, 9});
    counts_exactly(both(false, transport, tcp), 8, 43, {0, 6});
}

TEST(Flow, TheProtocolCounts) {
    for (const bool ipv4 : {true, false}) {
        std::set<std::uint32_t> hashes;
        for (const std::uint8_t protocol : {tcp, udp, sctp, icmpv6, no_next})
            hashes.insert(hash(both(ipv4, ports(1, 2) + counted(16), protocol)));
        EXPECT_EQ(hashes.size(), 5U);
    }
}

TEST(Flow, OnlyTcpAndUdpHavePorts) {
    for (const bool ipv4 : {true, false})
        for (const std::uint8_t protocol : {sctp, icmpv6, in_ipv4, in_ipv6, std::uint8_t{50}})
            EXPECT_EQ(hash(both(ipv4, ports(1, 2) + counted(16), protocol)),
                      hash(both(ipv4, ports(3, 4) + counted(16), protocol)));
}

TEST(Flow, TheQueuePairOfRoceCounts) {
    for (const bool ipv4 : {true, false}) {
        for (unsigned bit = 0; bit < 24; ++bit)
            EXPECT_NE(hash(both(ipv4, roce(0x123456))),
                      hash(both(ipv4, roce(0x123456 ^ 1U << bit))))
                << bit;
        EXPECT_EQ(hash(both(ipv4, roce(1, 4790))), hash(both(ipv4, roce(2, 4790)))) << "no RoCE";
        EXPECT_EQ(hash(both(ipv4, roce(1), tcp)), hash(both(ipv4, roce(2), tcp))) << "TCP 4791";
        const std::size_t opcode = (ipv4 ? 20U : 40U) + 8, sequence = opcode + 11;
        EXPECT_EQ(hash(both(ipv4, roce(1))), hash(with(both(ipv4, roce(1)), opcode, 0x0a)));
        EXPECT_EQ(hash(both(ipv4, roce(1))), hash(with(both(ipv4, roce(1)), sequence, 3)));
    }
}

// First, middle and last fragment, whatever lies where the ports would be: one way.
TEST(Flow, FragmentsOfAPacketStayTogether) {
    const auto fragment4 = [](std::uint16_t field, const Octets& transport) {
        Octets packet = ipv4_packet(0, transport);
        packet[6] = static_cast<std::uint8_t>(field >> 8);
        packet[7] = static_cast<std::uint8_t>(field);
        return packet;
    };
    const std::uint32_t first = hash(fragment4(0x2000, ports(1, 2)));
    EXPECT_EQ(hash(fragment4(0x20b9, ports(3, 4))), first);
    EXPECT_EQ(hash(fragment4(0x0172, ports(5, 6))), first);
    EXPECT_NE(hash(fragment4(0x4000, ports(1, 2))), first) << "do not fragment is no fragment";
    EXPECT_NE(hash(fragment4(0x4000, ports(1, 2))), hash(fragment4(0x4000, ports(1, 3))));

    const auto fragment6 = [](std::uint16_t field, std::vector<Extension> front,
                              const Octets& transport) {
        Extension header = fragment_header();
        header.bytes[2] = static_cast<std::uint8_t>(field >> 8);
        header.bytes[3] = static_cast<std::uint8_t>(field);
        front.push_back(header);
        return ipv6_packet(front, udp, transport);
    };
    const std::uint32_t head = hash(fragment6(0x0001, {}, ports(1, 2)));
    EXPECT_EQ(hash(fragment6(0x05a9, {}, ports(3, 4))), head);
    EXPECT_EQ(hash(fragment6(0x0b50, {}, {})), head);
    EXPECT_EQ(hash(fragment6(0x0b50, {options(0)}, ports(3, 4))), head);
}

// What lies between the IPv6 header and the ports does not name the flow.
TEST(Flow, ExtensionHeadersAreSteppedOver) {
    const Octets transport = roce(7);
    const std::uint32_t plain = hash(ipv6_packet({}, udp, transport));
    const std::vector<std::vector<Extension>> chains{
        {options(0)},
        {options(0, 3), options(60), srh({.last_entry = 2, .listed = 3})},
        std::vector<Extension>(7, options(60))};
    for (const auto& chain : chains) EXPECT_EQ(hash(ipv6_packet(chain, udp, transport)), plain);
    // Beyond the bound it stays one flow, by addresses only.
    const std::vector<Extension> long_chain(9, options(60));
    EXPECT_EQ(hash(ipv6_packet(long_chain, udp, ports(1, 2))),
              hash(ipv6_packet(long_chain, udp, ports(3, 4))));
}

TEST(Flow, Ipv4OptionsAreSteppedOver) {
    EXPECT_EQ(hash(ipv4_packet(0, roce(7), udp, 15)), hash(ipv4_packet(0, roce(7))));
}

// RFC 8986 section 7: outer source, destination and flow label, nothing else.
TEST(Flow, TransitCountsAddressesAndLabel) {
    const Octets packet = ipv6_packet({}, udp, {});
    const auto outer = [](const Octets& bytes) {
        return flow_hash_outer(*reinterpret_cast<const Ipv6Header*>(bytes.data()));
    };
    for (std::size_t at = 0; at < 40; ++at)
        for (unsigned bit = 0; bit < 8; ++bit) {
            const bool named = at >= 8 || at == 2 || at == 3 || (at == 1 && bit < 4);
            ASSERT_EQ(outer(with(packet, at, 1U << bit)) != outer(packet), named)
                << at << ' ' << bit;
        }
}

TEST(Flow, LabelsHaveTwentyBitsAndAreNeverZero) {
    std::set<FlowLabel> labels;
    for (std::uint32_t i = 0; i < 100'000; ++i) {
        const auto label = flow_label_from(i * 0x9e3779b9U);
        ASSERT_NE(label, FlowLabel{0});
        ASSERT_LE(static_cast<std::uint32_t>(label), 0xfffffU);
        labels.insert(label);
    }
    EXPECT_EQ(flow_label_from(0), FlowLabel{1});
    EXPECT_GT(labels.size(), 90'000U);  // 100,000 drawn from 2^20 at random: about 95,400
}

// Flows as they come: ports, hosts or queue pairs that count up. Over n ways each gets its share:
// chi-square with n - 1 degrees of freedom stays below its mean plus six standard deviations.
void spreads(const char* what, const std::function<Octets(std::uint32_t)>& flow) {
    constexpr std::uint32_t flows = 20'000;
    std::array<std::vector<std::uint32_t>, 3> counts;
    const std::array<std::uint32_t, 3> ways{2, 7, 64};
    for (std::size_t w = 0; w < ways.size(); ++w) counts[w].resize(ways[w]);
    std::set<FlowLabel> labels;
    for (std::uint32_t i = 0; i < flows; ++i) {
        const std::uint32_t value = hash(flow(i));
        for (std::size_t w = 0; w < ways.size(); ++w)
            ++counts[w][static_cast<std::size_t>(std::uint64_t{value} * ways[w] >> 32U)];
        labels.insert(flow_label_from(value));
    }
    for (std::size_t w = 0; w < ways.size(); ++w) {
        const double expected = double{flows} / ways[w];
        double chi = 0;
        for (const std::uint32_t count : counts[w])
            chi += (count - expected) * (count - expected) / expected;
        EXPECT_LT(chi, ways[w] - 1 + 6 * std::sqrt(2.0 * (ways[w] - 1))) << what << ' ' << ways[w];
    }
    EXPECT_GT(labels.size(), flows * 97 / 100) << what;  // at random: about 98.9 %
}
TEST(Flow, SpreadsFlowsThatCountUp) {
    const auto low = [](std::uint32_t i) { return static_cast<std::uint16_t>(i); };
    for (const bool ipv4 : {true, false}) {
        spreads("source ports",
                [&](auto i) { return both(ipv4, ports(low(i), 443) + counted(4)); });
        spreads("destination ports", [&](auto i) { return both(ipv4, ports(443, low(i))); });
        spreads("queue pairs", [&](auto i) { return both(ipv4, roce(i)); });
        spreads("hosts", [&](std::uint32_t i) {
            Octets packet = both(ipv4, ports(1, 2));
            const std::size_t at = ipv4 ? 18 : 38;
            packet[at] = static_cast<std::uint8_t>(i >> 8);
            packet[at + 1] = static_cast<std::uint8_t>(i);
            return packet;
        });
        // The n-th host talks to the n-th queue pair: what two CRCs side by side would cancel out.
        spreads("hosts and queue pairs together", [&](std::uint32_t i) {
            Octets packet = both(ipv4, roce(i));
            const std::size_t at = ipv4 ? 18 : 38;
            packet[at] = static_cast<std::uint8_t>(i >> 8);
            packet[at + 1] = static_cast<std::uint8_t>(i);
            return packet;
        });
    }
}

// A header that claims to run past the end leads nowhere: its own octets are not taken for ports.
TEST(Flow, AHeaderThatDoesNotFitHidesThePorts) {
    Octets packet = ipv6_packet({options(60)}, udp, ports(1, 2));
    packet[41] = 255;
    for (std::size_t at = 42; at < packet.size(); ++at)
        EXPECT_EQ(hash(with(packet, at, 0xff)), hash(packet)) << at;
}

// Cut anywhere behind the IP header, the bytes end with their memory.
TEST(Flow, ReadsNothingBehindTheEnd) {
    const Octets packets[] = {both(true, roce(7)), both(false, roce(7)),
                              ipv6_packet({options(0), srh({}), fragment_header()}, udp, roce(7)),
                              ipv6_packet({options(60, 255)}, udp, roce(7)),
                              ipv4_packet(0, roce(7), udp, 15)};
    for (const Octets& packet : packets)
        for (std::size_t size = packet[0] >> 4 == 4 ? 20 : 40; size <= packet.size(); ++size) {
            const Octets cut(packet.begin(), packet.begin() + static_cast<long>(size));
            const Block block{cut};
            EXPECT_EQ(hash(block.bytes()), hash(cut));
        }
}
RC_GTEST_PROP(Flow, AnyBytesHaveAHash, (Octets bytes, bool ipv4)) {
    bytes.resize(bytes.size() + 40, 0);
    bytes[0] = static_cast<std::uint8_t>((ipv4 ? 0x40 : 0x60) | (bytes[0] & 15));
    if (*rc::gen::arbitrary<bool>())
        bytes[6] = *rc::gen::element<std::uint8_t>(0, 43, 44, 60, udp, tcp);
    const Block block{bytes};
    RC_ASSERT(hash(block.bytes()) == hash(bytes));
}

}  // namespace
}  // namespace weir
