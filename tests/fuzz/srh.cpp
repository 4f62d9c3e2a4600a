// Endpoint processing over any bytes in a block of their own size: nothing is read past them, a
// refused packet is as it came, an accepted one obeys RFC 8986. The same bytes encapsulated visit
// every segment and come out again.
#include <algorithm>
#include <array>
#include <cstring>
#include <stdexcept>

#include "dataplane/wire/checksum.hpp"
#include "srv6/encap.hpp"
#include "srv6/endpoint.hpp"
#include "srv6/flow.hpp"
#include "tests/fuzz/target.hpp"
#include "tests/stage/table.hpp"

namespace weir::fuzz {
namespace {

void check_end(const std::vector<std::byte>& packet) {
    std::vector<std::byte> changed = packet;
    const EndResult result = endpoint_end(changed, changed.size());
    if (result.drop != Drop::none || result.local) {
        require(changed == packet, "End changed a packet it did not forward");
        // At the end, where the last header announces one that is not there.
        require(result.pointer.offset <= packet.size(), "a pointer beyond the packet");
        return;
    }
    const auto& before = *reinterpret_cast<const Ipv6Header*>(packet.data());
    const auto& after = *reinterpret_cast<const Ipv6Header*>(changed.data());
    require(before.hop_limit > 1 && after.hop_limit == before.hop_limit - 1,
            "the hop limit is wrong");
    const auto at = std::search(changed.begin() + 40, changed.end(),
                                reinterpret_cast<const std::byte*>(&after.destination),
                                reinterpret_cast<const std::byte*>(&after.destination) + 16);
    require(at != changed.end(), "the new destination is not in the packet");
}

void check_decap(const std::vector<std::byte>& packet, Inner allowed) {
    const DecapResult result = endpoint_decap(packet, packet.size(), allowed);
    if (result.drop != Drop::none || result.local) return;
    require(result.inner_at >= 40 && result.inner_at + 20U <= packet.size(),
            "the inner packet lies outside");
    const auto version = std::to_integer<unsigned>(packet[result.inner_at]) >> 4U;
    require(version == (result.inner == IpProto::ipv4 ? 4U : 6U), "not the inner packet it says");
    std::vector<std::byte> inner{packet.begin() + result.inner_at, packet.end()};
    const auto& ip4 = *reinterpret_cast<const Ipv4Header*>(inner.data());
    const bool sound = version == 4 && ipv4_checksum_ok(ip4);
    propagate_traffic_class(
        inner, reinterpret_cast<const Ipv6Header*>(packet.data())->traffic_class(), true);
    require(!sound || ipv4_checksum_ok(ip4), "the checksum does not fit the new traffic class");
    if (version == 4)
        flow_hash_ipv4(inner);
    else
        flow_hash_ipv6(inner);
}

// A packet whose first buffer ends early; `head` bytes of it lie there.
void check_cut(const std::vector<std::byte>& packet, std::size_t head) {
    std::vector<std::byte> first{packet.begin(),
                                 packet.begin() + static_cast<std::ptrdiff_t>(head)};
    const std::vector<std::byte> before = first;
    const DecapResult decap = endpoint_decap(first, packet.size(), Inner::both);
    require(decap.drop != Drop::none || decap.local || decap.inner_at < head,
            "the inner packet lies behind what was there");
    const EndResult end = endpoint_end(first, packet.size());
    require(end.drop == Drop::none || first == before, "End changed a packet it did not forward");
    // Nor may a packet be shorter than its header says.
    require(endpoint_decap(first, packet.size() - 1, Inner::both).drop == Drop::truncated,
            "more was claimed than came");
}

// As many segments as the hop limit says, their octets those of the packet.
std::vector<Ipv6Addr> segments_of(const std::vector<std::byte>& packet) {
    std::vector<Ipv6Addr> segments(std::to_integer<std::size_t>(packet[7]) % (max_segments + 2));
    std::size_t at = 8;
    for (Ipv6Addr& segment : segments) {
        for (std::uint8_t& octet : segment.octets) {
            octet = std::to_integer<std::uint8_t>(packet[at]);
            at = at + 1 == packet.size() ? 8 : at + 1;
        }
    }
    return segments;
}

void check_encap(const std::vector<std::byte>& inner, EncapMode mode, WithNrp nrp) {
    const auto& ip = *reinterpret_cast<const Ipv6Header*>(inner.data());
    const auto segments = segments_of(inner);
    EncapHeader header;
    try {
        header = EncapHeader{mode, ip.source, segments, 64, nrp};
    } catch (const std::invalid_argument&) {
        require(segments.empty() || segments.size() > max_segments, "a list refused");
        return;
    }
    require(header.size() == encap_bytes(mode, segments.size(), nrp),
            "not the size it was to have");
    require(std::ranges::equal(header.bytes().subspan(24, 16),
                               std::as_bytes(std::span{header.first_segment().octets})),
            "not its own first segment");
    std::vector<std::byte> packet(header.size());
    header.write(packet.data(), IpProto::ipv6, inner.size(), ip.traffic_class(),
                 flow_label_from(flow_hash_ipv6(inner)));
    packet.insert(packet.end(), inner.begin(), inner.end());
    flow_hash_outer(*reinterpret_cast<const Ipv6Header*>(packet.data()));
    for (const Ipv6Addr& segment : segments) {
        require(reinterpret_cast<const Ipv6Header*>(packet.data())->destination == segment,
                "not on its way to its segments in their order");
        if (&segment == &segments.back()) break;
        require(endpoint_end(packet, packet.size()).drop == Drop::none, "a segment refused it");
    }
    const DecapResult out = endpoint_decap(packet, packet.size(), Inner::both);
    require(out.drop == Drop::none && out.inner == IpProto::ipv6 && out.inner_at == header.size(),
            "what was encapsulated does not come out");
    require(std::equal(inner.begin(), inner.end(), packet.begin() + out.inner_at),
            "it came out changed");
}

}  // namespace

std::vector<Input> seeds() {
    std::vector<Input> all;
    for (const test::Case& c : test::cases()) {
        const test::Frame frame = c.frame_in.build();
        if (frame.size() < 54 || frame[12] != std::byte{0x86}) continue;
        Input input;
        for (const std::byte b : std::span{frame}.subspan(14))
            input.push_back(std::to_integer<std::uint8_t>(b));
        all.push_back(input);
    }
    // TLVs, extension headers in front, a fragment: what the table of frames has none of.
    const auto add = [&](test::PacketBuilder builder) {
        Input input;
        const auto frame = builder.build();
        for (const std::byte b : std::span{frame}.subspan(14))
            input.push_back(std::to_integer<std::uint8_t>(b));
        all.push_back(input);
    };
    const auto outer = [] { return test::frame(test::wan_mac).ip6("fc00:b::1", "fc00:a::e"); };
    add(outer()
            .srh({"fc00:b::1", "fc00:a::e"}, 1, -1, {0, 4, 4, 0, 0, 0, 0, 0})
            .ip4("10.0.0.1", "10.0.0.2")
            .payload(8));
    add(outer()
            .srh({"fc00:b::1", "fc00:a::e"}, 1, -1, {5, 38, 0, 0, 0, 0, 0, 1})
            .ip4("10.0.0.1", "10.0.0.2")
            .payload(8));
    // Every header in front of another, a later fragment, the queue pair of a RoCE packet.
    for (const std::uint8_t next : std::to_array<std::uint8_t>({0, 43, 44, 60, 59}))
        for (const std::uint8_t behind :
             std::to_array<std::uint8_t>({0, 4, 6, 17, 41, 43, 44, 58, 60}))
            add(outer().payload(120, 0).poke(20, next).poke(54, behind).poke(55, 1).poke(70, 17));
    for (int n = 0; n < 8; ++n) {
        auto builder = outer().payload(64 + 1200, 0).poke(20, 60);
        for (std::size_t at = 54; at < 54 + 8 * 12; at += 8)
            builder.poke(at, at < 54 + static_cast<std::size_t>(n) * 8 ? 60 : 41).poke(at + 1, 0);
        add(builder);
    }
    add(outer().ip4("10.0.0.1", "10.0.0.2").payload(40).poke(60, 0x20));
    add(outer().ip4("10.0.0.1", "10.0.0.2").udp(9, 4791).payload(40));
    add(test::frame(test::wan_mac)
            .ip6("fc00:b::1", "fc00:a::e", 64, 0x2b)
            .ip4("10.0.0.1", "10.0.0.2", 64, 0x02)
            .payload(8));
    add(outer().ip6("fd00::1", "fd00::2").udp(9, 4791).payload(2));
    for (const std::uint8_t hops : std::to_array<std::uint8_t>({0, 1, 2, 3, 10, 16, 17, 63}))
        add(test::frame(test::wan_mac).ip6("fc00:b::1", "fc00:a::e", hops).udp(9, 9).payload(33));
    add(outer()
            .srh({"fc00:a::e"}, 0, -1, {4, 6, 0, 0, 0, 0, 0, 0})
            .ip6("fd00::1", "fd00::2")
            .udp(9, 4791)
            .payload(16));
    return all;
}

}  // namespace weir::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace weir;
    // The pipeline has made sure of an IPv6 header whose length fits; so does this.
    if (size < sizeof(Ipv6Header) || size > 4096) return 0;
    std::vector<std::byte> packet(size);
    std::memcpy(packet.data(), data, size);
    auto& ip = *reinterpret_cast<Ipv6Header*>(packet.data());
    ip.version_class_label = be32{(ip.version_class_label.host() & 0x0fffffffU) | 0x60000000U};
    ip.payload_length = be16{static_cast<std::uint16_t>(size - sizeof(Ipv6Header))};
    fuzz::check_end(packet);
    for (const Inner allowed : {Inner::ipv4, Inner::ipv6, Inner::both})
        fuzz::check_decap(packet, allowed);
    flow_hash_ipv6(packet);
    for (const std::size_t head : {std::size_t{0}, std::size_t{39}, size / 2, size - 1})
        fuzz::check_cut(packet, head);
    for (const EncapMode mode : {EncapMode::full, EncapMode::reduced})
        for (const WithNrp nrp : {WithNrp::no, WithNrp::yes}) fuzz::check_encap(packet, mode, nrp);
    return 0;
}
