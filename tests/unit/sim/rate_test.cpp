// How many packet-hops a second of the machine: host - line - switch - line - host. Printed, not
// judged: the machine is shared.
#include <fmt/core.h>
#include <gtest/gtest.h>

#include <chrono>

#include "tests/unit/sim/net.hpp"

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
    const auto began = std::chrono::steady_clock::now();
    star.engine.run_until(at(400ms));
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
    const auto hops = static_cast<double>(star.hops() - before);
    fmt::print("simulated {:.1f} M packet-hops, {:.2f} M/s, {:.2f} wakes each\n", hops * 1e-6,
               hops * 1e-6 / took.count(), static_cast<double>(star.engine.wakes() - wakes) / hops);
    EXPECT_GT(hops, 4e6);
}

}  // namespace
}  // namespace weir::sim::test
