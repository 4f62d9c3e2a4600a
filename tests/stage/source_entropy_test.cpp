// node.source_entropy: the low bits of the outer source tell flows apart, and nothing else does.
#include <gtest/gtest.h>

#include <set>

#include "dataplane/wire/ip.hpp"
#include "tests/stage/scene.hpp"

namespace weir::test {
namespace {

Config with_entropy(unsigned bits) {
    Config config = scene_config();
    config.node.source = parse_ipv6("fc00:a::a00").value();
    config.node.source_entropy = bits;
    return config;
}

Ipv6Header outer(Bed& bed, std::uint16_t port) {
    const auto out =
        bed.run(frame(lan_mac).ip4("10.1.0.9", "10.2.0.9").udp(port, 9).payload(20).build(), lan);
    Ipv6Header ip{};
    EXPECT_EQ(out.sent.size(), 1U);
    if (!out.sent.empty()) std::memcpy(&ip, out.sent[0].frame.data() + 14, sizeof ip);
    return ip;
}

TEST(SourceEntropy, IsTheLowBitsOfTheFlowLabel) {
    Bed bed{with_entropy(9)};
    std::set<Ipv6Addr> sources;
    for (std::uint16_t port = 1000; port < 1200; ++port) {
        const Ipv6Header ip = outer(bed, port);
        const auto label = static_cast<unsigned>(ip.flow_label());
        EXPECT_EQ(ip.source,
                  Ipv6Addr::from_bits(parse_ipv6("fc00:a::a00")->bits() | (label & 0x1ffU)));
        EXPECT_EQ(outer(bed, port).source, ip.source);  // one flow, one source
        sources.insert(ip.source);
    }
    EXPECT_GT(sources.size(), 120U);  // of 512
}

TEST(SourceEntropy, NoneLeavesTheSource) {
    Bed bed{with_entropy(0)};
    for (std::uint16_t port = 1000; port < 1010; ++port)
        EXPECT_EQ(outer(bed, port).source, *parse_ipv6("fc00:a::a00"));
}

// What is sent back to any of the sources (an ICMP error of a hop) is for us, not an unknown SID.
TEST(SourceEntropy, EverySourceIsOurs) {
    Bed bed{with_entropy(9)};
    const auto is_ours = [&](const char* address) {
        const auto out = bed.run(
            frame(wan_mac).ip6("fc00:b::1", address).icmp6(3, 0, 0).payload(40).build(), wan);
        return !out.punted.empty() && out.punted[0].info.punt == Punt::protocol;
    };
    for (const char* ours : {"fc00:a::a00", "fc00:a::a01", "fc00:a::bff"})
        EXPECT_TRUE(is_ours(ours)) << ours;
    EXPECT_FALSE(is_ours("fc00:a::c00"));
}

}  // namespace
}  // namespace weir::test
