#include "tools/sim/run_print.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <stdexcept>

#include "dataplane/config/quantity.hpp"
#include "tools/sim/result_json.hpp"
#include "tools/sim/scenario_file.hpp"

namespace weir::sim {
namespace {

Nanos interval_of(const RunOptions& options, const Scenario& scenario) {
    if (options.every.empty()) return std::max(Nanos{1}, scenario.duration / 1'000);
    const auto reading = parse_time(options.every);
    if (const auto* wrong = std::get_if<Wrong>(&reading))
        throw std::runtime_error("--every " + options.every + " " + wrong->text);
    return std::get<Nanos>(reading);
}

Result run(const RunOptions& options, const Scenario& scenario) {
    if (options.csv.empty()) return simulate(scenario);
    std::ofstream file{options.csv};
    if (!file)
        throw std::runtime_error(options.csv + " can not be written; does its folder exist?");
    const Result result = simulate_and_sample(scenario, interval_of(options, scenario), file);
    file.flush();
    if (!file) throw std::runtime_error(options.csv + " could not be written; is the disk full?");
    return result;
}

std::uint64_t sent_of(const Result& result) {
    std::uint64_t all = 0;
    for (const TrafficResult& it : result.traffic) all += it.sent;
    return all;
}

void print_tables(const Scenario& scenario, const Result& result) {
    fmt::print("{:<24} {:>10} {:>8} {:>10} {:>10}\n", "traffic", "sent", "again", "received",
               "Gb/s");
    for (std::size_t i = 0; i < result.traffic.size(); ++i) {
        const TrafficResult& it = result.traffic[i];
        fmt::print("{:<24} {:>10} {:>8} {:>10} {:>10.3f}\n", scenario.traffic[i].name, it.sent,
                   it.again, it.received, it.bits_per_second() / 1e9);
    }
    fmt::print("dropped in lossless slices {}, lost on lines {}, fullest buffer {:.3f} of B\n",
               result.dropped, result.lost, result.peak());
    if (result.deadlocks.proofs > 0)
        fmt::print("deadlocks resolved {}, packets ejected for them {} of {} sent\n",
                   result.deadlocks.resolved, result.ejected, sent_of(result));
    if (result.deadlocks.watchdog > 0)
        fmt::print("watchdogs saw a slice stand still {} times and dropped {} of {} sent\n",
                   result.deadlocks.watchdog, result.watchdog, sent_of(result));
}

}  // namespace

int run_scenario(const RunOptions& options) {
    const auto loaded = load_scenario(options.file);
    if (const auto* errors = std::get_if<ConfigErrors>(&loaded)) {
        for (const ConfigError& error : *errors) fmt::print(stderr, "{}\n", error.to_string());
        return 2;
    }
    const auto& scenario = std::get<Scenario>(loaded);
    const Result result = run(options, scenario);
    if (options.json)
        fmt::print("{}\n", as_json(scenario, result).dump(2));
    else
        print_tables(scenario, result);
    return result.dropped == 0 ? 0 : 1;
}

}  // namespace weir::sim
