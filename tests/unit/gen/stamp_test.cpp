#include "tools/gen/stamp.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cstring>
#include <memory>
#include <vector>

#include "tools/gen/packet_builder.hpp"

namespace weir {
namespace {

std::vector<std::byte> packet(bool ipv6, std::size_t segments) {
    Traffic traffic;
    if (ipv6)
        traffic.addresses = AddressPair<Ipv6Addr>{*parse_ipv6("fd00::1"), *parse_ipv6("fd00::2")};
    else
        traffic.addresses = AddressPair<Ipv4Addr>{{{10, 0, 0, 1}}, {{10, 0, 0, 2}}};
    traffic.path.segments.assign(segments, *parse_ipv6("fd00::3"));
    const std::uint16_t sizes[] = {200};
    const PacketBuilder builder{traffic, sizes};
    std::vector<std::byte> bytes(200);
    builder.write(bytes, 0, 0, 1, 2);
    return bytes;
}

// A block that ends where the packet does, so that a sanitizer sees a byte read too far.
struct Exact {
    explicit Exact(std::span<const std::byte> from)
        : bytes{std::make_unique<std::byte[]>(from.size())}, size{from.size()} {
        if (size != 0) std::memcpy(bytes.get(), from.data(), size);
    }
    std::span<const std::byte> span() const { return {bytes.get(), size}; }
    std::unique_ptr<std::byte[]> bytes;
    std::size_t size;
};

TEST(Stamp, IsFoundWheneverItIsWholeAndNeverWhenCut) {
    for (const bool ipv6 : {false, true})
        for (const std::size_t segments : {0U, 1U, 3U}) {
            const auto whole = packet(ipv6, segments);
            const auto found = find_stamp(whole);
            ASSERT_TRUE(found);
            const auto end = static_cast<std::size_t>(
                reinterpret_cast<const std::byte*>(found->stamp) + sizeof(Stamp) - whole.data());
            for (std::size_t length = 0; length <= whole.size(); ++length) {
                const Exact cut{std::span{whole}.first(length)};
                EXPECT_EQ(find_stamp(cut.span()).has_value(), length >= end) << length;
            }
        }
}

TEST(Stamp, IsFoundBehindVlanTags) {
    auto tagged = packet(true, 1);
    const std::byte tag[] = {std::byte{0x81}, std::byte{0}, std::byte{0}, std::byte{7}};
    tagged.insert(tagged.begin() + 12, tag, tag + 4);
    tagged.insert(tagged.begin() + 12, tag, tag + 4);
    const auto found = find_stamp(tagged);
    ASSERT_TRUE(found);
    EXPECT_EQ(found->stamp->sequence.host(), 1U);
    EXPECT_TRUE(checksums_ok(tagged, *found));
}

TEST(Stamp, PacketOfAnyOtherKindIsNotOurs) {
    for (const std::size_t at : {12U, 23U, 42U}) {  // type, protocol, magic
        auto other = packet(false, 0);
        other[at] ^= std::byte{0x11};
        EXPECT_FALSE(find_stamp(other)) << at;
    }
    auto fragment = packet(false, 0);
    fragment[21] = std::byte{8};
    EXPECT_FALSE(find_stamp(fragment));
}

TEST(Stamp, HeadersWithoutEndAreLeftAlone) {
    auto chain = packet(true, 0);
    chain[20] = std::byte{60};
    for (std::size_t at = 54; at < chain.size(); ++at)
        chain[at] = at % 2 == 0 ? std::byte{60} : std::byte{0};
    EXPECT_FALSE(find_stamp(chain));
}

TEST(Stamp, ChecksumsOfIpv4AreBothLookedAt) {
    const auto good = packet(false, 0);
    for (const std::size_t at : {std::size_t{22}, std::size_t{40}, good.size() - 1}) {
        auto bad = good;
        bad[at] ^= std::byte{1};
        const auto found = find_stamp(bad);
        ASSERT_TRUE(found);
        EXPECT_FALSE(checksums_ok(bad, *found)) << at;
    }
    auto without = good;
    without[40] = without[41] = std::byte{0};
    EXPECT_TRUE(checksums_ok(without, *find_stamp(without)));
}

RC_GTEST_PROP(Stamp, NothingIsReadPastThePacketWhateverItsBytes, ()) {
    auto bytes = packet(*rc::gen::arbitrary<bool>(), *rc::gen::inRange<std::size_t>(0, 3));
    for (int changes = *rc::gen::inRange(0, 6); changes != 0; --changes)
        bytes[*rc::gen::inRange<std::size_t>(0, 130)] =
            static_cast<std::byte>(*rc::gen::arbitrary<std::uint8_t>());
    const Exact cut{std::span{bytes}.first(*rc::gen::inRange<std::size_t>(0, bytes.size() + 1))};
    const auto found = find_stamp(cut.span());
    if (!found) return;
    const auto* stamp = reinterpret_cast<const std::byte*>(found->stamp);
    RC_ASSERT(stamp >= cut.span().data());
    RC_ASSERT(stamp + sizeof(Stamp) <= cut.span().data() + cut.size);
    checksums_ok(cut.span(), *found);
}

}  // namespace
}  // namespace weir
