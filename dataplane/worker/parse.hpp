#pragma once
// Stage 1: bounds once. After it the Ethernet and IP headers are whole, every length the IP header
// claims fits the frame, and what lies behind the IP packet (Ethernet padding) is forgotten.
#include "dataplane/wire/checksum.hpp"
#include "dataplane/wire/ethernet.hpp"
#include "dataplane/worker/chain.hpp"
#include "dataplane/worker/meta.hpp"
#include "srv6/sid_table.hpp"

namespace weir {

// First octets that no source on a wire has, and no destination that is forwarded: 0/8, 127/8, and
// from 224/3 up (RFC 1122 section 3.2.1.3). Those are groups, if destinations.
inline constexpr auto martian_octets = [] {
    std::array<std::uint8_t, 256> marks{};
    for (std::size_t octet = 224; octet < 256; ++octet) marks[octet] = 1;
    marks[0] = marks[127] = 1;
    return marks;
}();

// A header with options, or what is none.
[[gnu::cold, gnu::noinline]] inline Drop check_ipv4_options(const Ipv4Header& ip,
                                                            std::uint32_t linear) noexcept {
    const std::size_t header = ip.header_length();
    if (ip.version() != 4 || header < sizeof ip || ip.total_length.host() < header)
        return Drop::ipv4_header;
    return header > linear ? Drop::truncated : Drop::none;
}

// `linear` of the `room` bytes behind the Ethernet header lie in the first segment.
inline Drop parse_ipv4(std::uint32_t linear, std::uint32_t room, Meta& meta,
                       bool checksum_done) noexcept {
    if (linear < sizeof(Ipv4Header)) return Drop::truncated;
    const Ipv4Header& ip = meta.ipv4();
    const std::uint32_t total = ip.total_length.host();
    if (ip.version_ihl != 0x45) [[unlikely]] {
        if (const Drop drop = check_ipv4_options(ip, linear); drop != Drop::none) return drop;
    } else if (total < sizeof ip) {
        return Drop::ipv4_header;
    }
    if (total > room) return Drop::truncated;
    meta.version = 4;
    meta.l3_length = total;
    if (!checksum_done && !ipv4_checksum_ok(ip)) return Drop::ipv4_checksum;
    const unsigned source = ip.source.octets[0], to = ip.destination.octets[0];
    if ((martian_octets[source] | martian_octets[to]) == 0) [[likely]]
        return Drop::none;
    return martian_octets[source] == 0 && to >= 224 ? Drop::multicast : Drop::martian;
}

inline Drop parse_ipv6(std::uint32_t linear, std::uint32_t room, Meta& meta) noexcept {
    if (linear < sizeof(Ipv6Header)) return Drop::truncated;
    const Ipv6Header& ip = meta.ipv6();
    const std::uint32_t total = sizeof(Ipv6Header) + ip.payload_length.host();
    if (ip.version() != 6) return Drop::ipv6_header;
    if (total > room) return Drop::truncated;
    meta.version = 6;
    meta.l3_length = total;
    // :: and ::1 begin with eight octets of nothing, which little else does.
    if ((ip.source.starts_empty() || ip.destination.starts_empty()) &&
        (ip.source.loopback() || ip.destination.loopback() || ip.destination.unspecified()))
        [[unlikely]]
        return Drop::martian;
    return ip.source.multicast() ? Drop::martian : Drop::none;
}

// Takes an 802.1Q priority tag (VLAN 0) off; any other VLAN is not ours. The mbuf keeps it, as it
// would of a device that strips tags.
[[gnu::cold, gnu::noinline]] inline Drop parse_vlan(Packet& packet) noexcept {
    if (packet.data_len < sizeof(EthernetHeader) + sizeof(VlanTag)) return Drop::truncated;
    auto* frame = rte_pktmbuf_mtod(&packet, std::byte*);
    const auto& tag = *reinterpret_cast<const VlanTag*>(frame + sizeof(EthernetHeader));
    if (tag.vlan() != 0) return Drop::vlan;
    packet.vlan_tci = tag.control.host();
    packet.ol_flags |= RTE_MBUF_F_RX_VLAN | RTE_MBUF_F_RX_VLAN_STRIPPED;
    __builtin_memmove(frame + sizeof(VlanTag), frame, 12);
    rte_pktmbuf_adj(&packet, sizeof(VlanTag));
    return Drop::none;
}

inline bool addressed_to(const SnapshotPort& port, const EthernetHeader& ethernet) noexcept {
    std::uint64_t word;
    __builtin_memcpy(&word, &ethernet, sizeof word);
    return word << 16U == port.mac_high;
}

// What is neither IPv4 nor IPv6, behind a checked destination.
[[gnu::cold, gnu::noinline]] inline Drop parse_other(EtherType type) noexcept {
    const bool read = type == EtherType::arp || type == EtherType::mac_control;
    return read ? Drop::none : Drop::ethertype;
}

inline Drop parse(Packet& packet, const SnapshotPort& port, Meta& meta) noexcept {
    if (packet.data_len < sizeof(EthernetHeader)) return Drop::truncated;
    auto* ethernet = rte_pktmbuf_mtod(&packet, EthernetHeader*);
    if (ethernet->ether_type() == EtherType::vlan) [[unlikely]] {
        const Drop drop = parse_vlan(packet);
        if (drop != Drop::none) return drop;
        ethernet = rte_pktmbuf_mtod(&packet, EthernetHeader*);
    }
    const bool to_us = addressed_to(port, *ethernet);
    if (!to_us && !ethernet->destination.multicast()) [[unlikely]]
        return Drop::not_for_us;
    meta.ip = reinterpret_cast<std::byte*>(ethernet + 1);
    // Headers must lie in the first segment; the rest of the packet may lie in others.
    const std::uint32_t room = packet.pkt_len - static_cast<std::uint32_t>(sizeof(EthernetHeader));
    const std::uint32_t linear =
        packet.data_len - static_cast<std::uint32_t>(sizeof(EthernetHeader));
    Drop drop = Drop::none;
    const EtherType type = ethernet->ether_type();
    if (type == EtherType::ipv6) {
        drop = parse_ipv6(linear, room, meta);
    } else if (type == EtherType::ipv4) {
        const bool checked =
            (packet.ol_flags & RTE_MBUF_F_RX_IP_CKSUM_MASK) == RTE_MBUF_F_RX_IP_CKSUM_GOOD;
        drop = parse_ipv4(linear, room, meta, checked);
    } else {
        meta.l3_length = room;
        meta.action = Action::punt;
        return parse_other(type);
    }
    // What a whole link got is nobody's to forward: each router on it would (RFC 1812 5.3.4).
    if (!to_us && drop == Drop::none && (meta.version != 6 || !meta.ipv6().destination.multicast()))
        [[unlikely]]
        return Drop::multicast;
    if (packet.nb_segs > 1 && drop == Drop::none) [[unlikely]]
        trim_tail(packet, room - meta.l3_length);
    return drop;
}

}  // namespace weir
