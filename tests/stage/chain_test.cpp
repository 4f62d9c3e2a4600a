// Frames of several segments, and outer headers longer than the room in front of a packet.
#include <gtest/gtest.h>

#include "tests/stage/scene.hpp"

namespace weir::test {
namespace {

// With jumbo ports: what is forwarded here never fits one buffer.
Config jumbo_config() {
    Config config = scene_config();
    for (PortConfig& port : config.ports) port.mtu = 9216;
    return config;
}

PacketBuilder plain(PacketBuilder builder, const char* to, std::uint8_t ttl, std::size_t payload) {
    return builder.ip4("10.1.0.9", to, ttl).udp(7, 7).payload(payload);
}

PacketBuilder behind_long_header(std::uint8_t ttl, std::size_t payload) {
    return plain(frame(wan_gateway, wan_mac)
                     .ip6("fc00:a::1", "fc00:b::1")
                     .srh({"fc00:b::8", "fc00:b::7", "fc00:b::6", "fc00:b::5", "fc00:b::4",
                           "fc00:b::3", "fc00:b::2", "fc00:b::1"},
                          7),
                 "10.7.0.9", ttl, payload);
}

void expect_equal_but_for_flow_label(Frame sent, const Frame& expected) {
    ASSERT_EQ(sent.size(), expected.size());
    for (std::size_t i = 15; i < 18; ++i) sent[i] = expected[i];
    EXPECT_EQ(sent, expected);
}

TEST(Chain, IsForwardedWhole) {
    Bed bed{jumbo_config()};
    const Frame in = plain(frame(lan_mac), "10.5.1.1", 64, 8900).build();
    const Outcome outcome = bed.run(bed.chain(in, 2048, 2048), lan);
    ASSERT_EQ(outcome.sent.size(), 1U);
    EXPECT_EQ(outcome.sent[0].frame,
              plain(frame(lan_gateway4, lan_mac), "10.5.1.1", 63, 8900).build());
}

// The first segment is full to its last byte: the 48 bytes that eight segments need beyond the
// headroom come from its end.
TEST(Chain, TakesAHeaderLongerThanItsHeadroom) {
    Bed bed{jumbo_config()};
    const Frame in = plain(frame(lan_mac), "10.7.0.9", 64, 8900).build();
    const std::uint32_t in_use = rte_mempool_in_use_count(&bed.pool());
    const Outcome outcome = bed.run(bed.chain(in, 2048, 2048), lan);
    ASSERT_EQ(outcome.sent.size(), 1U);
    expect_equal_but_for_flow_label(outcome.sent[0].frame, behind_long_header(63, 8900).build());
    EXPECT_EQ(rte_mempool_in_use_count(&bed.pool()), in_use);
}

TEST(Chain, IsMadeOnePieceForADeviceThatTakesNone) {
    Bed bed{jumbo_config(), 1024, false};
    const Frame in = plain(frame(lan_mac), "10.5.1.1", 64, 1200).build();
    const Outcome outcome = bed.run(bed.chain(in, 300, 500), lan);
    ASSERT_EQ(outcome.sent.size(), 1U);
    EXPECT_EQ(outcome.sent[0].segments, 1U);
    EXPECT_EQ(outcome.sent[0].frame,
              plain(frame(lan_gateway4, lan_mac), "10.5.1.1", 63, 1200).build());
    // Too long for one buffer: dropped under its own name, never sent with stale memory behind it.
    const Frame large = plain(frame(lan_mac), "10.5.1.1", 64, 5000).build();
    const Outcome refused = bed.run(bed.chain(large, 2048, 2048), lan);
    EXPECT_TRUE(refused.sent.empty());
    ASSERT_EQ(refused.drops.size(), 1U);
    EXPECT_EQ(name(refused.drops[0]), "device_refused");
}

// What waited goes from control straight to the port: the last chance is before.
TEST(Chain, IsMadeOnePieceBeforeItWaitsForANeighbor) {
    Bed bed{jumbo_config(), 1024, false};
    const Frame in = plain(frame(lan_mac), "10.1.0.77", 64, 1200).build();
    const Outcome outcome = bed.run(bed.chain(in, 300, 500), lan);
    ASSERT_EQ(outcome.resolves.size(), 1U);
    EXPECT_EQ(outcome.resolves[0].segments, 1U);
    EXPECT_EQ(outcome.resolves[0].frame,
              plain(frame(MacAddr{}, lan_mac), "10.1.0.77", 63, 1200).build());
    const Frame large = plain(frame(lan_mac), "10.1.0.77", 64, 5000).build();
    const Outcome refused = bed.run(bed.chain(large, 2048, 2048), lan);
    EXPECT_TRUE(refused.resolves.empty());
    ASSERT_EQ(refused.drops.size(), 1U);
    EXPECT_EQ(name(refused.drops[0]), "device_refused");
}

TEST(LongHeader, ShiftsThePacketIntoItsTailroom) {
    Bed bed{scene_config()};
    const Frame in = plain(frame(lan_mac), "10.7.0.9", 64, 100).build();
    const Outcome outcome = bed.run(bed.exact(in, 48), lan);
    ASSERT_EQ(outcome.sent.size(), 1U);
    expect_equal_but_for_flow_label(outcome.sent[0].frame, behind_long_header(63, 100).build());
}

TEST(LongHeader, WithoutRoomIsADropOfItsOwn) {
    Bed bed{scene_config()};
    const Frame in = plain(frame(lan_mac), "10.7.0.9", 64, 100).build();
    const Outcome outcome = bed.run(bed.exact(in, 47), lan);
    EXPECT_TRUE(outcome.sent.empty());
    ASSERT_EQ(outcome.drops.size(), 1U);
    EXPECT_EQ(name(outcome.drops[0]), "no_room");
}

TEST(Chain, PaddingInALaterSegmentIsCutOff) {
    Bed bed{scene_config()};
    const Frame in = plain(frame(lan_mac), "10.5.1.1", 64, 200).pad(700).build();
    const Outcome outcome = bed.run(bed.chain(in, 220, 128), lan);
    ASSERT_EQ(outcome.sent.size(), 1U);
    EXPECT_EQ(outcome.sent[0].frame,
              plain(frame(lan_gateway4, lan_mac), "10.5.1.1", 63, 200).build());
}

}  // namespace
}  // namespace weir::test
