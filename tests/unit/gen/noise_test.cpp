#include "tools/gen/noise.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <vector>

#include "dataplane/wire/ethernet.hpp"

namespace weir {
namespace {

Traffic srv6_traffic() {
    Traffic traffic;
    traffic.destination_mac = {{2, 0, 0, 0, 0, 9}};
    traffic.source_mac = {{2, 0, 0, 0, 0, 1}};
    traffic.addresses = AddressPair<Ipv4Addr>{{{10, 0, 0, 1}}, {{10, 0, 0, 2}}};
    traffic.path = {EncapMode::full, *parse_ipv6("fd00::1"), {*parse_ipv6("fd00::2")}};
    traffic.flows = 100;
    return traffic;
}

struct Made {
    Traffic traffic = srv6_traffic();
    std::vector<std::uint16_t> sizes{256, 1500};
    PacketBuilder builder{traffic, sizes};
};

TEST(Noise, NeverLooksLikeACountedPacketAndKeepsItsLength) {
    const Made made;
    Noise noise{made.builder, made.traffic, 2, 100, 42};
    std::vector<std::byte> room(1800);
    std::set<std::size_t> lengths;
    for (int i = 0; i < 100'000; ++i) {
        const std::size_t length = noise.make(room);
        ASSERT_GE(length, sizeof(EthernetHeader));
        ASSERT_LE(length, 1500U);
        ASSERT_FALSE(find_stamp({room.data(), length}));
        lengths.insert(length);
    }
    EXPECT_GT(lengths.size(), 1'000U);  // cut at any place
}

TEST(Noise, ReachesTheReceiverInManyShapes) {
    const Made made;
    Noise noise{made.builder, made.traffic, 2, 100, 42};
    std::vector<std::byte> room(1800);
    std::set<std::uint16_t> types;
    int to_us = 0;
    constexpr int frames = 10'000;
    for (int i = 0; i < frames; ++i) {
        noise.make(room);
        const auto& ethernet = *reinterpret_cast<const EthernetHeader*>(room.data());
        to_us += ethernet.destination == made.traffic.destination_mac;
        types.insert(ethernet.type.host());
        ASSERT_EQ(ethernet.source, made.traffic.source_mac);
    }
    EXPECT_GT(to_us, frames * 8 / 10);
    EXPECT_GT(types.size(), 500U);
    for (const EtherType type : {EtherType::ipv4, EtherType::ipv6, EtherType::arp, EtherType::vlan})
        EXPECT_TRUE(types.contains(static_cast<std::uint16_t>(type)));
}

TEST(Noise, ShareIsAsAsked) {
    const Made made;
    for (const double percent : {0.0, 0.5, 25.0, 100.0}) {
        Noise noise{made.builder, made.traffic, 2, percent, 7};
        int due = 0;
        constexpr int packets = 200'000;
        for (int i = 0; i < packets; ++i) due += noise.due();
        EXPECT_NEAR(due, packets * percent / 100, percent == 0 || percent == 100 ? 0 : 800)
            << percent;
    }
}

TEST(Noise, OneSeedIsOneSeries) {
    const Made made;
    Noise one{made.builder, made.traffic, 2, 100, 5}, two{made.builder, made.traffic, 2, 100, 5};
    std::vector<std::byte> a(1800), b(1800);
    for (int i = 0; i < 1'000; ++i) {
        const std::size_t length = one.make(a);
        ASSERT_EQ(two.make(b), length);
        ASSERT_TRUE(
            std::equal(a.begin(), a.begin() + static_cast<std::ptrdiff_t>(length), b.begin()));
    }
}

TEST(Noise, StaysInsideTheRoomItWasGiven) {
    const Made made;
    Noise noise{made.builder, made.traffic, 2, 100, 9};
    const std::size_t room = made.builder.head_bytes();
    std::vector<std::byte> bytes(room + 64, std::byte{0xa5});
    for (int i = 0; i < 10'000; ++i) {
        ASSERT_LE(noise.make({bytes.data(), room}), room);
        ASSERT_TRUE(std::all_of(bytes.begin() + static_cast<std::ptrdiff_t>(room), bytes.end(),
                                [](std::byte b) { return b == std::byte{0xa5}; }));
    }
}

}  // namespace
}  // namespace weir
