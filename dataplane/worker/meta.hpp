#pragma once
// What the stages know about one packet on its way through them. Not in the mbuf: a second cache
// line per packet costs more than all of parse. On the fast path it never lies in memory at all:
// stages are inlined into one loop, and who is not (`cold`) gets a copy.
#include <cstddef>
#include <cstdint>
#include <span>

#include "dataplane/base/drop.hpp"
#include "dataplane/base/ids.hpp"
#include "dataplane/base/units.hpp"
#include "dataplane/control/neighbor_table.hpp"
#include "dataplane/control/snapshot.hpp"
#include "dataplane/io/packet.hpp"
#include "dataplane/wire/ip.hpp"
#include "dataplane/worker/counters.hpp"
#include "dataplane/worker/route_cache.hpp"

namespace weir {

enum class Action : std::uint8_t {
    classify,  // parsed, nothing decided
    endpoint,  // to a SID of ours
    forward,   // look the destination up in `table`
    encap,     // push the headers of `policy`
    send,      // out by `hop`
    punt,      // ARP, ND, or for an address of ours: to the control thread
};

struct Meta {
    std::byte* ip = nullptr;      // outermost IP header (ARP: what follows the Ethernet header)
    std::uint32_t l3_length = 0;  // IP packet bytes, all segments
    std::uint32_t value = 0;      // with a Drop that owes an ICMP error: pointer or MTU
    PortId in{};
    TableId table{};
    std::uint8_t version = 0;  // 4, 6; 0 for ARP
    Action action = Action::classify;
    bool hop_spent = false;  // hop limit already decremented on this node, or the packet is ours
    SliceClaim claim{};      // on the packet, of the lowest rank until now
    std::uint32_t flow = 0;  // hash of the flow where one was taken
    SidId sid{};
    PolicyId policy{};
    const NextHop* hop = nullptr;  // of the snapshot; with `send`

    template <class Ip>
    Ip& header() const {
        return *reinterpret_cast<Ip*>(ip);
    }
    Ipv4Header& ipv4() const { return header<Ipv4Header>(); }
    Ipv6Header& ipv6() const { return header<Ipv6Header>(); }
};

// One more source says which slice the packet is of; of two of one rank (SIDs in a row) the later
// counts.
inline void claim(Meta& meta, SliceClaim other) noexcept {
    meta.claim = first_of(other, meta.claim);
}

// What a stage may read, and the counters it may write. Who is not inlined gets a copy of this too,
// or it would be read from memory again after each byte that is written into a packet.
struct Context {
    const Snapshot& snapshot;
    const NeighborTable& neighbors;
    Shard& shard;
    RouteCache& routes;
    Instant now;
};

// Longest prefix, by way of the cache.
inline const Route& route_to(const Ipv4Addr& to, TableId table, const Context& context) noexcept {
    const Snapshot& snapshot = context.snapshot;
    return snapshot.route(context.routes.find(
        RouteCache::key(to, table, static_cast<std::uint32_t>(snapshot.version)),
        [=, &snapshot] { return snapshot.tables[table].ipv4.find(to.bits()); }));
}
inline const Route& route_to(const Ipv6Addr& to, TableId table, const Context& context) noexcept {
    const Snapshot& snapshot = context.snapshot;
    return snapshot.route(context.routes.find(
        RouteCache::key(to, table, static_cast<std::uint32_t>(snapshot.version)),
        [=, &snapshot] { return snapshot.tables[table].ipv6.find(to.bits()); }));
}

// The IP packet's bytes in the first segment: headers are read only from here.
inline std::span<std::byte> head(const Packet& packet, const Meta& meta) noexcept {
    if (packet.nb_segs == 1) [[likely]]
        return {meta.ip, meta.l3_length};
    const auto* end = static_cast<std::byte*>(packet.buf_addr) + packet.data_off + packet.data_len;
    const auto linear = static_cast<std::size_t>(end - meta.ip);
    return {meta.ip, linear < meta.l3_length ? linear : meta.l3_length};
}

}  // namespace weir
