#pragma once
// Everything the packet path reads, compiled from a Config: immutable, dense, every name an index
// and every route resolved. Workers get it by one pointer (Publisher); control replaces it whole.
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "dataplane/base/ids.hpp"
#include "dataplane/config/config.hpp"
#include "dataplane/control/neighbor_table.hpp"
#include "dataplane/wire/range_table.hpp"
#include "srv6/encap.hpp"
#include "srv6/sid.hpp"
#include "srv6/sid_table.hpp"

namespace weir {

// One way out. `neighbor` is no_neighbor on a connected route: the packet's own destination is
// asked for.
struct NextHop {
    PortId port{};
    NeighborId neighbor = no_neighbor;
    std::uint16_t mtu = 0;  // of the port: largest IP packet in bytes
};

enum class RouteKind : std::uint8_t {
    none,         // nothing matched
    local,        // an address of ours
    unknown_sid,  // inside our locator, but no SID: what is not more specific ends here
    blackhole,
    connected,
    via,
    policy,  // encapsulate
};

// `choices` next hops from `first` in Snapshot::next_hops, a weight w repeated w times.
struct Route {
    RouteKind kind = RouteKind::none;
    std::uint16_t choices = 0;
    std::uint32_t first = 0;
    PolicyId policy{};
};

struct Fib {
    RangeTable<std::uint32_t> ipv4;
    RangeTable<unsigned __int128> ipv6;
};

struct SnapshotPort {
    MacAddr mac{};
    Ipv6Addr link_local{};  // ours on this port
    std::uint16_t mtu = 0;
    Role role = Role::lan;
    TableId table{};
    bool source_check = false;
    bool steers = false;               // any steering rule applies here
    RangeTable<std::uint32_t> steer4;  // value: index into steer_chains, 0 = none
    RangeTable<unsigned __int128> steer6;
};

// A prefix ready to be asked: bits and mask in host order.
struct PrefixMatch {
    unsigned __int128 bits = 0;
    unsigned __int128 mask = 0;
    PrefixMatch() = default;
    explicit PrefixMatch(const Ipv6Prefix& p) : bits{p.address.bits() & p.mask()}, mask{p.mask()} {}
    bool covers(const Ipv6Addr& address) const { return (address.bits() & mask) == bits; }
};

// The traffic class of the outer header: ECN of the inner one (RFC 6040 4.1), DSCP of the slice
// ("pipe") or of the inner packet ("uniform", RFC 2473 6.4).
struct Marking {
    std::uint8_t keep = 0x03;  // bits of the inner traffic class that are copied
    std::uint8_t set = 0;      // the others
    constexpr std::uint8_t outer(std::uint8_t inner) const {
        return static_cast<std::uint8_t>((inner & keep) | set);
    }
};

struct SteerRule {
    std::optional<IpProto> protocol;
    std::optional<std::uint16_t> dport;
    PolicyId policy{};
    Marking marking{};
};
// The rules that cover a prefix, in file order: the first match wins.
struct SteerChain {
    std::uint32_t first = 0;  // into steer_rules
    std::uint32_t count = 0;
};

struct SnapshotSid {
    Ipv6Addr address{};
    Behavior behavior{};
    TableId table{};
    NextHop next_hop{};    // End.DX4, End.DX6
    bool uniform = false;  // DSCP of the outer header goes to the inner one
    CounterId counter{};
};

struct SnapshotPath {
    EncapHeader header;
    Route route;                  // to the first segment; kind none: path is down
    std::uint16_t inner_mtu = 0;  // largest inner packet, encapsulation subtracted
    CounterId counter{};
    PolicyId policy{};
};

struct SnapshotPolicy {
    std::uint32_t first = 0;    // into path_choices
    std::uint32_t choices = 0;  // 0: policy is down
};

struct Snapshot {
    std::uint64_t version = 0;
    PrefixMatch locator;
    Ipv6Addr source{};
    std::uint8_t hop_limit = 64;
    std::vector<PrefixMatch> domain;
    IdVector<PortId, SnapshotPort> ports;
    IdVector<TableId, Fib> tables;
    IdVector<RouteId, Route> routes;  // [0] is RouteKind::none
    std::vector<NextHop> next_hops;
    std::vector<SteerRule> steer_rules;
    std::vector<SteerChain> steer_chains;  // [0] is empty
    SidTable sid_table;
    IdVector<SidId, SnapshotSid> sids;
    IdVector<PolicyId, SnapshotPolicy> policies;
    IdVector<PathId, SnapshotPath> paths;
    std::vector<PathId> path_choices;      // a weight w repeated w times (divided by the gcd)
    std::shared_ptr<const Config> config;  // what it was compiled from; API and control only

    bool in_domain(const Ipv6Addr& address) const {
        for (const PrefixMatch& prefix : domain)
            if (prefix.covers(address)) return true;
        return false;
    }
    const Route& route(std::uint32_t id) const { return routes[static_cast<RouteId>(id)]; }
    std::span<const SteerRule> steer_chain(std::uint32_t id) const {
        const SteerChain& chain = steer_chains[id];
        return {steer_rules.data() + chain.first, chain.count};
    }
    // The way of a flow; `hash` spreads over weights. Not for kinds without choices.
    const NextHop& next_hop(const Route& route, std::uint32_t hash) const {
        return next_hops[route.first +
                         static_cast<std::uint32_t>(std::uint64_t{hash} * route.choices >> 32U)];
    }
};

}  // namespace weir
