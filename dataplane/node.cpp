#include "dataplane/node.hpp"

#include <pthread.h>
#include <sched.h>

#include <algorithm>
#include <chrono>
#include <random>

#include "dataplane/config/packet_plan.hpp"
#include "dataplane/io/registered_thread.hpp"

namespace weir {
namespace {

constexpr std::uint32_t neighbor_slots = 65'536;

// So that nobody outside can choose addresses that all meet in one place of the table.
std::uint64_t random_seed() {
    std::random_device device;
    return std::uint64_t{device()} << 32U | device();
}

void pin_to(unsigned core, const char* name) {
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(core, &set);
    // A core that went away since the configuration was checked costs speed, not packets.
    pthread_setaffinity_np(pthread_self(), sizeof set, &set);
    pthread_setname_np(pthread_self(), name);
}

// A pool counts in 32 bits; what is larger is refused by its memory.
std::uint32_t pool_size(const Config& config) {
    return static_cast<std::uint32_t>(
        std::min<std::uint64_t>(plan_packets(config).pool, UINT32_MAX));
}

}  // namespace

Node::Node(const Config& config)
    : pool_{make_packet_pool("weir-" + config.node.name, pool_size(config),
                             packet_data_room_needed(config))},
      neighbors_{neighbor_slots, random_seed()},
      publisher_{static_cast<unsigned>(config.workers.cores.size())} {
    make_ports(config);
    make_workers(config);
    start_threads(config.workers);
}

Node::~Node() { stop_threads(); }

void Node::make_ports(const Config& config) {
    const auto workers = static_cast<unsigned>(config.workers.cores.size());
    for (const PortConfig& port : config.ports) {
        ports_.push_back(std::make_unique<Port>(port, config.node, workers, *pool_));
        // Egress halves are dealt out in turn: each port has one owner.
        owners_.push_back(static_cast<WorkerId>(owners_.size() % workers));
    }
    buffers_in_devices_ = rte_mempool_in_use_count(pool_.get());
}

void Node::make_workers(const Config& config) {
    const std::size_t workers = config.workers.cores.size();
    handoffs_ = std::make_unique<Handoffs>(workers);
    raw_ = std::make_unique<Handoffs>(workers);
    for (std::size_t i = 0; i <= workers; ++i)
        shards_.push_back(std::make_unique<Shard>(ports_.size()));
    Controller::Setup control{.slow_path = {.neighbors = &neighbors_,
                                            .publisher = &publisher_,
                                            .shard = shards_.back().get(),
                                            .pool = pool_.get(),
                                            .rings = {},
                                            .owners = owners_},
                              .publisher = &publisher_,
                              .shards = {},
                              .ports = {},
                              .links = nullptr};
    for (std::size_t i = 0; i < workers; ++i) {
        rings_.push_back(std::make_unique<ControlRings>());
        control.slow_path.rings.push_back(rings_.back().get());
    }
    for (auto& shard : shards_) control.shards.push_back(shard.get());
    for (auto& port : ports_) control.ports.push_back(port.get());
    links_ = std::make_unique<LinkStates>(ports_.size());
    pauses_ = std::vector<PauseTimes>(ports_.size());
    link_watch_ = std::make_unique<LinkWatch>(control.ports, *links_);
    control.links = links_.get();
    control_ = std::make_unique<Controller>(std::move(control), config);

    for (std::size_t i = 0; i < workers; ++i) {
        Worker::Setup setup{.id = static_cast<WorkerId>(i),
                            .config = config.workers,
                            .publisher = &publisher_,
                            .neighbors = &neighbors_,
                            .shard = shards_[i].get(),
                            .shards = {},
                            .control = rings_[i].get(),
                            .handoffs = handoffs_.get(),
                            .raw = raw_.get(),
                            .queues = {},
                            .owned = {},
                            .owners = owners_,
                            .links = links_.get(),
                            .chains = {},
                            .punt_rates = {},
                            .pool = pool_.get(),
                            .pauses = &pauses_};
        for (std::size_t w = 0; w < workers; ++w) setup.shards.push_back(shards_[w].get());
        for (std::size_t p = 0; p < ports_.size(); ++p) {
            const auto id = static_cast<PortId>(p);
            setup.punt_rates.push_back(config.ports[id].punt_rate);
            setup.chains.push_back(ports_[p]->chains());
            if (index(owners_[id]) == i) setup.owned.emplace_back(id, ports_[p].get());
            // Queue q of port p: a port with fewer queues than workers does not always meet the
            // first ones.
            for (std::uint16_t q = 0; q < ports_[p]->receive_queues(); ++q)
                if ((q + p) % workers == i)
                    setup.queues.push_back({ports_[p].get(), id, q, config.ports[id].spread});
        }
        workers_.push_back(std::make_unique<Worker>(std::move(setup)));
    }
}

void Node::start_threads(const WorkersConfig& config) {
    link_thread_ = std::thread{[this] {
        const RegisteredThread registered;
        pthread_setname_np(pthread_self(), "weir-links");
        link_watch_->run();
    }};
    threads_.emplace_back([this] {
        const RegisteredThread registered;
        pthread_setname_np(pthread_self(), "weir-control");
        control_->run();
    });
    for (std::size_t i = 0; i < workers_.size(); ++i) {
        threads_.emplace_back([this, i, core = config.cores[i]] {
            pin_to(core, ("weir-worker-" + std::to_string(i)).c_str());
            const RegisteredThread registered;
            workers_[i]->run();
        });
    }
}

// Workers first: they empty what they hold, with control still there to take what they punt.
void Node::stop_threads() noexcept {
    for (auto& worker : workers_) worker->stop();
    for (std::size_t i = 1; i < threads_.size(); ++i) threads_[i].join();
    if (control_) control_->stop();
    if (!threads_.empty()) threads_.front().join();
    if (control_) control_->release_all();
    if (link_watch_) link_watch_->stop();
    if (link_thread_.joinable()) link_thread_.join();
    publisher_.reclaim();
}

ReloadResult Node::reload(const Config& next) {
    return control_->call([&] { return control_->reload(next); });
}

std::vector<NeighborView> Node::neighbors() {
    return control_->call([&] { return control_->neighbors(); });
}

}  // namespace weir
