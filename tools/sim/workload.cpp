#include "tools/sim/workload.hpp"

namespace weir::sim {

Job::Job(Engine& engine, const Graph& graph, std::vector<Nanos> delays,
         std::optional<BitsPerSecond> rate)
    : engine_{engine}, graph_{graph}, delays_{std::move(delays)}, rate_{rate} {
    prepare();
}

Job::Job(Engine& engine, const Graph& graph, std::span<Flow* const> flows)
    : engine_{engine}, graph_{graph}, flows_{flows.begin(), flows.end()} {
    prepare();
    for (Flow* flow : flows_) flow->tell(this);
}

void Job::prepare() {
    left_ = graph_.tasks.size();
    missing_.resize(left_);
    followers_.resize(left_);
    marked_.resize(left_);
    processors_.resize(graph_.processors);
    begun_.resize(graph_.processors);
    for (const TaskId task : graph_.marks) marked_[task] = true;
    for (TaskId task = 0; task < left_; ++task)
        for (const TaskId before : graph_.tasks[task].after) {
            followers_[before].push_back(task);
            ++missing_[task];
        }
}

void Job::start(Instant now) {
    // Those that wait for nothing now; what these set free follows by itself.
    for (TaskId task = 0; task < missing_.size(); ++task)
        if (graph_.tasks[task].after.empty()) ready(now, task);
}

void Job::ready(Instant now, TaskId task) {
    const Graph::Task& it = graph_.tasks[task];
    if (!it.transfer) {
        processors_[it.on].ready.insert(task);
        begin(now, it.on);
    } else if (flows_.empty()) {
        const Nanos sending = rate_ ? it.bytes / *rate_ : Nanos{0};
        engine_.wake_at(now + delays_[it.on] + sending, *this, task);
    } else {
        flows_[it.on]->send(now, it.bytes, task);
    }
}

void Job::begin(Instant now, std::uint32_t number) {
    Processor& processor = processors_[number];
    if (processor.working || processor.ready.empty()) return;
    auto it = processor.ready.begin();
    if (!graph_.order.empty()) it = processor.ready.find(graph_.order[number][processor.next]);
    if (it == processor.ready.end()) return;
    const TaskId task = *it;
    processor.ready.erase(it);
    processor.working = true;
    ++processor.next;
    begun_[number].push_back(task);
    processor.busy += graph_.tasks[task].time;
    engine_.wake_at(now + graph_.tasks[task].time, *this, task);
}

void Job::wake(Instant now, std::uint64_t what) {
    const auto task = static_cast<TaskId>(what);
    const Graph::Task& it = graph_.tasks[task];
    if (!it.transfer) processors_[it.on].working = false;
    done(now, task);
    if (!it.transfer) begin(now, it.on);
}

void Job::delivered(Instant now, FlowId /*flow*/, std::uint64_t tag) {
    done(now, static_cast<TaskId>(tag));
}

void Job::done(Instant now, TaskId task) {
    --left_;
    if (marked_[task]) marks_.push_back(now);
    for (const TaskId next : followers_[task])
        if (--missing_[next] == 0) ready(now, next);
}

void fix_order(Graph& graph, BitsPerSecond rate) {
    Engine engine;
    Job job{engine, graph, std::vector<Nanos>(graph.ways), rate};
    job.start(engine.now());
    engine.run_until(Instant{Nanos{3'600'000'000'000}});
    graph.order = job.begun();
}

std::vector<Instant> over_light(const Graph& graph, Nanos way) {
    Engine engine;
    Job job{engine, graph, std::vector<Nanos>(graph.ways, way)};
    job.start(engine.now());
    engine.run_until(Instant{Nanos{3'600'000'000'000}});
    return job.marks();
}

}  // namespace weir::sim
