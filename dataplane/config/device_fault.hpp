#pragma once
// Whether a port's `device` is written as one: a check without devices. The grammar is that of
// dataplane/io/device_string, which stands above this folder.
#include <string>
#include <string_view>

namespace weir {

// What is wrong and which forms there are; empty if nothing.
std::string device_fault(std::string_view text);

}  // namespace weir
