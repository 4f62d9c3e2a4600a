#pragma once
// Stage 2: whose packet is it? To a SID of ours, to a steered prefix, or to be routed.
#include "dataplane/wire/icmp.hpp"
#include "dataplane/worker/meta.hpp"
#include "dataplane/worker/slice_marks.hpp"

namespace weir {

// RFC 8754 section 5.1: SIDs are reached from inside the SR domain only.
inline Drop admit_to_sid(const Snapshot& snapshot, Role role, const Ipv6Header& ip) noexcept {
    if (role != Role::wan || !snapshot.in_domain(ip.source)) return Drop::sid_from_outside;
    return Drop::none;
}

// ND is the one multicast we listen to: solicitations to a solicited-node group, and all-nodes.
[[gnu::cold, gnu::noinline]] inline Drop classify_multicast(const Packet& packet,
                                                            Meta meta) noexcept {
    const auto bytes = head(packet, meta);
    const Ipv6Header& ip = meta.ipv6();
    if (ip.next_header != IpProto::icmpv6 || bytes.size() < sizeof(Ipv6Header) + sizeof(IcmpHeader))
        return Drop::multicast;
    const auto type = std::to_integer<std::uint8_t>(bytes[sizeof(Ipv6Header)]);
    if (type != icmpv6::neighbor_solicitation && type != icmpv6::neighbor_advertisement)
        return Drop::multicast;
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

inline bool matches(const SteerRule& rule, const Packet& packet, const Meta& meta) noexcept {
    if (rule.any_protocol && rule.any_dport) return true;
    IpProto protocol{};
    const auto port = destination_port(packet, meta, protocol);
    return (rule.any_protocol || rule.protocol == protocol) &&
           (rule.any_dport || rule.dport == port);
}

// `first`: what the port's steering table found, 0 for nothing.
inline bool steer(const Snapshot& snapshot, std::uint32_t first, const Packet& packet,
                  Meta& meta) noexcept {
    if (first == 0) return false;
    const SteerRule* rule = &snapshot.steer_rules[first];
    for (; !matches(*rule, packet, meta); ++rule)
        if (rule->last) return false;
    meta.policy = rule->policy;
    claim(meta, rule->claim);
    meta.action = Action::encap;
    return true;
}

// What a port steers is cached beside the routes, as if by a table of the port's own.
template <class Address>
RouteCache::Key steering_key(const Address& to, const Context& context, const Meta& meta) noexcept {
    return RouteCache::key(to, static_cast<TableId>(0x8000U | index(meta.in)),
                           static_cast<std::uint32_t>(context.snapshot.version));
}

inline Drop check_source(const Context& context, const Meta& meta) noexcept {
    const Route& route = meta.version == 4 ? route_to(meta.ipv4().source, meta.table, context)
                                           : route_to(meta.ipv6().source, meta.table, context);
    if (route.kind == RouteKind::connected || route.kind == RouteKind::via)
        for (std::uint32_t i = 0; i < route.choices; ++i)
            if (context.snapshot.next_hops[route.first + i].port == meta.in) return Drop::none;
    return Drop::source_check;
}

inline Drop classify_ipv6(const Packet& packet, const SnapshotPort& port, const Context& context,
                          Meta& meta) noexcept {
    const Snapshot& snapshot = context.snapshot;
    const Ipv6Header& ip = meta.ipv6();
    meta.claim = port.of_dscp[ip.traffic_class() >> 2U];
    // What comes to a group is ND at most, and owes no answer for its options.
    if (port.asks_more && !ip.destination.multicast()) [[unlikely]] {
        const MoreClaims more = ask_more(packet, port, snapshot, meta);
        if (more.drop != Drop::none) {
            meta.value = more.value;
            return more.drop;
        }
        claim(meta, more.claim);
    }
    if (snapshot.locator.covers(ip.destination)) {
        meta.sid = snapshot.sid_table.find(ip.destination);
        if (meta.sid != SidTable::none) {
            meta.action = Action::endpoint;
            return admit_to_sid(snapshot, port.role, ip);
        }
    }
    if (ip.destination.multicast()) [[unlikely]] {
        meta.action = Action::punt;
        return classify_multicast(packet, meta);
    }
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
        if (route_to(ip.destination, port.table, context).kind != RouteKind::local)
            return Drop::link_local;  // only ND and echo to an address of ours may come so
        meta.action = Action::punt;
        return Drop::none;
    }
    if (port.source_check && check_source(context, meta) != Drop::none) return Drop::source_check;
    if (port.steers) {
        const auto find = [&ip, &port] { return port.steer6.find(ip.destination.bits()); };
        steer(snapshot, context.routes.find(steering_key(ip.destination, context, meta), find),
              packet, meta);
    }
    return Drop::none;
}

inline Drop classify_ipv4(const Packet& packet, const SnapshotPort& port, const Context& context,
                          Meta& meta) noexcept {
    const Snapshot& snapshot = context.snapshot;
    const Ipv4Addr to = meta.ipv4().destination;
    meta.action = Action::forward;
    meta.claim = port.claim;
    if (port.asks_more) [[unlikely]]
        claim(meta, claim_of_tag(packet, port));
    if (port.source_check && check_source(context, meta) != Drop::none) return Drop::source_check;
    if (port.steers) {
        const auto find = [to, &port] { return port.steer4.find(to.bits()); };
        steer(snapshot, context.routes.find(steering_key(to, context, meta), find), packet, meta);
    }
    return Drop::none;
}

inline Drop classify(const Packet& packet, const SnapshotPort& port, const Context& context,
                     Meta& meta) noexcept {
    return meta.version == 6 ? classify_ipv6(packet, port, context, meta)
                             : classify_ipv4(packet, port, context, meta);
}

}  // namespace weir
