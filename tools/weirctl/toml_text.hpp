#pragma once
// A configuration as TOML, from the JSON that /v1/config answers: what `weir -c` would read again.
#include <nlohmann/json.hpp>
#include <string>

namespace weir {

std::string toml_text(const nlohmann::ordered_json& config);

}  // namespace weir
