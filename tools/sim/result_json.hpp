#pragma once
// What a run counted, as JSON and as a series of samples.
#include <iosfwd>
#include <nlohmann/json.hpp>
#include <string>

#include "tools/sim/world.hpp"

namespace weir::sim {

// Text in CSV (RFC 4180): in quotes, for a name may hold a comma.
std::string csv_text(const std::string& text);
nlohmann::json as_json(const Scenario& scenario, const Result& result);
// Runs it, and writes a row for each port and slice of all routers at 0, `every`, 2 `every` ...
Result simulate_and_sample(const Scenario& scenario, Nanos every, std::ostream& csv);

}  // namespace weir::sim
