// What the compiled snapshot says of slices on ports.
#include "dataplane/control/compile.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "dataplane/config/packet_plan.hpp"
#include "dataplane/config/parse.hpp"

namespace weir {
namespace {

using namespace literals;

std::shared_ptr<const Snapshot> compiled(const std::string& more, std::uint64_t pool = 0) {
    std::ifstream file{WEIR_SOURCE_ROOT "/docs/example.toml"};
    std::stringstream text;
    text << file.rdbuf() << more;
    auto parsed = parse_config(text.str(), "t");
    CompileInput input;
    input.config = std::make_shared<const Config>(std::get<Config>(std::move(parsed)));
    input.macs = IdVector<PortId, MacAddr>(input.config->ports.size());
    input.gateways.resize(gateways_of(*input.config).size());
    input.pool = pool;
    CounterSlots sids, paths;
    return compile_snapshot(input, sids, paths);
}

constexpr PortId lan0{0}, wan0{1}, wan1{2};
constexpr SliceId best_effort{0}, training{1};

// By hand in tests/unit/qos/buffer_test.cpp.
TEST(CompileSlices, BuffersStandWhereTheirSenderComesIn) {
    const auto snapshot = compiled("");
    EXPECT_EQ(snapshot->ports[wan0].lossless_in[training], 42'456'016_B);
    EXPECT_EQ(snapshot->ports[lan0].lossless_in[training], 2'392'355_B);
    EXPECT_EQ(snapshot->ports[wan1].lossless_in[training], 0_B);  // nobody to hold back
    for (const PortId port : {lan0, wan0, wan1})
        EXPECT_EQ(snapshot->ports[port].lossless_in[best_effort], 0_B);
}

TEST(CompileSlices, PeersOfAPortAddUp) {
    const auto snapshot = compiled(
        "[[peer]]\nname = \"near\"\nport = \"wan0\"\naddress = \"fc00:e::fc\"\n"
        "locator = \"fc00:e::/32\"\ndistance = \"100km\"\n");
    EXPECT_EQ(snapshot->ports[wan0].lossless_in[training], 84'912'032_B);
}

TEST(CompileSlices, LossySlicesShareWhatThePoolHas) {
    const auto snapshot = compiled("");
    EXPECT_EQ(snapshot->ports[lan0].lossy_out, 3'125'000_B);
    EXPECT_EQ(snapshot->ports[wan0].lossy_out, 12'500'000_B);
    EXPECT_EQ(snapshot->ports[wan1].lossy_out, 1'250'000_B);
    // Half of what they want is there: each has half.
    const PacketPlan plan = plan_packets(*snapshot->config);
    const auto tight = compiled("", plan.pool - plan.lossy / 2);
    EXPECT_EQ(tight->ports[lan0].lossy_out, Bytes{12'208 / 2 * 256});
    EXPECT_EQ(tight->ports[wan0].lossy_out, Bytes{48'829 / 2 * 256});
}

}  // namespace
}  // namespace weir
