// weir-sim: what the shipped algorithms do on networks that nobody has at hand.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>

#include "tools/sim/check/check.hpp"
#include "tools/sim/efficiency_print.hpp"
#include "tools/sim/exactness_print.hpp"
#include "tools/sim/run_print.hpp"
#include "tools/sim/scale_print.hpp"
#include "tools/sim/sweep_print.hpp"
#include "tools/sim/torture_print.hpp"

namespace weir::sim {
namespace {

// A program of commands, each with options of its own, and the exit code of the one that ran.
class Program {
public:
    Program() { app_.require_subcommand(1); }

    template <class Options>
    std::pair<CLI::App&, Options&> add(const char* name, const char* help,
                                       int (*work)(const Options&)) {
        CLI::App* const made = app_.add_subcommand(name, help);
        auto options = std::make_shared<Options>();
        made->callback([this, options, work] { code_ = work(*options); });
        return {*made, *options};
    }
    int run(int argc, char** argv) {
        app_.set_version_flag("--version", "weir-sim " WEIR_VERSION);
        try {
            app_.parse(argc, argv);
        } catch (const CLI::ParseError& error) {
            return app_.exit(error) == 0 ? 0 : 2;
        }
        return code_;
    }

private:
    CLI::App app_{"Networks of weir nodes in virtual time, with the shipped algorithms.",
                  "weir-sim"};
    int code_ = 0;
};

void add_exactness(Program& program) {
    auto [command, options] = program.add(
        "exactness", "The grid of distances, rates and modes: loss, buffers, use, shares",
        print_exactness);
    command.add_option("--only", options.only, "cases that have this in their name");
    command.add_option("--jobs", options.jobs, "threads")->capture_default_str();
    command.add_flag("--json", options.json, "one JSON array instead of a table");
    command.add_flag("--failures", options.failures, "only rows where something was missed");
}

void add_torture(Program& program) {
    auto [command, options] = program.add(
        "torture", "Random networks in random trouble; the laws that must hold all the same",
        print_torture);
    command.add_option("--first", options.first, "seed")->capture_default_str();
    command.add_option("--seeds", options.seeds, "how many")->capture_default_str();
    command.add_option("--without", options.without, "a kind of trouble; may be repeated");
    command.add_option("--jobs", options.jobs, "threads")->capture_default_str();
    command.add_flag("!--without-limit", options.rules.obey_limit,
                     "senders pass the limit: to see that the laws notice");
    command.add_flag("!--without-probes", options.rules.break_deadlocks,
                     "nobody looks for deadlocks, as well");
}

void add_efficiency(Program& program) {
    auto [command, options] = program.add(
        "efficiency", "Steps of a job whose storage and compute are apart, of those side by side",
        print_efficiency);
    command.add_option("--only", options.only, "rows that have this in their name");
    command.add_option("--jobs", options.jobs, "threads")->capture_default_str();
    command
        .add_option("--phases", options.phases,
                    "each step is the mean of so many runs, whose bursts begin at other times")
        ->capture_default_str()
        ->check(CLI::Range(1U, 1'000U));
    command.add_flag("--json", options.json, "one JSON array instead of a table");
    command.add_option("--from", options.from, "a file that --json wrote, instead of simulating");
    command.add_option("--plots", options.plots, "folder for an SVG of each workload (gnuplot)");
}

void add_run(Program& program) {
    auto [command, options] = program.add("run", "One scenario from a file", run_scenario);
    command.add_option("FILE", options.file, "the scenario, in TOML")->required();
    command.add_flag("--json", options.json, "one JSON object instead of tables");
    command.add_option("--csv", options.csv, "file for samples of each port and slice over time");
    command.add_option("--every", options.every,
                       "time between samples, as \"100us\"; default: a thousandth of the run");
}

void add_sweep(Program& program) {
    auto [command, options] = program.add(
        "sweep", "A scenario at every point of its [grid]; what an earlier sweep did is kept",
        print_sweep);
    command.add_option("FILE", options.file, "the scenario with a [grid], in TOML")->required();
    command.add_option("--into", options.into, "folder of results; default: FILE with .points");
    command.add_option("--jobs", options.jobs, "threads")->capture_default_str();
    command.add_flag("--json", options.json, "one JSON array instead of a table");
    command.add_option("--csv", options.csv, "file for the table");
}

void add_check(Program& program) {
    auto [command, options] = program.add(
        "check", "Whether gates of a network can wait in a circle: of each node the file of weir",
        check_network);
    command.add_option("FILES", options.files, "configurations, in TOML")->required();
    command.add_flag("--json", options.json, "one JSON object instead of text");
}

void add_scale(Program& program) {
    auto [command, options] = program.add(
        "scale", "64 nodes in three tiers under incast: time taken, memory, loss", print_scale);
    command.add_option("--flows", options.flows, "so many")
        ->capture_default_str()
        ->check(CLI::Range(400U, 1'000'000U));
    command.add_option("--ms", options.milliseconds, "of virtual time")
        ->capture_default_str()
        ->check(CLI::Range(1, 60'000));
    command.add_flag("--json", options.json, "one JSON object instead of text");
}

int run(int argc, char** argv) {
    Program program;
    for (const auto add :
         {add_exactness, add_torture, add_efficiency, add_run, add_sweep, add_check, add_scale})
        add(program);
    return program.run(argc, argv);
}

}  // namespace
}  // namespace weir::sim

int main(int argc, char** argv) {
    try {
        return weir::sim::run(argc, argv);
    } catch (const std::exception& error) {
        std::fprintf(stderr, "weir-sim: %s\n", error.what());
        return 4;
    }
}
