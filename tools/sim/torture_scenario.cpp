// Random networks in random trouble, by seed.
#include <fmt/format.h>

#include <algorithm>

#include "tools/sim/random.hpp"
#include "tools/sim/torture.hpp"

namespace weir::sim {
namespace {

using namespace std::chrono_literals;

constexpr Nanos lasts = 30ms;  // of traffic
constexpr Nanos handshakes = 200ms;

class Maker {
public:
    Maker(std::uint64_t seed, Troubles allowed) : random_{seed, 77}, allowed_{allowed} {
        it_.seed = seed;
        it_.name = fmt::format("seed {}", seed);
    }
    Scenario make() {
        ring_ = trouble(Trouble::ring, 40);
        routers_ = ring_ ? 3 + random_.below(2) : 2 + random_.below(4);
        rate_ = BitsPerSecond{one_of<std::uint64_t>({1, 2, 10}) * 1'000'000'000};
        add_slices();
        if (ring_) {
            add_ring();
        } else {
            add_routers();
            add_hosts();
            add_traffic();
        }
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
    LineSetup line(std::size_t a, std::size_t b, Nanos propagation) const {
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
            for (std::size_t slice = 0; slice < it_.slices.size(); ++slice)
                add_traffic(source, sink_, slice, part(0.3 + random_.fraction()));
    }
    void add_traffic(std::size_t from, std::size_t to, std::size_t slice, BitsPerSecond rate) {
        TrafficSetup traffic;
        traffic.from = from;
        traffic.to = to;
        traffic.slice = slice;
        traffic.flows = static_cast<std::uint32_t>(1 + random_.below(8));
        traffic.rate = rate;
        traffic.packet = std::max(it_.slices[slice].smallest,
                                  Bytes{one_of<std::uint64_t>({60, 1'500, 4'156, 9'000})});
        traffic.start = some_time() + -(lasts / 2);
        traffic.stop = Instant{handshakes + lasts};
        it_.traffic.push_back(traffic);
    }
    // Everything goes round one way, as far as there are routers, and each line is asked for more
    // than it has; but for one flow, between two hosts of one router.
    void add_ring() {
        const bool calm = random_.chance(0.4);  // then it must be over in time
        for (std::size_t i = 0; i < routers_; ++i) it_.nodes.push_back({fmt::format("r{}", i)});
        for (std::size_t i = 0; i < routers_; ++i) {
            const Nanos propagation = fibre(one_of({0.1, 10.0, 100.0}));
            LineSetup made = line(i, (i + 1) % routers_, propagation);
            if (!calm) {
                impair(made.to_a, propagation);
                impair(made.to_b, propagation);
            }
            it_.lines.push_back(made);
        }
        for (std::size_t i = 0; i < routers_; ++i) sources_.push_back(host_at(i));
        sink_line_ = it_.lines.size() - 1;
        it_.lines[sink_line_].to_a.shaped = part(one_of({0.02, 0.3, 1.0}));
        for (std::size_t i = 0; i < routers_; ++i)
            for (std::size_t hops = 1; hops < routers_; ++hops)
                it_.routes.push_back({(i + routers_ - hops) % routers_, sources_[i],
                                      (i + routers_ - hops + 1) % routers_});
        for (std::size_t i = 0; i < routers_; ++i)
            for (std::size_t slice = 0; slice < it_.slices.size(); ++slice)
                add_traffic(sources_[i], sources_[(i + routers_ - 1) % routers_], slice,
                            part(0.3 + random_.fraction()));
        const std::size_t from = host_at(0), to = host_at(0);
        add_traffic(from, to, 0, part(0.5));
        it_.traffic.back().flows = 1;
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
            const std::size_t between = ring_ ? routers_ : routers_ - 1;  // lines of routers
            const std::size_t drawn = random_.below(between + 1);
            const std::size_t at = drawn < between ? drawn : sink_line_;
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
    bool ring_ = false;
    std::size_t routers_ = 0, sink_ = 0, sink_line_ = 0;
    std::vector<std::size_t> sources_;
    BitsPerSecond rate_;
};

}  // namespace

Scenario torture_scenario(std::uint64_t seed, Troubles allowed, Troubles& had) {
    Maker maker{seed, allowed};
    Scenario made = maker.make();
    had = maker.had();
    return made;
}

}  // namespace weir::sim
