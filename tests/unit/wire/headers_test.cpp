#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <array>
#include <vector>

#include "dataplane/wire/cursor.hpp"
#include "dataplane/wire/endian.hpp"
#include "dataplane/wire/ethernet.hpp"
#include "dataplane/wire/icmp.hpp"
#include "dataplane/wire/ip.hpp"

namespace weir {
namespace {

template <class T>
std::vector<std::uint8_t> octets(const T& value) {
    const auto* from = reinterpret_cast<const std::uint8_t*>(&value);
    return {from, from + sizeof value};
}

TEST(Endian, LiesOnTheWireHighOctetFirst) {
    EXPECT_EQ(octets(be16{0x0102}), (std::vector<std::uint8_t>{1, 2}));
    EXPECT_EQ(octets(be32{0x01020304}), (std::vector<std::uint8_t>{1, 2, 3, 4}));
    EXPECT_EQ(octets(be64{0x0102030405060708}),
              (std::vector<std::uint8_t>{1, 2, 3, 4, 5, 6, 7, 8}));
}

TEST(Headers, Ipv4FieldsAreWhereRfc791HasThem) {
    Ipv4Header ip{};
    auto* raw = reinterpret_cast<std::uint8_t*>(&ip);
    raw[0] = 0x4f;
    EXPECT_EQ(ip.version(), 4U);
    EXPECT_EQ(ip.header_length(), 60U);
    raw[6] = 0x40;
    EXPECT_TRUE(ip.dont_fragment());
    EXPECT_FALSE(ip.later_fragment());
    raw[6] = 0x20;  // MF: the first fragment is no later one
    EXPECT_FALSE(ip.dont_fragment());
    EXPECT_FALSE(ip.later_fragment());
    raw[7] = 1;
    EXPECT_TRUE(ip.later_fragment());
    raw[9] = 17;
    EXPECT_EQ(ip.protocol, IpProto::udp);
}

TEST(Headers, Ipv6FieldsAreWhereRfc8200HasThem) {
    const std::array<std::uint8_t, 8> raw{0x6a, 0xbc, 0xde, 0xf1, 0x01, 0x02, 43, 64};
    Ipv6Header ip{};
    __builtin_memcpy(&ip, raw.data(), raw.size());
    EXPECT_EQ(ip.version(), 6U);
    EXPECT_EQ(ip.traffic_class(), 0xab);
    EXPECT_EQ(ip.flow_label(), FlowLabel{0xcdef1});
    EXPECT_EQ(ip.payload_length.host(), 0x102);
    EXPECT_EQ(ip.next_header, IpProto::routing);
    EXPECT_EQ(ip.hop_limit, 64);
    ip.set_traffic_class(0x5f);
    EXPECT_EQ(octets(ip.version_class_label), (std::vector<std::uint8_t>{0x65, 0xfc, 0xde, 0xf1}));
}

TEST(Headers, LengthsCountTheFirstEightOctets) {
    EXPECT_EQ((ExtensionHeader{IpProto::udp, 0}.length()), 8U);
    EXPECT_EQ((ExtensionHeader{IpProto::udp, 255}.length()), 2048U);
    EXPECT_EQ((VlanTag{be16{0xf123}, be16{0x0800}}.vlan()), 0x123U);
}

// However headers are taken, a cursor never hands out bytes that are not in the span.
RC_GTEST_PROP(Cursor, StaysInside, ()) {
    std::vector<std::byte> bytes(*rc::gen::inRange<std::size_t>(0, 200));
    Cursor cursor{bytes};
    std::size_t expected = 0;
    const auto take = [&](auto tag) {
        using T = decltype(tag);
        const bool fits = bytes.size() - expected >= sizeof(T);
        const T* peeked = cursor.peek<T>();
        const T* taken = cursor.take<T>();
        RC_ASSERT(peeked == taken);
        RC_ASSERT((taken != nullptr) == fits);
        if (fits) RC_ASSERT(reinterpret_cast<const std::byte*>(taken) == bytes.data() + expected);
        if (fits) expected += sizeof(T);
    };
    for (const int step : *rc::gen::container<std::vector<int>>(rc::gen::inRange(0, 60))) {
        if (step == 0) {
            take(Ipv6Header{});
        } else if (step == 1) {
            take(UdpHeader{});
        } else {
            const auto n = static_cast<std::size_t>(step);
            const bool fits = bytes.size() - expected >= n;
            RC_ASSERT(cursor.skip(n) == fits);
            if (fits) expected += n;
        }
        RC_ASSERT(cursor.position() == expected);
        RC_ASSERT(cursor.rest().size() == bytes.size() - expected);
    }
}

TEST(Cursor, RefusesLengthsThatWouldWrap) {
    std::array<std::byte, 4> bytes{};
    Cursor cursor{bytes};
    ASSERT_TRUE(cursor.skip(3));
    EXPECT_FALSE(cursor.skip(~std::size_t{0}));
    EXPECT_EQ(cursor.position(), 3U);
}

}  // namespace
}  // namespace weir
