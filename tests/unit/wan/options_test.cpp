// The command line of weir-wan, and what it refuses.
#include "tools/wan/options.hpp"

#include <gtest/gtest.h>

#include <sstream>
#include <vector>

#include "dataplane/base/error.hpp"

namespace weir::wan {
namespace {

using namespace std::chrono_literals;

std::optional<Options> parsed(std::vector<const char*> words) {
    words.insert(words.begin(), "weir-wan");
    std::ostringstream out;
    return parse_options(static_cast<int>(words.size()), words.data(), out);
}
std::string refusal(const std::vector<const char*>& words) {
    try {
        parsed(words);
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), ExitCode::usage);
        return error.what();
    }
    return "";
}

TEST(Options, ADistanceIsATimeOfLight) {
    const auto o = parsed({"tap:a", "tap:b", "--delay", "100km", "--rate", "1G"});
    ASSERT_TRUE(o);
    for (const LineSetup& way : o->ways) {
        EXPECT_EQ(way.delay, 500us);
        EXPECT_EQ(way.rate, BitsPerSecond{1'000'000'000});
    }
    EXPECT_NE(o->ways[0].seed, o->ways[1].seed);
}

TEST(Options, HarmIsOfOneWayWhereAsked) {
    const auto o = parsed({"tap:a", "tap:b", "--loss", "1%", "--messages-lost", "50%", "--cut",
                           "1s+200ms:messages", "--cut", "500ms+1ms", "--way", "to-b"});
    ASSERT_TRUE(o);
    EXPECT_DOUBLE_EQ(o->ways[0].harm[0].loss, 0.01);
    EXPECT_DOUBLE_EQ(o->ways[0].harm[1].loss, 1 - 0.99 * 0.5);
    ASSERT_EQ(o->ways[0].cuts.size(), 2U);
    EXPECT_EQ(o->ways[0].cuts[0].from, Instant{500ms});
    EXPECT_EQ(o->ways[0].cuts[1].until, Instant{1200ms});
    EXPECT_FALSE(o->ways[0].cuts[1].data);
    EXPECT_EQ(o->ways[1].harm[0].loss, 0);
    EXPECT_TRUE(o->ways[1].cuts.empty());
}

TEST(Options, WrongOnesAreRefusedInASentence) {
    EXPECT_EQ(refusal({"tap:a", "tap:a"}), "tap:a is given twice; a line has two ends");
    EXPECT_EQ(refusal({"tap:a", "tap:b", "--cut", "1s"}),
              "--cut 1s: wants FROM+FOR, for example 1s+200ms:messages");
    EXPECT_EQ(refusal({"tap:a", "tap:b", "--cut", "1s+1s:pfc"}),
              "--cut 1s+1s:pfc: pfc is neither data nor messages");
    EXPECT_NE(refusal({"tap:a", "tap:b", "--loss", "0.1"}), "");
    EXPECT_NE(refusal({"tap:a"}), "");
}

}  // namespace
}  // namespace weir::wan
