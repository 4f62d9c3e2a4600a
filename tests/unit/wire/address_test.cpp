#include "dataplane/wire/address.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <string>
#include <string_view>
#include <utility>

namespace weir {
namespace {

template <class Addr>
Addr random_address() {
    Addr a;
    for (auto& octet : a.octets) octet = *rc::gen::arbitrary<std::uint8_t>();
    return a;
}
// Many zero octets, as addresses have: runs of zeros are what RFC 5952 is about.
Ipv6Addr sparse_address() {
    Ipv6Addr a{};
    for (auto& octet : a.octets)
        if (*rc::gen::inRange(0, 3) == 0) octet = *rc::gen::arbitrary<std::uint8_t>();
    return a;
}

// Section numbers are of RFC 5952.
TEST(Address, Ipv6TextIsCanonical) {
    const std::pair<std::string_view, std::string_view> rows[] = {
        {"2001:0DB8::0001", "2001:db8::1"},               // 4.1, 4.3
        {"2001:db8:0:0:0:0:2:1", "2001:db8::2:1"},        // 4.2.1
        {"2001:db8::1:1:1:1:1", "2001:db8:0:1:1:1:1:1"},  // 4.2.2: not for one group
        {"2001:0:0:1:0:0:0:1", "2001:0:0:1::1"},          // 4.2.3: the longest run
        {"2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"},    // 4.2.3: the first of equals
        {"0:0:0:0:0:0:0:0", "::"},
        {"::ffff:192.0.2.1", "::ffff:192.0.2.1"},
    };
    for (const auto& [text, canonical] : rows) {
        ASSERT_TRUE(parse_ipv6(text)) << text;
        EXPECT_EQ(to_string(*parse_ipv6(text)), canonical);
    }
}

TEST(Address, ParsingWantsExactlyAnAddress) {
    for (const auto* text : {"", ":", ":::", "1::2::3", "12345::", "::g", "2001:db8::1 ", " ::1",
                             "fe80::1%eth0", "::1/64", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9"})
        EXPECT_FALSE(parse_ipv6(text)) << text;
    for (const auto* text :
         {"", "1.2.3", "1.2.3.4.5", "256.0.0.1", "1.2.3.4 ", "0x1.2.3.4", "1.2.3.-4"})
        EXPECT_FALSE(parse_ipv4(text)) << text;
    for (const auto* text :
         {"", "02:00:00:00:00", "02:00:00:00:00:0", "02:00:00:00:00:0g", "02-00-00-00-00-01",
          "02:00:00:00:00:01:", "0200.0000.0001", "+2:00:00:00:00:01", " 2:00:00:00:00:01"})
        EXPECT_FALSE(parse_mac(text)) << text;
    EXPECT_FALSE(parse_ipv6(std::string_view{"::1\0::", 6}));
    EXPECT_FALSE(parse_ipv6(std::string(1000, ':')));
}

TEST(Address, PrefixesWantALengthThatFits) {
    EXPECT_EQ(parse_ipv4_prefix("10.0.0.0/8"), (Ipv4Prefix{{{10, 0, 0, 0}}, 8}));
    EXPECT_EQ(parse_ipv6_prefix("::/0"), (Ipv6Prefix{{}, 0}));
    for (const auto* text : {"10.0.0.0", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/8x",
                             "10.0.0.0/+8", "/8", "::/8"})
        EXPECT_FALSE(parse_ipv4_prefix(text)) << text;
    for (const auto* text : {"::", "::/129", "::/99999999999999", "10.0.0.0/8"})
        EXPECT_FALSE(parse_ipv6_prefix(text)) << text;
}

RC_GTEST_PROP(Address, TextAndBackIsTheSame, ()) {
    const auto v6 = sparse_address();
    const auto v4 = random_address<Ipv4Addr>();
    const auto mac = random_address<MacAddr>();
    RC_ASSERT(parse_ipv6(to_string(v6)) == v6);
    RC_ASSERT(parse_ipv4(to_string(v4)) == v4);
    RC_ASSERT(parse_mac(to_string(mac)) == mac);
    const Ipv6Prefix p6{v6, *rc::gen::inRange<std::uint8_t>(0, 129)};
    const Ipv4Prefix p4{v4, *rc::gen::inRange<std::uint8_t>(0, 33)};
    RC_ASSERT(parse_ipv6_prefix(to_string(p6)) == p6);
    RC_ASSERT(parse_ipv4_prefix(to_string(p4)) == p4);
}

RC_GTEST_PROP(Address, BitsKeepOrderAndComeBack, ()) {
    const auto a = random_address<Ipv6Addr>(), b = random_address<Ipv6Addr>();
    RC_ASSERT(Ipv6Addr::from_bits(a.bits()) == a);
    RC_ASSERT((a < b) == (a.bits() < b.bits()));
    const auto c = random_address<Ipv4Addr>(), d = random_address<Ipv4Addr>();
    RC_ASSERT(Ipv4Addr::from_bits(c.bits()) == c);
    RC_ASSERT((c < d) == (c.bits() < d.bits()));
    RC_ASSERT(is_mapped(mapped(c)) && unmapped(mapped(c)) == c);
}

template <class Addr>
bool agree(const Addr& a, const Addr& b, unsigned bits) {
    for (unsigned i = 0; i < bits; ++i)
        if (((a.octets[i / 8] ^ b.octets[i / 8]) & 0x80U >> i % 8) != 0) return false;
    return true;
}
template <class Addr>
Addr flip(Addr a, unsigned bit) {
    a.octets[bit / 8] = static_cast<std::uint8_t>(a.octets[bit / 8] ^ 0x80U >> bit % 8);
    return a;
}
// A prefix covers what agrees with it bit by bit, counted from the front.
template <class Prefix, class Addr>
void covers_what_agrees() {
    constexpr unsigned bits = 8 * sizeof(Addr);
    const auto address = random_address<Addr>();
    const auto length = *rc::gen::inRange<unsigned>(0, bits + 1);
    const auto other = flip(address, *rc::gen::inRange(0U, bits));
    const Prefix prefix{address, static_cast<std::uint8_t>(length)};
    RC_ASSERT(prefix.covers(other) == agree(address, other, length));
}
RC_GTEST_PROP(Address, Ipv4PrefixCoversWhatAgreesInItsBits, ()) {
    covers_what_agrees<Ipv4Prefix, Ipv4Addr>();
}
RC_GTEST_PROP(Address, Ipv6PrefixCoversWhatAgreesInItsBits, ()) {
    covers_what_agrees<Ipv6Prefix, Ipv6Addr>();
}

TEST(Address, KindsOfAddress) {
    EXPECT_TRUE(parse_ipv6("ff02::1")->multicast());
    EXPECT_FALSE(parse_ipv6("fe80::1")->multicast());
    EXPECT_TRUE(parse_ipv6("febf::1")->link_local());
    EXPECT_FALSE(parse_ipv6("fec0::1")->link_local());
    EXPECT_TRUE(parse_ipv6("::")->unspecified());
    EXPECT_TRUE(parse_ipv6("::1")->loopback());
    EXPECT_FALSE(parse_ipv6("1::1")->loopback());
    EXPECT_TRUE(parse_ipv4("239.255.255.255")->multicast());
    EXPECT_FALSE(parse_ipv4("240.0.0.0")->multicast());
    EXPECT_TRUE(broadcast_mac.multicast());
    EXPECT_FALSE(is_mapped(*parse_ipv6("::fffe:1.2.3.4")));
}

TEST(Address, GroupsAndLinkLocalsOfTheRfcs) {
    // RFC 4291 section 2.7.1, its own example.
    EXPECT_EQ(to_string(solicited_node(*parse_ipv6("4037::1:800:200e:8c6c"))), "ff02::1:ff0e:8c6c");
    EXPECT_EQ(to_string(multicast_mac(*parse_ipv6("ff02::1:ff0e:8c6c"))), "33:33:ff:0e:8c:6c");
    // RFC 2464 section 4, its own example.
    EXPECT_EQ(to_string(link_local_address(*parse_mac("34:56:78:9a:bc:de"))),
              "fe80::3656:78ff:fe9a:bcde");
}

}  // namespace
}  // namespace weir
