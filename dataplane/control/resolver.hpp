#pragma once
// ARP (RFC 826) and Neighbor Discovery (RFC 4861) for our ports: resolves next hops, answers for
// our addresses, ages what it learned, and keeps the packets that wait for an answer. No DPDK, no
// clock: time is `now`, packets are opaque handles, and what is to be sent comes back as frames.
// Owned by the control thread; the only writer of the NeighborTable.
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "dataplane/base/drop.hpp"
#include "dataplane/base/ids.hpp"
#include "dataplane/base/units.hpp"
#include "dataplane/control/neighbor_table.hpp"
#include "dataplane/wire/address.hpp"

namespace weir {

struct NeighborNotice;

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
        Drop drop;  // neighbor_failed, neighbor_queue_full, reconfigured, stopped
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
    std::string_view state;  // incomplete | stale | reachable | probing | failed
    bool pinned;
    Nanos age;  // since last confirmed
    std::size_t held;
};

class Resolver {
public:
    struct Limits {
        std::size_t held_per_neighbor = 256;
        std::size_t held_total = 4096;
        std::size_t unanswered = 16'384;   // neighbors at once that packets ask for in vain
        Nanos retransmit{1'000'000'000};   // between requests (RFC 4861 RetransTimer); the first
                                           // three of a resolution come 50, 100, 200 ms apart
        unsigned attempts = 6;             // then the neighbor failed: what it holds is lost
        Nanos reachable{30'000'000'000};   // then probed by unicast; forgotten after `attempts`
        Nanos failed_hold{3'000'000'000};  // a failed, unpinned neighbor is forgotten after this
    };
    Resolver(NeighborTable& table, Limits limits);

    // Ports and addresses as of a snapshot that will be published before the next tick(); what is
    // held for a port or neighbor that vanished is lost. The neighbor itself is erased by that
    // tick(), because until then workers may use the old snapshot, which holds its slot.
    void set_ports(IdVector<PortId, ResolverPort> ports, Instant now, ResolverOutput& out);
    // Gateways: resolved at once, kept alive for as long as they are in the list, retried for ever.
    // Returns their slots in order; no_neighbor where the table is full.
    std::vector<NeighborId> pin(std::span<const std::pair<PortId, Ipv6Addr>> gateways, Instant now,
                                ResolverOutput& out);

    // A packet waits for (port, address): kept, or handed back at once: ready where the MAC is
    // known; else lost as neighbor_failed (nobody can answer, or nobody did lately), reconfigured
    // (not on this port's links any more), neighbor_queue_full (also where the table is full).
    void want(PacketHandle packet, PortId port, const Ipv6Addr& address, Instant now,
              ResolverOutput& out);
    // Packets wait for (port, address) elsewhere: asked for as by want(), where somebody could
    // answer.
    void ask_for(PortId port, const Ipv6Addr& address, Instant now, ResolverOutput& out);
    // An ARP packet or an ND message (an IPv6 packet with ICMPv6 inside) that came in on `port`:
    // `frame` starts at the Ethernet header, `l3` is the offset behind it. Drop::none: read and
    // consumed. Unsolicited claims create nothing (only what we asked for, or who asks for us, is
    // learned). Whoever claims an address of ours is not believed, but told, at most once in 10 s.
    // Other drops: truncated, icmp_malformed, no_listener (an operation or ND message that is not
    // about neighbors), reconfigured (no such port).
    Drop on_arp(std::span<const std::byte> frame, std::size_t l3, PortId port, Instant now,
                ResolverOutput& out);
    Drop on_nd(std::span<const std::byte> frame, std::size_t l3, PortId port, Instant now,
               ResolverOutput& out);
    // Whether the port has a link; at first it has. Without one nobody can answer: nobody is asked,
    // nobody fails, who is known stays so, and what waits goes on waiting. With one those who were
    // not known, and gateways that failed, are asked at once and anew.
    void set_link(PortId port, bool up, Instant now, ResolverOutput& out);
    // Retransmissions, ageing. Call every 10 ms or so.
    void tick(Instant now, ResolverOutput& out);
    // Gives back everything held, as Drop::stopped.
    void stop(ResolverOutput& out);

    // Calls see(packet) for each that waits: what an audit counts.
    template <class See>
    void walk(See&& see) const {
        for (const auto& [id, entry] : entries_)
            for (PacketHandle packet : entry.held) see(packet);
    }
    std::size_t held() const;                           // counted by walking the queues
    std::vector<NeighborView> view(Instant now) const;  // by port and address

private:
    // RFC 4861 section 7.3.2, with these differences: workers do not report use, so that a stale
    // neighbor is probed after a delay, used or not; and failure is a state, so that packets for
    // who just failed do not start a new resolution each.
    enum class State : std::uint8_t {
        incomplete,  // asked for, no MAC
        stale,       // has a MAC that the neighbor told without being asked
        reachable,   // has a MAC that it confirmed
        probing,     // has a MAC, asked whether it still holds
        failed,      // no MAC; pinned: still asked for
    };
    struct Entry {
        NeighborId id;
        PortId port;
        Ipv6Addr address;
        MacAddr mac{};
        State state = State::incomplete;
        bool pinned = false;
        bool leaving = false;
        unsigned asked = 0;  // requests since the last answer
        Instant confirmed;
        Instant due;                       // its timer
        std::vector<PacketHandle> held{};  // oldest first
    };

    bool has_mac(const Entry& entry) const { return table_.mac(entry.id).has_value(); }
    static bool silent(const Entry& entry) {
        return !entry.pinned && (entry.state == State::incomplete || entry.state == State::failed);
    }
    void set_state(Entry& entry, State state);
    Entry* find(PortId port, const Ipv6Addr& address);
    Entry* create(PortId port, const Ipv6Addr& address, Instant now);
    bool on_link(PortId port, const Ipv6Addr& address) const;
    bool is_ours(PortId port, const Ipv6Addr& address) const;
    bool can_answer(PortId port, const Ipv6Addr& address) const;
    bool belongs(const Entry& entry) const {
        return on_link(entry.port, entry.address) && !is_ours(entry.port, entry.address);
    }

    void schedule(Entry& entry, Instant now, Nanos delay);
    void fire(Entry& entry, Instant now, ResolverOutput& out);
    void begin(Entry& entry, State state, Instant now, ResolverOutput& out);
    void ask(Entry& entry, Instant now, ResolverOutput& out);
    void send_request(const Entry& entry, ResolverOutput& out) const;
    void learn(Entry& entry, const MacAddr& mac, State state, Instant now, ResolverOutput& out);
    void fail(Entry& entry, Instant now, ResolverOutput& out);
    void leave(Entry& entry, ResolverOutput& out);
    void forget(NeighborId id, ResolverOutput& out);
    void unpin(Entry& entry, Instant now, ResolverOutput& out);
    void lose_held(Entry& entry, Drop drop, ResolverOutput& out);

    void heard_request(PortId port, const Ipv6Addr& from, const MacAddr& mac, Instant now,
                       ResolverOutput& out);
    void on_solicitation(const NeighborNotice& notice, const MacAddr& from, PortId port,
                         Instant now, ResolverOutput& out);
    void on_advertisement(const NeighborNotice& notice, PortId port, Instant now,
                          ResolverOutput& out);
    void defend(PortId port, const Ipv6Addr& address, Instant now, ResolverOutput& out);

    NeighborTable& table_;
    Limits limits_;
    IdVector<PortId, ResolverPort> ports_;
    std::map<NeighborId, Entry> entries_;
    std::set<std::pair<Instant, NeighborId>> timers_;  // one for each entry
    std::vector<NeighborId> leaving_;
    std::set<PortId> without_link_;
    std::map<std::pair<PortId, Ipv6Addr>, Instant> defended_;  // when last
    std::size_t held_count_ = 0;
    std::size_t silent_count_ = 0;  // entries without a MAC, gateways not counted
};

}  // namespace weir
