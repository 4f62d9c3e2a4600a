// Laws of the scheduler whatever arrives, however late the clock, whatever is reconfigured; in
// virtual time, from 10 Mb/s to 400 Gb/s.
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "tests/unit/qos/virtual_port.hpp"

namespace weir::test {
namespace {

using namespace std::chrono_literals;

constexpr std::uint64_t slowest = 10'000'000, fastest = 400'000'000'000;

// How many of the random cases were of a kind: a law nobody was overloaded under is worth nothing.
struct Kinds {
    unsigned cases = 0, overloaded = 0, late = 0, one_byte = 0;
    void print() const {
        const std::pair<const char*, unsigned> kinds[] = {
            {"overloaded", overloaded}, {"late clock", late}, {"one-byte bucket", one_byte}};
        for (const auto& [name, n] : kinds) {
            fmt::print("{} of {} cases: {}\n", n, cases, name);
            EXPECT_GE(10 * n, cases) << name;
        }
    }
};

std::uint64_t any_seed() {
    return *rc::gen::noShrink(
        rc::gen::resize(rc::kNominalSize, rc::gen::arbitrary<std::uint64_t>()));
}

struct Load {
    Dice dice;
    std::uint64_t rate = 0;
    std::uint32_t largest = 0;
    double factor = 0;  // bytes that arrive, of what the port can send
    bool late = false;
};

std::uint32_t any_wire(Load& load) {
    switch (load.dice.below(3)) {
        case 0:
            return 84;
        case 1:
            return load.largest;
        default:
            return static_cast<std::uint32_t>(load.dice.between(84, load.largest));
    }
}

SliceRates any_rates(Load& load, std::size_t slices) {
    SliceRates rates;
    if (load.dice.chance(60))
        rates.guarantee = BitsPerSecond{load.dice.log_uniform(1, load.rate / slices)};
    if (load.dice.chance(30))
        rates.limit = BitsPerSecond{load.dice.log_uniform(load.rate / 100, load.rate)};
    rates.weight = static_cast<std::uint32_t>(load.dice.log_uniform(1, 10'000));
    return rates;
}

Bytes any_burst(Load& load) {
    return Bytes{
        load.dice.log_uniform(2, load.rate / 8 / 10'000 + std::uint64_t{2} * load.largest)};
}

// One change of gates, allowances or rates; most of the time none.
void meddle(Load& load, VirtualPort& port) {
    Dice& dice = load.dice;
    const auto group = static_cast<std::uint32_t>(dice.below(port.groups.size()));
    const auto reason = static_cast<Shut>(1U << dice.below(3));
    const std::uint64_t departed = port.groups[group].departed;
    switch (dice.below(60)) {
        case 0:
            return port.shut(group, reason);
        case 1:
        case 2:
            return port.open(group, reason);
        case 3:
            return port.set_allowance(
                group, departed + dice.below(std::uint64_t{10} * load.largest), load.largest);
        case 4:
            return port.set_allowance(group, UINT64_MAX, 0);
        case 5: {
            const auto slice = static_cast<std::uint32_t>(dice.below(port.slices.size()));
            return port.set_slice(slice, any_rates(load, port.slices.size()));
        }
        case 6:
            load.rate = std::clamp(load.rate * dice.between(50, 200) / 100, slowest, fastest);
            return port.set_port(BitsPerSecond{load.rate}, any_burst(load));
        case 8:
        case 9: {
            const BitsPerSecond rates[] = {
                BitsPerSecond{0}, unlimited_rate,
                BitsPerSecond{dice.log_uniform(load.rate / 1'000, load.rate)}};
            return port.set_cap(group, static_cast<std::uint32_t>(dice.below(8)),
                                rates[dice.below(3)]);
        }
        case 10:
            for (std::uint64_t n = dice.below(8); n > 0; --n)
                port.eject(static_cast<std::uint32_t>(dice.below(port.queues.size())));
            return;
        case 7:
            port.push_control(any_wire(load));
            return;
        default:
            return;
    }
}

// A few packets' time on; or a worker that was away, a clock that stands or jumps.
void pass(Load& load, VirtualPort& port) {
    Dice& dice = load.dice;
    if (dice.chance(5)) return;
    if (dice.chance(1)) return port.advance(10s);
    const double packets_nanos = 8e9 * 8 * 2'000 / static_cast<double>(load.rate);
    const Instant then =
        port.now() + Nanos{static_cast<std::int64_t>(packets_nanos * dice.fraction())};
    if (load.late) {
        port.advance_to(then);
        const auto away =
            static_cast<std::int64_t>(dice.below(dice.chance(5) ? 1'000'000 : 50'000));
        return port.advance(Nanos{away});
    }
    for (; port.wake_at() <= then; port.pop()) port.advance_to(port.wake_at());
    port.advance_to(then);
}

// What arrives in `time`, and what was left of it before; what is left of it now, in bytes.
double arrive(Load& load, VirtualPort& port, double owed, Nanos time) {
    const double most = 100.0 * load.largest;
    owed += std::min(most, static_cast<double>(time.count()) / 8e9 *
                               static_cast<double>(load.rate) * load.factor);
    while (owed > 0) {
        // Now and then larger than anybody said there would be.
        const std::uint32_t wire = load.dice.chance(1) ? 10 * load.largest : any_wire(load);
        const auto queue = static_cast<std::uint32_t>(load.dice.below(port.queues.size()));
        const std::uint32_t charge = std::min(wire, load.largest);
        if (!load.dice.chance(20) || !port.pass(queue, wire, charge))
            port.push(queue, wire, charge);
        owed -= wire;
    }
    return owed;
}

void drain(VirtualPort& port, std::uint64_t rate) {
    for (std::uint32_t g = 0; g < port.groups.size(); ++g) {
        for (const Shut reason : {Shut::gate, Shut::link, Shut::neighbor}) port.open(g, reason);
        port.set_allowance(g, UINT64_MAX, 0);
        for (std::uint32_t bucket = 0; bucket < 8; ++bucket)
            port.set_cap(g, bucket, unlimited_rate);
    }
    for (std::uint32_t s = 0; s < port.slices.size(); ++s) port.set_slice(s, {});
    const Instant begin = port.now();
    const double before = port.sent;
    double packets = 0;
    for (; port.held() > 0; ++packets) {
        port.advance_to(port.wake_at());
        require(port.pop() != VirtualPort::nobody, "who wakes with the gates open is answered");
    }
    // A nanosecond of rounding a packet; a debt that it began with.
    const double nanos = (port.sent - before + 2 * 92'400) * 8e9 / static_cast<double>(rate);
    require(static_cast<double>((port.now() - begin).count()) <= nanos * 1.001 + packets + 1,
            "nothing stalls");
}

void anything_happens(std::size_t slices, unsigned steps, Kinds& kinds) {
    Load load{.dice = Dice{any_seed()}};
    Dice& dice = load.dice;
    load.rate = dice.log_uniform(slowest, fastest);
    load.largest = dice.chance(50) ? 9'240 : 1'524;
    load.factor = dice.chance(50) ? 0.2 + dice.fraction() * 0.7 : 1.2 + 3 * dice.fraction();
    load.late = dice.chance(40);
    const bool one_byte = dice.chance(30);
    ++kinds.cases;
    kinds.overloaded += load.factor > 1 ? 1 : 0;
    kinds.late += load.late ? 1 : 0;
    kinds.one_byte += one_byte ? 1 : 0;
    VirtualPort port{{.rate = BitsPerSecond{load.rate},
                      .burst = one_byte ? Bytes{1} : any_burst(load),
                      .largest = Bytes{load.largest},
                      .packets = dice.between(1, 400)},
                     Instant{Nanos{static_cast<std::int64_t>(dice.below(1'000'000'000))}}};
    for (std::size_t s = 0; s < slices; ++s)
        port.add_slice(any_rates(load, slices), static_cast<unsigned>(dice.between(1, 3)),
                       static_cast<unsigned>(dice.between(1, 3)), 1U << dice.below(4));
    double owed = 0;
    for (unsigned step = 0; step < steps; ++step) {
        const Instant before = port.now();
        pass(load, port);
        owed = arrive(load, port, owed, port.now() - before);
        for (std::uint64_t burst = dice.below(33); burst-- > 0;)
            if (port.pop() == VirtualPort::nobody) break;
        meddle(load, port);
        if (step % 32 != 0) continue;
        port.audit();
        if (port.pop() == VirtualPort::nobody) port.wake_is_not_late(dice);
    }
    drain(port, load.rate);
    port.audit();
}

TEST(SchedulerLaw, HoldsWhateverHappens) {
    Kinds kinds;
    EXPECT_TRUE(rc::check([&] {
        const auto slices = *rc::gen::element<std::size_t>(1, 2, 3, 5, 17, 64, 65, 256);
        const auto steps = *rc::gen::inRange(100U, 1'000U);
        for (int i = 0; i < 4; ++i) anything_happens(slices, steps, kinds);
    }));
    kinds.print();
}

}  // namespace
}  // namespace weir::test
