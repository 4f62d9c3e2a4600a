// weir-wan: options, a line, what it did, the exit code.
#include <fmt/format.h>

#include <csignal>
#include <cstdio>
#include <iostream>
#include <nlohmann/json.hpp>

#include "dataplane/base/error.hpp"
#include "tools/wan/print.hpp"

namespace {

volatile std::sig_atomic_t stop_asked = 0;

void ask_to_stop(int) { stop_asked = 1; }

int run_and_print(const weir::wan::Options& options) {
    for (const int signal : {SIGINT, SIGTERM}) std::signal(signal, ask_to_stop);
    const weir::wan::Result result = weir::wan::run(options, [] { return stop_asked != 0; });
    if (options.json)
        fmt::print("{}\n", weir::wan::to_json(result).dump(2));
    else
        fmt::print("{}", weir::wan::to_text(result));
    return static_cast<int>(weir::ExitCode::done);
}

}  // namespace

int main(int argc, char** argv) {
    try {
        const auto options = weir::wan::parse_options(argc, argv, std::cout);
        return options ? run_and_print(*options) : static_cast<int>(weir::ExitCode::done);
    } catch (const weir::Error& error) {
        fmt::print(stderr, "weir-wan: {}\n", error.what());
        // The device is named on the command line: there is no configuration to be wrong.
        const bool usage = error.code() == weir::ExitCode::configuration;
        return static_cast<int>(usage ? weir::ExitCode::usage : error.code());
    } catch (const std::exception& error) {
        fmt::print(stderr, "weir-wan: {}\n", error.what());
        return static_cast<int>(weir::ExitCode::device);
    }
}
