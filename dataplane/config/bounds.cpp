#include "dataplane/config/bounds.hpp"

#include <fmt/format.h>

namespace weir {
namespace {

// Follows strings and comments exactly as TOML 1.0 has them; everything else is only counted.
class Scanner {
public:
    explicit Scanner(std::string_view text) : text_{text} {}

    std::optional<BeyondBounds> run() {
        while (at_ < text_.size()) {
            const char c = text_[at_];
            if (c == '#')
                skip_comment();
            else if (c == '"' || c == '\'')
                skip_string(c);
            else if (auto beyond = count(c))
                return beyond;
        }
        return {};
    }

private:
    std::optional<BeyondBounds> count(char c) {
        switch (c) {
            case '.':
                if (++dots_ > max_key_dots)
                    return here(
                        fmt::format("a key with more than {} dots; no key of weir is so "
                                    "deep",
                                    max_key_dots));
                break;
            case '[':
            case '{':
                dots_ = 0;
                if (++depth_ > max_nesting)
                    return here(
                        fmt::format("lists and tables nested more than {} deep; no key of "
                                    "weir is so deep",
                                    max_nesting));
                return more_values();
            case ']':
            case '}':
                dots_ = 0;
                if (depth_ > 0) --depth_;
                break;
            case '=':
            case ',':
                dots_ = 0;
                return more_values();
            case '\n':
                dots_ = 0;
                ++line_;
                line_start_ = at_ + 1;
                break;
            default:
                break;
        }
        ++at_;
        return {};
    }
    std::optional<BeyondBounds> more_values() {
        if (++values_ > max_config_values)
            return here(fmt::format("more than {} values; split the node", max_config_values));
        ++at_;
        return {};
    }
    void skip_comment() {
        const std::size_t end = text_.find('\n', at_);
        at_ = end == std::string_view::npos ? text_.size() : end;
    }
    void skip_string(char quote) {
        const bool several = text_.substr(at_, 3) == std::string(3, quote);
        at_ += several ? 3 : 1;
        while (at_ < text_.size()) {
            const char c = text_[at_];
            if (c == '\\' && quote == '"' && text_.substr(at_ + 1, 1) != "\n") {
                at_ += 2;
            } else if (c == '\n') {
                if (!several) return;  // an error that toml++ will name
                ++line_;
                line_start_ = ++at_;
            } else if (c != quote) {
                ++at_;
            } else if (!several) {
                ++at_;
                return;
            } else if (skip_closing_quotes(quote)) {
                return;
            }
        }
    }
    // A multi-line string ends at three quotes; up to two more before them belong to it.
    bool skip_closing_quotes(char quote) {
        std::size_t run = 0;
        while (run < 5 && at_ < text_.size() && text_[at_] == quote) ++run, ++at_;
        return run >= 3;
    }
    BeyondBounds here(std::string text) const {
        return {line_, static_cast<unsigned>(at_ - line_start_ + 1), std::move(text)};
    }

    std::string_view text_;
    std::size_t at_ = 0;
    std::size_t line_start_ = 0;
    unsigned line_ = 1;
    std::size_t dots_ = 0;  // since the last thing that ends a key
    std::size_t depth_ = 0;
    std::size_t values_ = 0;
};

}  // namespace

std::optional<BeyondBounds> beyond_bounds(std::string_view text) {
    if (text.size() > max_config_bytes)
        return BeyondBounds{1, 1,
                            fmt::format("{} bytes, more than the {} that weir reads", text.size(),
                                        max_config_bytes)};
    return Scanner{text}.run();
}

}  // namespace weir
