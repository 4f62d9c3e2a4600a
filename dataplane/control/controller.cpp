#include "dataplane/control/controller.hpp"

#include <rte_mempool.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <chrono>
#include <thread>

#include "dataplane/base/error.hpp"
#include "dataplane/config/own_sources.hpp"
#include "dataplane/config/parse.hpp"

namespace weir {
namespace {

// Workers and control share few cores: while there is nothing to do, each nap is twice the last.
constexpr auto shortest_nap = std::chrono::microseconds{50};
constexpr auto longest_nap = std::chrono::microseconds{800};
constexpr auto tick_every = std::chrono::milliseconds{10};

Instant steady_now() {
    return Instant{
        std::chrono::duration_cast<Nanos>(std::chrono::steady_clock::now().time_since_epoch())};
}

// What of the traffic on a port is weir's: its addresses, and every prefix it encapsulates, routes
// or owns.
Port::Targets targets_of(const Config& config, PortId id) {
    const PortConfig& port = config.ports[id];
    Port::Targets targets;
    for (const auto& own : port.address4) targets.ipv4.push_back({own.address, 32});
    for (const auto& own : port.address6) targets.ipv6.push_back({own.address, 128});
    const auto add = [&](const std::variant<Ipv4Prefix, Ipv6Prefix>& to) {
        if (const auto* v4 = std::get_if<Ipv4Prefix>(&to)) targets.ipv4.push_back(*v4);
        if (const auto* v6 = std::get_if<Ipv6Prefix>(&to)) targets.ipv6.push_back(*v6);
    };
    for (const SteerConfig& rule : config.steer)
        if (rule.port ? *rule.port == id : port.role != Role::wan) add(rule.to);
    for (const RouteConfig& route : config.routes)
        if (route.table == port.table) add(route.to);
    for (const PortConfig& other : config.ports) {
        if (&other == &port || other.table != port.table) continue;
        targets.ipv4.insert(targets.ipv4.end(), other.address4.begin(), other.address4.end());
        targets.ipv6.insert(targets.ipv6.end(), other.address6.begin(), other.address6.end());
    }
    if (port.role == Role::wan) {
        targets.ipv6.push_back(config.node.locator);
        for (const Ipv6Prefix& source : own_sources(config)) targets.ipv6.push_back(source);
    }
    return targets;
}

}  // namespace

Controller::Controller(Setup setup, const Config& config)
    : setup_{std::move(setup)},
      slow_path_{setup_.slow_path},
      links_seen_(setup_.ports.size(), true) {
    look_at_links();
    adopt(config);
}

void Controller::run() {
    auto next_tick = std::chrono::steady_clock::now();
    auto nap = shortest_nap;
    while (!stopping_.load(std::memory_order_relaxed)) {
        run_tasks();
        const std::size_t moved = slow_path_.poll(setup_.publisher->acquire(), steady_now());
        const auto now = std::chrono::steady_clock::now();
        if (now >= next_tick) {
            next_tick = now + tick_every;
            slow_path_.tick(steady_now());
            setup_.publisher->reclaim();
        }
        look_at_links();
        if (moved != 0) {
            nap = shortest_nap;
            continue;
        }
        std::this_thread::sleep_for(nap);
        nap = std::min(2 * nap, longest_nap);
    }
    run_tasks();
}

void Controller::run_tasks() {
    std::vector<std::function<void()>> tasks;
    {
        const std::lock_guard lock{mutex_};
        tasks.swap(tasks_);
    }
    for (auto& task : tasks) task();
}

void Controller::look_at_links() {
    for (std::size_t i = 0; i < links_seen_.size(); ++i) {
        const auto port = static_cast<PortId>(i);
        const bool up = setup_.links->up(port);
        if (up == links_seen_[i]) continue;
        links_seen_[i] = up;
        slow_path_.set_link(port, up, steady_now());
    }
}

ReloadResult Controller::reload(const Config& next) {
    ReloadResult result;
    result.refusals =
        needs_restart(*setup_.publisher->current()->config, next, setup_.slow_path.pool->size);
    if (result.refusals.empty()) {
        try {
            adopt(next);
        } catch (...) {
            take_back(*setup_.publisher->current()->config);
            throw;
        }
        result.adopted = true;
        result.notes = next.notes;
    }
    result.version = version_;
    return result;
}

// In this order, so that nothing that works before and after is ever without an answer: MACs are
// asked for, counters exist, frames are let in, and then the workers see the new tables.
void Controller::adopt(const Config& config) {
    CompileInput input;
    input.config = std::make_shared<const Config>(config);
    input.version = version_ + 1;
    for (Port* port : setup_.ports) {
        input.macs.push_back(port->mac());
        input.speeds.push_back(port->speed());
    }
    for (const SliceConfig& slice : config.slices) slice_slots_.slot(slice.name);
    if (slice_slots_.size() > max_slices)
        throw Error{ExitCode::configuration,
                    "more than 256 different slices were configured over the life of this process: "
                    "restart weir"};
    input.slices = &slice_slots_;
    input.pool = setup_.slow_path.pool->size;
    input.gateways = slow_path_.configure(config, input.macs, steady_now());
    auto snapshot = compile_snapshot(input, sid_slots_, path_slots_);
    for (Shard* shard : setup_.shards) {
        const bool grown =
            shard->sids.grow(sid_slots_.size()) && shard->paths.grow(path_slots_.size());
        if (!grown)
            throw Error{
                ExitCode::configuration,
                "more SIDs or policy paths than this process can count were configured over "
                "its life: restart weir"};
    }
    for (std::size_t i = 0; i < setup_.ports.size(); ++i) {
        const auto id = static_cast<PortId>(i);
        setup_.ports[id]->set_targets(targets_of(config, id));
    }
    ++version_;
    setup_.publisher->publish(std::move(snapshot));
}

// What runs was not replaced, but its gateways are about to be forgotten (at the next tick), and
// workers would send to whoever gets their slots.
void Controller::take_back(const Config& running) {
    IdVector<PortId, MacAddr> macs;
    for (Port* port : setup_.ports) macs.push_back(port->mac());
    slow_path_.configure(running, macs, steady_now());
    for (std::size_t i = 0; i < setup_.ports.size(); ++i) {
        const auto id = static_cast<PortId>(i);
        try {
            setup_.ports[id]->set_targets(targets_of(running, id));
        } catch (const Error& error) {
            spdlog::error("{}", error.what());  // the others are still put back
        }
    }
}

std::vector<NeighborView> Controller::neighbors() const {
    return slow_path_.neighbors(steady_now());
}

std::vector<std::string> Controller::slice_names() const { return slice_slots_.names(); }

Balance Controller::balance() const {
    Balance sum = balance_of(*setup_.slow_path.shard);
    sum.held = slow_path_.held();
    sum.held_buffers = slow_path_.held_buffers();
    return sum;
}

}  // namespace weir
