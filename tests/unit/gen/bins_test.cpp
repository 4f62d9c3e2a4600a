#include "tools/gen/bins.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

namespace weir {
namespace {

TEST(Bins, CountWhatComesInEachPieceOfTime) {
    Bins bins{10, 1'000};
    bins.add(1'000, 1, 60);
    bins.add(1'009, 2, 120);
    bins.add(1'010, 1, 64);
    bins.add(1'035, 1, 99);
    bins.add(990, 1, 1);  // before the first: another core's counter may be a few ticks behind
    ASSERT_EQ(bins.bins().size(), 4U);
    EXPECT_EQ(bins.bins()[0].packets, 4U);
    EXPECT_EQ(bins.bins()[0].bytes, 181U);
    EXPECT_EQ(bins.bins()[1].bytes, 64U);
    EXPECT_EQ(bins.bins()[2].packets, 0U);
    EXPECT_EQ(bins.bins()[3].bytes, 99U);
}

TEST(Bins, AreBounded) {
    Bins bins{1, 0};
    bins.add(Bins::most, 1, 1);
    EXPECT_TRUE(bins.bins().empty());
    bins.add(Bins::most - 1, 1, 1);
    EXPECT_EQ(bins.bins().size(), Bins::most);
}

TEST(Bins, NoneAreKeptUnlessAsked) {
    Bins bins;
    bins.add(5, 1, 1);
    EXPECT_TRUE(bins.bins().empty());
}

RC_GTEST_PROP(Bins, LoseNothing, (const std::vector<std::uint16_t>& times)) {
    Bins bins{7, 3};
    for (const auto time : times) bins.add(time, 1, 2);
    std::uint64_t packets = 0, bytes = 0;
    for (const auto& bin : bins.bins()) {
        packets += bin.packets;
        bytes += bin.bytes;
    }
    RC_ASSERT(packets == times.size() && bytes == 2 * times.size());
}

}  // namespace
}  // namespace weir
