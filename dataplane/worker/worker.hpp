#pragma once
// One poll-mode thread: its receive queues, the egress halves it owns, its end of every ring, its
// counters. The thread touches nothing of another worker but through rings.
#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "dataplane/config/config.hpp"
#include "dataplane/control/link_states.hpp"
#include "dataplane/control/publisher.hpp"
#include "dataplane/io/port.hpp"
#include "dataplane/worker/clock.hpp"
#include "dataplane/worker/cut.hpp"
#include "dataplane/worker/ingress.hpp"

namespace weir {

class Worker {
public:
    struct Queue {
        Port* port;
        PortId id;
        std::uint16_t queue;
        SpreadMode spread = SpreadMode::automatic;
    };
    struct Setup {
        WorkerId id{};
        WorkersConfig config;
        Publisher* publisher = nullptr;
        const NeighborTable* neighbors = nullptr;
        Shard* shard = nullptr;
        std::vector<const Shard*> shards;  // of all workers
        ControlRings* control = nullptr;
        const Handoffs* handoffs = nullptr;  // of frames that are ready for their port
        const Handoffs* raw = nullptr;       // of packets as they came
        std::vector<Queue> queues;
        std::vector<std::pair<PortId, Port*>> owned;  // egress halves
        IdVector<PortId, WorkerId> owners;
        const LinkStates* links = nullptr;
        std::vector<bool> chains;  // by port: the device takes multi-segment packets
        std::vector<PacketsPerSecond> punt_rates;
        rte_mempool* pool = nullptr;                // no port can ever hold more than it has
        std::vector<PauseTimes>* pauses = nullptr;  // by port, shared by all workers
    };
    explicit Worker(Setup setup);
    ~Worker();
    Worker(const Worker&) = delete;
    Worker& operator=(const Worker&) = delete;

    // The thread's body: loops until `stop` is called and what it holds is sent (or 100 ms have
    // passed).
    void run() noexcept;
    void stop() noexcept { stopping_.store(true, std::memory_order_relaxed); }

    // One other thread at a time: asks for a cut at the end of a loop; `cut` answers once it was
    // taken (null before), and what it answers stays until the next is asked for.
    void request_cut() noexcept { cut_requested_.fetch_add(1, std::memory_order_release); }
    const Cut* cut() const noexcept;

    const Shard& shard() const { return *setup_.shard; }

private:
    struct Egress {
        PortId id;
        Port* port;
        std::unique_ptr<EgressPort> half;
    };
    struct Receiving {
        Queue of;
        HotQueue heat;
    };
    bool loop(Instant now) noexcept;
    void look_at_links(Instant now) noexcept;
    void ask_for_neighbors() noexcept;
    std::size_t receive(const Snapshot& snapshot, Instant now) noexcept;
    std::size_t transmit(Instant now) noexcept;
    bool holds() const noexcept;
    void idle(unsigned empty_loops) const noexcept;
    void answer_cut() noexcept;
    std::size_t held() const noexcept;
    void drain() noexcept;

    Setup setup_;
    TscClock clock_;
    std::vector<Egress> egress_;
    std::vector<OwnedPort> halves_;  // the same, for the cut
    std::unique_ptr<Ingress> ingress_;
    std::vector<Receiving> queues_;
    std::uint64_t adopted_ = 0;                    // version of the snapshot of the last loop
    std::atomic<bool> stopping_{false};            // written by control, read by the worker
    std::atomic<std::uint32_t> cut_requested_{0};  // written by API threads
    std::atomic<std::uint32_t> cut_taken_{0};      // written by the worker, after cut_
    Cut cut_;                                      // valid once cut_taken_ == cut_requested_
};

}  // namespace weir
