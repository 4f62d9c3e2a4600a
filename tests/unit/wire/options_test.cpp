#include "dataplane/wire/options.hpp"

#include <gtest/gtest.h>

#include <cstring>
#include <vector>

#include "dataplane/wire/nrp.hpp"

namespace weir {
namespace {

using Octets = std::vector<std::uint8_t>;

// A header of these options, which fill it to 8 octets times n, less the first two.
OptionsVerdict verdict(Octets options) {
    options.insert(options.begin(), {59, static_cast<std::uint8_t>((options.size() + 2) / 8 - 1)});
    // Its own block: AddressSanitizer sees a read past it.
    const Octets exact{options};
    return check_options(std::as_bytes(std::span{exact}));
}

void expect(const Octets& options, Drop drop, std::uint32_t at = 0) {
    const auto got = verdict(options);
    EXPECT_EQ(name(got.drop), name(drop));
    EXPECT_EQ(got.at, at);
}

TEST(Options, WhatMayBeSkippedIs) {
    expect({1, 4, 0, 0, 0, 0}, Drop::none);
    expect({0, 0, 0, 0, 0, 0}, Drop::none);
    expect({5, 2, 0, 0, 0, 0}, Drop::none);     // router alert
    expect({0x3e, 4, 1, 2, 3, 4}, Drop::none);  // experimental, 00
    expect({1, 4, 0xff, 0xff, 0xff, 0xff}, Drop::none);
}

// RFC 8200 section 4.2: 01 in silence, 10 and 11 with a word to the sender.
TEST(Options, WhatMayNotBeSkippedIsNamed) {
    expect({0x7e, 4, 0, 0, 0, 0}, Drop::option_unknown);
    expect({0xbe, 4, 0, 0, 0, 0}, Drop::option_unknown, 2);
    expect({0xfe, 4, 0, 0, 0, 0}, Drop::option_unknown, 2);
    expect({0, 1, 0, 0xc2, 0, 0}, Drop::option_unknown, 5);  // no jumbo payloads here
    expect({0x3e, 1, 9, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}, Drop::option_unknown, 5);
    expect({0xbe, 0, 0x7e, 2, 0, 0}, Drop::option_unknown, 2);  // the first counts
}

TEST(Options, WhatRunsPastTheHeaderIsUnreadable) {
    expect({1, 5, 0, 0, 0, 0}, Drop::extension_headers);
    expect({1, 3, 0, 0, 0, 0xbe}, Drop::extension_headers);
    expect({0xbe, 255, 0, 0, 0, 0}, Drop::extension_headers);
}

// draft-ietf-6man-enhanced-vpn-vtn-id, byte by byte.
TEST(Options, TheNrpIsFoundAmongOthers) {
    const auto nrp_at = [](const Octets& options) { return verdict(options).nrp_at; };
    const Octets nrp{0x1e, 8, 0x80, 0, 0, 0, 1, 2, 3, 4};
    const auto with = [&](Octets before, Octets behind) {
        before.insert(before.end(), nrp.begin(), nrp.end());
        before.insert(before.end(), behind.begin(), behind.end());
        return before;
    };
    EXPECT_EQ(nrp_at(with({}, {1, 2, 0, 0})), 2U);
    EXPECT_EQ(nrp_at(with({0, 1, 1, 0}, {})), 6U);
    EXPECT_EQ(nrp_at(with({}, with({}, {0, 0}))), 2U);  // the first counts
    EXPECT_EQ(nrp_at({0x1e, 4, 0, 0, 0, 0}), 0U);       // too short
    EXPECT_EQ(nrp_at({0x1e, 12, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}), 0U);
    EXPECT_EQ(nrp_at({0x1e, 8, 0, 1, 0, 0, 0, 0, 0, 9, 1, 2, 0, 0}), 0U);  // another context
    EXPECT_EQ(nrp_at(with({}, {0xbe, 2, 0, 0})), 0U);                      // not to be taken at all
    NrpOption option;
    std::memcpy(&option, nrp.data(), sizeof option);
    EXPECT_EQ(option.slice(), SliceNumber{0x01020304});
    EXPECT_TRUE(option.strict());
}

// RFC 8200 section 4.3: the header fills 8 octets times n, and its options end with it.
TEST(Options, WhatEdgesWrite) {
    const NrpHeader header = NrpHeader::of(SliceNumber{0xa1b2c3d4}, IpProto::routing);
    const auto bytes = std::as_bytes(std::span{&header, 1});
    EXPECT_EQ(Octets(reinterpret_cast<const std::uint8_t*>(bytes.data()),
                     reinterpret_cast<const std::uint8_t*>(bytes.data()) + bytes.size()),
              (Octets{43, 1, 0x1e, 8, 0, 0, 0, 0, 0xa1, 0xb2, 0xc3, 0xd4, 1, 2, 0, 0}));
    EXPECT_EQ(check_options(bytes).nrp_at, 2U);
}

TEST(Options, NoMoreThanALimitAreRead) {
    Octets most(6 + 8 * 4, 0);  // 32 of them, counting the last
    most[31] = 1;
    most[32] = 5;
    expect(most, Drop::none);
    expect(Octets(6 + 8 * 4, 0), Drop::extension_headers);
}

}  // namespace
}  // namespace weir
