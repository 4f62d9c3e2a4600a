#include "dataplane/config/key_path.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "dataplane/config/suggest.hpp"

namespace weir {
namespace {

bool bare(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-';
}

}  // namespace

std::string KeyPath::to_string() const {
    std::string text;
    for (const Step& step : steps()) {
        if (step.element()) {
            text += fmt::format("[{}]", step.index());
            continue;
        }
        if (!text.empty()) text += '.';
        const bool plain = !step.name().empty() && step.name().size() <= 60 &&
                           std::ranges::all_of(step.name(), bare);
        text += plain ? std::string{step.name()} : in_quotes(step.name());
    }
    return text;
}

}  // namespace weir
