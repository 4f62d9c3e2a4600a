// How many packet-hops a second of one core: host - line - switch - line - host. Time the process
// had, not of the clock on the wall; printed, not judged, because the machine is shared all the
// same.
#include <fmt/core.h>
#include <gtest/gtest.h>

#include <ctime>

#include "tests/unit/sim/star.hpp"

namespace weir::sim::test {
namespace {

TEST(Rate, PacketHopsASecond) {
    Star star{4, {gigabits(100), fibre(100), {}, {}, 1, 0}};
    for (std::uint32_t i = 0; i < 8; ++i) {
        FlowConfig way;
        way.from = NodeId{i % 2};
        way.to = NodeId{2 + i % 2};
        RoceConfig roce;
        star.opened(star.flows.add_roce(way, roce)).send(at(0ns), Bytes{1ULL << 40U}, 1);
    }
    star.engine.run_until(at(5ms));
    const std::uint64_t before = star.hops(), wakes = star.engine.wakes();
    const std::clock_t began = std::clock();
    star.engine.run_until(at(400ms));
    const double took = static_cast<double>(std::clock() - began) / CLOCKS_PER_SEC;
    const auto hops = static_cast<double>(star.hops() - before);
    fmt::print("simulated {:.1f} M packet-hops, {:.2f} M/s, {:.2f} wakes each\n", hops * 1e-6,
               hops * 1e-6 / took, static_cast<double>(star.engine.wakes() - wakes) / hops);
    EXPECT_GT(hops, 4e6);
}

}  // namespace
}  // namespace weir::sim::test
