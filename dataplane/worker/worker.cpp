#include "dataplane/worker/worker.hpp"

#include <rte_mempool.h>
#include <rte_pause.h>

#include <chrono>
#include <thread>

namespace weir {

Worker::Worker(Setup setup) : setup_{std::move(setup)} {
    for (const Queue& queue : setup_.queues)
        queues_.push_back({queue, HotQueue{queue.spread, setup_.shards.size()}});
    const std::size_t ports = setup_.owners.size();
    IdVector<PortId, EgressPort*> halves(ports);
    for (const auto& [id, port] : setup_.owned) {
        egress_.push_back(
            {id, port,
             std::make_unique<EgressPort>(SliceQueues::Setup{.port = id,
                                                             .mine = setup_.shard,
                                                             .all = setup_.shards,
                                                             .packets = setup_.pool->size},
                                          *setup_.neighbors, clock_.now(),
                                          HostLink{&(*setup_.pauses)[index(id)], setup_.pool})});
        halves[id] = egress_.back().half.get();
        halves_.push_back({id, halves[id]});
    }
    cut_.slices.reserve(halves_.size() * slice_rows);
    ingress_ = std::make_unique<Ingress>(Pipeline::Setup{.self = setup_.id,
                                                         .neighbors = setup_.neighbors,
                                                         .shard = setup_.shard,
                                                         .control = setup_.control,
                                                         .handoffs = setup_.handoffs,
                                                         .owners = setup_.owners,
                                                         .egress = std::move(halves),
                                                         .chains = setup_.chains,
                                                         .punt_rates = setup_.punt_rates,
                                                         .pauses = setup_.pauses},
                                         Spreader::Setup{.self = setup_.id,
                                                         .shard = setup_.shard,
                                                         .shards = setup_.shards,
                                                         .frames = setup_.handoffs,
                                                         .raw = setup_.raw});
}

Worker::~Worker() = default;

void Worker::run() noexcept {
    setup_.publisher->enter(setup_.id);
    unsigned empty_loops = 0;
    while (!stopping_.load(std::memory_order_relaxed)) {
        const std::uint64_t begin = rte_rdtsc();
        const bool busy = loop(clock_.at(begin));
        setup_.publisher->quiescent(setup_.id);
        answer_cut();
        empty_loops = busy ? 0 : empty_loops + 1;
        if (!busy && !holds()) idle(empty_loops);
        const std::uint64_t spent = rte_rdtsc() - begin;
        setup_.shard->total_cycles.add(spent);
        if (busy) setup_.shard->busy_cycles.add(spent);
        setup_.shard->loops.add();
    }
    drain();
    answer_cut();
    setup_.publisher->leave(setup_.id);
}

bool Worker::loop(Instant now) noexcept {
    const Snapshot& snapshot = setup_.publisher->acquire();
    const bool fresh = snapshot.version != adopted_;
    const std::uint64_t begin = fresh ? rte_rdtsc() : 0;
    if (fresh) [[unlikely]]
        for (Egress& egress : egress_) egress.half->adopt(snapshot, now);
    look_at_links(now);
    for (Egress& egress : egress_) egress.half->tick(now);
    std::size_t moved = receive(snapshot, now);
    moved += ingress_->take_over(snapshot, now);
    for (Egress& egress : egress_) egress.half->look_at_hosts(now);
    moved += transmit(now);
    ask_for_neighbors();
    if (fresh) [[unlikely]] {
        // What adopting costs is this loop: its tables are cold too.
        adopted_ = snapshot.version;
        const std::uint64_t spent = rte_rdtsc() - begin;
        Shard& shard = *setup_.shard;
        shard.adoptions.add();
        if (spent > shard.adoption_cycles_max.read())
            shard.adoption_cycles_max.add(spent - shard.adoption_cycles_max.read());
    }
    return moved != 0;
}

void Worker::look_at_links(Instant now) noexcept {
    for (Egress& egress : egress_) egress.half->set_link(setup_.links->up(egress.id), now);
}

std::size_t Worker::receive(const Snapshot& snapshot, Instant now) noexcept {
    std::size_t moved = 0;
    for (Receiving& queue : queues_)
        moved += ingress_->receive(
            queue.heat, queue.of.id, snapshot, now,
            [&](std::span<Packet*> all) { return queue.of.port->receive(queue.of.queue, all); });
    return moved;
}

void Worker::ask_for_neighbors() noexcept {
    for (Egress& egress : egress_)
        egress.half->ask_for_neighbors([&](const Ipv6Addr& next_hop) {
            return setup_.control->asks.push(NeighborAsk{egress.id, next_hop});
        });
}

std::size_t Worker::transmit(Instant now) noexcept {
    std::size_t moved = 0;
    for (Egress& egress : egress_)
        if (!egress.half->empty())
            moved += egress.half->transmit(
                now, [&](std::span<Packet*> packets) { return egress.port->transmit(packets); });
    return moved;
}

void Worker::idle(unsigned empty_loops) const noexcept {
    // A queue that was busy a moment ago is likely to be so again: sleep only after a while.
    constexpr unsigned patience = 64;
    switch (setup_.config.idle) {
        case Idle::poll:
            return;
        case Idle::pause:
            rte_pause();
            return;
        case Idle::sleep:
            if (empty_loops > patience) std::this_thread::sleep_for(setup_.config.idle_sleep);
            return;
    }
}

// What could leave in the next loop; what waits for a link could not. Hosts that wait are to hear
// so again and again.
bool Worker::holds() const noexcept {
    for (const Egress& egress : egress_)
        if ((!egress.half->empty() || egress.half->speaks_to_hosts()) && egress.half->link_up())
            return true;
    return false;
}

std::size_t Worker::held() const noexcept {
    std::size_t n = 0;
    for (const Egress& egress : egress_) n += egress.half->held();
    return n;
}

void Worker::answer_cut() noexcept {
    const std::uint32_t requested = cut_requested_.load(std::memory_order_acquire);
    if (requested == cut_taken_.load(std::memory_order_relaxed)) return;
    take_cut(cut_, *setup_.shard, halves_, *setup_.pool);
    cut_taken_.store(requested, std::memory_order_release);
}

const Cut* Worker::cut() const noexcept {
    const std::uint32_t requested = cut_requested_.load(std::memory_order_relaxed);
    return cut_taken_.load(std::memory_order_acquire) == requested ? &cut_ : nullptr;
}

// Nothing more is received; what is held goes out, or is counted as Drop::stopped after 100 ms.
void Worker::drain() noexcept {
    const Snapshot& snapshot = setup_.publisher->acquire();
    const Instant deadline = clock_.now() + std::chrono::milliseconds{100};
    std::size_t quiet = 0;
    // A few quiet rounds, because another worker may still be handing over.
    while (quiet < 100 && clock_.now() < deadline) {
        const Instant now = clock_.now();
        look_at_links(now);
        for (Egress& egress : egress_) egress.half->tick(now);
        // Nobody hears hosts any more: what they paused stays so, and is Drop::stopped.
        const std::size_t moved = ingress_->take_over(snapshot, now) + transmit(now);
        quiet = moved == 0 && held() == 0 ? quiet + 1 : 0;
        std::this_thread::sleep_for(std::chrono::microseconds{50});
    }
    for (Egress& egress : egress_) egress.half->discard(Drop::stopped);
}

}  // namespace weir
