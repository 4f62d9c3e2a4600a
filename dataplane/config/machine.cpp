#include "dataplane/config/machine.hpp"

#include <fstream>
#include <string>

namespace weir {

Machine this_machine(const std::filesystem::path& proc) {
    Machine machine;
    std::ifstream file{proc / "meminfo"};
    std::string key;
    for (std::uint64_t kilobytes = 0; file >> key >> kilobytes;) {
        if (key == "MemTotal:") machine.installed = Bytes{kilobytes * 1024};
        if (key == "MemAvailable:") machine.available = Bytes{kilobytes * 1024};
        std::getline(file, key);  // " kB"; a few lines count without a unit
    }
    return machine;
}

}  // namespace weir
