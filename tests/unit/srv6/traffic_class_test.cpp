// ECN by RFC 6040, DSCP by the tunnel's mode, both into IPv4 and IPv6.
#include <gtest/gtest.h>

#include <array>
#include <optional>

#include "srv6/endpoint.hpp"
#include "tests/unit/srv6/packets.hpp"

namespace weir {
namespace {

constexpr std::uint8_t not_ect = 0, ect1 = 1, ect0 = 2, ce = 3;
constexpr std::nullopt_t drop = std::nullopt;

// RFC 6040 figure 4, typed off: rows are the inner codepoint, columns Not-ECT, ECT(1), ECT(0), CE
// of the outer one, in the order of their values.
constexpr std::array<std::array<std::optional<std::uint8_t>, 4>, 4> figure4{{
    {not_ect, not_ect, not_ect, drop},
    {ect1, ect1, ect1, ce},
    {ect0, ect1, ect0, ce},
    {ce, ce, ce, ce},
}};

// Both families, every pair of traffic classes, both modes; only the traffic class may change.
TEST(TrafficClass, EveryPairFollowsFigure4AndTheMode) {
    const Octets payload = counted(4);
    for (unsigned outer = 0; outer < 256; ++outer)
        for (unsigned inner = 0; inner < 256; ++inner) {
            const auto tc = static_cast<std::uint8_t>(inner);
            const auto ecn = figure4[inner & 3U][outer & 3U];
            const Octets four = ipv4_packet(tc, payload),
                         six = ipv6_packet({}, udp, payload, 63, tc);
            for (const Octets& inside : {four, six}) {
                const bool ipv4 = inside[0] >> 4 == 4;
                Octets packet = ipv6_packet({}, ipv4 ? in_ipv4 : in_ipv6, inside, 64,
                                            static_cast<std::uint8_t>(outer));
                const auto result =
                    endpoint_decap(std::as_bytes(std::span{packet}), packet.size(), Inner::both);
                ASSERT_EQ(name(result.drop), ecn ? "none" : "ecn_conflict")
                    << inner << ' ' << outer;
                if (!ecn) continue;
                for (const bool uniform : {false, true}) {
                    const auto wanted =
                        static_cast<std::uint8_t>(((uniform ? outer : inner) & 0xfcU) | *ecn);
                    Octets changed = inside;
                    propagate_traffic_class(std::as_writable_bytes(std::span{changed}),
                                            static_cast<std::uint8_t>(outer), uniform);
                    ASSERT_EQ(changed, ipv4 ? ipv4_packet(wanted, payload)
                                            : ipv6_packet({}, udp, payload, 63, wanted))
                        << inner << ' ' << outer << ' ' << uniform;
                }
            }
        }
}

// A header whose checksum was wrong stays wrong: the receiver must see that, not we hide it.
TEST(TrafficClass, AWrongChecksumIsNotMended) {
    Octets packet = ipv4_packet(0x02, counted(4));
    packet[8] ^= 1;
    propagate_traffic_class(std::as_writable_bytes(std::span{packet}), 0x03, false);
    Octets mended = packet;
    fix_ipv4_checksum(mended);
    EXPECT_EQ(packet[1], 0x03);
    EXPECT_NE(packet, mended);
}

}  // namespace
}  // namespace weir
