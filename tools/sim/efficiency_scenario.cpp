// What the jobs of the efficiency table run over: two sites, one line, and what else is on it.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "tools/sim/efficiency.hpp"

namespace weir::sim {
namespace {

constexpr BitsPerSecond line_rate{5'000'000'000};
constexpr Bytes packet{4'096 + 78};  // a RoCEv2 payload of 4,096 bytes

// What each of 4 hosts x 2 flows sends at once: 35 % of a computer's line. A token is three
// packets, which seldom meet the full queue that so short bursts make; under inference they are
// longer and rarer, 44 %.
struct Bursts {
    Bytes message{55'000};
    Nanos period{2'000'000};
};
Bursts bursts_of(const Shape& shape) {
    return shape.inference ? Bursts{Bytes{275'000}, Nanos{8'000'000}} : Bursts{};
}

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

// At each site: four hosts of the job's own tenant that send to its computer at once; one that
// sends 0.5 MB over the distance to a host of a tenth of the rate, every 20 ms; and in another
// slice eight TCP-like flows over the distance that would fill a fifth of the line. Those in the
// job's slice repair selectively in every mode: what differs is the job's transport.
void add_congestion(Scenario& it, const EfficiencyMode& mode, double kilometres,
                    const Bursts& bursts, double phase) {
    const auto later = [phase](Nanos period) {
        return Nanos{static_cast<std::int64_t>(phase * double(period.count()))};
    };
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
            incast.posts = {.message = bursts.message, .period = bursts.period};
            incast.start = incast.start + later(bursts.period);
            it.traffic.push_back(incast);
        }
        const std::size_t from = add_host(it, fmt::format("writer{}", site), site, line_rate);
        const std::size_t to =
            add_host(it, fmt::format("slow{}", site), 1 - site, BitsPerSecond{500'000'000});
        TrafficSetup slow = traffic_of(repairing, kilometres, from, to);
        slow.name = "slow";
        slow.posts = {.message = Bytes{500'000}, .period = Nanos{20'000'000}};
        slow.start = slow.start + later(slow.posts.period);
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

}  // namespace

Scenario congested(const EfficiencyRun& run) {
    const EfficiencyMode mode = efficiency_modes()[run.mode];
    Scenario it;
    const auto slices = slices_of(mode);
    it.slices = {slices.begin(), slices.end()};
    it.nodes = {{"edge router", false}, {"compute router", false}};
    LineSetup wan;
    wan.a = 0;
    wan.b = 1;
    const BitsPerSecond rate{static_cast<std::uint64_t>(double(line_rate.count()) * mode.share)};
    wan.rate = rate;
    wan.propagation = std::max(fibre(run.kilometres), to_a_host);
    wan.told = std::max(fibre(run.built_for), to_a_host);
    if (mode.plain_pfc) wan.told = Nanos{1'500};  // headroom of a switch: 300 m
    it.lines.push_back(wan);
    const std::size_t edge = add_host(it, "edge", 0, rate);
    const std::size_t compute = add_host(it, "compute", 1, rate);
    for (const bool back : {false, true}) {
        TrafficSetup job =
            traffic_of(mode, run.kilometres, back ? compute : edge, back ? edge : compute);
        job.name = back ? "to the edge" : "to the compute site";
        job.posts.program = true;
        it.traffic.push_back(job);
    }
    if (mode.congestion)
        add_congestion(it, mode, run.kilometres, bursts_of(shapes()[run.shape]), run.phase);
    return it;
}

}  // namespace weir::sim
