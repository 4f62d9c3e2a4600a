#pragma once
// Which frame size the next packet has: a fixed, repeating pattern in which every size has exactly
// its share and the sizes are spread as evenly as whole packets allow (smooth weighted round
// robin).
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace weir {

class SizeMix {
public:
    // "1500", "64,1500", "64:7,590:4,1514:1" (size:weight) or "imix": IP packets of 40, 576 and
    // 1,500 bytes 7:4:1, the first raised to `least` where the headers need more. Sizes are frames
    // without FCS. Throws Error{ExitCode::usage}.
    SizeMix(std::string_view text, std::size_t least);

    std::span<const std::uint16_t> sizes() const { return sizes_; }
    // Indexes into sizes(), as long as the weights add up to.
    std::span<const std::uint8_t> pattern() const { return pattern_; }

private:
    std::vector<std::uint16_t> sizes_;
    std::vector<std::uint8_t> pattern_;
};

}  // namespace weir
