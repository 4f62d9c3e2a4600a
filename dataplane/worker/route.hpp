#pragma once
// Stage 4: longest prefix, next hop, MTU, hop limit, MACs.
#include "dataplane/wire/ethernet.hpp"
#include "dataplane/worker/apply.hpp"
#include "dataplane/worker/meta.hpp"

namespace weir {

// What is wrong with the way out of a packet that begins with this header; else its hop is spent.
template <class Ip>
Drop set_out(Meta& meta) noexcept {
    if (!hops_left<Ip>(meta)) return Drop::hop_limit;
    if (meta.l3_length > meta.hop->mtu) {
        meta.value = meta.hop->mtu;
        return Drop::packet_too_big;
    }
    spend_hop<Ip>(meta);
    return Drop::none;
}

inline Drop forward(const Packet& packet, Meta& meta, const Context& context) noexcept {
    const Snapshot& snapshot = context.snapshot;
    if (meta.version == 6 && snapshot.locator.covers(meta.ipv6().destination)) {
        // After End, or from a table: a SID of ours is a SID wherever the packet came from.
        const SidId sid = snapshot.sid_table.find(meta.ipv6().destination);
        if (sid != SidTable::none) {
            meta.sid = sid;
            meta.action = Action::endpoint;
            return meta.hop_spent ? Drop::none : Drop::sid_from_outside;
        }
    }
    const Route& route = meta.version == 4 ? route_to(meta.ipv4().destination, meta.table, context)
                                           : route_to(meta.ipv6().destination, meta.table, context);
    switch (route.kind) {
        case RouteKind::none:
        case RouteKind::blackhole:
            return Drop::no_route;
        case RouteKind::unknown_sid:
            return Drop::sid_unknown;
        case RouteKind::local:
            meta.action = Action::punt;
            return Drop::none;
        case RouteKind::policy:
            meta.policy = route.policy;
            meta.action = Action::encap;
            return Drop::none;
        case RouteKind::connected:
        case RouteKind::via:
            break;
    }
    meta.hop =
        route.choices == 1 ? &route.only : &snapshot.next_hop(route, flow_hash(packet, meta));
    meta.action = Action::send;
    return Drop::none;
}

inline Ipv6Addr as_ipv6(const Ipv4Addr& address) noexcept { return mapped(address); }
inline Ipv6Addr as_ipv6(const Ipv6Addr& address) noexcept { return address; }

// The slot of the next hop; no_neighbor where nobody has asked for it yet.
template <class Ip>
NeighborId neighbor_of(const Meta& meta, const NeighborTable& neighbors) noexcept {
    if (meta.hop->neighbor != no_neighbor) return meta.hop->neighbor;
    return neighbors.find(meta.hop->port, as_ipv6(meta.header<Ip>().destination));
}

// Puts an Ethernet header before the IP packet and makes the mbuf say exactly that frame. `to`: a
// word of the NeighborTable.
template <class Ip>
void frame(Packet& packet, const Meta& meta, std::uint64_t to) noexcept {
    std::byte* ethernet = meta.ip - sizeof(EthernetHeader);
    constexpr be16 type{static_cast<std::uint16_t>(
        std::is_same_v<Ip, Ipv4Header> ? EtherType::ipv4 : EtherType::ipv6)};
    // Both MACs as 8 octets each, the second with the type behind it.
    const std::uint64_t first = to >> 16U;
    const std::uint64_t second =
        meta.hop->source | std::uint64_t{std::bit_cast<std::uint16_t>(type)} << 48U;
    __builtin_memcpy(ethernet, &first, sizeof first);
    __builtin_memcpy(ethernet + sizeof(MacAddr), &second, sizeof second);
    packet.data_off =
        static_cast<std::uint16_t>(ethernet - static_cast<std::byte*>(packet.buf_addr));
    // What lies in further segments stays as long as it is.
    const std::uint32_t length =
        meta.l3_length + static_cast<std::uint32_t>(sizeof(EthernetHeader));
    packet.data_len = static_cast<std::uint16_t>(packet.data_len + length - packet.pkt_len);
    packet.pkt_len = length;
    packet.ol_flags &= RTE_MBUF_F_EXTERNAL | RTE_MBUF_F_INDIRECT;  // whose memory it is stays true
}

// With the IP header it has.
inline void frame(Packet& packet, const Meta& meta, std::uint64_t to) noexcept {
    if (meta.version == 4)
        frame<Ipv4Header>(packet, meta, to);
    else
        frame<Ipv6Header>(packet, meta, to);
}

// What chooses a packet's bucket: inside the SR domain the flow label, so that two nodes mean the
// same flows; else the flow itself.
inline EgressTag tag_of(const Packet& packet, const Meta& meta, const Snapshot& snapshot) noexcept {
    const SnapshotSlice& slice = snapshot.slices[meta.claim.slice()];
    std::uint32_t flow = meta.flow;
    if (flow == 0 && slice.buckets > 1)
        flow = meta.version == 6 && meta.ipv6().flow_label() != FlowLabel{0}
                   ? static_cast<std::uint32_t>(meta.ipv6().flow_label())
                   : flow_hash(packet, meta);
    return {slice.slot, meta.in, flow};
}

}  // namespace weir
