// Which buffers a configuration asks for, and what the pool that holds them is made of.
#include "dataplane/config/buffers.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>

#include "dataplane/config/buffer_table.hpp"
#include "dataplane/config/packet_plan.hpp"
#include "tests/unit/config/support.hpp"

namespace weir {
namespace {

using namespace literals;

std::string example() { return file_text("docs/example.toml"); }

// By hand in tests/unit/qos/buffer_test.cpp: 100G, 100 km, MTU 9216; hosts at 25G, MTU 9000.
TEST(Buffers, OfTheExample) {
    const Config c = config_of(example());
    const auto buffers = lossless_buffers(c);
    ASSERT_EQ(buffers.size(), 2U);
    EXPECT_EQ(sender_of(buffers[0], c), "peer transit-1");
    EXPECT_EQ(buffers[0].slice, SliceId{1});
    EXPECT_EQ(buffers[0].port, PortId{1});
    EXPECT_EQ(buffers[0].buffer, 42'456'016_B);
    EXPECT_EQ(buffers[0].sizes()->headroom, 14'549'766_B);
    EXPECT_EQ(buffers[0].sizes()->xoff, 27'906'250_B);
    EXPECT_EQ(sender_of(buffers[1], c), "port lan0");
    EXPECT_EQ(buffers[1].buffer, 2'392'355_B);
    // A millisecond of 25G, 100G and 10G.
    EXPECT_TRUE(
        std::ranges::equal(lossy_buffers(c), std::vector{3'125'000_B, 12'500'000_B, 1'250'000_B}));
}

// 14549766 -> "14,549,766"
std::string grouped(Bytes bytes) {
    std::string text = std::to_string(bytes.count());
    for (std::size_t i = text.size(); i > 3; i -= 3) text.insert(i - 3, ",");
    return text;
}

// docs/slices.md works the same out by hand, line by line.
TEST(Buffers, AreWorkedOutInDocs) {
    const std::string page = file_text("docs/slices.md");
    const BufferSizes sizes = *lossless_buffers(config_of(example())).at(0).sizes();
    for (const auto& [name, bytes] : {std::pair{"H  ", sizes.headroom},
                                      {"XON", sizes.xon},
                                      {"XOFF", sizes.xoff},
                                      {"B  ", sizes.buffer}}) {
        const auto line = page.find(std::string{"\n"} + name);
        ASSERT_NE(line, std::string::npos) << name;
        const std::string text = page.substr(line + 1, page.find('\n', line + 1) - line - 1);
        EXPECT_TRUE(text.ends_with("= " + grouped(bytes))) << text << " is not " << grouped(bytes);
    }
    EXPECT_NE(page.find("T        = 1,000 + (25 + 10) + (5 + 10) = 1,050 us\n"), std::string::npos);
    EXPECT_EQ(sizes.control, Nanos{1'050'000});
    EXPECT_EQ(sizes.resend, Nanos{62'500});
}

TEST(Buffers, FollowTheConfiguration) {
    const auto first = [](const std::string& from, const std::string& to) {
        return lossless_buffers(config_of(with(example(), from, to))).at(0);
    };
    EXPECT_EQ(first("\"precise\" ", "\"pause\" ").buffer, 29'331'016_B);
    EXPECT_EQ(first("\"precise\" ", "\"credit\" ").buffer, 14'706'016_B);
    EXPECT_EQ(first("isolate   = 1", "isolate = 3").buffer, Bytes{42'456'016 + 2 * 13'125'000});
    EXPECT_EQ(first("between  = \"0MB\"", "between = \"1MB\"").needed->headroom, 15'549'766_B);
    // 5,000 bytes a microsecond for 1,152.5 of them, the peer's NIC that is as fast as before, and
    // two packets.
    EXPECT_EQ(first("\"100%\"", "\"40%\"").needed->headroom, 5'906'016_B);
    const auto given = first("buffer    = \"auto\"", "buffer = \"20MB\"");
    EXPECT_EQ(given.buffer, 20'000'000_B);
    EXPECT_EQ(given.sizes()->xoff, 5'450'234_B);
    EXPECT_EQ(given.needed->buffer, 42'456'016_B);
}

// Hosts send at the rate of their line, whatever the slice may leave with.
TEST(Buffers, OfHostsAreNotLessForALimit) {
    const auto limited = lossless_buffers(config_of(with(example(), "\"100%\"", "\"40%\"")));
    EXPECT_EQ(limited.at(1).buffer, 2'392'355_B);
}

TEST(Buffers, GivenWithoutADistanceHaveNoThresholdsYet) {
    const Config c = config_of(with(with(example(), "\"100km\"", "\"auto\""),
                                    "buffer    = \"auto\"", "buffer = \"50MB\""));
    const auto buffers = lossless_buffers(c);
    EXPECT_EQ(buffers[0].buffer, 50'000'000_B);
    EXPECT_FALSE(buffers[0].sizes());
    EXPECT_TRUE(buffers[1].sizes());
}

TEST(Buffers, RateOnAPort) {
    PortConfig port;
    EXPECT_EQ(rate_on(Share{400'000}, port), std::nullopt);
    EXPECT_EQ(rate_on(10_Gbps, port), 10_Gbps);
    port.rate = 25_Gbps;
    EXPECT_EQ(rate_on(Share{400'000}, port), 10_Gbps);
    EXPECT_EQ(rate_on(100_Gbps, port), 25_Gbps);
    port.rate = BitsPerSecond{UINT64_MAX};
    EXPECT_EQ(rate_on(Share{1'000'000}, port), BitsPerSecond{UINT64_MAX});
}

TEST(Buffers, BelowTheFullRateAreNoted) {
    const auto notes =
        config_of(with(example(), "buffer    = \"auto\"", "buffer = \"14799766B\"")).notes;
    EXPECT_EQ(std::ranges::count(notes,
                                 "slice training: buffer 14799766B keeps it from losing; the full "
                                 "rate from peer transit-1 takes 42456016B"),
              1);
}

// 42,456,016 and 2,255,584 bytes of charge lie in that many buffers of 256, and no more.
TEST(PacketPlan, OfTheExample) {
    const PacketPlan plan = plan_packets(config_of(example()));
    EXPECT_EQ(plan.lossless, 165'844U + 9'346U);
    EXPECT_EQ(plan.lossy, 12'208U + 48'829U + 4'883U);
    EXPECT_EQ(plan.reserve, 0U);
    EXPECT_EQ(plan.pool, plan.rings + plan.lossless + plan.lossy);
    EXPECT_EQ(plan.missing, 0U);
    const PacketPlan reserved =
        plan_packets(config_of(with(example(), "reserve   = \"0MB\"", "reserve = \"249600B\"")));
    EXPECT_EQ(reserved.reserve, 100U);
    EXPECT_EQ(reserved.pool, plan.pool + 100);
}

// A reload meets the pool that runs: its reserve goes first, then lossy slices give way, and then
// buffers are missing.
TEST(PacketPlan, FitsTheNextConfigurationIntoThePool) {
    const Config next = config_of(example());
    const std::uint64_t whole = plan_packets(next).pool;
    EXPECT_EQ(plan_packets(next, whole + 5).reserve, 5U);
    EXPECT_EQ(plan_packets(next, whole + 5).lossy, 65'920U);
    EXPECT_EQ(plan_packets(next, whole - 60'000).lossy, 5'920U);
    EXPECT_EQ(plan_packets(next, whole - 60'000).missing, 0U);
    EXPECT_EQ(plan_packets(next, whole - 65'000).missing, 65'000U + 3 * 1'024U - 65'920U);
}

// Nothing is kept for lossless slices where there are none: a quarter of a small pool is lossy.
TEST(PacketPlan, OfASmallPoolGivesLossySlicesAQuarter) {
    const PacketPlan plan = plan_packets(config_of(rest + "[memory]\npacket_buffers = 1000\n"));
    EXPECT_EQ(plan.pool, 1000U);
    EXPECT_EQ(plan.lossy, 250U);
    EXPECT_EQ(plan.missing, 0U);
}

// However small the pool: what lossy slices share is never more than what they may take, and each
// port has its part of it.
RC_GTEST_PROP(PacketPlan, LossySharesFit, ()) {
    static const Config config = config_of(example());
    const auto pool = *rc::gen::inRange<std::uint64_t>(1, 400'000);
    const PacketPlan plan = plan_packets(config, pool);
    RC_ASSERT(plan.missing > 0 || plan.rings + plan.lossless + plan.lossy + plan.reserve == pool);
    std::uint64_t buffers = 0;
    for (const Bytes share : lossy_buffers(config, pool)) {
        buffers += packet_buffers_of(share);
        RC_ASSERT(plan.missing > 0 || share >= Bytes{48 * 256});
    }
    RC_ASSERT(buffers <= plan.lossy);
}

TEST(BufferTable, OfAFileWithoutLosslessSlicesIsThePool) {
    const Config c = config_of("[workers]\ncores = [0]\n" + rest);
    EXPECT_EQ(buffer_table(c),
              "packet buffers                              buffers         bytes of memory\n"
              "rings and caches                              14656                36581376\n"
              "lossless slices, 256 bytes of B each              0                       0\n"
              "lossy slices                                   8192                20447232\n"
              "reserve                                           0                       0\n"
              "pool                                          22848                57028608\n");
}

}  // namespace
}  // namespace weir
