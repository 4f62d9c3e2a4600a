#pragma once
// The page at / for whoever opens the metrics port in a browser. Nothing to click, no script.
#include <string>

#include "dataplane/api/source.hpp"

namespace weir {

std::string status_page(Reading& reading);

}  // namespace weir
