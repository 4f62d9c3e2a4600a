#pragma once
// The running configuration in the shape of its file: the same sections and keys, every default
// written out, names instead of indexes, quantities in the largest unit that is exact. A key that
// is left out is one whose absence means something (`rate`, `bsid`, `via` of a policy's route).
#include <nlohmann/json.hpp>

#include "dataplane/config/config.hpp"

namespace weir {

nlohmann::ordered_json config_json(const Config& config);

}  // namespace weir
