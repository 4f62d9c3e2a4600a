#pragma once
// Words of SR policies (RFC 9256) that configuration and data path share.
#include <cstddef>
#include <cstdint>

namespace weir {

enum class EncapMode : std::uint8_t {
    full,
    reduced
};  // H.Encaps, H.Encaps.Red (RFC 8986 section 5)

inline constexpr std::size_t max_segments = 16;

}  // namespace weir
