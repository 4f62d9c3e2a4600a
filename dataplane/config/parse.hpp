#pragma once
// TOML text -> Config. A syntax error ends the reading (toml++ stops there); all semantic errors
// come at once, each with its place, its key and, where a word is misspelt, the nearest right one.
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "dataplane/config/config.hpp"
#include "dataplane/config/machine.hpp"

namespace weir {

struct ConfigError {
    std::string file;
    unsigned line;     // from 1
    unsigned column;   // from 1
    std::string key;   // "port[1].mtu"; empty for syntax errors
    std::string text;  // what, why, the way out
    // "weir.toml:12:3: port[1].mtu: ..."
    std::string to_string() const;
};

using ConfigErrors = std::vector<ConfigError>;

// `file` is only the name used in errors. Never throws on bad input, whatever the bytes. What
// `machine` can not hold is an error.
std::variant<Config, ConfigErrors> parse_config(std::string_view text, const std::string& file,
                                                const Machine& machine = {});
// Reads the file, for this machine; a file that can not be read is one ConfigError at 0:0.
std::variant<Config, ConfigErrors> load_config(const std::string& path);

// What changes from `running` to `next` that only a restart can do ("port wan0: mtu 1500 -> 9000"),
// empty if a reload may go ahead: ports, workers, memory, api and a larger pool need a restart.
// `pool`: packet buffers that there are, which do not grow while they are used; 0: not compared.
std::vector<std::string> needs_restart(const Config& running, const Config& next,
                                       std::uint64_t pool = 0);

}  // namespace weir
