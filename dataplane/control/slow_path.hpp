#pragma once
// What the control thread does with packets: reads ARP and ND, answers echo, writes ICMP errors,
// keeps packets until their next hop has a MAC. Everything it sends goes through a worker's inject
// ring.
#include <vector>

#include "dataplane/base/token_rate.hpp"
#include "dataplane/control/publisher.hpp"
#include "dataplane/control/resolver.hpp"
#include "dataplane/io/packet.hpp"
#include "dataplane/worker/counters.hpp"
#include "dataplane/worker/rings.hpp"

struct rte_mempool;

namespace weir {

class SlowPath {
public:
    struct Setup {
        NeighborTable* neighbors = nullptr;
        Publisher* publisher = nullptr;
        Shard* shard = nullptr;
        rte_mempool* pool = nullptr;
        std::vector<ControlRings*> rings;   // by worker
        IdVector<PortId, WorkerId> owners;  // of each port's egress half
    };
    explicit SlowPath(Setup setup);

    // Ports and gateways of a configuration that is about to be published; the gateways' slots in
    // order.
    std::vector<NeighborId> configure(const Config& config, const IdVector<PortId, MacAddr>& macs,
                                      Instant now);
    // One round over all rings; how many packets it moved.
    std::size_t poll(const Snapshot& snapshot, Instant now);
    void tick(Instant now);
    // A port got its link, or lost it.
    void set_link(PortId port, bool up, Instant now);
    // Gives everything held back to the pool, counted as Drop::stopped.
    void stop();

    std::size_t held() const { return resolver_.held(); }
    std::size_t held_buffers() const;  // that those lie in
    std::vector<NeighborView> neighbors(Instant now) const { return resolver_.view(now); }

private:
    void on_protocol(Packet& packet, WorkerId worker, const Snapshot& snapshot, Instant now);
    void on_error(Packet& packet, WorkerId worker, const Snapshot& snapshot);
    void on_resolve(Packet& packet, Instant now);
    void answer_asks(ControlRings& rings, Instant now);
    bool answer_echo(Packet& packet, const PuntInfo& info, std::span<const std::byte> ip,
                     WorkerId worker, Instant now);
    void send_error(std::span<const std::byte> ip, const PuntInfo& info, Drop drop, WorkerId worker,
                    const Snapshot& snapshot);
    void send_unreachable(Packet& packet);
    void originate(std::span<const std::byte> ip, TableId table, PortId in, WorkerId worker);
    void carry_out(ResolverOutput& output);
    Packet* make_packet(std::span<const std::byte> bytes, std::size_t room);
    void inject(Packet& packet, WorkerId worker);
    void refuse(const Packet& packet, PortId port);
    void lose(Packet& packet, PortId port, Drop drop);
    void consume(Packet& packet);
    void release_neighbors();

    Setup setup_;
    Resolver resolver_;
    // Erased, and no worker holds them; packets in a ring still may. Those of `marked_` lie before
    // the `marks_` of the rings, by worker.
    std::vector<NeighborId> graced_;
    std::vector<NeighborId> marked_;
    std::vector<std::size_t> marks_;
    IdVector<PortId, ResolverPort> ports_;
    TokenRate unreachable_limit_{PacketsPerSecond{100}, 16};
    Instant last_tick_{};
};

}  // namespace weir
