#pragma once
#include <cstdint>

namespace weir {

// What becomes of the packets of a lossless slice whose way is stuck: dropped under their own
// reason; sent although the peer says to wait, within its limit; nothing, somebody is told.
enum class WatchdogAction : std::uint8_t { drop, forward, alert };

}  // namespace weir
