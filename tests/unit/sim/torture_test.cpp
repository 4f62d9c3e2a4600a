// That torture hurts: what its laws say where the limit is not obeyed.
#include "tools/sim/torture.hpp"

#include <gtest/gtest.h>

namespace weir::sim {
namespace {

constexpr Troubles no_trouble = 0;

TEST(Torture, WithoutTheLimitRoutersDropAlsoWhereThereIsNoTrouble) {
    EXPECT_EQ(torture(3, no_trouble).broken, "");
    const Torture broken = torture(3, no_trouble, {.obey_limit = false});
    EXPECT_NE(broken.broken.find("routers dropped"), std::string::npos) << broken.broken;
    EXPECT_EQ(broken.had, no_trouble);
}

TEST(Torture, WithoutProbesARingStaysLocked) {
    const Torture moves = torture(3, only(Trouble::ring));
    EXPECT_EQ(moves.broken, "");
    EXPECT_GT(moves.proofs, 0U);
    const Torture locked =
        torture(3, only(Trouble::ring), {.break_deadlocks = false, .patience = Nanos{300'000'000}});
    EXPECT_NE(locked.broken.find("all stood still"), std::string::npos) << locked.broken;
}

// In mode precise, where the gates of the ring stay open: no PROBE of a whole slice finds it.
TEST(Torture, BucketsThatWaitRoundARingAreFoundToo) {
    const Torture moves = torture(14, only(Trouble::ring) | only(Trouble::many_slices) |
                                          only(Trouble::reordering) | only(Trouble::wire_loss));
    EXPECT_EQ(moves.broken, "");
    EXPECT_GT(moves.proofs, 0U);
}

TEST(Torture, AFailingSeedIsShrunkToTheTroubleItNeeds) {
    EXPECT_EQ(shrink(3, all_troubles, {.obey_limit = false}), no_trouble);
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
