#include "tools/sim/scale_print.hpp"

#include <fmt/format.h>
#include <sys/resource.h>

#include <nlohmann/json.hpp>

namespace weir::sim {
namespace {

struct Spent {
    std::uint64_t memory = 0;  // bytes, most at one time
    double processor = 0;      // seconds: what the clock says depends on who else is here
};
Spent spent() {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    const auto seconds = [](const timeval& it) {
        return double(it.tv_sec) + double(it.tv_usec) / 1e6;
    };
    return {static_cast<std::uint64_t>(usage.ru_maxrss) * 1024,
            seconds(usage.ru_utime) + seconds(usage.ru_stime)};
}

}  // namespace

int print_scale(const ScaleOptions& options) {
    const ScaleFigures it = scale(options);
    const Result& result = it.result;
    const Spent used = spent();
    const std::uint64_t hops = result.hops + result.messages - result.messages_lost;
    const bool well = result.dropped == 0 && result.lost == 0 && it.again == 0 &&
                      result.negative_marks == 0 && result.shut > 0 && it.delivered > 0;
    if (options.json) {
        fmt::print("{}\n", nlohmann::json{{"nodes", scale_edges + scale_aggregation + scale_core},
                                          {"flows", options.flows_made()},
                                          {"duration_ns", options.duration().count()},
                                          {"seconds", it.seconds},
                                          {"processor_seconds", used.processor},
                                          {"memory_bytes", used.memory},
                                          {"packet_hops", result.hops},
                                          {"messages", result.messages},
                                          {"messages_at_once", it.messages},
                                          {"wakes", it.wakes},
                                          {"delivered", it.delivered},
                                          {"dropped", result.dropped},
                                          {"sent_again", it.again},
                                          {"gates_shut", result.shut},
                                          {"peak_of_buffer", result.peak()}}
                               .dump(2));
        return well ? 0 : 1;
    }
    fmt::print(
        "{} nodes in three tiers, {} flows, {:g} ms: took {:.1f} s ({:.1f} s of a processor), "
        "{:.2f} GiB\n",
        scale_edges + scale_aggregation + scale_core, options.flows_made(),
        double(options.duration().count()) / 1e6, it.seconds, used.processor,
        double(used.memory) / 0x1p30);
    fmt::print("  {} packet hops and {} messages, {:.2f} million in a second of the processor\n",
               result.hops, result.messages, double(hops) / used.processor / 1e6);
    fmt::print(
        "  {} packets arrived, {} lost, {} sent again; gates closed {} times, fullest buffer "
        "{:.3f} of B\n",
        it.delivered, result.dropped + result.lost, it.again, result.shut, result.peak());
    return well ? 0 : 1;
}

}  // namespace weir::sim
