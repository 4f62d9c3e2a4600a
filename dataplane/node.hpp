#pragma once
// One forwarder: ports, workers, control and counters wired together. A process holds one; tests
// and the lab hold several. Needs an Eal that outlives it. Construction starts everything or throws
// Error; destruction sends what is held, stops the threads and gives every device and buffer back.
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "dataplane/config/config.hpp"
#include "dataplane/control/controller.hpp"
#include "dataplane/control/link_watch.hpp"
#include "dataplane/control/publisher.hpp"
#include "dataplane/io/mempool.hpp"
#include "dataplane/io/port.hpp"
#include "dataplane/io/unmapping.hpp"
#include "dataplane/worker/audit.hpp"
#include "dataplane/worker/worker.hpp"

namespace weir {

class Node {
public:
    explicit Node(const Config& config);
    ~Node();
    Node(const Node&) = delete;
    Node& operator=(const Node&) = delete;

    // Any thread.
    ReloadResult reload(const Config& next);
    std::shared_ptr<const Snapshot> snapshot() const { return publisher_.current(); }
    std::vector<NeighborView> neighbors();
    Audit audit();  // one caller at a time
    const std::vector<std::unique_ptr<Shard>>& shards() const {
        return shards_;
    }  // control's is last
    const Port& port(PortId id) const { return *ports_[index(id)]; }
    std::size_t port_count() const { return ports_.size(); }
    std::size_t worker_count() const { return workers_.size(); }
    bool link_up(PortId id) const { return links_->up(id); }

private:
    // See node_audit.cpp.
    Audit look();
    void count_buffers(Audit& audit, std::uint64_t in_use, std::uint64_t moving) const;
    void name_slices(Audit& audit, const std::vector<const Cut*>& cuts,
                     const std::vector<std::string>& names) const;
    void make_ports(const Config& config);
    void make_workers(const Config& config);
    void start_threads(const WorkersConfig& config);
    void stop_threads() noexcept;

    PacketPool pool_;
    std::uint64_t buffers_in_devices_ = 0;  // when nothing had been received yet
    NeighborTable neighbors_;
    Publisher publisher_;
    BeforeUnmapping before_unmapping_{[this] { publisher_.wait_for_workers(); }};
    std::vector<std::unique_ptr<Port>> ports_;
    std::vector<std::unique_ptr<Shard>> shards_;
    std::vector<std::unique_ptr<ControlRings>> rings_;
    std::unique_ptr<Handoffs> handoffs_;  // of frames
    std::unique_ptr<Handoffs> raw_;       // of packets as they came
    IdVector<PortId, WorkerId> owners_;
    std::unique_ptr<LinkStates> links_;
    std::vector<PauseTimes> pauses_;  // by port
    std::unique_ptr<LinkWatch> link_watch_;
    std::unique_ptr<Controller> control_;
    std::vector<std::unique_ptr<Worker>> workers_;
    std::vector<std::thread> threads_;  // control first, then the workers
    std::thread link_thread_;
};

}  // namespace weir
