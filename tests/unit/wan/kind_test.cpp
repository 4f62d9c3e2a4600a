// Messages are told from data by their bytes on the wire, behind an SRH too.
#include "tools/wan/kind.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace weir::wan {
namespace {

using Frame = std::vector<std::byte>;

void add(Frame& frame, std::initializer_list<unsigned> bytes) {
    for (const unsigned byte : bytes) frame.push_back(static_cast<std::byte>(byte));
}

// Ethernet and IPv6 with that next header, then `rest`.
Frame ipv6(unsigned next, std::initializer_list<unsigned> rest) {
    Frame frame(12, std::byte{0x02});
    add(frame, {0x86, 0xdd, 0x60, 0, 0, 0, 0, 0, next, 255});
    frame.resize(frame.size() + 32);
    add(frame, rest);
    return frame;
}

constexpr unsigned icmpv6 = 58, routing = 43, udp = 17;

TEST(Kind, HelloStateSolicitAndProbeAreMessages) {
    for (const unsigned kind : {1U, 2U, 4U, 5U})
        EXPECT_EQ(kind_of(ipv6(icmpv6, {200, 0, 0, 0, 1, kind})), Kind::message) << kind;
}

TEST(Kind, MarkSharesTheFateOfItsData) {
    EXPECT_EQ(kind_of(ipv6(icmpv6, {200, 0, 0, 0, 1, 3})), Kind::data);
}

TEST(Kind, BehindARoutingHeaderToo) {
    EXPECT_EQ(kind_of(ipv6(routing, {icmpv6, 2, 4, 0, 0, 0, 0, 0, 0, 0,   0, 0, 0, 0, 0,
                                     0,      0, 0, 0, 0, 0, 0, 0, 0, 200, 0, 0, 0, 1, 2})),
              Kind::message);
}

TEST(Kind, EverythingElseIsData) {
    EXPECT_EQ(kind_of({}), Kind::data);
    EXPECT_EQ(kind_of(ipv6(udp, {200, 0, 0, 0, 1, 2})), Kind::data);
    EXPECT_EQ(kind_of(ipv6(icmpv6, {128, 0, 0, 0, 1, 2})), Kind::data);  // an echo request
    EXPECT_EQ(kind_of(ipv6(icmpv6, {200, 0, 0, 0, 1})), Kind::data);     // cut short
    EXPECT_EQ(kind_of(ipv6(routing, {icmpv6, 200, 4, 0})), Kind::data);  // longer than the frame
}

}  // namespace
}  // namespace weir::wan
