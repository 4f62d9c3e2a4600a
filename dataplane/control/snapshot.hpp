#pragma once
// Everything the packet path reads, compiled from a Config: immutable, dense, every name an index
// and every route resolved. Workers get it by one pointer (Publisher); control replaces it whole.
#include <array>
#include <bit>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "dataplane/base/ids.hpp"
#include "dataplane/config/config.hpp"
#include "dataplane/control/neighbor_table.hpp"
#include "dataplane/control/slice_claim.hpp"
#include "dataplane/wire/range_table.hpp"
#include "pfc/frame.hpp"
#include "pfc/watchdog.hpp"
#include "srv6/encap.hpp"
#include "srv6/sid.hpp"
#include "srv6/sid_table.hpp"

namespace weir {

// One way out. `neighbor` is no_neighbor on a connected route: the packet's own destination is
// asked for.
struct NextHop {
    PortId port{};
    std::uint16_t mtu = 0;  // of the port: largest IP packet in bytes
    NeighborId neighbor = no_neighbor;
    std::uint64_t source = 0;  // MAC of the port, its six octets in wire order from bit 0 up
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
    NextHop only{};  // the next hop where there is one choice
};

struct Fib {
    RangeTable<std::uint32_t> ipv4;
    RangeTable<unsigned __int128> ipv6;
};

// A slice's share of one port.
struct SliceShare {
    BitsPerSecond guarantee{0};
    BitsPerSecond limit = unlimited_rate;
};

struct SnapshotSlice {
    std::uint16_t slot = 0;     // of its queues and counters; survives reloads
    std::uint16_t buckets = 1;  // a power of two
    SliceNumber number{};
    std::uint32_t weight = 1;
    bool lossless = false;
    std::optional<EcnThresholds> ecn;
};

// A priority of the hosts behind a port (802.1Qbb), and the lossless slice that it is there.
struct HostPause {
    std::uint16_t slot = 0;
    Bytes xoff, xon;  // charge of what came in there
    WatchdogTerms watchdog;
};

struct SnapshotPort {
    MacAddr mac{};
    std::uint64_t mac_word = 0;  // its six octets in wire order from bit 0 up
    std::uint64_t mac_high = 0;  // the same from bit 16 up
    Ipv6Addr link_local{};       // ours on this port
    std::uint16_t mtu = 0;
    Role role = Role::lan;
    TableId table{};
    bool source_check = false;
    bool steers = false;                  // any steering rule applies here
    bool asks_more = false;               // than DSCP, rules and SIDs which slice a packet is of
    SliceClaim claim{};                   // on what comes in here
    BitsPerSecond rate = unlimited_rate;  // that the port is shaped to
    IdVector<SliceId, SliceShare> shares;
    std::array<SliceClaim, 64> of_dscp{};     // of IPv6; with role lan all are `claim`
    std::array<SliceClaim, 8> of_priority{};  // of an 802.1Q tag
    // Charge that packets which came in here may hold, on their way out of any port: for each
    // lossless slice the buffers of all senders behind this port together. 0: no sender is held
    // back here, and what comes is admitted as lossy.
    IdVector<SliceId, Bytes> lossless_in;
    // Charge that all lossy slices share on their way out of this port.
    Bytes lossy_out{0};
    std::array<std::optional<HostPause>, priorities> pauses{};
    BitsPerSecond line{10'000'000'000};  // whose bit times a pause counts
    RangeTable<std::uint32_t> steer4;    // value: the first of its steer_rules, 0 = none
    RangeTable<unsigned __int128> steer6;
};

// A prefix ready to be asked: bits and mask as they lie on the wire.
struct PrefixMatch {
    std::array<std::uint64_t, 2> bits{}, mask{};
    PrefixMatch() = default;
    explicit PrefixMatch(const Ipv6Prefix& p)
        : bits{halves(Ipv6Addr::from_bits(p.address.bits() & p.mask()))},
          mask{halves(Ipv6Addr::from_bits(p.mask()))} {}
    bool covers(const Ipv6Addr& address) const {
        const auto of = halves(address);
        return (((of[0] & mask[0]) ^ bits[0]) | ((of[1] & mask[1]) ^ bits[1])) == 0;
    }

private:
    static std::array<std::uint64_t, 2> halves(const Ipv6Addr& address) {
        return std::bit_cast<std::array<std::uint64_t, 2>>(address);
    }
};

// The rules that cover a prefix stand side by side in file order, up to the `last` of them: the
// first match wins.
struct SteerRule {
    PolicyId policy{};
    SliceClaim claim{};
    std::uint16_t dport = 0;
    IpProto protocol{};
    bool any_protocol = true;
    bool any_dport = true;
    bool last = true;
};

struct SnapshotSid {
    Ipv6Addr address{};
    Behavior behavior{};
    TableId table{};
    NextHop next_hop{};    // End.DX4, End.DX6
    bool uniform = false;  // DSCP of the outer header goes to the inner one
    SliceClaim claim{};
    CounterId counter{};
};

// With three segments, all that a packet reads of it are three cache lines in a row.
struct alignas(64) SnapshotPath {
    Route route;  // to the first segment; kind none: path is down
    CounterId counter{};
    PolicyId policy{};
    std::uint16_t inner_mtu = 0;  // largest inner packet, encapsulation subtracted
    EncapHeader header;
};

struct SnapshotPolicy {
    std::uint32_t first = 0;    // into path_choices
    std::uint32_t choices = 0;  // 0: policy is down
};

// What outer headers carry beside addresses and DSCP: written where weir encapsulates, and read
// from inside the SR domain.
struct OuterMarks {
    bool written = false;  // any of them
    bool nrp = false;      // headers of policies have the option
    bool reads_nrp = false, reads_bits = false;
    std::uint16_t source_entropy = 0;  // mask of the source's low bits: they carry flow entropy
    std::optional<SliceBits> bits;
    SliceNumbers slices;
};

struct Snapshot {
    std::uint64_t version = 0;
    PrefixMatch locator;
    Ipv6Addr source{};
    OuterMarks outer_marks;
    std::uint8_t hop_limit = 64;
    std::vector<PrefixMatch> domain;
    IdVector<PortId, SnapshotPort> ports;
    IdVector<SliceId, SnapshotSlice> slices;
    SliceClaims claims;
    IdVector<TableId, Fib> tables;
    IdVector<RouteId, Route> routes;  // [0] is RouteKind::none
    std::vector<NextHop> next_hops;
    std::vector<SteerRule> steer_rules;  // [0] is nobody's
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
    // The way of a flow; `hash` spreads over weights. Not for kinds without choices.
    const NextHop& next_hop(const Route& route, std::uint32_t hash) const {
        if (route.choices == 1) [[likely]]
            return route.only;
        return next_hops[route.first +
                         static_cast<std::uint32_t>(std::uint64_t{hash} * route.choices >> 32U)];
    }
};

}  // namespace weir
