#pragma once
// Which kind of memory DPDK can have on this machine.
#include <filesystem>

#include "dataplane/base/units.hpp"
#include "dataplane/config/config.hpp"

namespace weir {

// Free bytes in pages of that size. `root`: where sysfs lies, "/sys" but in tests.
Bytes free_hugepage_bytes(HugePages size, const std::filesystem::path& root = "/sys");
// `automatic` becomes the page size of which `needed` bytes are free and can be mapped by this
// process, else `none`. An explicit page size that is not there throws Error{device} with the
// command that makes it.
HugePages resolve_hugepages(HugePages wanted, Bytes needed,
                            const std::filesystem::path& root = "/sys");

}  // namespace weir
