// What is said of a link that comes and goes.
#include <gtest/gtest.h>

#include <chrono>

#include "dataplane/control/link_watch.hpp"

namespace weir {
namespace {

using namespace std::chrono_literals;

constexpr Instant start{Nanos{1'000'000'000}};

TEST(LinkLog, SaysEachChangeOnce) {
    LinkLog log;
    EXPECT_EQ(log.say("wan0", false, start), "port wan0: its link is down, packets for it wait");
    EXPECT_EQ(log.say("wan0", true, start + 1s), "port wan0: its link is up");
}

TEST(LinkLog, OfALinkThatFlapsItSaysHowOftenNowAndThen) {
    LinkLog log;
    unsigned said = 0;
    for (int i = 0; i < 1'000; ++i) said += log.say("wan0", i % 2 == 1, start).has_value() ? 1 : 0;
    EXPECT_EQ(said, 8U);
    EXPECT_EQ(log.say("wan0", true, start + 1s),
              "port wan0: its link is up (992 changes not logged)");
    EXPECT_FALSE(log.say("wan0", false, start + 1s));
    EXPECT_EQ(log.say("wan0", true, start + 2s), "port wan0: its link is up (1 change not logged)");
}

}  // namespace
}  // namespace weir
