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
#include "dataplane/control/publisher.hpp"
#include "dataplane/io/mempool.hpp"
#include "dataplane/io/port.hpp"
#include "dataplane/io/unmapping.hpp"
#include "dataplane/worker/worker.hpp"

namespace weir {

// Where every packet is, at one cut of each thread. Between two cuts packets cross the rings;
// `in_rings` is what the rings held when they were looked at.
struct Audit {
    std::vector<Balance> workers;
    Balance control;
    std::uint64_t in_rings = 0;
    std::uint32_t buffers = 0;         // in the pool
    std::uint32_t buffers_in_use = 0;  // device descriptors included
    std::uint64_t receive_missed = 0;
    bool closes = false;   // each thread's sum, and - at rest - all together
    bool at_rest = false;  // nothing crossed between the cuts
};

// How many packet buffers a Node of this configuration makes.
std::uint32_t packet_buffers(const Config& config);

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
    Audit audit();
    const std::vector<std::unique_ptr<Shard>>& shards() const {
        return shards_;
    }  // control's is last
    const Port& port(PortId id) const { return *ports_[index(id)]; }
    std::size_t port_count() const { return ports_.size(); }
    std::size_t worker_count() const { return workers_.size(); }
    bool link_up(PortId id) const { return control_->link_up(id); }

private:
    void make_ports(const Config& config);
    void make_workers(const Config& config);
    void start_threads(const WorkersConfig& config);
    void stop_threads() noexcept;

    PacketPool pool_;
    NeighborTable neighbors_;
    Publisher publisher_;
    BeforeUnmapping before_unmapping_{[this] { publisher_.wait_for_workers(); }};
    std::vector<std::unique_ptr<Port>> ports_;
    std::vector<std::unique_ptr<Shard>> shards_;
    std::vector<std::unique_ptr<ControlRings>> rings_;
    std::unique_ptr<Handoffs> handoffs_;
    IdVector<PortId, WorkerId> owners_;
    std::unique_ptr<Controller> control_;
    std::vector<std::unique_ptr<Worker>> workers_;
    std::vector<std::thread> threads_;  // control first, then the workers
};

}  // namespace weir
