#pragma once
// Ports whose device hangs on another NUMA node than the workers that poll it: each packet then
// crosses the interconnect, so start-up warns.
#include <filesystem>
#include <string>
#include <vector>

#include "dataplane/config/config.hpp"

namespace weir {

// One sentence each, with what mends it. `root`: where sysfs lies, "/sys" but in tests.
std::vector<std::string> numa_mismatches(const Config& config,
                                         const std::filesystem::path& root = "/sys");

}  // namespace weir
