#include "tools/sim/scale.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "tools/sim/random.hpp"

namespace weir::sim {
namespace {

using namespace std::chrono_literals;

constexpr BitsPerSecond access{25'000'000'000}, trunk{100'000'000'000};
constexpr Nanos begin = 5ms;  // all routers know each other

enum Number : std::size_t { compute, storage, inference };

class Maker {
public:
    explicit Maker(const ScaleOptions& options) : each_{options.flows_made() / 400} {
        it_.name = "scale";
        it_.duration = options.duration();
    }
    Scenario make() {
        add_slice(10, 3, 4);
        add_slice(20, 4, 2);
        add_slice(30, 5, 1);
        add_nodes();
        add_lines();
        for (std::size_t host = 0; host < scale_edges; ++host) add_traffic(host);
        return std::move(it_);
    }

private:
    static std::size_t edge(std::size_t i) { return i; }
    static std::size_t aggregation(std::size_t i) { return scale_edges + i; }
    static std::size_t core(std::size_t i) { return scale_edges + scale_aggregation + i; }
    static std::size_t host(std::size_t i) {
        return scale_edges + scale_aggregation + scale_core + i;
    }

    void add_slice(std::uint32_t number, std::uint8_t priority, std::uint32_t weight) {
        SliceSetup slice;
        slice.number = SliceNumber{number};
        slice.priority = priority;
        slice.lossless = true;
        slice.control = HoldBack::precise;
        slice.buckets = 64;
        slice.smallest = Bytes{1'000};
        slice.rates.weight = weight;
        it_.slices.push_back(slice);
    }
    void add_nodes() {
        for (std::size_t i = 0; i < scale_edges; ++i)
            it_.nodes.push_back({fmt::format("edge{}", i)});
        for (std::size_t i = 0; i < scale_aggregation; ++i)
            it_.nodes.push_back({fmt::format("aggregation{}", i)});
        for (std::size_t i = 0; i < scale_core; ++i)
            it_.nodes.push_back({fmt::format("core{}", i)});
        for (std::size_t i = 0; i < scale_edges; ++i)
            it_.nodes.push_back({fmt::format("host{}", i), true});
    }
    void add_line(std::size_t a, std::size_t b, BitsPerSecond rate, Nanos way) {
        LineSetup line;
        line.a = a;
        line.b = b;
        line.rate = rate;
        line.propagation = way;
        it_.lines.push_back(line);
    }
    // Those to the core first: of two ways that are as long, a route takes the one over the core,
    // never down to an edge and up again. Each begins at another one, for the load to spread.
    void add_lines() {
        for (std::size_t i = 0; i < scale_aggregation; ++i)
            for (std::size_t j = 0; j < scale_core; ++j)
                add_line(aggregation(i), core((i + j) % scale_core), trunk, far(50, 100));
        for (std::size_t i = 0; i < scale_edges; ++i)
            for (std::size_t j = 0; j < 2; ++j)
                add_line(edge(i), aggregation((i + 5 * j) % scale_aggregation), access,
                         far(10, 50));
        for (std::size_t i = 0; i < scale_edges; ++i) add_line(host(i), edge(i), access, to_a_host);
    }
    Nanos far(unsigned from, unsigned to) {
        return fibre(double(from + random_.below(to - from + 1)));
    }
    void add(std::size_t from, std::size_t to, Number slice, std::uint32_t flows, Bytes message,
             Nanos period) {
        if (from == to) to = (to + 1) % scale_edges;
        TrafficSetup traffic;
        traffic.name = fmt::format("{} to {}", from, to);
        traffic.from = host(from);
        traffic.to = host(to);
        traffic.slice = slice;
        traffic.flows = flows * each_;
        traffic.packet = Bytes{4'174};
        traffic.start = Instant{begin};
        traffic.transport = Transport::go_back_n;
        // A flow that waits behind others is not a flow whose packets were lost.
        traffic.timeout = 10s;
        traffic.window = 64;
        traffic.posts = {.message = message, .period = period, .spread = period * 9 / 10};
        it_.traffic.push_back(traffic);
    }
    // Of ten flows seven to others near and far, two to one of four that all write to, one small.
    void add_traffic(std::size_t from) {
        for (std::size_t i = 0; i < 7; ++i)
            add(from, (from + 1 + 5 * i) % scale_edges, compute, 1, Bytes{256'000}, 40ms);
        add(from, 10 * (from % 4), storage, 2, Bytes{512'000}, 40ms);
        add(from, (from + 20) % scale_edges, inference, 1, Bytes{16'000}, 5ms);
    }

    Scenario it_;
    std::uint32_t each_;
    Random random_{1, 64};
};

}  // namespace

Scenario scale_scenario(const ScaleOptions& options) { return Maker{options}.make(); }

ScaleFigures scale(const ScaleOptions& options) {
    const auto began = std::chrono::steady_clock::now();
    World world{scale_scenario(options)};
    world.run_until(Instant{options.duration()});
    ScaleFigures all;
    all.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
    all.result = world.result();
    all.wakes = world.engine().wakes();
    all.messages = world.messages_at_once();
    for (const TrafficResult& it : all.result.traffic) {
        all.again += it.again;
        all.delivered += it.received;
    }
    return all;
}

}  // namespace weir::sim
