#include "dataplane/config/keys.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <sstream>

#include "tests/unit/config/support.hpp"

namespace weir {
namespace {

// A file that says nothing but `key = value`, in the table that the key belongs to: the tables
// around it are written inline, as many levels as there are.
std::string only(const Key& key, const std::string& value) {
    std::string text = value;
    std::string_view path = key.path;
    for (;;) {
        const auto dot = path.rfind('.');
        std::string_view step = dot == std::string_view::npos ? path : path.substr(dot + 1);
        const bool list = step.ends_with("[]");
        if (list) step.remove_suffix(2);
        if (list) text = fmt::format("[{}]", text);
        if (dot == std::string_view::npos) return fmt::format("{} = {}\n", step, text);
        text = fmt::format("{{ {} = {} }}", step, text);
        path = path.substr(0, dot);
    }
}

// "port[].mtu" as the errors of a file with one element in each list write it.
std::string first_element(std::string_view path) {
    std::string text{path};
    for (auto at = text.find("[]"); at != std::string::npos; at = text.find("[]", at + 2))
        text.replace(at, 2, "[0]");
    return text;
}

// The parser reads every key of the table: a date, which no key takes, is refused at its place.
TEST(Keys, ParserReadsEveryKey) {
    for (const Key& key : all_keys()) {
        const std::string text = only(key, "1979-05-27");
        const auto result = parse_config(text, "t");
        const auto* errors = std::get_if<ConfigErrors>(&result);
        ASSERT_NE(errors, nullptr) << text;
        const auto at = std::ranges::find_if(*errors, [&](const ConfigError& error) {
            return error.key == first_element(key.path);
        });
        ASSERT_NE(at, errors->end()) << key.path << " is never read: " << text;
        EXPECT_EQ(at->line, 1U);
        EXPECT_EQ(at->column, text.find("1979") + 1) << text;
    }
}

// And nothing else: the name of every key is known, one letter more is not.
TEST(Keys, ParserKnowsNoOtherKey) {
    for (const Key& key : all_keys()) {
        Key wrong = key;
        const std::string path = std::string{key.path} + "q";
        wrong.path = path;
        const std::string text = only(wrong, "1");
        const auto result = parse_config(text, "t");
        const auto* errors = std::get_if<ConfigErrors>(&result);
        ASSERT_NE(errors, nullptr) << text;
        const std::string expected = fmt::format("unknown key; did you mean \"{}\"?", key.name());
        const auto at = std::ranges::find(*errors, first_element(path), &ConfigError::key);
        ASSERT_NE(at, errors->end()) << text;
        EXPECT_EQ(at->text, expected);
        EXPECT_EQ(at->column, text.find(std::string{key.name()} + "q") + 1) << text;
    }
}

// Integers are taken at both ends of their range and refused one step outside.
TEST(Keys, RangesAreThoseOfTheTable) {
    std::size_t seen = 0;
    for (const Key& key : all_keys()) {
        if (!key.type.text.starts_with("integer ")) continue;
        ++seen;
        const auto refused = [&](std::int64_t value) {
            const auto result = parse_config(only(key, std::to_string(value)), "t");
            const auto& errors = std::get<ConfigErrors>(result);
            return std::ranges::any_of(errors, [&](const ConfigError& error) {
                return error.key == first_element(key.path) &&
                       error.text.find("out of range") != std::string::npos;
            });
        };
        EXPECT_FALSE(refused(key.type.min)) << key.path;
        EXPECT_FALSE(refused(key.type.max)) << key.path;
        EXPECT_TRUE(refused(key.type.min - 1)) << key.path;
        EXPECT_TRUE(refused(key.type.max + 1)) << key.path;
    }
    EXPECT_GT(seen, 15U);
}

TEST(Keys, MissingOnesAreNamed) {
    const auto missing = [](const std::string& text) {
        std::set<std::string> keys;
        const auto result = parse_config(text, "t");
        for (const auto& error : std::get<ConfigErrors>(result))
            if (error.text.starts_with("is missing")) keys.insert(error.key);
        return keys;
    };
    std::set<std::string> expected{"sid[0].table", "route[0].via"};
    std::set<std::string> sections;
    for (const Key& key : all_keys()) {
        const bool section = std::ranges::count(key.path, '.') == 1;
        if (!key.required() || !section) continue;
        if (key.path != "sid[].behavior") expected.insert(first_element(key.path));
    }
    EXPECT_EQ(missing("[node]\n[[table]]\n[[port]]\n[[peer]]\n[[slice]]\n[[policy]]\n[[steer]]\n"
                      "[[sid]]\nbehavior = \"End.DT4\"\n[[route]]\n"),
              expected);
}

TEST(Keys, TextHasOneLineForEachKey) {
    std::istringstream lines{keys_text()};
    std::string line;
    ASSERT_TRUE(std::getline(lines, line));
    EXPECT_TRUE(line.starts_with("KEY "));
    for (const Key& key : all_keys()) {
        ASSERT_TRUE(std::getline(lines, line));
        EXPECT_TRUE(line.starts_with(std::string{key.path} + " ")) << line;
        EXPECT_TRUE(line.ends_with(key.help)) << line;
        EXPECT_NE(line.find(key.fallback), std::string::npos) << line;
        EXPECT_FALSE(key.help.empty());
    }
    EXPECT_FALSE(std::getline(lines, line));
}

TEST(Keys, DocumentedAsPrinted) {
    const std::string page = file_text("docs/configuration.md");
    const std::string begin = "<!-- weir --keys -->\n```text\n", end = "```\n<!-- end -->";
    const auto from = page.find(begin);
    ASSERT_NE(from, std::string::npos);
    const auto to = page.find(end, from);
    ASSERT_NE(to, std::string::npos);
    EXPECT_TRUE(page.substr(from + begin.size(), to - from - begin.size()) == keys_text())
        << "paste the output of `weir --keys` into docs/configuration.md";
}

}  // namespace
}  // namespace weir
