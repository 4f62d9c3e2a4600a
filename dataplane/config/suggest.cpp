#include "dataplane/config/suggest.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>

namespace weir {
namespace {

constexpr std::size_t longest_word = 64;
constexpr std::size_t longest_shown = 60;

char lower(char c) { return static_cast<char>(std::tolower(static_cast<unsigned char>(c))); }

}  // namespace

unsigned edit_distance(std::string_view a, std::string_view b) {
    if (a.size() > longest_word || b.size() > longest_word) return longest_word;
    std::array<std::array<unsigned, longest_word + 1>, 3> rows{};  // before last, last, this
    for (std::size_t j = 0; j <= b.size(); ++j) rows[1][j] = static_cast<unsigned>(j);
    for (std::size_t i = 1; i <= a.size(); ++i) {
        auto& now = rows[2];
        now[0] = static_cast<unsigned>(i);
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const bool same = lower(a[i - 1]) == lower(b[j - 1]);
            now[j] = std::min({rows[1][j] + 1, now[j - 1] + 1, rows[1][j - 1] + (same ? 0U : 1U)});
            const bool swapped = i > 1 && j > 1 && lower(a[i - 1]) == lower(b[j - 2]) &&
                                 lower(a[i - 2]) == lower(b[j - 1]);
            if (swapped) now[j] = std::min(now[j], rows[0][j - 2] + 1);
        }
        std::swap(rows[0], rows[1]);
        std::swap(rows[1], rows[2]);
    }
    return rows[1][b.size()];
}

std::string_view nearest(std::string_view word, std::span<const std::string_view> candidates) {
    const std::size_t limit = std::clamp<std::size_t>(word.size() / 3, 1, 3);
    std::size_t best = limit + 1;
    std::string_view found;
    for (const std::string_view candidate : candidates) {
        // The lengths alone are a lower bound; it spares most of a long list of names.
        const std::size_t least =
            std::max(word.size(), candidate.size()) - std::min(word.size(), candidate.size());
        if (least >= best) continue;
        const std::size_t distance = edit_distance(word, candidate);
        // "a" is not a misspelt "b": something of the word must be left.
        if (distance >= best || distance >= std::max(word.size(), candidate.size())) continue;
        best = distance;
        found = candidate;
    }
    return found;
}

std::string did_you_mean(std::string_view word, std::span<const std::string_view> candidates) {
    const auto found = nearest(word, candidates);
    return found.empty() ? std::string{} : fmt::format("; did you mean \"{}\"?", found);
}

std::string in_quotes(std::string_view text) {
    std::string out = "\"";
    for (const char c : text.substr(0, longest_shown)) {
        const auto byte = static_cast<unsigned char>(c);
        if (c == '"' || c == '\\')
            out += {'\\', c};
        else if (byte < 0x20 || byte >= 0x7f)
            out += fmt::format("\\x{:02x}", byte);
        else
            out += c;
    }
    return out + (text.size() > longest_shown ? "...\"" : "\"");
}

}  // namespace weir
