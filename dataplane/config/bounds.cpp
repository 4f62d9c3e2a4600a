#include "dataplane/config/bounds.hpp"

#include <fmt/format.h>

namespace weir {
namespace {

// Follows strings and comments exactly as TOML 1.0 has them; everything else is only counted.
class Scanner {
public:
    explicit Scanner(std::string_view text) : text_{text} {
        if (text.starts_with("\xef\xbb\xbf")) at_ = line_start_ = 3;  // byte order mark
    }

    std::optional<BeyondBounds> run() {
        while (at_ < text_.size()) {
            const char c = text_[at_];
            if (c == '#')
                skip_comment();
            else if (c == '"' || c == '\'') {
                if (text_.substr(at_, 3) == std::string(3, c))
                    return here("multi-line strings are not read; no value of weir needs one");
                if (!may_start_string()) return here("a quote in the middle of a word");
                skip_string(c);
            } else if (auto beyond = count(c)) {
                return beyond;
            }
        }
        return {};
    }

private:
    std::optional<BeyondBounds> count(char c) {
        if (static_cast<unsigned char>(c) >= 0x80)
            return here("characters outside ASCII may stand only in quotes and comments");
        switch (c) {
            case '.':
                if (++dots_ > max_key_dots)
                    return here(
                        fmt::format("a key with more than {} dots; no key of weir has "
                                    "so many",
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
                return next_value();
            case ']':
            case '}':
                dots_ = 0;
                if (depth_ > 0) --depth_;
                break;
            case '=':
            case ',':
                dots_ = 0;
                return next_value();
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
    // toml++ reads on through the quotes of 5"x" as if they were part of the number.
    bool may_start_string() const {
        constexpr std::string_view before = " \t\r\n=,[{.";
        return at_ == line_start_ || before.find(text_[at_ - 1]) != std::string_view::npos;
    }
    std::optional<BeyondBounds> next_value() {
        if (++values_ > max_config_values)
            return here(fmt::format("more than {} values; split the node", max_config_values));
        ++at_;
        return {};
    }
    void skip_comment() {
        const std::size_t end = text_.find('\n', at_);
        at_ = end == std::string_view::npos ? text_.size() : end;
    }
    // To behind the closing quote, or to the end of the line: an error that toml++ will name.
    void skip_string(char quote) {
        for (++at_; at_ < text_.size() && text_[at_] != '\n'; ++at_) {
            if (text_[at_] == quote) {
                ++at_;
                return;
            }
            const bool escape = text_[at_] == '\\' && quote == '"';
            if (escape && text_.substr(at_ + 1, 1) != "\n") ++at_;
        }
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
