#pragma once
// One run of weir-gen from options to result.
#include "tools/gen/devices.hpp"
#include "tools/gen/options.hpp"
#include "tools/gen/result.hpp"

namespace weir {

// Sends, receives, or both until what the options say is done or `stop` says so. Throws Error.
Result run(const Options& asked, StopAsked stop);

}  // namespace weir
