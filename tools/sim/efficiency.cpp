#include "tools/sim/efficiency.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <tuple>

#include "tools/sim/over_cores.hpp"
#include "tools/sim/world.hpp"

namespace weir::sim {
namespace {

// All rates and volumes are 1/5 of those derived for 25 Gb/s: times stay what they are.
constexpr double scale = 0.2;
// By which the order of work is planned: half the line, so that it bears some congestion.
constexpr BitsPerSecond planned{2'500'000'000};
constexpr std::size_t to_compute = 0, to_edge = 1;  // the job's traffic

constexpr double training = 0.98, inference = 0.97, of_light = 0.995;
// What congestion has to cost tail drop, or there was nothing to stand.
constexpr double hurts = 0.2;

using Key = std::tuple<std::size_t, std::size_t, double, double, double, double>;
Key key_of(const EfficiencyRun& run) {
    return {run.shape, run.mode, run.factor, run.kilometres, run.built_for, run.phase};
}
using Measured = std::map<Key, EfficiencyFigures>;

// A run in each of its phases; without bursts all are the same.
std::vector<EfficiencyRun> phases_of(EfficiencyRun run, unsigned phases) {
    if (!efficiency_modes()[run.mode].congestion) phases = 1;
    std::vector<EfficiencyRun> all;
    for (unsigned i = 0; i < phases; ++i) {
        run.phase = double(i) / phases;
        all.push_back(run);
    }
    return all;
}

EfficiencyFigures mean_of(const Measured& figures, const EfficiencyRun& run, unsigned phases) {
    EfficiencyFigures mean;
    const std::vector<EfficiencyRun> all = phases_of(run, phases);
    for (const EfficiencyRun& one : all) {
        const EfficiencyFigures& it = figures.at(key_of(one));
        mean.step += it.step;
        mean.finished = mean.finished && it.finished;
        mean.dropped += it.dropped;
        mean.again += it.again;
        mean.shut += it.shut;
        mean.hops += it.hops;
        mean.peak = std::max(mean.peak, it.peak);
    }
    mean.step = Nanos{mean.step.count() / static_cast<std::int64_t>(all.size())};
    return mean;
}

// On so many threads.
void measure_all(Measured& figures, unsigned jobs, std::vector<EfficiencyRun> runs) {
    // The long ones first, or the last one runs alone.
    std::ranges::stable_sort(runs, std::ranges::greater{}, &EfficiencyRun::factor);
    over_cores(jobs, runs.size(),
               [&](std::size_t at) { figures.find(key_of(runs[at]))->second = measure(runs[at]); });
}

double rate_of(Nanos near, Nanos far) { return double(near.count()) / double(far.count()); }

double light_of(const EfficiencyRun& run) {
    const Shape shape = shapes()[run.shape];
    Graph graph = graph_of(shape, run.factor, scale);
    fix_order(graph, planned);
    const Nanos end_to_end = 2 * to_a_host;
    return rate_of(step_time(shape, over_light(graph, end_to_end + to_a_host)),
                   step_time(shape, over_light(graph, end_to_end + fibre(run.kilometres))));
}

std::vector<EfficiencyRun> all_rows(const std::string& only) {
    std::vector<EfficiencyRun> rows;
    for (std::size_t shape = 0; shape < shapes().size(); ++shape)
        for (const double kilometres :
             shapes()[shape].inference ? std::vector<double>{200} : std::vector<double>{100, 400})
            for (const double factor : {0.25, 0.5, 1.0, 2.0})
                for (std::size_t mode = 0; mode < efficiency_modes().size(); ++mode) {
                    EfficiencyRun run{shape, mode, factor, kilometres, kilometres};
                    if (name_of(run).find(only) != std::string::npos) rows.push_back(run);
                }
    return rows;
}

}  // namespace

std::vector<EfficiencyMode> efficiency_modes() {
    const auto gated = [](std::string name, HoldBack control) {
        return EfficiencyMode{.name = std::move(name), .lossless = true, .control = control};
    };
    return {gated("precise", HoldBack::precise),
            gated("pause", HoldBack::pause),
            gated("credit", HoldBack::credit),
            {.name = "plain PFC", .lossless = true, .plain_pfc = true},
            {.name = "tail drop, go-back-N"},
            {.name = "the same with DCQCN", .dcqcn = true},
            {.name = "tail drop, selective", .transport = Transport::selective},
            {.name = "its share alone", .lossless = true, .congestion = false, .share = 0.65},
            {.name = "no congestion", .lossless = true, .congestion = false}};
}

void judge(EfficiencyRow& row) {
    const EfficiencyMode mode = efficiency_modes()[row.run.mode];
    row.target = shapes()[row.run.shape].inference ? inference : training;
    if (!mode.lossless && !mode.dcqcn && mode.transport == Transport::go_back_n &&
        row.kept > 1 - hurts)
        row.missed = fmt::format("congestion costs {:.1f} %, not {:g}: it proves nothing",
                                 100 * (1 - row.kept), 100 * hurts);
    if (!mode.congestion || !mode.lossless || mode.plain_pfc || mode.control != HoldBack::precise)
        return;
    const bool all_of_light = row.efficiency >= of_light * row.light;
    if (all_of_light && row.efficiency >= row.target) return;
    const std::string less = row.efficiency < row.target
                                 ? fmt::format("E < {:g} %", 100 * row.target)
                                 : fmt::format("E < {:g} % of E_max", 100 * of_light);
    if (all_of_light && row.light < row.target)
        row.limited = less + fmt::format(": light alone allows {:.2f} %", 100 * row.light);
    else if (row.efficiency >= of_light * row.alone &&
             (row.efficiency >= row.target || row.alone < row.target))
        row.limited =
            less + fmt::format(": its share of the line alone allows {:.2f} %", 100 * row.alone);
    else
        row.missed = less;
}

std::string name_of(const EfficiencyRun& run) {
    return fmt::format("{}, {:g} km, x{:g}, {}", shapes()[run.shape].name, run.kilometres,
                       run.factor, efficiency_modes()[run.mode].name);
}

// Given up after twice what light would need, once all is warm.
EfficiencyFigures measure(const EfficiencyRun& run) {
    const Shape shape = shapes()[run.shape];
    Graph graph = graph_of(shape, run.factor, scale);
    fix_order(graph, planned);
    World world{congested(run)};
    std::array<Flow*, 2> flows{&world.flow(to_compute), &world.flow(to_edge)};
    Job job{world.engine(), graph, flows};
    const Instant begin = Instant{Nanos{5'000'000}} + 6 * fibre(run.kilometres);
    world.run_until(begin);
    job.start(begin);
    const Nanos light = over_light(graph, fibre(run.kilometres) + 2 * to_a_host).back() - Instant{};
    const Instant end = begin + 2 * light;
    while (!job.finished() && world.engine().now() < end)
        world.run_until(world.engine().now() + Nanos{1'000'000});
    EfficiencyFigures it;
    it.finished = job.finished();
    if (it.finished) {
        it.step = step_time(shape, job.marks());
    } else {
        const Nanos ideal = step_time(shape, over_light(graph, to_a_host));
        it.step = Nanos{
            static_cast<std::int64_t>(double(ideal.count()) * double((end - begin).count()) /
                                      double(light.count()) / std::max(job.done_share(), 1e-3))};
    }
    const Result result = world.result();
    it.dropped = world.dropped(0);
    for (const std::size_t way : {to_compute, to_edge}) it.again += result.traffic[way].again;
    it.shut = result.shut;
    it.hops = result.hops;
    it.peak = result.peak();
    return it;
}

std::vector<EfficiencyRow> efficiency(const std::string& only, unsigned jobs, unsigned phases) {
    const std::vector<EfficiencyRun> wanted = all_rows(only);
    const std::size_t free = efficiency_modes().size() - 1;  // without congestion
    const std::size_t share = free - 1;
    Measured figures;
    std::vector<EfficiencyRun> runs;
    for (const EfficiencyRun& run : wanted)
        for (const std::size_t mode : {run.mode, share, free})
            for (const double kilometres : {0.0, run.kilometres})
                for (const EfficiencyRun& one :
                     phases_of({run.shape, mode, run.factor, kilometres, run.kilometres}, phases))
                    if (figures.try_emplace(key_of(one)).second) runs.push_back(one);
    measure_all(figures, jobs, std::move(runs));
    std::vector<EfficiencyRow> rows;
    for (const EfficiencyRun& run : wanted) {
        EfficiencyRow& row = rows.emplace_back();
        const auto of = [&](std::size_t mode, double kilometres) {
            return mean_of(figures, {run.shape, mode, run.factor, kilometres, run.kilometres},
                           phases);
        };
        row.run = run;
        row.near = of(run.mode, 0);
        row.far = of(run.mode, run.kilometres);
        row.efficiency = rate_of(row.near.step, row.far.step);
        row.light = light_of(run);
        row.alone = rate_of(of(share, 0).step, of(share, run.kilometres).step);
        row.kept = rate_of(of(free, run.kilometres).step, row.far.step);
        judge(row);
    }
    return rows;
}

}  // namespace weir::sim
