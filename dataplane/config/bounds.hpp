#pragma once
// What toml++ 3.3 must not be given. It builds a table for every dot of a key and frees the tree by
// recursion, so a long dotted key ends the process; and where white space may stand, characters
// outside ASCII lead it into undefined behaviour (is_non_ascii_horizontal_whitespace). One pass
// over the text, before it is parsed.
#include <optional>
#include <string>
#include <string_view>

namespace weir {

inline constexpr std::size_t max_config_bytes = std::size_t{64} << 20;
inline constexpr std::size_t max_config_values = 6'000'000;
inline constexpr std::size_t max_key_dots = 8;
inline constexpr std::size_t max_nesting = 16;  // of lists and inline tables

struct BeyondBounds {
    unsigned line, column;  // from 1, columns in bytes
    std::string text;
};
// The first place beyond a bound. Text that is not TOML may pass: the parser refuses it later.
std::optional<BeyondBounds> beyond_bounds(std::string_view text);

}  // namespace weir
