#pragma once
// What `weir --check` prints of memory, in bytes: a line for each lossless slice and sender, and
// what the pool of packet buffers is made of.
#include <string>

#include "dataplane/config/config.hpp"

namespace weir {

std::string buffer_table(const Config& config);

}  // namespace weir
