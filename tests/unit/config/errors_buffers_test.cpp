// What can not keep a lossless slice from losing is refused, each with its arithmetic. One change
// of docs/example.toml each, whole sentences.
#include <fmt/format.h>

#include "dataplane/config/packet_plan.hpp"
#include "tests/unit/config/support.hpp"

namespace weir {
namespace {

struct Change {
    std::string from, to;
};
using Changes = std::vector<Change>;

std::string changed(const Changes& changes) {
    std::string text = file_text("docs/example.toml");
    for (const auto& [from, to] : changes) text = with(text, from, to);
    return text;
}

const std::string automatic = "buffer    = \"auto\"";

struct Refused {
    Changes changes;
    std::vector<std::string> errors;
};
const std::vector<Refused> refused{
    // A buffer below what must fit: H and the step down to XON.
    {{{automatic, "buffer    = \"2MB\""}},
     {"t:74:13: slice[0].buffer: 2MB is 12799766B short for peer transit-1: what may still come "
      "after XOFF, 14549766B, and the step down to XON, 250kB, must fit; write at least 14799766B, "
      "42456016B for the full rate, or \"auto\""}},
    {{{automatic, "buffer    = \"18kB\""},
      {"\"precise\" ", "\"credit\" "},
      {"3 = \"training\"", ""}},
     {"t:74:13: slice[0].buffer: 18kB is 516B short for peer transit-1: two packets of the MTU "
      "must "
      "fit; write at least 18516B, 14706016B for the full rate, or \"auto\""}},
    // No round trip, no rate of the line, nobody to hold back, nothing that leaves.
    {{{"\"100km\"", "\"auto\""}},
     {"t:58:12: peer[0].distance: the buffer of lossless slice training can not be sized without "
      "the round trip to peer transit-1; write the distance, like \"100km\", or give the slice a "
      "buffer"}},
    {{{"rate    = \"100G\"\n", "\n"}},
     {"t:36:1: port[1].rate: the buffer of lossless slice training for peer transit-1 can not be "
      "sized without it; write the rate of the line, like \"100G\", or give the slice a buffer"}},
    {{{"\"40%\"", "\"0%\""}, {"\"100%\"", "\"0%\""}},
     {"t:67:13: slice[0].limit: 0 holds what comes in for ever, as nothing of a lossless slice is "
      "dropped; raise it or set lossless = false"}},
    // 50 us of 100G are 625,000 bytes: 7,441 frames of 84 on the wire.
    {{{"min_packet = 1024", "min_packet = 60"}},
     {"t:36:1: port[1].receive_descriptors: 2048 are 5393 short: while a loop of a worker takes "
      "50us, 7441 packets of 60 bytes of lossless slice training can come at 100G; raise it to "
      "8192, or raise min_packet of slice training"}},
    {{{"min_packet = 1024", "min_packet = 60"}, {"rate    = \"100G\"", "rate    = \"800G\""}},
     {"t:36:1: port[1].receive_descriptors: 2048 are 57476 short: while a loop of a worker takes "
      "50us, 59524 packets of 60 bytes of lossless slice training can come at 800G; raise "
      "min_packet of slice training, or lower rate"}},
    // Guarantees above the slowest port, in bit/s and as shares.
    {{{"\"40%\"", "\"10.5G\""}},
     {"t:66:13: slice[0].guarantee: 10500M is 500M above what port wan1 of 10G has left, 0bps "
      "being "
      "guaranteed to other slices; lower it, or write a share of the port, like \"40%\""}},
    {{{"lossless = false", "guarantee = \"6500M\""}},
     {"t:66:13: slice[0].guarantee: 4G is 500M above what port wan1 of 10G has left, 6500M being "
      "guaranteed to other slices; lower it, or write a share of the port, like \"40%\""}},
    {{{"\"100%\"", "\"3G\""}},
     {"t:66:13: slice[0].guarantee: 4G of port wan1 is above the limit 3G of the same slice; lower "
      "it or raise the limit"}},
    // More than the pool that is asked for: 174,655 for B, 37,632 for rings, 3 x 1,024.
    {{{"[memory]", "[memory]\npacket_buffers = 100000"}},
     {"t:13:18: memory.packet_buffers: 100000 are 115894 short: lossless slices take 175190, rings "
      "and caches 37632, and lossy slices at least 3072; raise it to 215894, or leave it out to "
      "have it computed"}},
};

TEST(ErrorsBuffers, EachWithItsArithmetic) {
    for (const auto& [changes, errors] : refused)
        EXPECT_EQ(errors_of(changed(changes)), errors) << changes.front().to;
}

// What each sentence names as the way out is one.
TEST(ErrorsBuffers, TheWayOutIsOne) {
    const std::vector<Changes> accepted{
        {},
        {{automatic, "buffer    = \"14799766B\""}},
        {{automatic, "buffer    = \"2392355B\""}, {"\"precise\" ", "\"credit\" "}},
        {{automatic, "buffer    = \"50MB\""}, {"\"100km\"", "\"auto\""}},
        {{automatic, "buffer    = \"50MB\""}, {"rate    = \"100G\"\n", "\n"}},
        {{"min_packet = 1024", "min_packet = 60"},
         {"rate    = \"100G\"", "rate    = \"100G\"\nreceive_descriptors = 8192"}},
        {{"\"40%\"", "\"10G\""}},
        {{"lossless = false", "guarantee = \"6G\""}},
        {{"\"100%\"", "\"40G\""}},
        {{"[memory]", "[memory]\npacket_buffers = 215894"}},
    };
    for (const Changes& changes : accepted)
        EXPECT_EQ(errors_of(changed(changes)), std::vector<std::string>{})
            << (changes.empty() ? "" : changes.front().to);
}

// All of them come at once.
TEST(ErrorsBuffers, AllAtOnce) {
    EXPECT_EQ(
        errors_of(changed({{automatic, "buffer    = \"2MB\""},
                           {"min_packet = 1024", "min_packet = 100"},
                           {"lossless = false", "guarantee = \"10001M\""},
                           {"queues    = 256", "queues    = 255"}})),
        (std::vector<std::string>{
            "t:36:1: port[1].receive_descriptors: 2048 are 2993 short: while a loop of a worker "
            "takes 50us, 5041 packets of 100 bytes of lossless slice training can come at "
            "100G; raise it to 8192, or raise min_packet of slice training",
            "t:72:13: slice[0].queues: 255 is not a power of two; 128 or 256 is",
            "t:74:13: slice[0].buffer: 2MB is 28534646B short for peer transit-1: what may "
            "still come after XOFF, 30018516B, and the step down to XON, 516130B, must fit; "
            "write at least 30534646B, 87631421B for the full rate, or \"auto\"",
            "t:83:13: slice[1].guarantee: 10001M is 1M above what port wan1 of 10G has left, "
            "0bps being guaranteed to other slices; lower it, or write a share of the port, "
            "like \"40%\""}));
    EXPECT_EQ(errors_of(changed({{automatic, "buffer    = \"2MB\""},
                                 {"min_packet = 1024", "min_packet = 100"},
                                 {"[memory]", "[memory]\npacket_buffers = 1"}}))
                  .size(),
              2U);  // the buffer and the ring; the pool, when those are right
}

std::vector<std::string> errors_on(const Machine& machine, const std::string& text) {
    const auto result = parse_config(text, "t", machine);
    std::vector<std::string> lines;
    if (const auto* errors = std::get_if<ConfigErrors>(&result))
        for (const auto& error : *errors) lines.push_back(error.to_string());
    return lines;
}

TEST(ErrorsBuffers, AboveTheMemoryOfTheMachine) {
    const std::string text = changed({});
    const PacketPlan plan = plan_packets(config_of(text));
    ASSERT_EQ(plan.pool, 278'742U);
    const Bytes needed{plan.pool * 2'496};
    EXPECT_EQ(errors_on({needed, {}}, text), std::vector<std::string>{});
    EXPECT_EQ(
        errors_on({needed - Bytes{1'000}, {}}, text),
        std::vector<std::string>{fmt::format(
            "t:74:13: slice[0].buffer: 278742 packet buffers of 2496 bytes take {} bytes, "
            "1000 more than the {} that this machine has, and 175190 of them are for lossless "
            "slices; lower distance, limit or isolate, raise min_packet, give slices a "
            "smaller buffer, or add memory",
            needed.count(), needed.count() - 1'000)});
    EXPECT_EQ(
        errors_on({Bytes{1U << 30U}, {}},
                  changed({{"[memory]", "[memory]\npacket_buffers = 500000"}})),
        std::vector<std::string>{
            "t:13:18: memory.packet_buffers: 500000 packet buffers of 2496 bytes take 1248000000 "
            "bytes, 174258176 more than the 1073741824 that this machine has; lower it, or leave "
            "it "
            "out to have it computed"});
    EXPECT_EQ(
        errors_on({Bytes{1U << 30U}, {}}, node_part + ports_part + "[memory]\nreserve = \"2GB\"\n")
            .size(),
        1U);
}

// However absurd the numbers: an answer.
TEST(ErrorsBuffers, TakeAbsurdNumbers) {
    Changes changes{{"rate    = \"100G\"", "rate = \"4000000T\""},
                    {"\"100km\"", "\"100000km\""},
                    {"isolate   = 1", "isolate = 256"}};
    EXPECT_EQ(errors_of(changed(changes)).size(), 1U);  // no ring lasts so long
    changes.push_back({automatic, "buffer    = \"4000000TB\""});
    EXPECT_EQ(errors_of(changed(changes)).size(), 1U);
    EXPECT_EQ(errors_on({Bytes{1U << 30U}, {}}, changed({{automatic, "buffer    = \"4000000TB\""}}))
                  .size(),
              1U);
}

}  // namespace
}  // namespace weir
