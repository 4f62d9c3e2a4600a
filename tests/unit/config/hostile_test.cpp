// Bytes that nobody means well with, and files of the size that an operator has.
#include <fmt/format.h>
#include <rapidcheck.h>

#include <chrono>
#include <cstdio>

#include "dataplane/config/bounds.hpp"
#include "tests/unit/config/support.hpp"

namespace weir {
namespace {

std::string repeat(std::string_view text, std::size_t times) {
    std::string all;
    all.reserve(text.size() * times);
    for (std::size_t i = 0; i < times; ++i) all += text;
    return all;
}

// toml++ would build a table for each dot and end the process freeing them.
TEST(Hostile, DeepNestingIsRefused) {
    const std::size_t deep = 2'000'000;
    const std::string dots = "a key with more than 8 dots";
    const std::string nested = "lists and tables nested more than 16 deep";
    for (const auto& [text, reason] : std::vector<std::pair<std::string, std::string>>{
             {"[a" + repeat(".a", deep) + "]\n", dots},
             {"a" + repeat(" . a", deep) + " = 1\n", dots},
             {"a" + repeat(".\"=,[\"", deep) + " = 1\n", dots},
             {"x = " + repeat("[", deep), nested},
             {"x = " + repeat("{a=", deep), nested},
             {"x = [" + repeat("{a=[", deep), nested}}) {
        const auto errors = errors_of(text);
        ASSERT_EQ(errors.size(), 1U);
        EXPECT_NE(errors[0].find(reason), std::string::npos) << errors[0];
    }
    // What looks deep inside a string or comment is not.
    EXPECT_FALSE(beyond_bounds("x = \"" + repeat(".", 100) + repeat("[", 100) + "\"\n"));
    EXPECT_FALSE(beyond_bounds("x = \"\\\"" + repeat(".", 100) + "\"\n"));
    EXPECT_FALSE(beyond_bounds("x = '" + repeat(".", 100) + "\\'\n"));
    EXPECT_FALSE(beyond_bounds("# " + repeat(".", 100) + repeat("{", 100) + "\n"));
    EXPECT_FALSE(beyond_bounds(repeat("[a.b]\nx = [1.5, 2.5]\n", 1000)));
}

TEST(Hostile, SizeIsBounded) {
    EXPECT_EQ(errors_of(repeat("#", max_config_bytes + 1)),
              (std::vector<std::string>{
                  "t:1:1: 67108865 bytes, more than the 67108864 that weir reads"}));
    EXPECT_EQ(
        errors_of("x = [" + repeat("1,", max_config_values) + "]"),
        (std::vector<std::string>{fmt::format("t:1:{}: more than 6000000 values; split the node",
                                              2 * (max_config_values - 1) + 5)}));
    // A 10 MB list where a number belongs is one error.
    EXPECT_EQ(errors_of("[workers]\ncores = [" + repeat("1,\n", 3'000'000) + "]\n" + rest),
              (std::vector<std::string>{
                  "t:2:9: workers.cores: has 3000000 elements, at most 128 are possible"}));
}

// A thousand errors are enough; how many more there are is said.
TEST(Hostile, ErrorsAreBounded) {
    const auto errors = errors_of(repeat("[[sid]]\n", 5000) + rest);
    ASSERT_EQ(errors.size(), 1001U);
    EXPECT_EQ(errors[0], "t:1:1: sid[0].sid: is missing: a SID of this node, inside the locator");
    EXPECT_EQ(errors[1000], "t:500:1: 9000 more errors are not shown; mend these first");
}

TEST(Hostile, OddBytesAndNumbers) {
    for (const std::string& text :
         {std::string{"\0", 1}, std::string{"x = \"\xff\"\n"}, std::string{"\xff\xfe"},
          std::string{"x = nan\n"}, std::string{"[port]\nmtu = inf\n"}, std::string{"x = 1e400\n"},
          std::string{"port = [[[]]]\n"}, std::string{"[[port]]\npfc = { \"\" = 1 }\n"},
          std::string{"\"\" = 1\n"}, std::string{"node = { \"a\\u0000b\" = 1 }\n"}}) {
        EXPECT_FALSE(errors_of(text).empty()) << text;
        for (const auto& line : errors_of(text))
            for (const char c : line) EXPECT_TRUE(c >= 0x20 && c < 0x7f) << line;
    }
}

// Any bytes, and any bytes in the place of a value: an answer, never an exception.
TEST(Hostile, NeverThrows) {
    EXPECT_TRUE(rc::check([](const std::string& bytes) {
        (void)parse_config(bytes, "t");
        (void)parse_config("[node]\nname = \"" + bytes + "\"\n" + ports_part, "t");
        (void)parse_config("[[port]]\n" + bytes + " = 1\n" + node_part, "t");
    }));
}

TEST(Hostile, FilesThatCanNotBeRead) {
    for (const std::string& path : {std::string{"/nonexistent/weir.toml"}, std::string{"/"}}) {
        const auto result = load_config(path);
        const auto& errors = std::get<ConfigErrors>(result);
        ASSERT_EQ(errors.size(), 1U);
        EXPECT_EQ(errors[0].line, 0U);
        EXPECT_TRUE(errors[0].to_string().starts_with(path + ": can not be read: "))
            << errors[0].to_string();
    }
}

// 10,000 policies, 10,000 rules, 100,000 SIDs: what is quadratic shows. The bound is loose for
// sanitizers and busy machines; the figure is printed.
TEST(Scale, TenThousandPoliciesHundredThousandSids) {
    std::string text = node_part + ports_part +
                       "[[route]]\nto = \"fc00:b::/32\"\n"
                       "via = [{ address = \"fd00:ab::2\", port = \"wan0\" }]\n";
    for (unsigned i = 0; i < 10'000; ++i)
        text += fmt::format(
            "[[policy]]\nname = \"p{0}\"\npaths = [{{ segments = [\"fc00:b::{0:x}\"] }}]\n"
            "[[steer]]\nmatch = {{ to = \"10.{1}.{2}.0/24\" }}\npolicy = \"p{0}\"\n",
            i, 2 + i / 256, i % 256);
    for (unsigned i = 0; i < 100'000; ++i)
        text += fmt::format(
            "[[sid]]\nsid = \"fc00:a::{:x}:{:x}:d46\"\nbehavior = \"End.DT46\"\n"
            "table = \"default\"\n",
            i >> 16U, i & 0xffffU);
    const auto start = std::chrono::steady_clock::now();
    const Config config = config_of(text);
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
    std::printf("parsed %.1f MB in %.3f s\n", static_cast<double>(text.size()) / 1e6, took.count());
    EXPECT_EQ(config.policies.size(), 10'000U);
    EXPECT_EQ(config.sids.size(), 100'000U);
    EXPECT_LT(took.count(), 20.0);
}

}  // namespace
}  // namespace weir
