#pragma once
// Stage 2: whose packet is it? To a SID of ours, to a steered prefix, or to be routed.
#include "dataplane/wire/icmp.hpp"
#include "dataplane/worker/meta.hpp"

namespace weir {

// RFC 8754 section 5.1: SIDs are reached from inside the SR domain only.
inline Drop admit_to_sid(const Snapshot& snapshot, Role role, const Ipv6Header& ip) noexcept {
    if (role != Role::wan || !snapshot.in_domain(ip.source)) return Drop::sid_from_outside;
    return Drop::none;
}

// ND is the one multicast we listen to: solicitations to a solicited-node group, and all-nodes.
inline Drop classify_multicast(const Packet& packet, Meta& meta) noexcept {
    const auto bytes = head(packet, meta);
    const Ipv6Header& ip = meta.ipv6();
    if (ip.next_header != IpProto::icmpv6 || bytes.size() < sizeof(Ipv6Header) + sizeof(IcmpHeader))
        return Drop::multicast;
    const auto type = std::to_integer<std::uint8_t>(bytes[sizeof(Ipv6Header)]);
    if (type != icmpv6::neighbor_solicitation && type != icmpv6::neighbor_advertisement)
        return Drop::multicast;
    meta.action = Action::punt;
    return Drop::none;
}

// The destination port of UDP or TCP, or nothing (other protocols, later fragments, truncated).
inline std::optional<std::uint16_t> destination_port(const Packet& packet, const Meta& meta,
                                                     IpProto& protocol) noexcept {
    const auto bytes = head(packet, meta);
    std::size_t at = sizeof(Ipv6Header);
    if (meta.version == 4) {
        protocol = meta.ipv4().protocol;
        at = meta.ipv4().header_length();
        if (meta.ipv4().later_fragment()) return {};
    } else {
        protocol = meta.ipv6().next_header;
    }
    if (protocol != IpProto::udp && protocol != IpProto::tcp) return {};
    if (bytes.size() < at + 4) return {};
    return reinterpret_cast<const UdpHeader*>(bytes.data() + at)->destination.host();
}

inline bool steer(std::span<const SteerRule> chain, const Packet& packet, Meta& meta) noexcept {
    for (const SteerRule& rule : chain) {
        if (rule.protocol || rule.dport) {
            IpProto protocol{};
            const auto port = destination_port(packet, meta, protocol);
            if (rule.protocol && *rule.protocol != protocol) continue;
            if (rule.dport && rule.dport != port) continue;
        }
        meta.policy = rule.policy;
        meta.marking = rule.marking;
        meta.action = Action::encap;
        return true;
    }
    return false;
}

inline Drop check_source(const Context& context, const Meta& meta) noexcept {
    const Snapshot& snapshot = context.snapshot;
    const Fib& fib = snapshot.tables[meta.table];
    const Route& route =
        snapshot.route(meta.version == 4 ? fib.ipv4.find(meta.ipv4().source.bits())
                                         : fib.ipv6.find(meta.ipv6().source.bits()));
    if (route.kind == RouteKind::connected || route.kind == RouteKind::via)
        for (std::uint32_t i = 0; i < route.choices; ++i)
            if (snapshot.next_hops[route.first + i].port == meta.in) return Drop::none;
    return Drop::source_check;
}

inline Drop classify_ipv6(const Packet& packet, const SnapshotPort& port, const Context& context,
                          Meta& meta) noexcept {
    const Snapshot& snapshot = context.snapshot;
    const Ipv6Header& ip = meta.ipv6();
    if (snapshot.locator.covers(ip.destination)) {
        meta.sid = snapshot.sid_table.find(ip.destination, meta.sid_hash);
        if (meta.sid != SidTable::none) {
            meta.action = Action::endpoint;
            return admit_to_sid(snapshot, port.role, ip);
        }
    }
    if (ip.destination.multicast()) [[unlikely]]
        return classify_multicast(packet, meta);
    if (ip.destination.link_local()) [[unlikely]] {
        meta.action = Action::punt;
        return ip.destination == port.link_local ? Drop::none : Drop::link_local;
    }
    meta.action = Action::forward;
    if (port.role == Role::lan) {
        // Nothing from outside speaks to, or as, the inside of the SR domain. What is ours may be
        // asked.
        if (snapshot.in_domain(ip.destination) || snapshot.in_domain(ip.source))
            return Drop::sid_from_outside;
    }
    if (ip.source.link_local() || ip.source.unspecified()) [[unlikely]] {
        const auto& fib = snapshot.tables[port.table].ipv6;
        if (snapshot.route(fib.find(ip.destination.bits())).kind != RouteKind::local)
            return Drop::link_local;  // only ND and echo to an address of ours may come so
        meta.action = Action::punt;
        return Drop::none;
    }
    if (port.source_check && check_source(context, meta) != Drop::none) return Drop::source_check;
    if (port.steers)
        steer(snapshot.steer_chain(port.steer6.find(ip.destination.bits())), packet, meta);
    return Drop::none;
}

inline Drop classify_ipv4(const Packet& packet, const SnapshotPort& port, const Context& context,
                          Meta& meta) noexcept {
    const Snapshot& snapshot = context.snapshot;
    const std::uint32_t to = meta.ipv4().destination.bits();
    if (to >= 0xe0000000U) [[unlikely]]
        return Drop::multicast;  // and 240/4, broadcast
    meta.action = Action::forward;
    if (port.source_check && check_source(context, meta) != Drop::none) return Drop::source_check;
    if (port.steers) steer(snapshot.steer_chain(port.steer4.find(to)), packet, meta);
    return Drop::none;
}

inline Drop classify(const Packet& packet, const Context& context, Meta& meta) noexcept {
    const SnapshotPort& port = context.snapshot.ports[meta.in];
    meta.table = port.table;
    return meta.version == 6 ? classify_ipv6(packet, port, context, meta)
                             : classify_ipv4(packet, port, context, meta);
}

}  // namespace weir
