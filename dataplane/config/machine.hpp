#pragma once
// What a configuration is compared with beside itself.
#include <filesystem>
#include <optional>

#include "dataplane/base/units.hpp"

namespace weir {

// Nothing where it is not known: then nothing is refused for it.
struct Machine {
    std::optional<Bytes> installed;  // memory
    std::optional<Bytes> available;  // of it, without swapping, now
};
// `proc`: where meminfo lies but in tests (proc(5)).
Machine this_machine(const std::filesystem::path& proc = "/proc");

}  // namespace weir
