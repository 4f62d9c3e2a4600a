#pragma once
// A weir node in virtual time: the schedulers, gates and upstreams that the forwarder links, joined
// as its egress half joins them. Each port has a neighbour: another router, which speaks messages,
// or a host, which obeys pause frames.
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "dataplane/base/hold_back.hpp"
#include "pfc/gate.hpp"
#include "pfc/probe.hpp"
#include "pfc/session.hpp"
#include "pfc/upstream.hpp"
#include "pfc/watchdog.hpp"
#include "qos/buffer.hpp"
#include "qos/ecn_marking.hpp"
#include "qos/scheduler.hpp"
#include "tools/sim/engine.hpp"
#include "tools/sim/link.hpp"
#include "tools/sim/message.hpp"
#include "tools/sim/packet.hpp"
#include "tools/sim/transmitter.hpp"

namespace weir::sim {

struct SliceSetup {
    SliceNumber number{};
    std::uint8_t priority = 0;  // of hosts
    bool lossless = false;
    bool plain_pfc = false;  // on every port what hosts get, nothing else
    HoldBack control = HoldBack::precise;
    SliceRates rates;
    std::uint32_t buckets = 1;  // a power of two
    std::uint32_t isolate = 1;
    Bytes smallest{60};                                 // packet, without FCS
    Bytes lossy_buffer{4'000'000};                      // of each port
    Bytes mark_from{UINT64_MAX}, mark_all{UINT64_MAX};  // of the queue: ECN
    double buffer_factor = 1;                           // of B as computed, for experiments
};

struct PortSetup {
    NodeId neighbor{};
    bool host = false;
    BitsPerSecond rate{100'000'000'000};    // of both directions
    BitsPerSecond shaped = unlimited_rate;  // what the port sends at most
    Nanos round_trip{0};                    // as configured
    Bytes mtu{9'216};
};

struct RouterSetup {
    std::vector<SliceSetup> slices;
    Nanos reaction{5'000};  // from a message's last bit to what it changes
    Nanos hello_interval{10'000'000};
    bool obeys_limit = true;       // false: to see what becomes of it
    bool breaks_deadlocks = true;  // as well
    WatchdogTerms watchdog{.detect = most_watchdog_interval, .restore = most_watchdog_interval};
    std::uint64_t seed = 1;  // of epochs
    std::uint64_t salt = 0;  // of buckets; both ends of a line have the same
};

// Of a slice on a port.
struct LaneCounts {
    std::uint64_t dropped_packets = 0;  // on their way in
    std::uint64_t sent_packets = 0;     // out
    std::uint64_t sent_bytes = 0;
    std::uint64_t buffer = 0;  // B, of what comes in
    std::uint64_t most_held = 0;
    std::uint64_t shut = 0;  // times the gate was shut, or the limit reached
    std::uint64_t negative_marks = 0;
    std::uint64_t ejected = 0;   // packets that would have left by here, for a deadlock
    std::uint64_t watchdog = 0;  // packets that it dropped
};

// Of a router.
struct DeadlockCounts {
    std::uint64_t proofs = 0;    // cycles found, its own to resolve or not
    std::uint64_t resolved = 0;  // by it
    std::uint64_t watchdog = 0;  // times that it saw a slice stuck
};

// Of a slice, now.
struct Movement {
    bool waits = false;      // some of it, for a peer
    std::uint64_t left = 0;  // packets that came from other routers, in all
};

class Router final : public Receiver, public Source, public Actor {
public:
    static constexpr Nanos look_every{5'000'000};  // for what is stuck

    Router(Engine& engine, PacketPool& packets, Messages& messages, NodeId self,
           const RouterSetup& setup);
    Router(const Router&) = delete;
    Router& operator=(const Router&) = delete;

    // All ports first, then connect() each, routes, start().
    std::uint32_t add_port(const PortSetup& setup);
    void connect(std::uint32_t number, Link& out);
    void set_route(NodeId destination, std::uint32_t port);
    void start();
    // What the port sends at most, from now on.
    void shape(std::uint32_t number, BitsPerSecond rate);
    // A slice that leaves by the port stands still, whoever asks for it.
    void stop(std::uint32_t number, SliceId slice, bool stopped);
    // Dies and starts at once: what it held is gone, and what it knew.
    void restart(Instant now);

    void receive(Instant now, PacketId id, std::uint32_t port) override;
    PacketId next(Instant now, std::uint32_t number, std::uint8_t allowed) override;
    void departed(Instant now, std::uint32_t port, PacketId id) override;
    void wake(Instant now, std::uint64_t what) override;

    const LaneCounts& counts(std::uint32_t port, SliceId slice) const {
        return ports_[port].lanes[index(slice)].counts;
    }
    const BufferSizes& sizes(std::uint32_t port, SliceId slice) const {
        return ports_[port].lanes[index(slice)].sizes;
    }
    Movement movement(SliceId slice) const;
    const DeadlockCounts& deadlocks() const { return deadlocks_; }
    NodeId neighbor(std::uint32_t port) const { return ports_[port].setup.neighbor; }
    bool faces_host(std::uint32_t port) const { return ports_[port].setup.host; }
    std::uint64_t held(std::uint32_t port, SliceId slice) const;
    // What leaves by the port waits, for its gate or its limit.
    bool closed(std::uint32_t port, SliceId slice) const {
        const Lane& lane = ports_[port].lanes[index(slice)];
        return lane.closed || lane.held_back;
    }
    std::size_t packets_held() const;                       // counted by walking
    std::uint64_t died_with() const { return died_with_; }  // packets that restarts cost
    std::uint64_t refused() const { return refused_; }      // messages
    // Every slice may be sent to all neighbours again, and no packet waits.
    bool at_rest(Instant now) const;
    std::uint32_t ports() const { return static_cast<std::uint32_t>(ports_.size()); }

private:
    static constexpr Instant far_off{Nanos::max()};
    struct Lane {
        // What comes in.
        BufferSizes sizes;
        std::optional<Upstream> upstream;
        std::uint64_t held = 0;  // from a host, or lossy
        std::uint64_t left = 0;  // packets from a router
        bool pausing = false;    // the host
        Instant repeat{};        // of its pause frame
        Instant look = far_off;
        // What goes out.
        GroupId group{};
        std::vector<AggregateId> from;  // by the port it came in on
        std::optional<Gate> gate;
        std::uint64_t base = 0;  // charge that had departed when the session began
        bool closed = false;
        bool held_back = false;
        std::vector<std::uint16_t> stopped;  // buckets that the peer lets send nothing
        std::uint64_t departed = 0;          // at the last look for what is stuck
        Nanos waited{0};                     // in all, at the gate
        std::optional<QueueWatchdog> watchdog;
        Instant gate_look = far_off;
        EcnMarking marking;
        LaneCounts counts;
    };
    struct Port {
        PortSetup setup;
        std::unique_ptr<Transmitter> transmitter;
        std::optional<Scheduler> scheduler;
        std::vector<Lane> lanes;  // by slice
        std::uint64_t marks = 0;  // slices that owe one, bit by bit
        std::optional<Session> session;
        Instant session_look = far_off;
        std::uint64_t in_nic = 0;            // packets that next() gave it
        std::uint64_t of_a_former_life = 0;  // of them
        Instant transmit_look = far_off;
    };
    // Where charge waits: a port's gate, or one bucket of it.
    struct Waits {
        std::uint32_t port = 0;
        std::uint16_t bucket = whole_slice;
    };
    enum class Look : std::uint8_t { transmit, upstream, gate, heard, host, session, stuck };

    void size_lane(std::uint32_t number, std::size_t slice);
    void make_scheduler(Port& port);
    void make_lane(std::uint32_t number, std::size_t slice);
    void make_flow_control(Port& port, std::size_t slice);
    void make_session(std::uint32_t number);
    void look_after_session(Instant now, std::uint32_t number);
    bool believe(Instant now, std::uint32_t number, const Message& message);
    void act_on(Instant now, std::uint32_t number, const SessionEvents& events);
    void forward(Instant now, PacketId id, std::uint32_t port);
    bool admit(Lane& in, Lane& out, const Packet& packet, std::uint32_t charge);
    void look_after_upstream(Instant now, std::uint32_t port, std::size_t slice);
    void look_after_host(Instant now, std::uint32_t port, std::size_t slice);
    void look_after_gate(Instant now, std::uint32_t number, std::size_t slice);
    void apply_gate(Instant now, std::uint32_t number, std::size_t slice);
    void say(Instant now, std::uint32_t port, Message message);
    PacketId say_mark(Instant now, std::uint32_t number);
    void hear(Instant now, std::uint32_t port, const Message& message);
    void hear_mark(Instant now, std::uint32_t port, const Message& message);
    void make_prober();
    LinkId link_of(std::uint32_t port, std::size_t slice, std::uint16_t bucket) const;
    void look_for_what_is_stuck(Instant now);
    void look_at_gate(Instant now, std::uint32_t number, std::size_t slice);
    bool all_stopped(const Port& port, std::size_t slice) const;
    void ask_watchdog(Instant now, std::uint32_t number, std::size_t slice, bool waits);
    void sample(Instant now, std::uint32_t number, std::size_t slice, std::uint16_t bucket,
                bool held);
    void set_stopped(Instant now, std::uint32_t number, std::size_t slice, std::uint16_t bucket,
                     bool stopped);
    std::vector<Waits> waits_of(std::uint32_t from, std::size_t slice, std::uint16_t bucket) const;
    void hear_probe(Instant now, std::uint32_t from, const ProbeRecord& probe);
    void resolve(Instant now, std::uint32_t from, std::size_t slice, const Waits& at);
    std::uint64_t eject(Instant now, std::uint32_t from, const Waits& at, std::size_t slice,
                        std::uint64_t charge);
    void tell_peer(Instant now, std::uint32_t port, ProbeRecord probe);
    std::optional<std::size_t> slice_of(SliceNumber number) const;
    std::uint16_t bucket_of(const Packet& packet) const;
    std::uint32_t port_of(NodeId neighbor) const {
        return port_of_[static_cast<std::size_t>(neighbor)];
    }
    void call_at(Instant when, Instant& known, Look what, std::uint32_t port, std::size_t slice);

    Engine& engine_;
    PacketPool& packets_;
    Messages& messages_;
    NodeId self_;
    RouterSetup setup_;
    std::vector<Port> ports_;
    std::vector<std::uint32_t> port_of_;  // by neighbour
    std::vector<std::uint32_t> routes_;   // port by destination
    std::optional<Prober> prober_;
    std::uint32_t most_buckets_ = 1;  // of a slice
    DeadlockCounts deadlocks_;
    Instant stuck_look_ = far_off;
    std::uint32_t life_ = 0;
    std::uint64_t died_with_ = 0;
    std::uint64_t refused_ = 0;
};

std::uint32_t charge_of(const Packet& packet);

}  // namespace weir::sim
