#include "tools/sim/run_print.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <fstream>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "tools/sim/scenario_file.hpp"
#include "tools/sim/world.hpp"

namespace weir::sim {
namespace {

nlohmann::json as_json(const Scenario& scenario, const Result& result) {
    nlohmann::json made{
        {"scenario", scenario.name},          {"duration_ns", scenario.duration.count()},
        {"dropped_lossless", result.dropped}, {"lost_on_lines", result.lost},
        {"messages", result.messages},        {"messages_lost", result.messages_lost},
        {"peak_of_buffer", result.peak()},    {"deadlocks_resolved", result.deadlocks.resolved},
        {"ejected", result.ejected}};
    for (std::size_t i = 0; i < result.traffic.size(); ++i) {
        const TrafficResult& it = result.traffic[i];
        made["traffic"].push_back({{"name", scenario.traffic[i].name},
                                   {"sent", it.sent},
                                   {"again", it.again},
                                   {"received", it.received},
                                   {"messages", it.delivered},
                                   {"bytes", it.bytes},
                                   {"bits_per_second", it.bits_per_second()}});
    }
    for (const BufferResult& it : result.buffers)
        made["buffers"].push_back({{"node", scenario.nodes[it.node].name},
                                   {"port", it.port},
                                   {"slice", it.slice},
                                   {"from_host", it.host},
                                   {"buffer", it.buffer},
                                   {"most", it.most},
                                   {"dropped", it.dropped}});
    return made;
}

// A row for each element of a list of `all`, columns as in its first.
void write_csv(const nlohmann::json& all, const char* list, const std::string& folder) {
    const std::string path = fmt::format("{}/{}.csv", folder, list);
    std::ofstream file{path};
    if (!all.contains(list)) return;
    std::string line;
    for (const auto& [name, value] : all[list][0].items()) line += (line.empty() ? "" : ",") + name;
    file << line << '\n';
    for (const auto& row : all[list]) {
        line.clear();
        for (const auto& [name, value] : row.items())
            line += (line.empty() ? "" : ",") + value.dump();
        file << line << '\n';
    }
    if (!file) throw std::runtime_error(path + " can not be written; does the folder exist?");
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
}

}  // namespace

int run_scenario(const RunOptions& options) {
    const auto loaded = load_scenario(options.file);
    if (const auto* errors = std::get_if<ConfigErrors>(&loaded)) {
        for (const ConfigError& error : *errors) fmt::print(stderr, "{}\n", error.to_string());
        return 2;
    }
    const auto& scenario = std::get<Scenario>(loaded);
    const Result result = simulate(scenario);
    const nlohmann::json all = as_json(scenario, result);
    if (!options.csv.empty())
        for (const char* list : {"traffic", "buffers"}) write_csv(all, list, options.csv);
    if (options.json)
        fmt::print("{}\n", all.dump(2));
    else
        print_tables(scenario, result);
    return result.dropped == 0 ? 0 : 1;
}

}  // namespace weir::sim
