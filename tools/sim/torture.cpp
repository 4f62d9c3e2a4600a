#include "tools/sim/torture.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "tools/sim/standstill.hpp"

namespace weir::sim {
namespace {

using namespace std::chrono_literals;

void note(Torture& it, const World& world, const Result& result) {
    it.hops = result.hops;
    it.messages = result.messages;
    it.refused = result.refused;
    it.died = result.died;
    it.lost_on_lines = result.data_lost;
    it.closed_a_gate = result.shut > 0;
    it.ejected = result.ejected;
    it.proofs = result.deadlocks.proofs;
    for (const FloodCounts& flow : world.flows()) it.packets += flow.sent;
}

bool had(const Torture& it, Trouble trouble) { return (it.had & only(trouble)) != 0; }

// What deadlocks, and those who look for them, may do to whom.
std::string broken_by_deadlock(const World& world, const Result& result, const Torture& it) {
    if (result.watchdog != 0 || result.deadlocks.watchdog != 0)
        return fmt::format("watchdogs saw a slice stuck {} times", result.deadlocks.watchdog);
    if (!had(it, Trouble::ring) && result.deadlocks.proofs != 0)
        return fmt::format("{} deadlocks where nothing goes round", result.deadlocks.proofs);
    if (result.ejected_outside != 0)
        return fmt::format("{} packets ejected outside the ring", result.ejected_outside);
    if (!had(it, Trouble::ring)) return {};
    if (hears(it) && it.stood > it.allowed)
        return fmt::format("all stood still for {} ms of {} ms", it.stood / 1ms, it.allowed / 1ms);
    if (had(it, Trouble::restarts)) return {};
    const FloodCounts& outside = world.flows().back();
    if (outside.sent != outside.received)
        return fmt::format("{} of {} packets came that do not go round", outside.received,
                           outside.sent);
    return {};
}

std::string broken_law(const World& world, const Result& result, const Torture& it, bool rests) {
    std::uint64_t sent = 0, received = 0, reordered = 0;
    for (const FloodCounts& flow : world.flows()) {
        sent += flow.sent;
        received += flow.received;
        reordered += flow.reordered;
    }
    if (result.dropped != 0) return fmt::format("routers dropped {} packets", result.dropped);
    if (std::string broken = broken_by_deadlock(world, result, it); !broken.empty()) return broken;
    if (result.negative_marks != 0)
        return fmt::format("{} MARKs said less than came", result.negative_marks);
    if (reordered != 0) return fmt::format("{} packets overtook their flow", reordered);
    if (!rests) return "some gate stayed shut, or some queue full";
    if (sent != received + it.lost_on_lines + it.died + it.ejected)
        return fmt::format("sent {} is not received {} + lost on lines {} + died {} + ejected {}",
                           sent, received, it.lost_on_lines, it.died, it.ejected);
    return {};
}

}  // namespace

bool hears(const Torture& it) {
    const auto late = {Trouble::message_loss, Trouble::bursts, Trouble::cuts, Trouble::restarts,
                       Trouble::stops};
    return std::ranges::none_of(late, [&](Trouble one) { return had(it, one); });
}

Torture torture(std::uint64_t seed, Troubles allowed, Rules rules) {
    Torture it;
    Scenario scenario = torture_scenario(seed, allowed, it.had);
    scenario.obeys_limit = rules.obey_limit;
    scenario.breaks_deadlocks = rules.break_deadlocks;
    it.allowed = may_stand(scenario);
    World world{scenario};
    Standstill standstill{world, scenario.slices.size()};
    const Instant heals{scenario.duration};
    standstill.run_until(heals);
    world.heal();
    // What is on its way comes first.
    bool rests = false;
    for (Instant now = heals + 20ms; now < heals + rules.patience && !rests; now = now + 20ms) {
        standstill.run_until(now);
        rests = world.at_rest();
    }
    world.run_until(world.engine().now() + 40ms);
    const Result result = world.result();
    note(it, world, result);
    it.stood = standstill.longest();
    it.broken = broken_law(world, result, it, rests && world.at_rest());
    return it;
}

Troubles shrink(std::uint64_t seed, Troubles allowed, Rules rules) {
    for (unsigned i = 0; i < static_cast<unsigned>(Trouble::count); ++i) {
        const Troubles less = allowed & ~(1U << i);
        if (less != allowed && !torture(seed, less, rules).broken.empty()) allowed = less;
    }
    return allowed;
}

}  // namespace weir::sim
