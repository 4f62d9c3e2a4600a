#pragma once
// Tells weir's messages from what else is on the line: IPv6, perhaps a hop-by-hop and a routing
// header, ICMPv6 of type 200. A MARK goes in band, right behind the packets it speaks of, and
// shares their fate: it is data here.
#include <cstddef>
#include <span>

#include "tools/wan/line.hpp"

namespace weir::wan {

// `frame`: what of it lies in the first segment.
Kind kind_of(std::span<const std::byte> frame) noexcept;

}  // namespace weir::wan
