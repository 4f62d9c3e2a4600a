#pragma once
// The command line of weirctl.
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "dataplane/base/error.hpp"

namespace weir {

struct CtlOptions {
    enum class Command : std::uint8_t { show, reload, audit };
    Command command = Command::show;
    std::string subject;  // of show
    std::string socket = "/run/weir/weir.sock";
    bool json = false;
    std::optional<double> watch;  // seconds between two looks
};

// What there is to do, or what to print instead (--help, --version, a wrong option) and to end
// with.
struct CtlParsed {
    std::optional<CtlOptions> options;
    std::string out, err;
    ExitCode code = ExitCode::done;
};
// `arguments`: without the program's name.
CtlParsed parse_ctl_options(std::vector<std::string> arguments);

}  // namespace weir
