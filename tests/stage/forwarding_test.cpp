// One table: a frame in, and the one frame out, drop or punt that must follow. Expected frames are
// built byte by byte from the RFCs (tests/support/packets), not with the product's own header code.
#include <gtest/gtest.h>

#include "tests/stage/table.hpp"

namespace weir::test {
namespace {

// The outer flow label is the product's choice: whatever it is, the rest must match to the bit.
void copy_flow_label(const Frame& from, Frame& to) {
    const bool ipv6 =
        from.size() > 18 && from[12] == std::byte{0x86} && from[13] == std::byte{0xdd};
    if (!ipv6 || to.size() < 18) return;
    to[15] = (to[15] & std::byte{0xf0}) | (from[15] & std::byte{0x0f});
    to[16] = from[16];
    to[17] = from[17];
}

class Forwarding : public testing::TestWithParam<Case> {};

void expect_frame(const Case& c, const Outcome& outcome, const PacketBuilder& want) {
    ASSERT_EQ(outcome.sent.size(), 1U) << (outcome.drops.empty() ? "" : name(outcome.drops[0]));
    EXPECT_EQ(outcome.sent[0].port, c.out);
    Frame expected = want.build();
    copy_flow_label(outcome.sent[0].frame, expected);
    EXPECT_EQ(outcome.sent[0].frame, expected);
}

void expect_drop(const Case& c, const Outcome& outcome, Drop want) {
    EXPECT_TRUE(outcome.sent.empty());
    if (!outcome.punted.empty()) {  // control counts it, after it has answered
        ASSERT_EQ(outcome.punted.size(), 1U);
        EXPECT_EQ(outcome.punted[0].info.punt, Punt::error);
        EXPECT_EQ(name(outcome.punted[0].info.drop), name(want));
        EXPECT_EQ(outcome.punted[0].info.value, c.value);
        EXPECT_TRUE(outcome.drops.empty());
    } else {
        ASSERT_EQ(outcome.drops.size(), 1U);
        EXPECT_EQ(name(outcome.drops[0]), name(want));
    }
}

TEST_P(Forwarding, EndsAsTheTableSays) {
    const Case& c = GetParam();
    Bed bed{scene_config()};
    const std::uint32_t in_use = rte_mempool_in_use_count(&bed.pool());
    const Outcome outcome = bed.run(c.frame_in.build(), c.in);
    if (const auto* want = std::get_if<PacketBuilder>(&c.want)) expect_frame(c, outcome, *want);
    if (const auto* want = std::get_if<Drop>(&c.want)) expect_drop(c, outcome, *want);
    if (const auto* want = std::get_if<Punt>(&c.want)) {
        ASSERT_EQ(outcome.punted.size(), 1U);
        EXPECT_EQ(outcome.punted[0].info.punt, *want);
    }
    EXPECT_EQ(outcome.sent.size() + outcome.punted.size() + outcome.resolves.size() +
                  outcome.drops.size(),
              1U);
    EXPECT_EQ(rte_mempool_in_use_count(&bed.pool()), in_use);
    // Sent packets still know whose memory they are (their flags were once cleared with the rest).
    EXPECT_EQ(bed.blocks(), 0U);
}

INSTANTIATE_TEST_SUITE_P(Table, Forwarding, testing::ValuesIn(cases()),
                         [](const auto& param) { return std::string{param.param.name}; });

}  // namespace
}  // namespace weir::test
