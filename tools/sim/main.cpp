// weir-sim: what the shipped algorithms do on networks that nobody has at hand.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <atomic>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <thread>

#include "tools/sim/efficiency_print.hpp"
#include "tools/sim/exactness.hpp"
#include "tools/sim/run_print.hpp"

namespace {

using weir::sim::Case;
using weir::sim::Figures;

struct ExactnessOptions {
    std::string only;
    unsigned jobs = std::max(1U, std::thread::hardware_concurrency());
    bool json = false;
    bool failures = false;
};

std::string row(const Case& of, const Figures& it) {
    return fmt::format(
        "{:<26} {:<8} {:>4g}G {:>4g} km {} {:>4g} % {:>6} {:>7.3f} {:>7.4f} {:>8} {}", of.kind,
        of.mode, of.gbps, of.kilometres, of.hops, 100 * of.messages_lost, it.lost, it.peak, it.use,
        of.innocent ? fmt::format("{:.3f}", it.innocent)
        : of.even   ? fmt::format("{:.3f}", it.uneven)
                    : "",
        it.missed.empty() ? "" : "MISSED: " + it.missed);
}

nlohmann::json as_json(const Case& of, const Figures& it) {
    nlohmann::json made{{"kind", of.kind},         {"mode", of.mode},
                        {"gbps", of.gbps},         {"kilometres", of.kilometres},
                        {"hops", of.hops},         {"messages_lost", of.messages_lost},
                        {"lost", it.lost},         {"peak_of_buffer", it.peak},
                        {"use", it.use},           {"packet_hops", it.hops},
                        {"messages", it.messages}, {"missed", it.missed}};
    if (of.innocent) made["innocent_share"] = it.innocent;
    if (of.even) made["uneven"] = it.uneven;
    return made;
}

int exactness(const ExactnessOptions& options) {
    std::vector<Case> cases;
    for (Case& one : weir::sim::exactness_cases())
        if (one.name().find(options.only) != std::string::npos) cases.push_back(std::move(one));
    std::vector<Figures> figures(cases.size());
    std::atomic<std::size_t> next{0};
    {
        std::vector<std::jthread> threads;
        for (unsigned i = 0; i < std::min<std::size_t>(options.jobs, cases.size()); ++i)
            threads.emplace_back([&] {
                for (std::size_t at = next++; at < cases.size(); at = next++)
                    figures[at] = weir::sim::judge(cases[at]);
            });
    }
    nlohmann::json all = nlohmann::json::array();
    std::size_t missed = 0;
    if (!options.json)
        fmt::print("{:<26} {:<8} {:>5} {:>7} hops lost {:>4} {:>7} {:>7} {:>8}\n", "", "mode",
                   "line", "way", "lost", "peak/B", "use", "share");
    for (std::size_t i = 0; i < cases.size(); ++i) {
        missed += figures[i].missed.empty() ? 0 : 1;
        if (options.json)
            all.push_back(as_json(cases[i], figures[i]));
        else if (!options.failures || !figures[i].missed.empty())
            fmt::print("{}\n", row(cases[i], figures[i]));
    }
    if (options.json)
        fmt::print("{}\n", all.dump(2));
    else
        fmt::print("{} of {} cases hold\n", cases.size() - missed, cases.size());
    return missed == 0 ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
    CLI::App app{"Networks of weir nodes in virtual time, with the shipped algorithms."};
    app.require_subcommand(1);
    ExactnessOptions options;
    CLI::App* const table = app.add_subcommand(
        "exactness", "The grid of distances, rates and modes: loss, buffers, use, shares");
    table->add_option("--only", options.only, "cases that have this in their name");
    table->add_option("--jobs", options.jobs, "threads")->capture_default_str();
    table->add_flag("--json", options.json, "one JSON array instead of a table");
    table->add_flag("--failures", options.failures, "only rows where something was missed");
    weir::sim::EfficiencyOptions steps;
    CLI::App* const apart = app.add_subcommand(
        "efficiency", "Steps of a job whose storage and compute are apart, of those side by side");
    apart->add_option("--only", steps.only, "rows that have this in their name");
    apart->add_option("--jobs", steps.jobs, "threads")->capture_default_str();
    apart->add_flag("--json", steps.json, "one JSON array instead of a table");
    weir::sim::RunOptions one;
    CLI::App* const run = app.add_subcommand("run", "One scenario from a file");
    run->add_option("FILE", one.file, "the scenario, in TOML")->required();
    run->add_flag("--json", one.json, "one JSON object instead of tables");
    run->add_option("--csv", one.csv, "folder for traffic.csv and buffers.csv");
    try {
        app.parse(argc, argv);
        if (*run) return weir::sim::run_scenario(one);
        if (*apart) return weir::sim::print_efficiency(steps);
        return exactness(options);
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? 0 : 2;
    } catch (const std::exception& error) {
        fmt::print(stderr, "weir-sim: {}\n", error.what());
        return 4;
    }
}
