#include "tools/sim/torture.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "tools/sim/random.hpp"
#include "tools/sim/world.hpp"

namespace weir::sim {
namespace {

using namespace std::chrono_literals;

constexpr Nanos to_a_host{500};
constexpr Nanos lasts = 30ms;    // of traffic
constexpr Nanos patience = 10s;  // until all is at rest again
constexpr Nanos handshakes = 200ms;

class Maker {
public:
    Maker(std::uint64_t seed, Troubles allowed) : random_{seed, 77}, allowed_{allowed} {
        it_.seed = seed;
        it_.name = fmt::format("seed {}", seed);
    }
    Scenario make() {
        routers_ = 2 + random_.below(4);
        rate_ = BitsPerSecond{one_of<std::uint64_t>({1, 2, 10}) * 1'000'000'000};
        add_slices();
        add_routers();
        add_hosts();
        add_traffic();
        add_events();
        it_.duration = handshakes + lasts;
        return std::move(it_);
    }
    Troubles had() const { return had_; }

private:
    template <class T>
    T one_of(std::initializer_list<T> values) {
        return values.begin()[random_.below(values.size())];
    }
    // Draws all the same where it is not allowed, so that the rest stays what it was.
    bool trouble(Trouble what, unsigned percent) {
        const bool drawn = random_.below(100) < percent;
        if (!drawn || (allowed_ & only(what)) == 0) return false;
        had_ |= only(what);
        return true;
    }
    Instant some_time() { return Instant{handshakes + random_.up_to(lasts)}; }

    void add_slices() {
        const bool small = trouble(Trouble::small_packets, 20);
        const std::size_t slices = trouble(Trouble::many_slices, 40) ? 2 + random_.below(3) : 1;
        for (std::size_t i = 0; i < slices; ++i) {
            SliceSetup slice;
            slice.number = SliceNumber{static_cast<std::uint32_t>(10 + i)};
            slice.priority = static_cast<std::uint8_t>(i);
            slice.lossless = true;
            slice.control = one_of({HoldBack::pause, HoldBack::precise, HoldBack::credit});
            slice.buckets = one_of({1U, 16U, 64U});
            slice.smallest = Bytes{small ? 60U : 1'000U};
            slice.rates.weight = static_cast<std::uint32_t>(1 + random_.below(4));
            it_.slices.push_back(slice);
        }
    }
    LineSetup line(std::size_t a, std::size_t b, Nanos propagation) {
        LineSetup made;
        made.a = a;
        made.b = b;
        made.rate = rate_;
        made.propagation = propagation;
        return made;
    }
    void impair(WaySetup& way, Nanos propagation) {
        Impairment& messages = way.messages;
        messages.late = propagation + 50us;
        if (trouble(Trouble::message_loss, 50)) messages.loss = random_.fraction() * 0.5;
        if (trouble(Trouble::bursts, 20)) messages.burst = {.enter = 0.02, .leave = 0.1};
        if (trouble(Trouble::duplication, 30)) messages.duplicate = random_.fraction() * 0.3;
        if (trouble(Trouble::reordering, 30)) messages.reorder = random_.fraction() * 0.5;
        if (trouble(Trouble::wire_loss, 15)) way.data.loss = random_.fraction() * 0.01;
        if (trouble(Trouble::cuts, 10)) {
            const Instant from = some_time();
            way.cuts.push_back({from, from + random_.up_to(20ms)});
        }
    }
    // A tree, so that nothing goes round: each router is joined to an earlier one.
    void add_routers() {
        for (std::size_t i = 0; i < routers_; ++i) it_.nodes.push_back({fmt::format("r{}", i)});
        for (std::size_t i = 1; i < routers_; ++i) {
            const bool chain = random_.chance(0.7);
            const std::size_t to = chain ? i - 1 : random_.below(i);
            const Nanos propagation = fibre(one_of({0.1, 10.0, 100.0, 400.0}));
            LineSetup made = line(i, to, propagation);
            impair(made.to_a, propagation);
            impair(made.to_b, propagation);
            it_.lines.push_back(made);
        }
    }
    std::size_t host_at(std::size_t router) {
        it_.nodes.push_back({fmt::format("h{}", it_.nodes.size()), true});
        it_.lines.push_back(line(it_.nodes.size() - 1, router, to_a_host));
        return it_.nodes.size() - 1;
    }
    void add_hosts() {
        sink_ = host_at(0);
        sink_line_ = it_.lines.size() - 1;
        it_.lines[sink_line_].to_a.shaped = part(one_of({0.02, 0.05, 0.3, 0.9}));
        const std::size_t sources = 1 + random_.below(3);
        for (std::size_t i = 0; i < sources; ++i)
            sources_.push_back(host_at(i == 0 ? routers_ - 1 : random_.below(routers_)));
    }
    BitsPerSecond part(double share) const {
        return BitsPerSecond{static_cast<std::uint64_t>(double(rate_.count()) * share)};
    }
    void add_traffic() {
        for (const std::size_t source : sources_)
            for (std::size_t slice = 0; slice < it_.slices.size(); ++slice) {
                TrafficSetup traffic;
                traffic.from = source;
                traffic.to = sink_;
                traffic.slice = slice;
                traffic.flows = static_cast<std::uint32_t>(1 + random_.below(8));
                traffic.rate = part(0.3 + random_.fraction());
                traffic.packet = std::max(it_.slices[slice].smallest,
                                          Bytes{one_of<std::uint64_t>({60, 1'500, 4'156, 9'000})});
                traffic.start = some_time() + -(lasts / 2);
                traffic.stop = Instant{handshakes + lasts};
                it_.traffic.push_back(traffic);
            }
    }
    void add_events() {
        for (std::size_t router = 0; router < routers_; ++router)
            if (trouble(Trouble::restarts, 8))
                it_.events.push_back(
                    {.at = some_time(), .what = Event::What::restart, .node = router});
        if (trouble(Trouble::jumping_drain, 30))
            for (int i = 0; i < 6; ++i)
                it_.events.push_back({.at = some_time(),
                                      .line = sink_line_,
                                      .to_b = false,
                                      .rate = part(one_of({0.02, 0.1, 1.0}))});
        if (trouble(Trouble::stops, 30)) {
            const std::size_t slice = random_.below(it_.slices.size());
            const std::size_t at = random_.below(it_.lines.size() - sources_.size());
            for (const auto what : {Event::What::stop, Event::What::open})
                it_.events.push_back({.at = some_time(),
                                      .what = what,
                                      .line = at,
                                      .to_b = at != sink_line_,
                                      .slice = slice});
        }
        std::ranges::stable_sort(it_.events, {}, &Event::at);
    }

    Random random_;
    Troubles allowed_;
    Troubles had_ = 0;
    Scenario it_;
    std::size_t routers_ = 0, sink_ = 0, sink_line_ = 0;
    std::vector<std::size_t> sources_;
    BitsPerSecond rate_;
};

std::string broken_law(const World& world, const Result& result, const Torture& it, bool rests) {
    std::uint64_t sent = 0, received = 0, reordered = 0;
    for (const FloodCounts& flow : world.flows()) {
        sent += flow.sent;
        received += flow.received;
        reordered += flow.reordered;
    }
    if (result.dropped != 0) return fmt::format("routers dropped {} packets", result.dropped);
    if (result.negative_marks != 0)
        return fmt::format("{} MARKs said less than came", result.negative_marks);
    if (reordered != 0) return fmt::format("{} packets overtook their flow", reordered);
    if (!rests) return "some gate stayed shut, or some queue full";
    if (sent != received + it.lost_on_lines + it.died)
        return fmt::format("sent {} is not received {} + lost on lines {} + died {}", sent,
                           received, it.lost_on_lines, it.died);
    return {};
}

}  // namespace

Scenario torture_scenario(std::uint64_t seed, Troubles allowed, Troubles& had) {
    Maker maker{seed, allowed};
    Scenario made = maker.make();
    had = maker.had();
    return made;
}

Torture torture(std::uint64_t seed, Troubles allowed, bool obeys_limit) {
    Torture it;
    Scenario scenario = torture_scenario(seed, allowed, it.had);
    scenario.obeys_limit = obeys_limit;
    World world{scenario};
    Instant now{scenario.duration};
    world.run_until(now);
    world.heal();
    const Instant end = now + patience;
    // What is on its way comes first.
    bool rests = false;
    for (now = now + 20ms; now < end && !rests; now = now + 20ms) {
        world.run_until(now);
        rests = world.at_rest();
    }
    world.run_until(now + 20ms);
    const Result result = world.result();
    it.hops = result.hops;
    it.messages = result.messages;
    it.refused = result.refused;
    it.died = result.died;
    it.lost_on_lines = result.data_lost;
    it.closed_a_gate = result.shut > 0;
    for (const FloodCounts& flow : world.flows()) it.packets += flow.sent;
    it.broken = broken_law(world, result, it, rests && world.at_rest());
    return it;
}

Troubles shrink(std::uint64_t seed, Troubles allowed, bool obeys_limit) {
    for (unsigned i = 0; i < static_cast<unsigned>(Trouble::count); ++i) {
        const Troubles less = allowed & ~(1U << i);
        if (less != allowed && !torture(seed, less, obeys_limit).broken.empty()) allowed = less;
    }
    return allowed;
}

}  // namespace weir::sim
