// That torture hurts: what its laws say where the limit is not obeyed.
#include "tools/sim/torture.hpp"

#include <gtest/gtest.h>

namespace weir::sim {
namespace {

constexpr Troubles no_trouble = 0;

TEST(Torture, WithoutTheLimitRoutersDropAlsoWhereThereIsNoTrouble) {
    EXPECT_EQ(torture(3, no_trouble, true).broken, "");
    const Torture broken = torture(3, no_trouble, false);
    EXPECT_NE(broken.broken.find("routers dropped"), std::string::npos) << broken.broken;
    EXPECT_EQ(broken.had, no_trouble);
}

TEST(Torture, AFailingSeedIsShrunkToTheTroubleItNeeds) {
    EXPECT_EQ(shrink(3, all_troubles, false), no_trouble);
}

TEST(Torture, ASeedIsTheSameAgain) {
    const Torture once = torture(11), again = torture(11);
    EXPECT_GT(once.packets, 0U);
    EXPECT_EQ(once.packets, again.packets);
    EXPECT_EQ(once.hops, again.hops);
    EXPECT_EQ(once.messages, again.messages);
    EXPECT_EQ(once.refused, again.refused);
}

}  // namespace
}  // namespace weir::sim
