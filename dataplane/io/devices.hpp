#pragma once
// `weir --devices`: what could be a port here.
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "dataplane/base/units.hpp"

namespace weir {

struct DeviceRow {
    std::string name;  // PCI address or interface
    std::string driver;
    int numa_node = -1;  // -1: unknown
    bool link = false;
    std::optional<BitsPerSecond> speed;
    unsigned mtu = 0;                 // 0: unknown (no kernel interface)
    std::vector<std::string> usable;  // device strings, the best first
    std::string why_not;              // of what is missing above: reason and command
};

// `root`: where sysfs lies, "/sys" but in tests.
std::vector<DeviceRow> list_devices(const std::filesystem::path& root = "/sys");

}  // namespace weir
