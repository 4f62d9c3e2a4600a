// weir-gen: options, a run, its result, the exit code.
#include <fmt/format.h>

#include <csignal>
#include <cstdio>
#include <iostream>
#include <nlohmann/json.hpp>

#include "dataplane/base/error.hpp"
#include "tools/gen/run.hpp"

namespace {

volatile std::sig_atomic_t stop_asked = 0;

void ask_to_stop(int) { stop_asked = 1; }

int run_and_print(const weir::Options& options) {
    for (const int signal : {SIGINT, SIGTERM}) std::signal(signal, ask_to_stop);
    const weir::Result result = weir::run(options, [] { return stop_asked != 0; });
    if (options.json)
        fmt::print("{}\n", weir::to_json(result, options.per_flow).dump(2));
    else
        fmt::print("{}", weir::to_text(result, options.per_flow));
    const bool lost = options.expect_lossless && !weir::lossless(result);
    return static_cast<int>(lost ? weir::ExitCode::no : weir::ExitCode::done);
}

}  // namespace

int main(int argc, char** argv) {
    try {
        const auto options = weir::parse_options(argc, argv, std::cout);
        return options ? run_and_print(*options) : static_cast<int>(weir::ExitCode::done);
    } catch (const weir::Error& error) {
        fmt::print(stderr, "weir-gen: {}\n", error.what());
        // The device is named on the command line: there is no configuration to be wrong.
        const bool usage = error.code() == weir::ExitCode::configuration;
        return static_cast<int>(usage ? weir::ExitCode::usage : error.code());
    } catch (const std::exception& error) {
        fmt::print(stderr, "weir-gen: {}\n", error.what());
        return static_cast<int>(weir::ExitCode::device);
    }
}
