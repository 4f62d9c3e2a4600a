#pragma once
// The right word nearest to a misspelt one, for error sentences.
#include <span>
#include <string>
#include <string_view>

namespace weir {

// Insertions, deletions, substitutions and swaps of neighbours that turn one word into the other,
// letter case ignored (optimal string alignment). Words above 64 bytes are as far as can be.
unsigned edit_distance(std::string_view a, std::string_view b);

// The candidate with the smallest distance, the first of equals; empty if none is near enough to be
// meant (a third of the word, at least 1, at most 3).
std::string_view nearest(std::string_view word, std::span<const std::string_view> candidates);

// `; did you mean "lan0"?`, or nothing.
std::string did_you_mean(std::string_view word, std::span<const std::string_view> candidates);

// The word in double quotes, at most 60 bytes of it, everything unprintable as \xNN: text from a
// file goes to a terminal.
std::string in_quotes(std::string_view text);

}  // namespace weir
