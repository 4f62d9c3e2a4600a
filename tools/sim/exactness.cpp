#include "tools/sim/exactness.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace weir::sim {
namespace {

constexpr double least_use = 0.99, least_innocent = 0.99, most_uneven = 0.01;

struct Terms {
    std::string kind, mode;
    double gbps = 100, kilometres = 100;
    unsigned hops = 1;
    double messages_lost = 0;
    unsigned sources = 1, flows = 8;
    Bytes packet{4'096 + 60};
    double drain = 0.5;  // of the line
};

BitsPerSecond part(BitsPerSecond rate, double share) {
    return BitsPerSecond{static_cast<std::uint64_t>(std::llround(double(rate.count()) * share))};
}

SliceSetup slice_of(const Terms& terms) {
    SliceSetup slice;
    slice.number = SliceNumber{10};
    slice.priority = 3;
    slice.lossless = true;
    slice.buckets = 64;
    slice.smallest = terms.packet;
    slice.control = terms.mode == "pause"    ? HoldBack::pause
                    : terms.mode == "credit" ? HoldBack::credit
                                             : HoldBack::precise;
    return slice;
}

LineSetup line_of(const Terms& terms, std::size_t a, std::size_t b, Nanos propagation) {
    LineSetup line;
    line.a = a;
    line.b = b;
    line.rate = BitsPerSecond{static_cast<std::uint64_t>(terms.gbps * 1e9)};
    line.propagation = propagation;
    line.to_a.messages.loss = line.to_b.messages.loss =
        propagation == to_a_host ? 0 : terms.messages_lost;
    return line;
}

// Hosts, each on a line of its own, at the first of hops + 1 routers; a sink at the last, behind
// the bottleneck.
Case chain(const Terms& terms) {
    Case made;
    made.kind = terms.kind;
    made.mode = terms.mode;
    made.gbps = terms.gbps;
    made.kilometres = terms.kilometres;
    made.hops = terms.hops;
    made.messages_lost = terms.messages_lost;
    Scenario& it = made.scenario;
    it.name = made.name();
    it.slices = {slice_of(terms)};
    for (unsigned i = 0; i <= terms.hops; ++i) it.nodes.push_back({fmt::format("r{}", i), false});
    const Nanos way = fibre(terms.kilometres / terms.hops);
    for (unsigned i = 0; i < terms.hops; ++i) it.lines.push_back(line_of(terms, i, i + 1, way));
    it.nodes.push_back({"sink", true});
    made.bottleneck = it.lines.size();
    it.lines.push_back(line_of(terms, terms.hops, it.nodes.size() - 1, to_a_host));
    it.lines.back().to_b.shaped = part(it.lines.back().rate, terms.drain);
    const std::size_t sink = it.nodes.size() - 1;
    const Nanos round_trip = 2 * fibre(terms.kilometres);
    // Once the routers know each other: three messages that came, HELLO every 10 ms.
    const Nanos handshakes{terms.messages_lost > 0 ? 800'000'000 : 1'000'000};
    const Instant start{3 * round_trip + handshakes};
    for (unsigned i = 0; i < terms.sources; ++i) {
        it.nodes.push_back({fmt::format("host{}", i), true});
        it.lines.push_back(line_of(terms, it.nodes.size() - 1, 0, to_a_host));
        TrafficSetup traffic;
        traffic.name = it.nodes.back().name;
        traffic.from = it.nodes.size() - 1;
        traffic.to = sink;
        traffic.flows = terms.flows;
        traffic.rate = it.lines.back().rate;
        traffic.packet = terms.packet;
        traffic.start = start;
        made.through.push_back(it.traffic.size());
        it.traffic.push_back(traffic);
    }
    it.duration = start.since_start() + std::max(12 * round_trip, Nanos{12'000'000});
    return made;
}

// Shares are fair once every flow has been told of.
Nanos settling(const Case& of) { return std::max(20 * fibre(of.kilometres), Nanos{10'000'000}); }

// The drain jumps between a tenth and all of the line, a few round trips each.
Case jumping(Terms terms) {
    terms.kind = "drain jumps";
    Case made = chain(terms);
    Scenario& it = made.scenario;
    const Nanos every = std::max(3 * fibre(terms.kilometres), Nanos{500'000});
    bool slow = true;
    for (Nanos at = it.traffic[0].start.since_start(); at < it.duration; at += every, slow = !slow)
        it.events.push_back({.at = Instant{at},
                             .line = made.bottleneck,
                             .rate = part(it.lines[made.bottleneck].rate, slow ? 0.1 : 1.0)});
    return made;
}

// One flow beside `congested` others that share its way up to the last router but for the host;
// or beside so many that stand still.
Case beside(Terms terms, unsigned congested, bool stopped) {
    terms.kind = fmt::format("innocent beside {}{}", congested, stopped ? " stopped" : "");
    terms.flows = congested;
    terms.drain = stopped ? 0.0001 : 0.1;
    Case made = chain(terms);
    Scenario& it = made.scenario;
    it.slices[0].buckets = 1'024;
    if (stopped) it.slices[0].isolate = congested;
    it.nodes.push_back({"other sink", true});
    it.lines.push_back(line_of(terms, terms.hops, it.nodes.size() - 1, to_a_host));
    TrafficSetup innocent = it.traffic[0];
    innocent.to = it.nodes.size() - 1;
    it.nodes.push_back({"innocent", true});
    it.lines.push_back(line_of(terms, it.nodes.size() - 1, 0, to_a_host));
    innocent.name = "innocent";
    innocent.from = it.nodes.size() - 1;
    innocent.flows = 1;
    made.innocent = it.traffic.size();
    made.innocent_share = 1 - terms.drain;
    it.traffic.push_back(innocent);
    it.duration += 2 * settling(made);
    return made;
}

// Two routers, 400 and 20 km away, one sink.
Case unequal(Terms terms) {
    terms.kind = "peers at 400 and 20 km";
    terms.kilometres = 400;
    terms.drain = 0.9;
    Case made = chain(terms);
    Scenario& it = made.scenario;
    it.nodes.push_back({"near", false});
    const std::size_t near = it.nodes.size() - 1;
    it.lines.push_back(line_of(terms, near, terms.hops, fibre(20)));
    it.nodes.push_back({"near host", true});
    it.lines.push_back(line_of(terms, it.nodes.size() - 1, near, to_a_host));
    TrafficSetup traffic = it.traffic[0];
    traffic.name = "near";
    traffic.from = it.nodes.size() - 1;
    made.through.push_back(it.traffic.size());
    it.traffic.push_back(traffic);
    made.even = true;
    it.duration += 2 * settling(made);
    return made;
}

// Bits that the bottleneck lets through in this time.
double capacity(const Case& of, Instant from, Instant to) {
    const LineSetup& line = of.scenario.lines[of.bottleneck];
    double rate = double(std::min(line.to_b.shaped, line.rate).count()), bits = 0;
    Instant at = from;
    for (const Event& event : of.scenario.events) {
        if (event.line != of.bottleneck || event.at >= to) continue;
        const Instant then = std::max(event.at, from);
        bits += rate * double((then - at).count()) / 1e9;
        at = then;
        rate = double(std::min(event.rate, line.rate).count());
    }
    return bits + rate * double((to - at).count()) / 1e9;
}

std::string missing(const Case& of, const Figures& it) {
    std::vector<std::string> missed;
    if (it.lost != 0) missed.push_back(fmt::format("lost {}", it.lost));
    if (it.reordered != 0) missed.push_back(fmt::format("reordered {}", it.reordered));
    if (it.peak > 1) missed.push_back("above B");
    if (it.use < least_use) missed.push_back("use");
    if (of.innocent && of.mode == "precise" && it.innocent < least_innocent)
        missed.push_back("innocent");
    if (of.even && it.uneven > most_uneven) missed.push_back("uneven");
    return fmt::format("{}", fmt::join(missed, ", "));
}

}  // namespace

std::string Case::name() const {
    return fmt::format("{}, {}, {:g}G, {:g} km, {} hop{}, {:g} % of messages lost", kind, mode,
                       gbps, kilometres, hops, hops == 1 ? "" : "s", 100 * messages_lost);
}

Figures judge(const Case& of) {
    World world{of.scenario};
    const Instant settled = of.scenario.traffic[0].start + settling(of);
    world.run_until(settled);
    const Result before = world.result();
    world.run_until(Instant{of.scenario.duration});
    const Result result = world.result();
    const double settled_nanos = double((Instant{of.scenario.duration} - settled).count());
    const auto bits_since = [&](std::size_t traffic) {
        return 8.0 * double(result.traffic[traffic].bytes - before.traffic[traffic].bytes);
    };
    Figures it;
    it.lost = result.dropped + result.negative_marks;
    it.peak = result.peak();
    it.hops = result.hops;
    it.messages = result.messages;
    it.shut = result.shut;
    for (const FloodCounts& flow : world.flows()) {
        it.reordered += flow.reordered;
        it.lost += flow.expected - flow.received;
    }
    double bits = 0;
    Instant first{Nanos::max()}, last;
    for (const std::size_t traffic : of.through) {
        const TrafficResult& one = result.traffic[traffic];
        bits += 8 * double(one.bytes);
        first = std::min(first, one.first);
        last = std::max(last, one.last);
    }
    it.use = last > first ? bits / capacity(of, first, last) : 0;
    double since = 0;
    for (const std::size_t traffic : of.through) since += bits_since(traffic);
    for (const std::size_t traffic : of.through)
        if (of.even)
            it.uneven = std::max(
                it.uneven, std::abs(bits_since(traffic) / since * double(of.through.size()) - 1));
    if (of.innocent)
        it.innocent = bits_since(*of.innocent) * 1e9 / settled_nanos /
                      (double(of.scenario.lines[0].rate.count()) * of.innocent_share);
    it.missed = missing(of, it);
    return it;
}

std::vector<Case> exactness_cases() {
    std::vector<Case> cases;
    for (const char* mode : {"pause", "precise", "credit"})
        for (const double gbps : {10.0, 100.0, 400.0})
            for (const double kilometres : {0.0, 100.0, 200.0, 400.0})
                for (const unsigned hops : {1U, 3U})
                    for (const double lost : {0.0, 0.1, 0.5}) {
                        Terms terms{"bottleneck", mode, gbps, kilometres, hops, lost};
                        cases.push_back(chain(terms));
                        if (gbps != 100) continue;
                        cases.push_back(jumping(terms));
                        terms.kind = "60-byte packets";
                        terms.packet = Bytes{60};
                        if (hops == 1 && kilometres < 200) cases.push_back(chain(terms));
                    }
    for (const char* mode : {"pause", "precise", "credit"})
        for (const double lost : {0.0, 0.5}) {
            for (const unsigned sources : {8U, 64U}) {
                Terms terms{fmt::format("incast of {}", sources), mode, 100, 100, 1, lost};
                terms.sources = sources;
                cases.push_back(chain(terms));
            }
            cases.push_back(unequal({"", mode, 100, 400, 1, lost}));
            for (const unsigned congested : {1U, 8U, 63U})
                for (const unsigned hops : {1U, 3U})
                    cases.push_back(beside({"", mode, 100, 100, hops, lost}, congested, false));
            for (const unsigned stopped : {1U, 4U})
                cases.push_back(beside({"", mode, 100, 100, 1, lost}, stopped, true));
        }
    return cases;
}

}  // namespace weir::sim
