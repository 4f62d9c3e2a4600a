#pragma once
// A scenario at every point of a grid. The file is a scenario with one more table,
//   [grid]
//   "slice[0].control" = ["pause", "precise"]
//   "line[0].distance" = ["100km", "400km"]
// whose lists take the place of those keys, each with each.
#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "tools/sim/scenario.hpp"

namespace weir::sim {

struct SweepPoint {
    std::vector<std::pair<std::string, std::string>> values;  // key, as written
    Scenario scenario;
    std::string name;  // from all that the scenario says: of another scenario it is another
};
// All of them, the last key changing fastest. Throws where the file or a point of it is wrong.
std::vector<SweepPoint> sweep_points(const std::string& text, const std::string& file);

// Runs those that have no NAME.json in `folder` yet, on so many threads, and leaves one for each,
// whole or not at all. `done` hears how many points there are results of; from any thread, one at a
// time. In the points' order {"point": {key: value}, "result": as `run --json`}.
std::vector<nlohmann::json> sweep(const std::vector<SweepPoint>& points, const std::string& folder,
                                  unsigned jobs, const std::function<void(std::size_t)>& done);

}  // namespace weir::sim
