#pragma once
// A run of weir-wan, for people and for programs.
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "tools/wan/relay.hpp"

namespace weir::wan {

nlohmann::json to_json(const Result& result);
std::string to_text(const Result& result);

}  // namespace weir::wan
