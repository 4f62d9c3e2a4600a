#include "dataplane/wire/options.hpp"

#include <gtest/gtest.h>

#include <vector>

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

TEST(Options, NoMoreThanALimitAreRead) {
    Octets most(6 + 8 * 4, 0);  // 32 of them, counting the last
    most[31] = 1;
    most[32] = 5;
    expect(most, Drop::none);
    expect(Octets(6 + 8 * 4, 0), Drop::extension_headers);
}

}  // namespace
}  // namespace weir
