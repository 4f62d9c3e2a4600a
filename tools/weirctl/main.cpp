// weirctl: asks a running weir over its UNIX socket, and prints.
#include <fmt/format.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <exception>
#include <thread>

#include "tools/weirctl/commands.hpp"
#include "tools/weirctl/options.hpp"

namespace weir {
namespace {

Outcome run_once(const Ask& ask, const CtlOptions& options) {
    switch (options.command) {
        case CtlOptions::Command::show:
            return show(ask, options.subject, options.json);
        case CtlOptions::Command::reload:
            return reload(ask, options.json);
        case CtlOptions::Command::audit:
            return audit(ask, options.json);
    }
    return {};
}

void print(const Outcome& outcome) {
    fmt::print("{}", outcome.out);
    std::fflush(stdout);
    fmt::print(stderr, "{}", outcome.err);
}

int run(int argc, char** argv) {
    const CtlParsed parsed = parse_ctl_options({argv + 1, argv + argc});
    if (!parsed.options) {
        print({parsed.out, parsed.err, parsed.code});
        return static_cast<int>(parsed.code);
    }
    const CtlOptions& options = *parsed.options;
    const Ask ask = ask_over(options.socket);
    // On a screen each look replaces the one before; in a file or pipe they follow each other.
    const bool screen = options.watch && !options.json && isatty(STDOUT_FILENO) != 0;
    for (bool first = true;; first = false) {
        Outcome outcome = run_once(ask, options);
        if (screen) outcome.out = "\x1b[H\x1b[2J" + outcome.out;
        if (!first && !screen && !options.json) outcome.out = "\n" + outcome.out;
        print(outcome);
        if (!options.watch || outcome.code != ExitCode::done) return static_cast<int>(outcome.code);
        std::this_thread::sleep_for(std::chrono::duration<double>(*options.watch));
    }
}

}  // namespace
}  // namespace weir

int main(int argc, char** argv) {
    try {
        return weir::run(argc, argv);
    } catch (const weir::Error& error) {
        fmt::print(stderr, "{}\n", error.what());
        return static_cast<int>(error.code());
    } catch (const std::exception& error) {
        fmt::print(stderr, "weirctl can not go on: {}\n", error.what());
        return static_cast<int>(weir::ExitCode::no);
    }
}
