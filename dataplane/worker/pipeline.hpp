#pragma once
// The ingress half of a worker: a batch from one receive queue in; every packet of it delivered to
// an egress port (its own or another worker's), punted to control, or dropped under one name.
#include <array>
#include <memory>
#include <span>
#include <vector>

#include "dataplane/base/token_rate.hpp"
#include "dataplane/worker/egress.hpp"
#include "dataplane/worker/meta.hpp"
#include "dataplane/worker/pause_times.hpp"
#include "dataplane/worker/rings.hpp"

namespace weir {

class Pipeline {
public:
    static constexpr std::size_t batch_size = 32;

    struct Setup {
        WorkerId self{};
        const NeighborTable* neighbors = nullptr;
        Shard* shard = nullptr;
        ControlRings* control = nullptr;
        const Handoffs* handoffs = nullptr;
        IdVector<PortId, WorkerId> owners;          // of each port's egress half
        IdVector<PortId, EgressPort*> egress;       // null where another worker owns it
        std::vector<bool> chains;                   // whether the device takes them; empty: all do
        std::vector<PacketsPerSecond> punt_rates;   // per port
        std::vector<PauseTimes>* pauses = nullptr;  // per port; null: nobody obeys
    };
    explicit Pipeline(Setup setup);

    // Whether the rings to other workers take two batches: what they do not is lost, so a worker
    // receives nothing then, and the device keeps it.
    bool has_room() const noexcept;
    // Packets that came in on `in` and are counted as received there. At most batch_size.
    void ingress(std::span<Packet*> batch, PortId in, const Snapshot& snapshot,
                 Instant now) noexcept;
    // Whole frames for ports of this worker (from other workers and from control).
    void accept(std::span<Packet*> frames) noexcept;
    // IP packets of our own, behind 14 bytes of room, that take the way out of their table.
    void originate(Packet& packet, const Snapshot& snapshot, Instant now) noexcept;

private:
    struct Limits {          // per port, of this worker
        TokenRate neighbor;  // ARP and ND
        TokenRate local;     // echo and whatever else comes to an address of ours
        TokenRate error;     // packets that owe an ICMP error
    };
    struct Outbox {  // towards another worker, flushed at the end of a batch
        PacketRing* ring = nullptr;
        std::size_t count = 0;
        std::array<Packet*, batch_size> packets;
    };
    struct WayOut {                  // by port
        EgressPort* mine = nullptr;  // else in `outbox`
        Outbox* outbox = nullptr;
        bool chains = true;
    };

    Drop walk(Packet& packet, Meta& meta, const Context& context) noexcept;
    template <class Ip>  // that the packet begins with
    Drop send(Packet& packet, Meta& meta, const Context& context) noexcept;
    Drop deliver(Packet& packet, PortId out) noexcept;
    void hand_over(Packet& packet, Outbox& outbox) noexcept;
    Drop punt_protocol(Packet& packet, Meta meta, Context context) noexcept;
    Drop hear_hosts(Packet& packet, Meta meta, Context context) noexcept;
    Drop without_mac(Packet& packet, Meta meta, NeighborId neighbor, Context context) noexcept;
    Drop punt_resolve(Packet& packet, Meta meta, NeighborId neighbor, Context context) noexcept;
    bool punt_error(Packet& packet, const Meta& meta, Drop drop, const Context& context) noexcept;
    void lose(Packet& packet, Meta meta, Drop drop, Context context) noexcept;
    bool make_sendable(Packet& packet, PortId out) const noexcept;
    void flush() noexcept;
    bool push(PacketRing& ring, Packet& packet) noexcept;

    Setup setup_;
    std::vector<Limits> limits_;
    std::vector<Outbox> outboxes_;  // by worker
    IdVector<PortId, WayOut> ways_out_;
    RouteCache routes_;
};

}  // namespace weir
