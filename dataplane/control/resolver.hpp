#pragma once
// ARP (RFC 826) and Neighbor Discovery (RFC 4861) for our ports: resolves next hops, answers for
// our addresses, ages what it learned, and keeps the packets that wait for an answer. No DPDK, no
// clock: time is `now`, packets are opaque handles, and what is to be sent comes back as frames.
// Owned by the control thread; the only writer of the NeighborTable.
#include <cstdint>
#include <deque>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "dataplane/base/drop.hpp"
#include "dataplane/base/ids.hpp"
#include "dataplane/base/units.hpp"
#include "dataplane/control/neighbor_table.hpp"
#include "dataplane/wire/address.hpp"

namespace weir {

// A packet that waits: whoever gave it gets it back in ResolverOutput, exactly once.
using PacketHandle = void*;

struct ResolverPort {
    MacAddr mac;
    std::vector<Ipv4Prefix> address4;  // ours, with the subnet's length
    std::vector<Ipv6Prefix> address6;  // ours, the link-local one included by the caller
};

struct ResolverOutput {
    struct Frame {  // a whole Ethernet frame, at least 60 bytes
        PortId port;
        std::vector<std::byte> bytes;
    };
    struct Ready {  // write `mac` as destination and send on `port`
        PacketHandle packet;
        PortId port;
        MacAddr mac;
    };
    struct Lost {
        PacketHandle packet;
        PortId port;
        Drop drop;  // neighbor_failed, neighbor_queue_full, reconfigured
    };
    std::vector<Frame> frames;
    std::vector<Ready> ready;
    std::vector<Lost> lost;
    std::vector<NeighborId> erased;  // release() them after a grace period
};

struct NeighborView {  // what `weirctl show neighbors` prints
    PortId port;
    Ipv6Addr address;  // IPv4 mapped
    MacAddr mac;
    std::string_view state;  // incomplete | reachable | probing | failed
    bool pinned;
    Nanos age;  // since last confirmed
    std::size_t held;
};

class Resolver {
public:
    struct Limits {
        std::size_t held_per_neighbor = 256;
        std::size_t held_total = 4096;
        Nanos retransmit{1'000'000'000};  // between requests (RFC 4861 RetransTimer); the first
                                          // three of a resolution come 50, 100, 200 ms apart
        unsigned attempts = 6;             // then the neighbor failed: what it holds is lost
        Nanos reachable{30'000'000'000};   // then probed by unicast; forgotten after `attempts`
        Nanos failed_hold{3'000'000'000};  // a failed, unpinned neighbor is forgotten after this
    };
    Resolver(NeighborTable& table, Limits limits);

    // Ports and addresses as of a new snapshot; what is held for a port or neighbor that vanished
    // is lost.
    void set_ports(IdVector<PortId, ResolverPort> ports, Instant now, ResolverOutput& out);
    // Gateways: resolved at once, kept alive for as long as they are in the list, retried for ever.
    // Returns their slots in order; no_neighbor where the table is full.
    std::vector<NeighborId> pin(std::span<const std::pair<PortId, Ipv6Addr>> gateways, Instant now,
                                ResolverOutput& out);

    // A packet waits for (port, address): kept, or handed back at once where it is known or
    // hopeless.
    void want(PacketHandle packet, PortId port, const Ipv6Addr& address, Instant now,
              ResolverOutput& out);
    // An ARP packet or an ND message (an IPv6 packet with ICMPv6 inside) that came in on `port`:
    // `frame` starts at the Ethernet header, `l3` is the offset behind it. Drop::none: read and
    // consumed. Unsolicited claims create nothing (only what we asked for, or who asks for us, is
    // learned).
    Drop on_arp(std::span<const std::byte> frame, std::size_t l3, PortId port, Instant now,
                ResolverOutput& out);
    Drop on_nd(std::span<const std::byte> frame, std::size_t l3, PortId port, Instant now,
               ResolverOutput& out);
    // Retransmissions, ageing. Call every 10 ms or so.
    void tick(Instant now, ResolverOutput& out);
    // Gives back everything held, as Drop::stopped.
    void stop(ResolverOutput& out);

    std::size_t held() const;  // counted by walking the queues
    std::vector<NeighborView> view(Instant now) const;
};

}  // namespace weir
