// weir: options, configuration, node, signals.
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <pthread.h>
#include <signal.h>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

#include <CLI/CLI.hpp>
#include <cstdio>

#include "dataplane/api/reload.hpp"
#include "dataplane/api/server.hpp"
#include "dataplane/base/error.hpp"

#include "dataplane/config/buffer_table.hpp"
#include "dataplane/config/keys.hpp"
#include "dataplane/config/packet_plan.hpp"
#include "dataplane/config/parse.hpp"
#include "dataplane/io/devices.hpp"
#include "dataplane/io/eal.hpp"
#include "dataplane/node.hpp"
#include "dataplane/notify.hpp"

namespace weir {
namespace {

struct Options {
    std::string config;
    std::string log_format = "text";
    std::string log_level = "info";
    bool check = false;
    bool keys = false;
    bool devices = false;
};

void set_up_log(const Options& options) {
    auto logger = spdlog::stderr_color_mt("weir");
    if (options.log_format == "json")
        // Messages are ours and hold no quotes but through names; %v is escaped by keeping it last
        // and quoted.
        logger->set_pattern(R"({"time":"%Y-%m-%dT%H:%M:%S.%f%z","level":"%l","text":"%v"})");
    else
        logger->set_pattern("%Y-%m-%dT%H:%M:%S.%e %l %v");
    logger->set_level(spdlog::level::from_str(options.log_level));
    spdlog::set_default_logger(std::move(logger));
}

Config load_or_throw(const std::string& path) {
    auto loaded = load_config(path);
    if (const auto* errors = std::get_if<ConfigErrors>(&loaded)) {
        std::string text;
        for (const ConfigError& error : *errors)
            text += (text.empty() ? "" : "\n") + error.to_string();
        throw Error{ExitCode::configuration, text};
    }
    return std::get<Config>(std::move(loaded));
}

int check(const std::string& path) {
    const Config config = load_or_throw(path);
    const std::uint64_t buffers = plan_packets(config).pool;
    fmt::print("{}: ok; {} ports, {} policies, {} SIDs, {} routes; {} packet buffers, {} bytes\n",
               path, config.ports.size(), config.policies.size(), config.sids.size(),
               config.routes.size(), buffers, packet_memory_of(config, buffers).count());
    fmt::print("{}", buffer_table(config));
    for (const std::string& note : config.notes) fmt::print("note: {}\n", note);
    return 0;
}

void print_devices() {
    fmt::print("{:<18} {:<14} {:>4} {:<5} {:>8} {:>6}  {}\n", "name", "driver", "numa", "link",
               "speed", "mtu", "as a port");
    for (const DeviceRow& row : list_devices()) {
        const std::string speed =
            row.speed ? fmt::format("{}G", static_cast<double>(row.speed->count()) / 1e9) : "-";
        std::string use = fmt::format("{}", fmt::join(row.usable, " "));
        if (!row.why_not.empty()) use += (use.empty() ? "" : "; ") + row.why_not;
        fmt::print("{:<18} {:<14} {:>4} {:<5} {:>8} {:>6}  {}\n", row.name, row.driver,
                   row.numa_node < 0 ? "-" : std::to_string(row.numa_node),
                   row.link ? "up" : "down", speed, row.mtu == 0 ? "-" : std::to_string(row.mtu),
                   use);
    }
}

void log_reload(const ReloadAnswer& answer) {
    for (const std::string& line : answer.errors) spdlog::error("{}", line);
    for (const std::string& line : answer.refusals) spdlog::error("reload refused: {}", line);
    for (const std::string& line : answer.notes) spdlog::warn("{}", line);
    if (answer.adopted)
        spdlog::info("reloaded; configuration {} runs", answer.version);
    else
        spdlog::error("not reloaded; configuration {} still runs", answer.version);
}

// Until SIGTERM or SIGINT. The signals are blocked in every thread and taken here one by one.
void serve(const sigset_t& signals, Reloader& reloader) {
    for (;;) {
        int signal = 0;
        if (sigwait(&signals, &signal) != 0) continue;
        if (signal != SIGHUP) return;
        notify_service_manager("RELOADING=1");
        log_reload(reloader.reload());
        notify_service_manager("READY=1");
    }
}

int forward(const Options& options) {
    const Config config = load_or_throw(options.config);
    sigset_t signals;
    sigemptyset(&signals);
    for (const int signal : {SIGHUP, SIGTERM, SIGINT}) sigaddset(&signals, signal);
    pthread_sigmask(SIG_BLOCK, &signals, nullptr);
    for (const std::string& note : config.notes) spdlog::warn("{}", note);

    const Eal eal{eal_options(config)};
    Node node{config};
    Reloader reloader{options.config, node};
    ApiServer api{config.api, node, reloader};
    spdlog::info("{} forwards: {} ports, {} workers", config.node.name, node.port_count(),
                 node.worker_count());
    notify_service_manager("READY=1");
    serve(signals, reloader);
    spdlog::info("stopping");
    notify_service_manager("STOPPING=1");
    return 0;
}

int run(int argc, char** argv) {
    Options options;
    CLI::App app{"weir: an SRv6 forwarder that loses nothing", "weir"};
    app.set_version_flag("--version",
                         std::string{"weir "} + WEIR_VERSION + " (" + WEIR_MARCH + ")");
    app.add_option("-c,--config", options.config, "configuration file (TOML)");
    app.add_flag("--check", options.check,
                 "validate the configuration, print all errors, start nothing");
    app.add_flag("--keys", options.keys, "every key of the configuration file");
    app.add_flag("--devices", options.devices,
                 "what could be a port on this machine, and if not, why");
    app.add_option("--log-format", options.log_format, "text or json")
        ->check(CLI::IsMember({"text", "json"}));
    app.add_option("--log-level", options.log_level, "trace, debug, info, warning, error")
        ->check(CLI::IsMember({"trace", "debug", "info", "warning", "error"}));
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? 0 : static_cast<int>(ExitCode::usage);
    }
    if (options.keys) {
        fmt::print("{}", keys_text());
        return 0;
    }
    if (options.devices) {
        print_devices();
        return 0;
    }
    if (options.config.empty())
        throw Error{ExitCode::usage,
                    "no configuration given: weir -c FILE (weir --help lists the rest)"};
    if (options.check) return check(options.config);
    set_up_log(options);
    return forward(options);
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
        fmt::print(stderr, "weir can not go on: {}\n", error.what());
        return static_cast<int>(weir::ExitCode::device);
    }
}
