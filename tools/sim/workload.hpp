#pragma once
// What computers apart do for each other, as a graph: work on a processor and transfers between
// hosts, each after what it depends on. Run over the flows of a world, or over light alone: lines
// of infinite rate, which bound what any network can do for the same graph.
#include <cstdint>
#include <optional>
#include <set>
#include <span>
#include <vector>

#include "tools/sim/engine.hpp"
#include "tools/sim/flow.hpp"

namespace weir::sim {

using TaskId = std::uint32_t;  // by their order in the graph

struct Graph {
    struct Task {
        bool transfer = false;
        std::uint32_t on = 0;  // processor, or way of the transfer
        Nanos time{0};         // of work
        Bytes bytes{0};        // of a transfer
        std::vector<TaskId> after;
    };
    std::uint32_t processors = 0, ways = 0;
    std::vector<Task> tasks;
    std::vector<TaskId> marks;  // tasks whose end is worth a time: steps
    // By processor: in which order it does its tasks; empty: of those ready the one named first.
    std::vector<std::vector<TaskId>> order;

    // `after` names earlier tasks.
    TaskId work(std::uint32_t processor, Nanos time, std::vector<TaskId> after) {
        processors = std::max(processors, processor + 1);
        tasks.push_back({false, processor, time, Bytes{0}, std::move(after)});
        return static_cast<TaskId>(tasks.size() - 1);
    }
    TaskId transfer(std::uint32_t way, Bytes bytes, std::vector<TaskId> after) {
        ways = std::max(ways, way + 1);
        tasks.push_back({true, way, Nanos{0}, bytes, std::move(after)});
        return static_cast<TaskId>(tasks.size() - 1);
    }
};

// A graph in motion. A processor does one task at a time. Of those that are ready the one named
// first in the graph, so work on an earlier micro-batch is finished before a later one is begun; or
// in the graph's order, whatever is ready.
class Job final : public Actor, public Application {
public:
    // Transfers take `delays`, by way, and their time at `rate`, if there is one; no one waits for
    // another.
    Job(Engine& engine, const Graph& graph, std::vector<Nanos> delays,
        std::optional<BitsPerSecond> rate = {});
    // Transfers are messages on `flows`, by way; they outlive it and nobody else posts on them.
    Job(Engine& engine, const Graph& graph, std::span<Flow* const> flows);
    Job(const Job&) = delete;
    Job& operator=(const Job&) = delete;

    void start(Instant now);
    bool finished() const { return left_ == 0; }
    double done_share() const { return 1 - double(left_) / double(graph_.tasks.size()); }
    // By processor, in the order begun.
    const std::vector<std::vector<TaskId>>& begun() const { return begun_; }
    // When the marks ended, as far as they have.
    const std::vector<Instant>& marks() const { return marks_; }
    // How long a processor has worked.
    Nanos busy(std::uint32_t processor) const { return processors_[processor].busy; }

    void wake(Instant now, std::uint64_t what) override;
    void delivered(Instant now, FlowId flow, std::uint64_t tag) override;

private:
    struct Processor {
        std::set<TaskId> ready;
        bool working = false;
        std::size_t next = 0;  // in the order
        Nanos busy{0};
    };
    void prepare();
    void ready(Instant now, TaskId task);
    void done(Instant now, TaskId task);
    void begin(Instant now, std::uint32_t number);

    Engine& engine_;
    const Graph& graph_;
    std::vector<Nanos> delays_;
    std::optional<BitsPerSecond> rate_;
    std::vector<Flow*> flows_;
    std::vector<std::uint32_t> missing_;          // by task: how many it waits for
    std::vector<std::vector<TaskId>> followers_;  // by task
    std::vector<Processor> processors_;
    std::vector<std::vector<TaskId>> begun_;
    std::vector<bool> marked_;
    std::vector<Instant> marks_;
    std::size_t left_ = 0;
};

// Fixes the order to that in which work begins where each transfer takes its time at `rate`.
// Pipelines are scheduled ahead (1F1B); and a later arrival can then never make a job end sooner.
void fix_order(Graph& graph, BitsPerSecond rate);

// The ends of the marks over light alone, one way delayed by `way`.
std::vector<Instant> over_light(const Graph& graph, Nanos way);

}  // namespace weir::sim
