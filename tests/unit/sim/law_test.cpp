// Whatever the lines do, and whatever the transport: every message arrives once and in order, and
// every packet is accounted for.
#include <gtest/gtest.h>

#include "tests/unit/sim/star.hpp"

namespace weir::sim::test {
namespace {

struct InOrder final : Application {
    void delivered(Instant /*now*/, FlowId flow, std::uint64_t tag) override {
        ASSERT_EQ(tag, arrived[index(flow)]++);
    }
    void acknowledged(Instant /*now*/, FlowId flow, std::uint64_t tag) override {
        ASSERT_EQ(tag, known[index(flow)]++);
        ASSERT_LE(known[index(flow)], arrived[index(flow)]);
    }
    std::array<std::uint64_t, 8> arrived{};
    std::array<std::uint64_t, 8> known{};
};

Impairment any(Random& random) {
    Impairment what;
    if (random.chance(0.7)) what.loss = random.fraction() * 0.03;
    if (random.chance(0.4)) what.burst = {random.fraction() * 0.01, 0.2, 0.7, 0};
    if (random.chance(0.5)) what.duplicate = random.fraction() * 0.05;
    if (random.chance(0.5)) what.reorder = random.fraction() * 0.05;
    what.late = random.up_to(30us);
    return what;
}

Flow& any_flow(Star& star, Random& random, std::uint32_t from) {
    FlowConfig way;
    way.from = NodeId{from};
    way.to = NodeId{3};
    way.treatment.priority = static_cast<std::uint8_t>(random.below(8));
    way.capable = random.chance(0.5);
    TcpConfig tcp;
    tcp.growth = random.chance(0.5) ? Growth::reno : Growth::cubic;
    tcp.least_timeout = 1ms;
    RoceConfig roce;
    roce.repair = random.chance(0.5) ? Repair::selective : Repair::go_back_n;
    roce.window = random.chance(0.5) ? 64 : UINT64_MAX;
    roce.timeout = 300us;
    roce.ack_every = static_cast<std::uint32_t>(1 + random.below(32));
    if (random.chance(0.5)) roce.dcqcn.emplace();
    return random.chance(0.3) ? star.flows.add_tcp(way, tcp) : star.flows.add_roce(way, roce);
}

void conserved(const Star& star) {
    std::size_t in_flight = 0, held = 0;
    for (const auto& links : {&star.ups, &star.downs})
        for (const auto& link : *links) {
            const LinkCounts& counts = link->data();
            ASSERT_EQ(counts.sent + counts.duplicated,
                      counts.delivered + counts.dropped() + link->in_flight());
            in_flight += link->in_flight();
        }
    for (const auto& host : star.all) held += host->port(0).packets_held() + host->replies_held();
    ASSERT_EQ(star.packets.live(), in_flight + held + star.middle.held());
}

void run(std::uint64_t seed) {
    Random random{seed};
    Star star{4, {gigabits(25), random.up_to(40us), any(random), {}, seed, 0}};
    star.middle.limit = 100'000 + random.below(1'000'000);
    star.middle.mark = 50'000 + random.below(200'000);
    for (const auto& link : star.ups)
        if (random.chance(0.3)) link->cut(at(400us), at(400us + random.up_to(1ms)));
    InOrder application;
    std::vector<Flow*> flows;
    constexpr std::uint64_t messages = 20;
    for (std::uint32_t i = 0; i < 6; ++i) {
        flows.push_back(&star.opened(any_flow(star, random, i % 3)));
        flows.back()->tell(&application);
    }
    for (std::uint64_t tag = 0; tag < messages; ++tag) {
        for (Flow* flow : flows) flow->send(star.engine.now(), Bytes{random.below(60'000)}, tag);
        star.engine.run_until(star.engine.now() + random.up_to(100us));
        conserved(star);
    }
    star.engine.run_until(at(120s));
    for (const Flow* flow : flows) {
        const FlowCounts& counts = flow->counts();
        ASSERT_EQ(application.arrived[index(flow->id())], messages) << "seed " << seed;
        ASSERT_EQ(application.known[index(flow->id())], messages) << "seed " << seed;
        ASSERT_EQ(flow->arrivals().distinct(), counts.sent - counts.again);
        ASSERT_EQ(flow->arrivals().missing(), 0U);
    }
    ASSERT_EQ(star.packets.live(), 0U);
}

TEST(Law, EveryMessageArrivesOnceAndEveryPacketIsAccountedFor) {
    for (std::uint64_t seed = 1; seed <= 300; ++seed) {
        run(seed);
        ASSERT_FALSE(HasFailure()) << "seed " << seed;
    }
}

}  // namespace
}  // namespace weir::sim::test
