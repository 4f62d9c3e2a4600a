#pragma once
// Texts to parse. What a test writes comes first, so its lines count from 1; the parts it leaves
// out follow.
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "dataplane/config/parse.hpp"

namespace weir {

inline const std::string node_part = R"([node]
name = "a"
locator = "fc00:a::/32"
source = "fc00:a::1"
domain = ["fc00::/16"]
)";
inline const std::string ports_part = R"([[port]]
name = "lan0"
device = "tap:lan0"
address = ["10.1.0.1/24", "fd00:1::1/64"]
[[port]]
name = "wan0"
device = "tap:wan0"
address = "fd00:ab::1/64"
role = "wan"
)";
inline const std::string policy_part = R"([[policy]]
name = "to-b"
paths = [{ segments = ["fc00:b::e", "fc00:b::d46"] }]
[[route]]
to = "fc00:b::/32"
via = [{ address = "fd00:ab::2", port = "wan0" }]
)";
inline const std::string rest = node_part + ports_part;

inline std::vector<std::string> errors_of(const std::string& text) {
    const auto result = parse_config(text, "t");
    std::vector<std::string> lines;
    if (const auto* errors = std::get_if<ConfigErrors>(&result))
        for (const auto& error : *errors) lines.push_back(error.to_string());
    return lines;
}

inline Config config_of(const std::string& text) {
    auto result = parse_config(text, "t");
    if (const auto* errors = std::get_if<ConfigErrors>(&result)) {
        for (const auto& error : *errors) ADD_FAILURE() << error.to_string();
        return {};
    }
    return std::get<Config>(std::move(result));
}

inline std::string file_text(const std::string& path) {
    std::ifstream stream{std::string{WEIR_SOURCE_ROOT "/"} + path};
    std::stringstream text;
    text << stream.rdbuf();
    return text.str();
}
// `text` with its one `from` made `to`.
inline std::string with(std::string text, const std::string& from, const std::string& to) {
    const auto at = text.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    EXPECT_EQ(text.find(from, at + 1), std::string::npos) << from << " stands there twice";
    return at == std::string::npos ? text : text.replace(at, from.size(), to);
}

struct Wrongs {
    std::string text;
    std::vector<std::string> errors;  // exactly these, in this order
};
inline void expect_errors(const std::vector<Wrongs>& cases) {
    for (const auto& [text, expected] : cases) EXPECT_EQ(errors_of(text), expected) << text;
}

}  // namespace weir
