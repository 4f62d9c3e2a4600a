#pragma once
// Words for Config::notes.
#include <string>
#include <vector>

namespace weir {

// "a", "a and b", "a, b, c and 4 more". Not for an empty list.
std::string some_of(const std::vector<std::string>& names);

}  // namespace weir
