#include <gtest/gtest.h>

#include <ranges>

#include "tests/unit/pfc/messages.hpp"

namespace weir {
namespace {

using test::Block;
using test::from_hex;

Block body_with(const std::string& records) {
    return from_hex(std::string{test::plain_head_bytes} + records + test::no_signature);
}
MessageFault fault_of(const Block& body) { return read_message(body).fault; }
MessageFault fault_of(const std::string& records) { return fault_of(body_with(records)); }

std::size_t count(const Block& body) {
    const MessageRead read = read_message(body);
    EXPECT_EQ(read.fault, MessageFault::none);
    return static_cast<std::size_t>(std::ranges::distance(read.view.begin(), read.view.end()));
}

constexpr const char* totals =
    "03 08 0000 71727374 8182838485868788 9192939495969798 a1a2a3a4a5a6a7a8";

TEST(MessageFaults, OfTheHead) {
    const Block good = body_with("");
    EXPECT_EQ(fault_of(good), MessageFault::none);
    EXPECT_EQ(fault_of(Block(good.begin(), good.end() - 1)), MessageFault::truncated);
    EXPECT_EQ(fault_of(Block{}), MessageFault::truncated);
    const auto with = [&](std::size_t at, unsigned value) {
        Block body = good;
        body[at] = static_cast<std::byte>(value);
        return fault_of(body);
    };
    EXPECT_EQ(with(0, 0), MessageFault::version);
    EXPECT_EQ(with(0, 2), MessageFault::version);
    EXPECT_EQ(with(1, 0), MessageFault::kind);
    EXPECT_EQ(with(1, 5), MessageFault::none);
    EXPECT_EQ(with(1, 6), MessageFault::kind);
    EXPECT_EQ(with(20, 0x7f), MessageFault::none);  // sent at
    EXPECT_EQ(with(20, 0x80), MessageFault::time);
    EXPECT_EQ(with(28, 0x80), MessageFault::time);  // echo of
}

TEST(MessageFaults, OfRecords) {
    EXPECT_EQ(fault_of("00 00 0000"), MessageFault::record_length);           // of no length
    EXPECT_EQ(fault_of("77 00 0000"), MessageFault::record_length);           // nor if unknown
    EXPECT_EQ(fault_of("77 02 0000"), MessageFault::record_length);           // past the end
    EXPECT_EQ(fault_of("77 01 0000 0101"), MessageFault::record_length);      // half a word is left
    EXPECT_EQ(fault_of("77 01 0000 01"), MessageFault::record_length);        // nor even a head
    EXPECT_EQ(fault_of("02 02 0000 00000001"), MessageFault::record_length);  // FLOWS in two words
    std::string short_totals = totals;
    short_totals.replace(0, 5, "03 07");
    short_totals.resize(short_totals.size() - 8);
    EXPECT_EQ(fault_of(short_totals), MessageFault::record_length);
}

TEST(MessageFaults, NoneInWhatIsNotKnown) {
    EXPECT_EQ(count(body_with("77 01 0000")), 0U);
    EXPECT_EQ(count(body_with("00 02 1234 00000000" + std::string{totals} + "ff 01 0000")), 1U);
    EXPECT_EQ(count(body_with(std::string{totals} + "06 03 0000 00000000 00000000" + totals)), 2U);
    // A record that has grown since, and flags that have got a meaning since.
    std::string longer = totals;
    longer.replace(0, 5, "03 09");
    const Block body = body_with(longer + "deadbeef" + totals);
    EXPECT_EQ(count(body), 2U);
    EXPECT_EQ(std::get<TotalsRecord>(*read_message(body).view.begin()).charge, 0xa1a2a3a4a5a6a7a8);
    const Block flags =
        body_with("01 08 fffc 71727374 81828384 9192939495969798 a1a2a3a4a5a6a7a8 b1b2b3b4");
    const auto slice = std::get<SliceRecord>(*read_message(flags).view.begin());
    EXPECT_FALSE(slice.xoff || slice.want_mark);
}

TEST(MessageFaults, LongerThanAnyMessage) {
    Block body = body_with("");
    std::string filler;
    while (body_with(filler).size() < longest_body) filler += "77 01 0000";
    EXPECT_EQ(body_with(filler).size(), longest_body);
    EXPECT_EQ(fault_of(filler), MessageFault::none);
    EXPECT_EQ(fault_of(filler + "77 01 0000"), MessageFault::too_long);
}

TEST(MessageWriter, WritesNothingWithoutRoom) {
    Block space(shortest_body - 1, std::byte{0xee});
    MessageWriter writer{space, test::plain_head};
    EXPECT_EQ(writer.room(), 0U);
    EXPECT_FALSE(writer.add(TotalsRecord{}));
    EXPECT_EQ(writer.add_flows(SliceNumber{1}, 1, std::vector<FlowCap>(3)), 0U);
    EXPECT_FALSE(writer.add_uncapped(SliceNumber{1}, 1));
    EXPECT_TRUE(writer.finish().empty());
    EXPECT_EQ(space, Block(shortest_body - 1, std::byte{0xee}));
}

TEST(MessageWriter, SplitsFlowsIntoRecordsAndMessages) {
    // 1,236 octets of body hold 1,180 of records: 252 caps in a record of 255 words, and 37 more.
    const std::vector<FlowCap> caps(300, {.bucket = 5, .rate = BitsPerSecond{7}});
    std::size_t fit = 0;
    const Block body = test::written(test::plain_head, [&](MessageWriter& writer) {
        fit = writer.add_flows(SliceNumber{1}, 1, caps);
        EXPECT_EQ(writer.room(), 0U);
    });
    EXPECT_EQ(body.size(), longest_body);
    EXPECT_EQ(fit, 289U);
    std::vector<std::size_t> sizes;
    const MessageRead read = read_message(body);
    for (const Record& record : read.view) sizes.push_back(std::get<FlowsRecord>(record).size());
    EXPECT_EQ(sizes, (std::vector<std::size_t>{252, 37}));
}

TEST(MessageFaults, HaveNames) {
    EXPECT_EQ(name_of(MessageFault::none), "none");
    EXPECT_EQ(name_of(MessageFault::signature), "signature");
}

}  // namespace
}  // namespace weir
