#include "tools/gen/result.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace weir {
namespace {

Result one_lost() {
    Result result;
    result.sent = Sent{.packets = 1'000, .bytes = 64'000, .seconds = 2};
    Received received;
    received.packets = 1'001;
    received.bytes = 64'064;
    received.first = 0.5;
    received.last = 2.5;
    FlowCounts counts{.unique = 999, .lost = 1, .duplicates = 2, .reordered = 3, .extent = 4};
    received.total = counts;
    received.flows = {{0, {.unique = 500}}, {1, counts}};
    for (std::uint64_t t = 1; t <= 1'000; ++t) received.latency.record(t * 1'000);
    result.received = received;
    result.nanos_per_tick = 0.5;
    return result;
}

TEST(Result, JsonCarriesEveryFigureInBaseUnits) {
    const auto json = to_json(one_lost(), false);
    EXPECT_EQ(json["lossless"], false);
    EXPECT_EQ(json["sent"]["packets_per_second"], 500.0);
    EXPECT_EQ(json["sent"]["bits_per_second"], 256'000.0);
    const auto& received = json["received"];
    EXPECT_EQ(received["lost_packets"], 1);
    EXPECT_EQ(received["duplicated_packets"], 2);
    EXPECT_EQ(received["reordered_packets"], 3);
    EXPECT_EQ(received["reorder_extent_packets"], 4);
    EXPECT_EQ(received["packets_per_second"], 500.5);
    EXPECT_NEAR(received["latency_nanoseconds"]["p50"].get<double>(), 250'000, 2'000);
    EXPECT_EQ(received["latency_nanoseconds"]["max"], 500'000.0);
    EXPECT_EQ(received["flows"].size(), 1U);  // only the troubled one
    EXPECT_EQ(received["flows"][0]["flow"], 1);
    EXPECT_EQ(to_json(one_lost(), true)["received"]["flows"].size(), 2U);
}

TEST(Result, LosslessNeedsProof) {
    Result result = one_lost();
    EXPECT_FALSE(lossless(result));
    result.received->total.lost = 0;
    EXPECT_TRUE(lossless(result));
    result.received->damaged = 1;
    EXPECT_FALSE(lossless(result));
    result.received->damaged = 0;
    result.received->packets = 0;
    EXPECT_FALSE(lossless(result));
    result.received->packets = 1;
    result.received->loss_known = false;
    EXPECT_FALSE(lossless(result));
}

TEST(Result, RateThatWasNotReachedIsSaid) {
    Result result = one_lost();
    result.sent->asked = SendRate{SendRate::Unit::packets, 600};
    EXPECT_EQ(to_json(result, false)["sent"]["asked"]["reached"], true);
    EXPECT_EQ(to_text(result, false).find("not reached"), std::string::npos);
    result.sent->forgone = 200;
    EXPECT_EQ(to_json(result, false)["sent"]["asked"]["reached"], false);
    EXPECT_NE(to_text(result, false).find("asked 600pps, 200 packets were due"), std::string::npos);
}

TEST(Result, TextShowsTheTroubledFlowsOnly) {
    const std::string text = to_text(one_lost(), false);
    EXPECT_NE(text.find("0.100000 %"), std::string::npos) << text;
    EXPECT_NE(text.find("\n     1 "), std::string::npos);
    EXPECT_EQ(text.find("\n     0 "), std::string::npos);
    EXPECT_NE(to_text(one_lost(), true).find("\n     0 "), std::string::npos);
}

TEST(SendRate, NumbersArePrintedForPeople) {
    EXPECT_EQ(grouped(0), "0");
    EXPECT_EQ(grouped(999), "999");
    EXPECT_EQ(grouped(1'000), "1,000");
    EXPECT_EQ(grouped(12'345'678), "12,345,678");
    EXPECT_EQ(scaled(12'345'678), "12.35M");
    EXPECT_EQ(scaled(999), "999");
}

}  // namespace
}  // namespace weir
