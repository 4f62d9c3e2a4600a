#include "tools/weirctl/options.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <sstream>

#include "tools/weirctl/views.hpp"

namespace weir {
namespace {

bool is_number(const std::string& text) {
    double value = 0;
    return CLI::detail::lexical_cast(text, value);
}

// "-w ports" watches ports: the seconds are optional, and CLI11 would take any word for them.
void settle_watch(std::vector<std::string>& arguments) {
    for (std::size_t i = 0; i < arguments.size(); ++i) {
        if (arguments[i] != "-w" && arguments[i] != "--watch") continue;
        if (i + 1 == arguments.size() || !is_number(arguments[i + 1])) arguments[i] = "--watch=1";
    }
}

std::string subjects_help() {
    std::string text = "Subjects:\n";
    for (const View& view : all_views())
        text += fmt::format("  {:<11} {}\n", view.subject, view.help);
    return text;
}

void add_options(CLI::App& app, CtlOptions& options) {
    app.set_version_flag("--version", std::string{"weirctl "} + WEIR_VERSION);
    app.add_option("--socket", options.socket, "api.socket of the weir to ask")
        ->capture_default_str();
    app.add_flag("--json", options.json, "the answer as the API gives it");
    app.add_option("-w,--watch", options.watch, "repeat every SECONDS [1] until interrupted")
        ->type_name("[SECONDS]")
        ->check(CLI::Range(0.05, 86400.0));
    app.require_subcommand(1);
    app.fallthrough();
    app.footer(
        "Exit codes: 0 done, 1 the audit found something, 2 usage, 3 configuration, 5 weir "
        "can not be reached");

    auto* const show = app.add_subcommand("show", "what is, as a table");
    std::vector<std::string> subjects;
    for (const View& view : all_views()) subjects.emplace_back(view.subject);
    show->add_option("SUBJECT", options.subject, "one of the subjects below")
        ->required()
        ->type_name("")
        ->check(CLI::IsMember(subjects));
    show->footer(subjects_help());
    app.add_subcommand("reload", "reads the configuration file again, whole or not at all")
        ->callback([&] { options.command = CtlOptions::Command::reload; });
    app.add_subcommand("audit", "where every packet went, by thread and slice; 1 if one is missing")
        ->callback([&] { options.command = CtlOptions::Command::audit; });
}

}  // namespace

CtlParsed parse_ctl_options(std::vector<std::string> arguments) {
    CtlOptions options;
    CLI::App app{"weirctl: asks and steers a running weir", "weirctl"};
    add_options(app, options);
    settle_watch(arguments);
    std::ranges::reverse(arguments);  // as CLI11 takes them
    try {
        app.parse(arguments);
    } catch (const CLI::ParseError& error) {
        std::ostringstream out, err;
        const int code = app.exit(error, out, err);
        return {{}, out.str(), err.str(), code == 0 ? ExitCode::done : ExitCode::usage};
    }
    if (options.watch && options.command == CtlOptions::Command::reload)
        return {{}, "", "reload is done once: leave --watch out\n", ExitCode::usage};
    return {options, "", "", ExitCode::done};
}

}  // namespace weir
