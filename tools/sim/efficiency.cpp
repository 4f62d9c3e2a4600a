#include "tools/sim/efficiency.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <map>
#include <thread>
#include <tuple>

#include "tools/sim/world.hpp"

namespace weir::sim {
namespace {

// All rates and volumes are 1/5 of those derived for 25 Gb/s: times stay what they are.
constexpr double scale = 0.2;
constexpr BitsPerSecond line_rate{5'000'000'000};
// By which the order of work is planned: half the line, so that it bears some congestion.
constexpr BitsPerSecond planned{2'500'000'000};
constexpr Nanos to_a_host{500};
constexpr Bytes packet{4'096 + 78};                 // a RoCEv2 payload of 4,096 bytes
constexpr std::size_t to_compute = 0, to_edge = 1;  // the job's traffic

std::size_t add_host(Scenario& it, std::string name, std::size_t router, BitsPerSecond rate) {
    it.nodes.push_back({std::move(name), true});
    LineSetup line;
    line.a = it.nodes.size() - 1;
    line.b = router;
    line.rate = rate;
    line.propagation = to_a_host;
    it.lines.push_back(line);
    return it.nodes.size() - 1;
}

std::uint64_t window_of(double kilometres) {
    const double round_trip = 2 * double((fibre(kilometres) + 2 * to_a_host).count()) / 1e9;
    return static_cast<std::uint64_t>(1.25 * double(line_rate.count()) / 8 * round_trip / 4'198) +
           64;
}

TrafficSetup traffic_of(const EfficiencyMode& mode, double kilometres, std::size_t from,
                        std::size_t to) {
    TrafficSetup traffic;
    traffic.from = from;
    traffic.to = to;
    traffic.packet = packet;
    traffic.transport = mode.transport;
    traffic.dcqcn = mode.dcqcn;
    traffic.timeout = Nanos{67'108'864};           // 4.096 us x 2^14
    if (mode.transport == Transport::selective) {  // as IRN: a BDP on the way, a round trip to wait
        traffic.window = window_of(kilometres);
        // Buffers of a lossless slice are part of the way.
        traffic.timeout =
            mode.lossless ? traffic.timeout : 2 * fibre(kilometres) + Nanos{4'000'000};
    }
    traffic.start = Instant{Nanos{1'000'000}};
    return traffic;
}

std::array<SliceSetup, 2> slices_of(const EfficiencyMode& mode) {
    std::array<SliceSetup, 2> slices;
    slices[0].number = SliceNumber{10};
    slices[0].priority = 3;
    slices[0].lossless = mode.lossless;
    slices[0].plain_pfc = mode.plain_pfc;
    slices[0].control = mode.control;
    slices[0].rates.guarantee = BitsPerSecond{3'000'000'000};
    slices[0].buckets = 64;
    slices[0].smallest = packet;
    slices[0].lossy_buffer = Bytes{400'000};
    if (mode.dcqcn) {
        slices[0].mark_from = Bytes{20'000};
        slices[0].mark_all = Bytes{80'000};
    }
    slices[1].number = SliceNumber{20};
    slices[1].buckets = 64;
    slices[1].lossy_buffer = Bytes{400'000};
    return slices;
}

// At each site: four hosts of the job's own tenant that send 8 x 55 kB at once to its computer,
// every 2 ms; one that sends 0.5 MB over the distance to a host of a tenth of the rate, every 20
// ms; and in another slice eight TCP-like flows over the distance that would fill a fifth of the
// line. Those in the job's slice repair selectively in every mode: what differs is the job's
// transport.
void add_congestion(Scenario& it, const EfficiencyMode& mode, double kilometres) {
    constexpr std::size_t computer[] = {2, 3};
    EfficiencyMode repairing = mode;
    repairing.transport = Transport::selective;
    for (std::size_t site = 0; site < 2; ++site) {
        for (int i = 0; i < 4; ++i) {
            const std::size_t host =
                add_host(it, fmt::format("incast{}.{}", site, i), site, line_rate);
            TrafficSetup incast = traffic_of(repairing, 0, host, computer[site]);
            incast.name = it.nodes[host].name;
            incast.flows = 2;
            incast.posts = {.message = Bytes{55'000}, .period = Nanos{2'000'000}};
            it.traffic.push_back(incast);
        }
        const std::size_t from = add_host(it, fmt::format("writer{}", site), site, line_rate);
        const std::size_t to =
            add_host(it, fmt::format("slow{}", site), 1 - site, BitsPerSecond{500'000'000});
        TrafficSetup slow = traffic_of(repairing, kilometres, from, to);
        slow.name = "slow";
        slow.posts = {.message = Bytes{500'000}, .period = Nanos{20'000'000}};
        it.traffic.push_back(slow);
        const std::size_t client =
            add_host(it, fmt::format("client{}", site), site, BitsPerSecond{1'000'000'000});
        const std::size_t server = add_host(it, fmt::format("server{}", site), 1 - site, line_rate);
        TrafficSetup tcp = traffic_of(mode, kilometres, client, server);
        tcp.name = "other slice";
        tcp.transport = Transport::tcp;
        tcp.slice = 1;
        tcp.flows = 8;
        it.traffic.push_back(tcp);
    }
}

struct Limits {
    double least, of_light;
};
constexpr Limits training{0.98, 0.995}, inference{0.97, 0.995};

using Key = std::tuple<std::size_t, std::size_t, double, double>;
Key key_of(const EfficiencyRun& run) { return {run.shape, run.mode, run.factor, run.kilometres}; }

double rate_of(Nanos near, Nanos far) { return double(near.count()) / double(far.count()); }

double light_of(const EfficiencyRun& run) {
    const Shape shape = shapes()[run.shape];
    Graph graph = graph_of(shape, run.factor, scale);
    fix_order(graph, planned);
    const Nanos end_to_end = 2 * to_a_host;
    return rate_of(step_time(shape, over_light(graph, end_to_end + to_a_host)),
                   step_time(shape, over_light(graph, end_to_end + fibre(run.kilometres))));
}

std::string missing(const EfficiencyRow& row, const Limits& limits) {
    if (row.light < limits.least)
        return fmt::format("E < {:g} %: light alone allows {:.2f} %", 100 * limits.least,
                           100 * row.light);
    if (row.efficiency < limits.least) return fmt::format("E < {:g} %", 100 * limits.least);
    return {};
}

void judge(EfficiencyRow& row, const Shape& shape, const EfficiencyMode& mode) {
    const Limits limits = shape.inference ? inference : training;
    row.target = limits.least;
    if (!mode.congestion || !mode.lossless || mode.plain_pfc || mode.control != HoldBack::precise)
        return;
    row.missed = row.efficiency < limits.least ? missing(row, limits) : "";
    if (row.efficiency < limits.of_light * row.light)
        row.missed += fmt::format("{}E < {:g} % of E_max", row.missed.empty() ? "" : "; ",
                                  100 * limits.of_light);
}

std::vector<EfficiencyRun> all_rows(const std::string& only) {
    std::vector<EfficiencyRun> rows;
    for (std::size_t shape = 0; shape < shapes().size(); ++shape)
        for (const double kilometres :
             shapes()[shape].inference ? std::vector<double>{200} : std::vector<double>{100, 400})
            for (const double factor : {0.25, 0.5, 1.0, 2.0})
                for (std::size_t mode = 0; mode < efficiency_modes().size(); ++mode) {
                    EfficiencyRun run{shape, mode, factor, kilometres};
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
            {.name = "no congestion", .lossless = true, .congestion = false}};
}

std::string name_of(const EfficiencyRun& run) {
    return fmt::format("{}, {:g} km, x{:g}, {}", shapes()[run.shape].name, run.kilometres,
                       run.factor, efficiency_modes()[run.mode].name);
}

Scenario congested(const EfficiencyMode& mode, double kilometres) {
    Scenario it;
    const auto slices = slices_of(mode);
    it.slices = {slices.begin(), slices.end()};
    it.nodes = {{"edge router", false}, {"compute router", false}};
    LineSetup wan;
    wan.a = 0;
    wan.b = 1;
    wan.rate = line_rate;
    wan.propagation = std::max(fibre(kilometres), to_a_host);
    if (mode.plain_pfc) wan.told = Nanos{1'500};  // headroom of a switch: 300 m
    it.lines.push_back(wan);
    const std::size_t edge = add_host(it, "edge", 0, line_rate);
    const std::size_t compute = add_host(it, "compute", 1, line_rate);
    for (const bool back : {false, true}) {
        TrafficSetup job =
            traffic_of(mode, kilometres, back ? compute : edge, back ? edge : compute);
        job.name = back ? "to the edge" : "to the compute site";
        job.posts.program = true;
        it.traffic.push_back(job);
    }
    if (mode.congestion) add_congestion(it, mode, kilometres);
    return it;
}

// Given up after twice what light would need, once all is warm.
EfficiencyFigures measure(const EfficiencyRun& run) {
    const Shape shape = shapes()[run.shape];
    const EfficiencyMode mode = efficiency_modes()[run.mode];
    Graph graph = graph_of(shape, run.factor, scale);
    fix_order(graph, planned);
    World world{congested(mode, run.kilometres)};
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

std::vector<EfficiencyRow> efficiency(const std::string& only, unsigned jobs) {
    const std::vector<EfficiencyRun> wanted = all_rows(only);
    const std::size_t free = efficiency_modes().size() - 1;  // without congestion
    std::map<Key, EfficiencyFigures> figures;
    std::vector<EfficiencyRun> runs;
    for (const EfficiencyRun& run : wanted)
        for (const std::size_t mode : {run.mode, free})
            for (const double kilometres : {0.0, run.kilometres}) {
                const EfficiencyRun one{run.shape, mode, run.factor, kilometres};
                if (figures.try_emplace(key_of(one)).second) runs.push_back(one);
            }
    // The long ones first, or the last one runs alone.
    std::stable_sort(runs.begin(), runs.end(),
                     [](const auto& a, const auto& b) { return a.factor > b.factor; });
    std::atomic<std::size_t> next{0};
    {
        std::vector<std::jthread> threads;
        for (unsigned i = 0; i < std::min<std::size_t>(jobs, runs.size()); ++i)
            threads.emplace_back([&] {
                for (std::size_t at = next++; at < runs.size(); at = next++)
                    figures.find(key_of(runs[at]))->second = measure(runs[at]);
            });
    }
    std::vector<EfficiencyRow> rows;
    for (const EfficiencyRun& run : wanted) {
        EfficiencyRow& row = rows.emplace_back();
        const auto of = [&](std::size_t mode, double kilometres) {
            return figures.at(key_of({run.shape, mode, run.factor, kilometres}));
        };
        row.run = run;
        row.near = of(run.mode, 0);
        row.far = of(run.mode, run.kilometres);
        row.efficiency = rate_of(row.near.step, row.far.step);
        row.light = light_of(run);
        row.kept = rate_of(of(free, run.kilometres).step, row.far.step);
        judge(row, shapes()[run.shape], efficiency_modes()[run.mode]);
    }
    return rows;
}

}  // namespace weir::sim
