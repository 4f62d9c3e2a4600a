#pragma once
// The audit of a Bed at rest: one worker, everything it holds found by walking.
#include <string>
#include <vector>

#include "dataplane/worker/cut.hpp"
#include "tests/support/bed.hpp"

namespace weir::test {

// What is wrong, a sentence each. `cut` has room for the rows of `ports`, and keeps what was found.
std::vector<std::string> findings_of(Bed& bed, std::span<const OwnedPort> ports, Cut& cut);

}  // namespace weir::test
