// Endpoint processing over any bytes in a block of their own size: nothing is read past them, a
// refused packet is as it came, an accepted one obeys RFC 8986.
#include <algorithm>
#include <cstring>

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
    propagate_traffic_class(
        inner, reinterpret_cast<const Ipv6Header*>(packet.data())->traffic_class(), true);
    if (version == 4)
        flow_hash_ipv4(inner);
    else
        flow_hash_ipv6(inner);
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
    return 0;
}
