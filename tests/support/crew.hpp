#pragma once
// Several workers without devices and without threads: who calls loop() is a worker for so long.
// Ports belong to them in turn; the first one polls the only receive queue, or each its own.
#include <memory>
#include <vector>

#include "dataplane/worker/ingress.hpp"
#include "tests/support/world.hpp"

namespace weir::test {

class Crew {
public:
    Crew(const Config& config, std::size_t workers, SpreadMode mode, std::uint32_t buffers = 8192);
    ~Crew();

    // One loop of a worker, as Worker::loop. `rx(span)` fills it from the front with what came in
    // on `in`; `tx(span)` takes from the front what leaves. Packets moved.
    template <class Receive, class Transmit>
    std::size_t loop(std::size_t worker, PortId in, Instant now, Receive&& rx, Transmit&& tx) {
        Member& me = *members_[worker];
        for (EgressPort* port : me.owned) port->tick(now);
        std::size_t moved = 0;
        if (worker == 0 || each_polls)
            moved += me.ingress->receive(me.heat, in, snapshot(), now, rx);
        moved += me.ingress->take_over(snapshot(), now);
        for (EgressPort* port : me.owned) port->look_at_hosts(now);
        for (EgressPort* port : me.owned)
            if (!port->empty()) moved += port->transmit(now, tx);
        me.shard->loops.add();
        return moved;
    }

    const Snapshot& snapshot() const { return *world_.snapshot; }
    rte_mempool& pool() { return *world_.pool; }
    std::size_t workers() const { return members_.size(); }
    Shard& shard(std::size_t worker) { return *members_[worker]->shard; }
    bool spreads() const { return members_[0]->heat.spreads(); }
    // Packets for which this worker did what a SID or a policy says.
    std::uint64_t processed(std::size_t worker) const;
    std::size_t in_rings() const;

    bool each_polls = false;

private:
    struct Member {
        Member(std::unique_ptr<Shard> counters, HotQueue queue)
            : shard{std::move(counters)}, heat{std::move(queue)} {}
        std::unique_ptr<Shard> shard;
        ControlRings control;
        std::vector<std::unique_ptr<EgressPort>> egress;  // by port; null where another's
        std::vector<EgressPort*> owned;
        std::unique_ptr<Ingress> ingress;
        HotQueue heat;
    };
    void make(Member& member, WorkerId id, const Config& config, std::uint32_t buffers);

    World world_;
    Handoffs frames_, raw_;
    std::vector<std::unique_ptr<Member>> members_;
};

}  // namespace weir::test
