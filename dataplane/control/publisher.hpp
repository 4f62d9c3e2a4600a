#pragma once
// The one pointer between control and workers (RCU, rte_rcu_qsbr): control publishes a new
// Snapshot, each worker picks it up at its next loop, and the old one is freed once every worker
// has passed a quiescent state. Nobody waits for anybody.
#include <rte_rcu_qsbr.h>

#include <atomic>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>

#include "dataplane/base/ids.hpp"
#include "dataplane/control/snapshot.hpp"

namespace weir {

class Publisher {
public:
    explicit Publisher(unsigned workers);

    // Worker threads. A worker is registered from `enter` to `leave`; in between it calls
    // `quiescent` between loops, when it holds nothing it got from `acquire`.
    void enter(WorkerId worker) noexcept;
    void leave(WorkerId worker) noexcept;
    const Snapshot& acquire() const noexcept { return *current_.load(std::memory_order_acquire); }
    void quiescent(WorkerId worker) noexcept {
        rte_rcu_qsbr_quiescent(qsbr_.get(), static_cast<unsigned>(index(worker)));
    }

    // Control thread. The first snapshot is published before any worker enters.
    void publish(std::shared_ptr<const Snapshot> snapshot);
    // Runs `action` in `reclaim` once every worker has passed a quiescent state from now on.
    void after_grace(std::function<void()> action);
    // Frees what no worker can see any more; call it now and then. True when nothing is left to
    // free.
    bool reclaim();

    // Any thread but a worker's: returns when every worker has passed a quiescent state.
    void wait_for_workers() const noexcept {
        rte_rcu_qsbr_synchronize(qsbr_.get(), RTE_QSBR_THRID_INVALID);
    }
    // Any thread but a worker's: keeps the snapshot alive for as long as the pointer is held.
    std::shared_ptr<const Snapshot> current() const;

private:
    struct FreeQsbr {
        void operator()(rte_rcu_qsbr* v) const;
    };
    struct Retired {
        std::uint64_t token;
        std::function<void()> action;
    };
    std::unique_ptr<rte_rcu_qsbr, FreeQsbr> qsbr_;
    std::atomic<const Snapshot*> current_{nullptr};  // written by control, read by workers
    mutable std::mutex owner_mutex_;  // guards owner_, between control and API threads
    std::shared_ptr<const Snapshot> owner_;
    std::deque<Retired> retired_;  // control only
};

}  // namespace weir
