#include "dataplane/wire/checksum.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <vector>

namespace weir {
namespace {

using Octets = std::vector<std::uint8_t>;

// RFC 1071 section 4.1, word by word, with end-around carry at every step.
std::uint16_t naive(const Octets& bytes) {
    std::uint32_t sum = 0;
    for (std::size_t i = 0; i < bytes.size(); i += 2) {
        const std::uint32_t low = i + 1 < bytes.size() ? bytes[i + 1] : 0U;
        sum += std::uint32_t{bytes[i]} << 8U | low;
        if (sum > 0xffff) sum -= 0xffff;
    }
    return static_cast<std::uint16_t>(~sum);
}
std::span<const std::byte> span_of(const Octets& bytes) { return std::as_bytes(std::span{bytes}); }

template <class T>
Octets octets(const T& value) {
    const auto* from = reinterpret_cast<const std::uint8_t*>(&value);
    return {from, from + sizeof value};
}

// A header with a right checksum, of 20 to 60 octets.
Octets ipv4_header() {
    const auto words = *rc::gen::inRange<std::size_t>(5, 16);
    Octets bytes(4 * words);
    for (auto& b : bytes) b = *rc::gen::arbitrary<std::uint8_t>();
    bytes[0] = static_cast<std::uint8_t>(0x40U | words);
    bytes[10] = bytes[11] = 0;
    const std::uint16_t sum = naive(bytes);
    bytes[10] = static_cast<std::uint8_t>(sum >> 8U);
    bytes[11] = static_cast<std::uint8_t>(sum);
    return bytes;
}
Ipv4Header& header_of(Octets& bytes) { return *reinterpret_cast<Ipv4Header*>(bytes.data()); }
std::uint16_t recomputed(Octets bytes) {
    bytes[10] = bytes[11] = 0;
    return naive(bytes);
}

TEST(Checksum, Rfc1071Example) {
    const Octets bytes{0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7};
    EXPECT_EQ(checksum(span_of(bytes)).host(), static_cast<std::uint16_t>(~0xddf2U));
}

RC_GTEST_PROP(Checksum, IsTheNaiveSum, (const Octets& bytes)) {
    RC_ASSERT(checksum(span_of(bytes)).host() == naive(bytes));
}

TEST(Checksum, LongRunsOfOnesCarryRight) {
    const Octets bytes(65535, 0xff);
    EXPECT_EQ(checksum(span_of(bytes)).host(), naive(bytes));
}

RC_GTEST_PROP(Checksum, OfPartsIsThatOfTheWhole, (const Octets& head, const Octets& tail)) {
    Octets even = head;
    even.resize(head.size() & ~std::size_t{1});
    Octets whole = even;
    whole.insert(whole.end(), tail.begin(), tail.end());
    RC_ASSERT(checksum_finish(checksum_add(span_of(tail), checksum_add(span_of(even)))).host() ==
              naive(whole));
}

// RFC 8200 section 8.1: over the pseudo-header as it is drawn there.
RC_GTEST_PROP(Checksum, Ipv6CoversThePseudoHeader, (const Octets& payload)) {
    Ipv6Addr source, destination;
    for (auto& o : source.octets) o = *rc::gen::arbitrary<std::uint8_t>();
    for (auto& o : destination.octets) o = *rc::gen::arbitrary<std::uint8_t>();
    Octets drawn = octets(source);
    for (const auto& part :
         {octets(destination), octets(be32{static_cast<std::uint32_t>(payload.size())}),
          Octets{0, 0, 0, 58}, payload})
        drawn.insert(drawn.end(), part.begin(), part.end());
    RC_ASSERT(checksum_ipv6(source, destination, IpProto::icmpv6, span_of(payload)).host() ==
              naive(drawn));
}

RC_GTEST_PROP(Checksum, VerifiesExactlyWhatIsRight, ()) {
    Octets bytes = ipv4_header();
    RC_ASSERT(ipv4_checksum_ok(header_of(bytes)));
    const auto at = *rc::gen::inRange<std::size_t>(1, bytes.size());
    const auto bit = *rc::gen::inRange(0U, 8U);
    bytes[at] = static_cast<std::uint8_t>(bytes[at] ^ 1U << bit);
    RC_ASSERT(!ipv4_checksum_ok(header_of(bytes)));
}

// One's complement has two zeros: 0x0000 and 0xffff verify alike, and a TTL step may leave either.
std::uint16_t one_zero(std::uint16_t sum) { return sum == 0xffff ? std::uint16_t{0} : sum; }

RC_GTEST_PROP(Checksum, TtlStepIsWhatRecomputingGives, ()) {
    Octets bytes = ipv4_header();
    const std::uint8_t ttl = bytes[8];
    RC_PRE(ttl > 0);
    Octets expected = bytes;
    expected[8] = static_cast<std::uint8_t>(ttl - 1);
    ipv4_decrement_ttl(header_of(bytes));
    RC_ASSERT(bytes[8] == ttl - 1);
    RC_ASSERT(one_zero(header_of(bytes).checksum.host()) == one_zero(recomputed(expected)));
    RC_ASSERT(ipv4_checksum_ok(header_of(bytes)));
}

RC_GTEST_PROP(Checksum, NewTosIsWhatRecomputingGives, (std::uint8_t tos)) {
    Octets bytes = ipv4_header();
    Octets expected = bytes;
    expected[1] = tos;
    const std::uint16_t sum = recomputed(expected);
    ipv4_set_tos(header_of(bytes), tos);
    RC_ASSERT(bytes[1] == tos);
    RC_ASSERT(header_of(bytes).checksum.host() == sum);
}

// RFC 1624 section 3 is about single sums that come out wrong: so every value the checksum can
// take, by way of the id field.
TEST(Checksum, EveryChecksumSurvivesANewTosAndATtlStep) {
    for (std::uint32_t id = 0; id <= 0xffff; ++id) {
        Ipv4Header ip{0x45,
                      0x03,
                      be16{40},
                      be16{static_cast<std::uint16_t>(id)},
                      be16{0},
                      64,
                      IpProto::udp,
                      be16{0},
                      {{10, 0, 0, 1}},
                      {{10, 0, 0, 2}}};
        ip.checksum = be16{naive(octets(ip))};
        ipv4_set_tos(ip, 0xb8);
        ASSERT_EQ(ip.checksum.host(), recomputed(octets(ip))) << "tos, id " << id;
        ipv4_decrement_ttl(ip);
        ASSERT_EQ(one_zero(ip.checksum.host()), one_zero(recomputed(octets(ip))))
            << "ttl, id " << id;
        ASSERT_TRUE(ipv4_checksum_ok(ip)) << "ttl, id " << id;
    }
}

}  // namespace
}  // namespace weir
