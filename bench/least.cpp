#include "bench/least.hpp"

#include <rte_mbuf.h>
#include <rte_prefetch.h>

#include <array>
#include <cstring>

#include "dataplane/wire/checksum.hpp"
#include "dataplane/wire/ethernet.hpp"
#include "dataplane/wire/ip.hpp"

namespace weir::bench {
namespace {

constexpr std::size_t look_ahead = 4;
constexpr EthernetHeader ethernet6{MacAddr{{2, 0, 0, 0, 1, 1}}, MacAddr{{2, 0, 0, 0, 0, 2}},
                                   be16{static_cast<std::uint16_t>(EtherType::ipv6)}};
constexpr EthernetHeader ethernet4{MacAddr{{2, 0, 0, 0, 1, 1}}, MacAddr{{2, 0, 0, 0, 0, 2}},
                                   be16{static_cast<std::uint16_t>(EtherType::ipv4)}};

template <std::size_t segments>
struct FixedHeader {
    static constexpr std::size_t size = 40 + 8 + 16 * segments;
    std::array<std::byte, size> bytes{};
    FixedHeader() {
        const Ipv6Header ip{be32{0x60000000}, be16{0}, IpProto::routing, 64, {}, {}};
        const SegmentRoutingHeader srh{IpProto::ipv4, 2 * segments, SegmentRoutingHeader::type,
                                       segments - 1,  segments - 1, 0,
                                       be16{0}};
        std::memcpy(bytes.data(), &ip, sizeof ip);
        std::memcpy(bytes.data() + sizeof ip, &srh, sizeof srh);
    }
};

template <class F>
void each(std::span<Packet*> burst, F&& work) {
    for (std::size_t i = 0; i < burst.size(); ++i) {
        if (i + look_ahead < burst.size())
            rte_prefetch0(rte_pktmbuf_mtod(burst[i + look_ahead], const void*));
        work(*burst[i]);
    }
}

void spend_hop(std::byte* ip, std::uint8_t version) {
    if (version == 6)
        --reinterpret_cast<Ipv6Header*>(ip)->hop_limit;
    else
        ipv4_decrement_ttl(*reinterpret_cast<Ipv4Header*>(ip));
}
std::uint8_t version_of(const std::byte* ip) {
    return static_cast<std::uint8_t>(std::to_integer<unsigned>(*ip) >> 4U);
}

}  // namespace

void write_macs(std::span<Packet*> burst) {
    for (Packet* packet : burst)
        std::memcpy(rte_pktmbuf_mtod(packet, void*), &ethernet6, 2 * sizeof(MacAddr));
}

template <std::size_t segments>
void least_encap(std::span<Packet*> burst) {
    static const FixedHeader<segments> header;
    constexpr std::size_t size = FixedHeader<segments>::size;
    each(burst, [](Packet& packet) {
        std::byte* const inner = rte_pktmbuf_mtod(&packet, std::byte*) + sizeof(EthernetHeader);
        const std::size_t inner_bytes = packet.data_len - sizeof(EthernetHeader);
        spend_hop(inner, version_of(inner));
        std::byte* const outer = inner - size;
        std::memcpy(outer, header.bytes.data(), size);
        reinterpret_cast<Ipv6Header*>(outer)->payload_length =
            be16{static_cast<std::uint16_t>(size - sizeof(Ipv6Header) + inner_bytes)};
        std::memcpy(outer - sizeof(EthernetHeader), &ethernet6, sizeof ethernet6);
        packet.data_off = static_cast<std::uint16_t>(packet.data_off - size);
        packet.data_len = static_cast<std::uint16_t>(packet.data_len + size);
        packet.pkt_len += static_cast<std::uint32_t>(size);
    });
}
template void least_encap<2>(std::span<Packet*>);
template void least_encap<3>(std::span<Packet*>);

void least_end(std::span<Packet*> burst) {
    each(burst, [](Packet& packet) {
        auto* const frame = rte_pktmbuf_mtod(&packet, std::byte*);
        auto& ip = *reinterpret_cast<Ipv6Header*>(frame + sizeof(EthernetHeader));
        auto& srh = *reinterpret_cast<SegmentRoutingHeader*>(&ip + 1);
        --ip.hop_limit;
        --srh.segments_left;
        std::memcpy(
            &ip.destination,
            reinterpret_cast<const std::byte*>(&srh + 1) + sizeof(Ipv6Addr) * srh.segments_left,
            sizeof(Ipv6Addr));
        std::memcpy(frame, &ethernet6, 2 * sizeof(MacAddr));
    });
}

void least_decap(std::span<Packet*> burst) {
    each(burst, [](Packet& packet) {
        auto* const frame = rte_pktmbuf_mtod(&packet, std::byte*);
        const auto& ip = *reinterpret_cast<const Ipv6Header*>(frame + sizeof(EthernetHeader));
        const auto& srh = *reinterpret_cast<const SegmentRoutingHeader*>(&ip + 1);
        const std::size_t off = sizeof ip + srh.length();
        std::byte* const inner = frame + sizeof(EthernetHeader) + off;
        const std::uint8_t version = version_of(inner);
        spend_hop(inner, version);
        std::memcpy(inner - sizeof(EthernetHeader), version == 6 ? &ethernet6 : &ethernet4,
                    sizeof(EthernetHeader));
        packet.data_off = static_cast<std::uint16_t>(packet.data_off + off);
        packet.data_len = static_cast<std::uint16_t>(packet.data_len - off);
        packet.pkt_len -= static_cast<std::uint32_t>(off);
    });
}

void least_route(std::span<Packet*> burst) {
    each(burst, [](Packet& packet) {
        auto* const frame = rte_pktmbuf_mtod(&packet, std::byte*);
        std::byte* const ip = frame + sizeof(EthernetHeader);
        spend_hop(ip, version_of(ip));
        std::memcpy(frame, &ethernet6, 2 * sizeof(MacAddr));
    });
}

std::optional<Work> least_of(std::string_view name) {
    if (name == "mac") return write_macs;
    if (name == "encap") return least_encap<3>;
    if (name == "encap-red") return least_encap<2>;
    if (name == "route") return least_route;
    if (name == "end") return least_end;
    if (name == "decap") return least_decap;
    return std::nullopt;
}

}  // namespace weir::bench
