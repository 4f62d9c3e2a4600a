#pragma once
// Scenarios in TOML, in the words of the product's configuration, whose reading of sections and
// quantities it shares: every error names line, key and the way out.
#include <string>
#include <string_view>
#include <variant>

#include <toml++/toml.h>

#include "dataplane/config/parse.hpp"
#include "tools/sim/scenario.hpp"

namespace weir::sim {

std::variant<Scenario, ConfigErrors> parse_scenario(std::string_view text, const std::string& file);
std::variant<Scenario, ConfigErrors> scenario_of(const toml::table& tree, const std::string& file);
std::variant<Scenario, ConfigErrors> load_scenario(const std::string& path);

}  // namespace weir::sim
