#pragma once
// Stage 3: what is done to the packet: encapsulate, an endpoint behaviour, or plain forwarding.
#include "dataplane/wire/checksum.hpp"
#include "dataplane/wire/ethernet.hpp"
#include "dataplane/worker/chain.hpp"
#include "dataplane/worker/inner.hpp"
#include "dataplane/worker/meta.hpp"
#include "dataplane/worker/slice_marks.hpp"
#include "srv6/encap.hpp"
#include "srv6/endpoint.hpp"
#include "srv6/flow.hpp"

namespace weir {

template <class Ip>
std::uint32_t flow_hash(const Packet& packet, const Meta& meta) noexcept {
    if constexpr (std::is_same_v<Ip, Ipv4Header>) return flow_hash_ipv4(head(packet, meta));
    return flow_hash_ipv6(head(packet, meta));
}
inline std::uint32_t flow_hash(const Packet& packet, const Meta& meta) noexcept {
    return meta.version == 4 ? flow_hash<Ipv4Header>(packet, meta)
                             : flow_hash<Ipv6Header>(packet, meta);
}

// TTL or hop limit of a packet that crosses this node: once, and only after every check has passed.
inline std::uint8_t hops_of(const Ipv4Header& ip) noexcept { return ip.ttl; }
inline std::uint8_t hops_of(const Ipv6Header& ip) noexcept { return ip.hop_limit; }
inline void spend_hop_of(Ipv4Header& ip) noexcept { ipv4_decrement_ttl(ip); }
inline void spend_hop_of(Ipv6Header& ip) noexcept { --ip.hop_limit; }
template <class Ip>
bool hops_left(const Meta& meta) noexcept {
    return meta.hop_spent || hops_of(meta.header<Ip>()) > 1;
}
template <class Ip>
void spend_hop(Meta& meta) noexcept {
    if (!meta.hop_spent) spend_hop_of(meta.header<Ip>());
    meta.hop_spent = true;
}

inline std::uint8_t class_of(const Ipv4Header& ip) noexcept { return ip.tos; }
inline std::uint8_t class_of(const Ipv6Header& ip) noexcept { return ip.traffic_class(); }

// `bytes` of room in front of the IP header and an Ethernet header. Where DPDK's headroom is too
// short (more than 5 segments) the first segment is shifted into its tailroom, never chained.
// Returns false where there is none.
[[gnu::cold, gnu::noinline]] inline bool shift_back(Packet& packet, Meta meta,
                                                    std::size_t shift) noexcept {
    const auto front = static_cast<std::size_t>(meta.ip - static_cast<std::byte*>(packet.buf_addr));
    const std::size_t linear_bytes = head(packet, meta).size();
    // A chain's first segment came full; what then moves must lie behind the headers that are
    // looked at.
    constexpr std::size_t headers = 256;
    if (front + linear_bytes + shift > packet.buf_len &&
        (linear_bytes < headers + shift || !spill(packet, static_cast<std::uint16_t>(shift))))
        return false;
    const auto linear = head(packet, meta);
    __builtin_memmove(meta.ip + shift, meta.ip, linear.size());
    packet.data_off = static_cast<std::uint16_t>(packet.data_off + shift);
    return true;
}

inline bool make_room(Packet& packet, Meta& meta, std::size_t bytes) noexcept {
    const auto front = static_cast<std::size_t>(meta.ip - static_cast<std::byte*>(packet.buf_addr));
    const std::size_t needed = bytes + sizeof(EthernetHeader);
    if (front >= needed) [[likely]]
        return true;
    if (!shift_back(packet, meta, needed - front)) return false;
    meta.ip += needed - front;
    return true;
}

// H.Encaps and H.Encaps.Red (RFC 8986 section 5) of a packet that begins with this header.
template <class Ip>
Drop encapsulate(Packet& packet, Meta& meta, const Context& context) noexcept {
    const Snapshot& snapshot = context.snapshot;
    const SnapshotPolicy& policy = snapshot.policies[meta.policy];
    if (policy.choices == 0) return Drop::policy_down;
    if (!hops_left<Ip>(meta)) return Drop::hop_limit;
    const std::uint32_t hash = flow_hash<Ip>(packet, meta);
    const auto choice = static_cast<std::uint32_t>(std::uint64_t{hash} * policy.choices >> 32U);
    const SnapshotPath& path = snapshot.paths[snapshot.path_choices[policy.first + choice]];
    if (meta.l3_length > path.inner_mtu) {
        meta.value = path.inner_mtu;
        return Drop::packet_too_big;
    }
    const std::size_t size = path.header.size();
    if (!make_room(packet, meta, size)) return Drop::no_room;
    spend_hop<Ip>(meta);
    const std::uint8_t inner_class = class_of(meta.header<Ip>());
    meta.ip -= size;
    constexpr bool ipv4 = std::is_same_v<Ip, Ipv4Header>;
    path.header.write(meta.ip, ipv4 ? IpProto::ipv4 : IpProto::ipv6, meta.l3_length,
                      meta.claim.marking().outer(inner_class), flow_label_from(hash));
    meta.l3_length += static_cast<std::uint32_t>(size);
    meta.version = 6;
    meta.action = Action::send;
    meta.flow = static_cast<std::uint32_t>(flow_label_from(hash));
    if (snapshot.outer_marks.written) [[unlikely]]
        meta.flow = write_outer_marks(meta.ipv6(), snapshot, meta.claim.slice(), meta.flow);
    // Other bits of the hash than chose the path, or each path would see only some of the next
    // hops.
    meta.hop = &snapshot.next_hop(path.route, hash * 0x9e3779b1U);
    context.shard.paths.counter(path.counter).add(meta.l3_length);
    return Drop::none;
}

inline Drop encapsulate(Packet& packet, Meta& meta, const Context& context) noexcept {
    return meta.version == 4 ? encapsulate<Ipv4Header>(packet, meta, context)
                             : encapsulate<Ipv6Header>(packet, meta, context);
}

inline Drop decapsulate(Packet& packet, const SnapshotSid& sid, Inner allowed,
                        Meta& meta) noexcept {
    const std::uint8_t outer_class = meta.ipv6().traffic_class();
    const auto result = endpoint_decap(head(packet, meta), meta.l3_length, allowed);
    meta.value = result.pointer.offset;
    if (result.drop != Drop::none) return result.drop;
    if (result.local) {
        meta.action = Action::punt;
        return Drop::none;
    }
    if (const Drop drop = check_inner(meta.ip + result.inner_at, result.inner); drop != Drop::none)
        return drop;
    meta.ip += result.inner_at;
    meta.l3_length -= result.inner_at;
    meta.version = result.inner == IpProto::ipv4 ? 4 : 6;
    meta.hop_spent = false;  // what an End before this one spent was the outer header's
    // The inner packet may be shorter than what carried it.
    const std::uint32_t claimed = meta.version == 4
                                      ? std::uint32_t{meta.ipv4().total_length.host()}
                                      : meta.ipv6().payload_length.host() + std::uint32_t{40};
    if (claimed < meta.l3_length) trim_tail(packet, meta.l3_length - claimed);
    meta.l3_length = claimed;
    propagate_traffic_class(head(packet, meta), outer_class, sid.uniform);
    return Drop::none;
}

inline Drop end(Packet& packet, Meta& meta) noexcept {
    const auto result = endpoint_end(head(packet, meta), meta.l3_length);
    meta.value = result.pointer.offset;
    if (result.drop != Drop::none) return result.drop;
    if (result.local) {
        meta.action = Action::punt;
        return Drop::none;
    }
    meta.hop_spent = true;
    // The next segment may be ours too (RFC 8986 4.1 S15: look it up as if it had just come).
    meta.action = Action::forward;
    return Drop::none;
}

inline Drop apply_endpoint(Packet& packet, Meta& meta, const Context& context) noexcept {
    const SnapshotSid& sid = context.snapshot.sids[meta.sid];
    const std::uint32_t length = meta.l3_length;
    if (sid.claim.made()) claim(meta, sid.claim);
    Drop drop = Drop::none;
    switch (sid.behavior) {
        case Behavior::end:
            drop = end(packet, meta);
            break;
        case Behavior::end_dx4:
        case Behavior::end_dx6:
            drop = decapsulate(packet, sid,
                               sid.behavior == Behavior::end_dx4 ? Inner::ipv4 : Inner::ipv6, meta);
            if (meta.action == Action::endpoint) {
                meta.action = Action::send;
                meta.hop = &sid.next_hop;
            }
            break;
        case Behavior::end_dt4:
            drop = decapsulate(packet, sid, Inner::ipv4, meta);
            break;
        case Behavior::end_dt6:
            drop = decapsulate(packet, sid, Inner::ipv6, meta);
            break;
        case Behavior::end_dt46:
            drop = decapsulate(packet, sid, Inner::both, meta);
            break;
    }
    if (drop != Drop::none || meta.action == Action::punt) return drop;
    if (meta.action == Action::endpoint) {
        meta.table = sid.table;
        meta.action = Action::forward;
    }
    context.shard.sids.counter(sid.counter).add(length);
    return Drop::none;
}

}  // namespace weir
