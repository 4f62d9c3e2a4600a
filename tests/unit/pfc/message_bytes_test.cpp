// The bytes of each record, one by one: what another implementation would be written from.
#include <gtest/gtest.h>

#include "tests/unit/pfc/messages.hpp"

namespace weir {
namespace {

using test::Block;
using test::from_hex;
using test::message_of;
using test::plain_head;
using test::written;

std::string expected(const std::string& records) {
    return test::hex(std::string{test::plain_head_bytes} + records + test::no_signature);
}

TEST(MessageBytes, Head) { EXPECT_EQ(test::to_hex(written(plain_head)), expected("")); }

TEST(MessageBytes, Slice) {
    SliceRecord record{.slice = SliceNumber{0x71727374},
                       .version = 0x81828384,
                       .xoff = true,
                       .want_mark = false,
                       .limit = 0x9192939495969798,
                       .settled = 0xa1a2a3a4a5a6a7a8,
                       .lease = std::chrono::microseconds{0xb1b2b3b4}};
    const std::string rest = "71727374 81828384 9192939495969798 a1a2a3a4a5a6a7a8 b1b2b3b4";
    EXPECT_EQ(test::to_hex(message_of(record)), expected("01 08 0001" + rest));
    record.want_mark = true;
    EXPECT_EQ(test::to_hex(message_of(record)), expected("01 08 0003" + rest));
    record.xoff = false;
    EXPECT_EQ(test::to_hex(message_of(record)), expected("01 08 0002" + rest));
}

TEST(MessageBytes, Flows) {
    const std::vector<FlowCap> caps{{.bucket = 17, .rate = BitsPerSecond{0}},
                                    {.bucket = 0x1234, .rate = BitsPerSecond{100'000'000'000}},
                                    {.bucket = 63, .rate = unlimited_rate}};
    EXPECT_EQ(test::to_hex(written(plain_head,
                                   [&](MessageWriter& writer) {
                                       EXPECT_EQ(writer.add_flows(SliceNumber{10}, 7, caps), 3U);
                                   })),
              expected("02 06 0000 0000000a 00000007 0011 0000 1234 6dd2 003f ffff"));
    EXPECT_EQ(test::to_hex(written(plain_head,
                                   [&](MessageWriter& writer) {
                                       EXPECT_EQ(writer.add_flows(SliceNumber{10}, 7, {}), 0U);
                                       EXPECT_TRUE(writer.add_uncapped(SliceNumber{10}, 8));
                                   })),
              expected("02 03 0000 0000000a 00000008"));
}

TEST(MessageBytes, Totals) {
    EXPECT_EQ(test::to_hex(message_of(TotalsRecord{.slice = SliceNumber{0x71727374},
                                                   .packets = 0x8182838485868788,
                                                   .bytes = 0x9192939495969798,
                                                   .charge = 0xa1a2a3a4a5a6a7a8})),
              expected("03 08 0000 71727374 8182838485868788 9192939495969798 a1a2a3a4a5a6a7a8"));
}

TEST(MessageBytes, Caps) {
    EXPECT_EQ(test::to_hex(message_of(CapsRecord{.modes = 0x07,
                                                 .buckets = 0x0100,
                                                 .mtu = 0x2400,
                                                 .least_version = 1,
                                                 .most_version = 2,
                                                 .nic = Bytes{0x8182838485868788},
                                                 .rate = BitsPerSecond{0x9192939495969798}})),
              expected("04 07 07 00 0100 2400 01 02 0000 8182838485868788 9192939495969798"));
}

TEST(MessageBytes, Probe) {
    EXPECT_EQ(test::to_hex(message_of(ProbeRecord{.origin = NodeNumber{0x8182838485868788},
                                                  .slice = SliceNumber{0x71727374},
                                                  .bucket = 0xb1b2,
                                                  .id = 0xa1a2a3a4,
                                                  .lowest = NodeNumber{0x9192939495969798},
                                                  .hops = 0x0102})),
              expected("05 08 0102 71727374 a1a2a3a4 8182838485868788 9192939495969798 b1b2 0000"));
}

TEST(MessageBytes, TimesThatDoNotFit) {
    MessageHead head = plain_head;
    head.sent_at = head.echo_of = Nanos{-1};
    head.held_for = Nanos{0x1'0000'0000};
    EXPECT_EQ(test::to_hex(written(head)),
              test::hex("01 02 0102 11121314 21222324 3132333435363738 0000000000000000"
                        "0000000000000000 ffffffff 00000000 00000000 00000000 00000000"));
    const auto lease = [](Nanos time) {
        const auto body = message_of(SliceRecord{.lease = time});
        return test::to_hex(body).substr(2 * (sizeof(HeadLayout) + 28), 8);
    };
    EXPECT_EQ(lease(Nanos{1'999}), "00000001");
    EXPECT_EQ(lease(Nanos{999}), "00000000");
    EXPECT_EQ(lease(Nanos{-5'000}), "00000000");
    EXPECT_EQ(lease(std::chrono::hours{2}), "ffffffff");
}

}  // namespace
}  // namespace weir
