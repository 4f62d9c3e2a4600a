#pragma once
// The control thread: the only writer of configuration, routes and neighbors. It polls the rings to
// the workers (asleep most of the time), and runs what others submit to it.
#include <atomic>
#include <functional>
#include <future>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "dataplane/control/compile.hpp"
#include "dataplane/control/link_states.hpp"
#include "dataplane/control/publisher.hpp"
#include "dataplane/control/slow_path.hpp"
#include "dataplane/io/port.hpp"

namespace weir {

struct ReloadResult {
    bool adopted = false;
    std::uint64_t version = 0;          // of the snapshot that runs now
    std::vector<std::string> refusals;  // why not: what only a restart can change
    std::vector<std::string> notes;     // accepted, but without effect in this build
};

class Controller {
public:
    struct Setup {
        SlowPath::Setup slow_path;
        Publisher* publisher = nullptr;
        std::vector<Shard*> shards;  // all, to grow their banks
        IdVector<PortId, Port*> ports;
        const LinkStates* links = nullptr;
    };
    Controller(Setup setup, const Config& config);

    // The thread's body, until `stop`.
    void run();
    void stop() { stopping_.store(true, std::memory_order_relaxed); }
    // After the workers have ended: what is held or still in a ring is counted and freed.
    void release_all() { slow_path_.stop(); }

    // Any thread: runs `action` on the control thread and waits for its answer.
    template <class F>
    auto call(F action) -> std::invoke_result_t<F> {
        std::packaged_task<std::invoke_result_t<F>()> task{std::move(action)};
        auto answer = task.get_future();
        {
            const std::lock_guard lock{mutex_};
            tasks_.push_back([&task] { task(); });
        }
        return answer.get();
    }

    // On the control thread (through `call`).
    ReloadResult reload(const Config& next);
    std::vector<NeighborView> neighbors() const;
    Balance balance() const;
    std::vector<std::string> slice_names() const;  // by slot; removed ones too

private:
    void adopt(const Config& config);
    void take_back(const Config& running);
    void run_tasks();
    void look_at_links();

    Setup setup_;
    SlowPath slow_path_;
    std::vector<bool> links_seen_;  // by port; as the resolver begins: all have one
    CounterSlots sid_slots_;
    CounterSlots path_slots_;
    CounterSlots slice_slots_;
    std::uint64_t version_ = 0;
    std::atomic<bool> stopping_{false};
    std::mutex mutex_;  // guards tasks_
    std::vector<std::function<void()>> tasks_;
};

}  // namespace weir
