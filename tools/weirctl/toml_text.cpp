#include "tools/weirctl/toml_text.hpp"

#include <fmt/format.h>

namespace weir {
namespace {

using Json = nlohmann::ordered_json;

// The escapes of a JSON string are those of a TOML basic string; DEL is the one byte that only TOML
// refuses to see bare.
std::string text_of(const Json& string) {
    std::string out;
    for (const char c : string.dump())
        if (c == '\x7f')
            out += "\\u007f";
        else
            out += c;
    return out;
}

std::string value_of(const Json& value) {
    std::string out;
    if (value.is_array()) {
        for (const Json& it : value) out += (out.empty() ? "" : ", ") + value_of(it);
        return "[" + out + "]";
    }
    if (value.is_object()) {
        for (const auto& [key, it] : value.items())
            out += fmt::format("{}{} = {}", out.empty() ? "" : ", ", key, value_of(it));
        return out.empty() ? "{}" : "{ " + out + " }";
    }
    return value.is_string() ? text_of(value) : value.dump();
}

std::string section(std::string_view head, const Json& table) {
    std::size_t width = 0;
    for (const auto& [key, value] : table.items()) width = std::max(width, key.size());
    std::string out = fmt::format("{}\n", head);
    for (const auto& [key, value] : table.items())
        out += fmt::format("{:<{}} = {}\n", key, width, value_of(value));
    return out;
}

}  // namespace

std::string toml_text(const Json& config) {
    std::string out;
    const auto add = [&](const std::string& text) { out += (out.empty() ? "" : "\n") + text; };
    for (const auto& [name, value] : config.items()) {
        if (value.is_object()) add(section(fmt::format("[{}]", name), value));
        if (!value.is_array()) continue;
        for (const Json& it : value) add(section(fmt::format("[[{}]]", name), it));
    }
    return out;
}

}  // namespace weir
