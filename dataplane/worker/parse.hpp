#pragma once
// Stage 1: bounds once. After it the Ethernet and IP headers are whole, every length the IP header
// claims fits the frame, and what lies behind the IP packet (Ethernet padding) is forgotten.
#include "dataplane/wire/checksum.hpp"
#include "dataplane/wire/ethernet.hpp"
#include "dataplane/worker/chain.hpp"
#include "dataplane/worker/meta.hpp"
#include "srv6/sid_table.hpp"

namespace weir {

inline Drop parse_ipv4(std::uint32_t room, Meta& meta, bool checksum_done) noexcept {
    if (room < sizeof(Ipv4Header)) return Drop::truncated;
    const Ipv4Header& ip = meta.ipv4();
    const std::size_t header = ip.header_length();
    const std::uint32_t total = ip.total_length.host();
    if (ip.version() != 4 || header < sizeof(Ipv4Header) || total < header)
        return Drop::ipv4_header;
    if (total > room) return Drop::truncated;
    meta.version = 4;
    meta.l3_length = total;
    if (!checksum_done && header <= room && !ipv4_checksum_ok(ip)) return Drop::ipv4_checksum;
    const std::uint8_t source = ip.source.octets[0], to = ip.destination.octets[0];
    if (source == 127 || source >= 224 || source == 0 || to == 127 || to == 0) return Drop::martian;
    return Drop::none;
}

inline Drop parse_ipv6(std::uint32_t room, Meta& meta) noexcept {
    if (room < sizeof(Ipv6Header)) return Drop::truncated;
    const Ipv6Header& ip = meta.ipv6();
    const std::uint32_t total = sizeof(Ipv6Header) + ip.payload_length.host();
    if (ip.version() != 6) return Drop::ipv6_header;
    if (total > room) return Drop::truncated;
    meta.version = 6;
    meta.l3_length = total;
    meta.sid_hash = SidTable::hash(ip.destination);
    if (ip.source.octets[0] == 0xff || ip.source.loopback() || ip.destination.loopback() ||
        ip.destination.unspecified())
        return Drop::martian;
    return Drop::none;
}

// Takes an 802.1Q priority tag (VLAN 0) off; any other VLAN is not ours.
inline Drop parse_vlan(Packet& packet) noexcept {
    if (packet.data_len < sizeof(EthernetHeader) + sizeof(VlanTag)) return Drop::truncated;
    auto* frame = rte_pktmbuf_mtod(&packet, std::byte*);
    if (reinterpret_cast<const VlanTag*>(frame + 14)->vlan() != 0) return Drop::vlan;
    __builtin_memmove(frame + sizeof(VlanTag), frame, 12);
    rte_pktmbuf_adj(&packet, sizeof(VlanTag));
    return Drop::none;
}

inline Drop parse(Packet& packet, const SnapshotPort& port, Meta& meta) noexcept {
    if (packet.data_len < sizeof(EthernetHeader)) return Drop::truncated;
    auto* ethernet = rte_pktmbuf_mtod(&packet, EthernetHeader*);
    if (ethernet->ether_type() == EtherType::vlan) [[unlikely]] {
        const Drop drop = parse_vlan(packet);
        if (drop != Drop::none) return drop;
        ethernet = rte_pktmbuf_mtod(&packet, EthernetHeader*);
    }
    if (ethernet->destination != port.mac && !ethernet->destination.multicast()) [[unlikely]]
        return Drop::not_for_us;
    meta.ip = reinterpret_cast<std::byte*>(ethernet + 1);
    // Headers must lie in the first segment; the rest of the packet may lie in others.
    const std::uint32_t room = packet.pkt_len - static_cast<std::uint32_t>(sizeof(EthernetHeader));
    const std::uint32_t linear =
        packet.data_len - static_cast<std::uint32_t>(sizeof(EthernetHeader));
    Drop drop = Drop::ethertype;
    if (ethernet->ether_type() == EtherType::ipv6) {
        drop = linear < sizeof(Ipv6Header) ? Drop::truncated : parse_ipv6(room, meta);
    } else if (ethernet->ether_type() == EtherType::ipv4) {
        const bool checked =
            (packet.ol_flags & RTE_MBUF_F_RX_IP_CKSUM_MASK) == RTE_MBUF_F_RX_IP_CKSUM_GOOD;
        drop = linear < 60 && linear < room ? Drop::truncated : parse_ipv4(room, meta, checked);
    } else if (ethernet->ether_type() == EtherType::arp) {
        meta.l3_length = room;
        meta.action = Action::punt;
        return Drop::none;
    }
    if (packet.nb_segs > 1 && drop == Drop::none) [[unlikely]]
        trim_tail(packet, room - meta.l3_length);
    return drop;
}

}  // namespace weir
