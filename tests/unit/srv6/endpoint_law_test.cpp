// Laws over many packets: a path visits its segments in order and gives back what went in; what is
// dropped is not changed; and on any bytes the endpoint says what the RFCs' pseudo-code says.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>

#include "srv6/encap.hpp"
#include "srv6/endpoint.hpp"
#include "tests/unit/srv6/packets.hpp"
#include "tests/unit/srv6/reference.hpp"

namespace weir {
namespace {

std::uint8_t octet() { return *rc::gen::arbitrary<std::uint8_t>(); }
template <class T>
T one_of(std::initializer_list<T> values) {
    return *rc::gen::elementOf(std::vector<T>{values});
}
std::size_t below(std::size_t n) {  // uniform, whatever size rapidcheck is at
    return *rc::gen::resize(rc::kNominalSize, rc::gen::inRange<std::size_t>(0, n));
}
Octets random_octets(std::size_t n) {
    Octets bytes(n);
    for (auto& b : bytes) b = octet();
    return bytes;
}

// Nearly a packet: a chain of plausible headers, then a few octets changed, then perhaps cut. Most
// rules are met and most are broken often.
Octets nearly_a_packet() {
    std::vector<Extension> chain;
    for (std::size_t n = below(4); n-- > 0;) {
        const std::size_t kind = below(8);
        if (kind < 5) {
            const auto listed = static_cast<std::uint8_t>(1 + below(4));
            const auto last = static_cast<std::uint8_t>(listed - (below(8) != 0 ? 1 : below(3)));
            const auto left = static_cast<std::uint8_t>(below(3) == 0 ? 0 : below(last + 3U));
            chain.push_back(srh({.segments_left = left,
                                 .last_entry = last,
                                 .listed = listed,
                                 .tlvs = random_octets(below(3) == 0 ? 8 * below(4) : 0),
                                 .type = one_of<std::uint8_t>({4, 4, 4, 4, 4, 3})}));
        } else {
            chain.push_back(kind == 7 && below(4) == 0 ? fragment_header()
                            : below(4) == 0
                                ? option(60, octet(), static_cast<std::uint8_t>(below(7)))
                                : options(chain.empty() && below(2) == 0 ? 0 : 60));
        }
    }
    const auto tos = octet();
    const std::uint8_t upper =
        one_of<std::uint8_t>({in_ipv4, in_ipv6, in_ipv4, in_ipv6, icmpv6, udp});
    const Octets payload = random_octets(below(30));
    Octets inside = upper == in_ipv4   ? ipv4_packet(tos, payload)
                    : upper == in_ipv6 ? ipv6_packet({}, udp, payload, 3, tos)
                                       : payload;
    if (!inside.empty() && below(10) == 0) inside[0] = octet();
    const auto hops = static_cast<std::uint8_t>(below(8) == 0 ? below(2) : 2 + below(250));
    Octets packet = ipv6_packet(chain, upper, inside, hops, octet());
    for (std::size_t n = below(2) == 0 ? 0 : below(3); n-- > 0;)
        packet[below(packet.size())] =
            below(2) == 0 ? octet() : static_cast<std::uint8_t>(below(5));
    if (below(6) == 0) packet.resize(below(packet.size() + 1));
    return packet;
}

void end_agrees(const Octets& bytes) {
    const Verdict expected = reference_end(bytes);
    const Block block{bytes};
    const EndResult result = endpoint_end(block.bytes(), bytes.size());
    RC_ASSERT(name(result.drop) == name(expected.drop));
    RC_ASSERT(result.local == expected.local);
    RC_ASSERT(result.pointer.offset == expected.pointer);
    RC_ASSERT(block.octets() == expected.packet);
}
void decap_agrees(const Octets& bytes, Inner allowed) {
    const auto bits = static_cast<unsigned>(allowed);
    const Verdict expected = reference_decap(bytes, (bits & 1U) != 0, (bits & 2U) != 0);
    const Block block{bytes};
    const DecapResult result = endpoint_decap(block.bytes(), bytes.size(), allowed);
    RC_ASSERT(name(result.drop) == name(expected.drop));
    RC_ASSERT(result.local == expected.local);
    RC_ASSERT(result.pointer.offset == expected.pointer);
    RC_ASSERT(result.inner_at == expected.inner_at);
    RC_ASSERT(block.octets() == bytes);
}
constexpr int packets_per_case = 50;  // of 100 cases

RC_GTEST_PROP(EndpointLaws, NearlyPacketsMeetTheirVerdict, ()) {
    for (int i = 0; i < packets_per_case; ++i) {
        const Octets bytes = nearly_a_packet();
        end_agrees(bytes);
        decap_agrees(bytes, one_of({Inner::ipv4, Inner::ipv6, Inner::both}));
    }
}
RC_GTEST_PROP(EndpointLaws, AnyBytesMeetTheirVerdict, (const Octets& bytes)) {
    end_agrees(bytes);
    decap_agrees(bytes, Inner::both);
}

// The random packets do reach the rules: else the laws above would say little.
TEST(EndpointLaws, RandomPacketsReachEveryRule) {
    std::vector<Drop> seen;
    rc::check([&] {
        for (int i = 0; i < packets_per_case; ++i) {
            const Octets bytes = nearly_a_packet();
            seen.push_back(reference_end(bytes).drop);
            seen.push_back(reference_decap(bytes, true, true).drop);
        }
    });
    for (const Drop drop :
         {Drop::none, Drop::truncated, Drop::extension_headers, Drop::routing_type, Drop::hop_limit,
          Drop::srh_malformed, Drop::srh_tlv, Drop::segments_left, Drop::upper_layer,
          Drop::ecn_conflict, Drop::ipv4_header, Drop::ipv6_header})
        EXPECT_GE(std::count(seen.begin(), seen.end(), drop), 5) << name(drop);
}

// n - 1 times End and one decapsulation: every segment in order, then the packet bit by bit.
RC_GTEST_PROP(EndpointLaws, APathVisitsItsSegmentsAndGivesThePacketBack, ()) {
    const auto mode = one_of({EncapMode::full, EncapMode::reduced});
    std::vector<Ipv6Addr> segments(1 + below(max_segments));
    for (auto& s : segments)
        for (auto& o : s.octets) o = octet();
    const bool ipv4 = *rc::gen::arbitrary<bool>();
    const std::uint8_t tos = octet();
    const Octets payload = random_octets(below(60));
    const Octets inner = ipv4 ? ipv4_packet(tos, payload) : ipv6_packet({}, udp, payload, 9, tos);
    const EncapHeader header{mode, numbered_segment(0), segments, 64};

    const Block block{Octets(header.size(), 0xee) + inner};
    const auto packet = block.bytes();
    header.write(packet.data(), ipv4 ? IpProto::ipv4 : IpProto::ipv6, inner.size(), tos & 0xfe,
                 FlowLabel{5});
    const auto& ip = *reinterpret_cast<const Ipv6Header*>(packet.data());
    RC_ASSERT(ip.destination == segments.front());
    for (std::size_t i = 1; i < segments.size(); ++i) {
        RC_ASSERT(endpoint_decap(packet, packet.size(), Inner::both).drop == Drop::segments_left);
        const EndResult result = endpoint_end(packet, packet.size());
        RC_ASSERT(result.drop == Drop::none && !result.local);
        RC_ASSERT(ip.destination == segments[i]);
        RC_ASSERT(ip.hop_limit == 64 - i);
    }
    const Octets arrived = block.octets();
    RC_ASSERT(endpoint_end(packet, packet.size()).drop == Drop::upper_layer);
    const auto result = endpoint_decap(packet, packet.size(), ipv4 ? Inner::ipv4 : Inner::ipv6);
    RC_ASSERT(result.drop == Drop::none);
    RC_ASSERT(result.inner == (ipv4 ? IpProto::ipv4 : IpProto::ipv6));
    RC_ASSERT(block.octets() == arrived);
    RC_ASSERT(Octets(arrived.begin() + result.inner_at, arrived.end()) == inner);
}

// A packet cut anywhere is dropped, unchanged, and nothing behind the cut is read.
TEST(EndpointLaws, EveryPrefixOfAPacketIsADrop) {
    const Octets inner = ipv4_packet(0, counted(20)), inner6 = ipv6_packet({}, udp, counted(20));
    const auto active =
        srh({.segments_left = 1, .last_entry = 1, .listed = 2, .tlvs = Octets(8, 0)});
    const Octets packets[] = {
        ipv6_packet({active}, in_ipv4, inner),
        ipv6_packet({options(0, 1), options(60), active}, in_ipv6, inner6),
        ipv6_packet({srh({.last_entry = 1, .listed = 2}), options(60)}, in_ipv4, inner),
        ipv6_packet({srh({}), srh({.type = 3})}, in_ipv6, inner6),
        ipv6_packet({}, in_ipv6, inner6),
        ipv6_packet({}, icmpv6, counted(8)),
    };
    for (const Octets& packet : packets)
        for (std::size_t size = 0; size < packet.size(); ++size) {
            const Octets cut(packet.begin(), packet.begin() + static_cast<long>(size));
            const Block block{cut};
            EXPECT_EQ(name(endpoint_end(block.bytes(), size).drop), "truncated") << size;
            EXPECT_EQ(name(endpoint_decap(block.bytes(), size, Inner::both).drop), "truncated");
            // As the first buffer of a longer packet it may do; behind it is still nothing to read.
            endpoint_decap(block.bytes(), packet.size(), Inner::both);
            endpoint_end(block.bytes(), packet.size());
        }
}

}  // namespace
}  // namespace weir
