#pragma once
#include <cstdint>

namespace weir {

// What the receiver of a lossless slice tells the sender, beside the limit; `off` is not here: such
// a slice needs no buffer of its own and no message.
enum class HoldBack : std::uint8_t { pause, precise, credit };

}  // namespace weir
