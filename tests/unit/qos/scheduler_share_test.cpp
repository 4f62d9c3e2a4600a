// What saturated slices get, in virtual time, from 10 Mb/s to 400 Gb/s: design/targets.md asks for
// the shaper and each guarantee within 0.1 %, for the leftover by weight within 1 %.
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "tests/unit/qos/virtual_port.hpp"

namespace weir::test {
namespace {

struct Shape {
    std::uint64_t rate = 0, burst = 0;
    std::uint32_t largest = 9'240;
    Nanos late{0};  // polls come up to this much later than they should
};

// A port whose queues always hold two packets more.
class Saturated {
public:
    Saturated(const Shape& shape, std::size_t packets, Dice dice)
        : shape_{shape},
          dice_{dice},
          port_{{.rate = BitsPerSecond{shape.rate},
                 .burst = Bytes{shape.burst},
                 .largest = Bytes{shape.largest},
                 .packets = packets},
                Instant{Nanos{12'345}}} {}

    // `wire` 0: anything.
    void add(const SliceRates& rates, std::uint32_t wire, unsigned peers = 1,
             unsigned aggregates = 1, unsigned buckets = 1) {
        port_.add_slice(rates, peers, aggregates, buckets);
        wires_.resize(port_.queues.size(), wire);
    }
    // Until it has sent `bytes` more; the time that took, from a moment at which nothing more could
    // go to another.
    Nanos run(double bytes) {
        for (std::uint32_t q = 0; q < wires_.size(); ++q) fill(q);
        const double end = port_.sent + bytes;
        empty();
        const Instant begin = port_.now();
        for (VirtualPort::Slice& slice : port_.slices) slice.sent = 0;
        port_.sent = 0;
        while (port_.sent < end) {
            port_.advance_to(port_.wake_at());
            if (shape_.late > Nanos{0})
                port_.advance(Nanos{static_cast<std::int64_t>(
                    dice_.below(static_cast<std::uint64_t>(shape_.late.count())))});
            empty();
        }
        return port_.now() - begin;
    }
    VirtualPort& port() { return port_; }

private:
    void fill(std::uint32_t queue) {
        while (port_.queues[queue].packets.size() < 2) {
            const std::uint64_t wire =
                wires_[queue] != 0 ? wires_[queue] : dice_.between(84, shape_.largest);
            const auto bytes = static_cast<std::uint32_t>(wire);
            require(port_.push(queue, bytes, bytes), "there is room for two packets a queue");
        }
    }
    void empty() {
        for (std::uint32_t q = port_.pop(); q != VirtualPort::nobody; q = port_.pop()) fill(q);
    }

    Shape shape_;
    Dice dice_;
    VirtualPort port_;
    std::vector<std::uint32_t> wires_;
};

double bytes_in(BitsPerSecond rate, Nanos time) {
    return static_cast<double>(rate.count()) / 8e9 * static_cast<double>(time.count());
}

// Shaper, guarantees and weights after a run of `time` in which everybody was backlogged and nobody
// limited.
void check_shares(const VirtualPort& port, const Shape& shape, Nanos time) {
    const BitsPerSecond rate{shape.rate};
    const double largest = shape.largest, sent = port.sent, could = bytes_in(rate, time);
    require(std::abs(sent - could) <= 0.001 * could + largest, "the port keeps its rate");
    double guarantees = 0, weights = 0, lightest = 1e9;
    for (const auto& slice : port.slices) {
        guarantees += bytes_in(slice.rates.guarantee, time);
        weights += slice.rates.weight;
        lightest = std::min<double>(lightest, slice.rates.weight);
    }
    const double kept = guarantees > 0 ? 32'768 : 0;  // of guarantees, from before the run
    // Whose guarantee has earned again is seen at the end of a slot of the wheel: nothing is lost,
    // but at 400 Gb/s that is 50 kB at any moment.
    const double slots =
        Nanos{SliceWheel::slot_nanos} / Nanos{1} * guarantees / static_cast<double>(time.count());
    for (const auto& slice : port.slices) {
        const double guarantee = bytes_in(slice.rates.guarantee, time);
        // What it may be behind by at any moment: its part of a packet of everybody.
        const double behind =
            2 * largest * static_cast<double>(port.slices.size()) * guarantee / could;
        const double slot = guarantees > 0 ? slots * guarantee / guarantees : 0;
        require(slice.sent >= 0.999 * guarantee - largest - behind - slot, "a guarantee is kept");
        const double share = (sent - guarantees) * slice.rates.weight / weights;
        const double step = largest * slice.rates.weight / lightest / 100;
        require(std::abs(slice.sent - guarantee - share) <=
                    0.01 * share + 0.001 * guarantee + 3 * largest + behind + step + kept + slots,
                "what is left goes by weight");
    }
}

std::uint32_t any_wire(Dice& dice, std::uint32_t largest) {
    const std::uint32_t wires[] = {84, 84, largest, 0};
    return wires[dice.below(4)];
}

Shape any_shape(Dice& dice) {
    Shape shape{.rate = dice.log_uniform(10'000'000, 400'000'000'000)};
    shape.largest = dice.chance(50) ? 9'240 : 1'524;
    if (dice.chance(40)) shape.late = Nanos{50'000};
    shape.burst = (BitsPerSecond{shape.rate} * (shape.late + Nanos{2})).count() + 1;
    return shape;
}

// Guarantees of very different sizes that add up to `part` of the port.
std::vector<std::uint64_t> any_guarantees(Dice& dice, std::size_t slices, double part) {
    std::vector<double> raw(slices);
    double sum = 0;
    for (double& r : raw) sum += r = dice.chance(80) ? std::exp(8 * dice.fraction()) : 0;
    std::vector<std::uint64_t> parts;
    for (const double r : raw)
        parts.push_back(static_cast<std::uint64_t>(part * 1e6 * r / (sum + 1)));
    return parts;
}

void shares_are_kept(std::size_t slices, std::uint64_t seed) {
    Dice dice{seed};
    const Shape shape = any_shape(dice);
    Saturated it{shape, 3 * slices, dice};
    const double parts[] = {0, 0.5, 0.9, 0.999};
    const auto guarantees = any_guarantees(dice, slices, parts[dice.below(4)]);
    for (const std::uint64_t part : guarantees) {
        const SliceRates rates{.guarantee = BitsPerSecond{shape.rate / 1'000'000 * part},
                               .weight = static_cast<std::uint32_t>(dice.log_uniform(1, 10'000))};
        it.add(rates, any_wire(dice, shape.largest));
    }
    it.run(2.0 * static_cast<double>(slices) * shape.largest);
    check_shares(it.port(), shape, it.run(6'000.0 * shape.largest));
}

TEST(SchedulerShares, AreKeptAtAnyRate) {
    EXPECT_TRUE(rc::check([] {
        const auto slices = *rc::gen::element<std::size_t>(1, 2, 3, 5, 17, 64, 65, 256);
        shares_are_kept(slices, *rc::gen::noShrink(rc::gen::resize(
                                    rc::kNominalSize, rc::gen::arbitrary<std::uint64_t>())));
    }));
}

// 352 of 395 Gb/s are guaranteed, and their slice is 30 kB behind at the end of the run.
TEST(SchedulerShares, AGuaranteeIsASlotOfTheWheelBehindAtMost) {
    shares_are_kept(2, 5'199'325'398'112'571'106ULL);
}

TEST(SchedulerShares, AreKeptFrom10MbTo400Gb) {
    for (const std::uint64_t rate : {10'000'000ULL, 100'000'000ULL, 1'000'000'000ULL,
                                     10'000'000'000ULL, 100'000'000'000ULL, 400'000'000'000ULL})
        for (const Nanos late : {Nanos{0}, Nanos{50'000}}) {
            SCOPED_TRACE(rate);
            const Shape shape{.rate = rate, .burst = rate / 8 / 10'000 + 1, .late = late};
            Saturated it{shape, 100, Dice{rate}};
            it.add({.guarantee = BitsPerSecond{rate / 2}}, 84);
            it.add({.guarantee = BitsPerSecond{rate / 4}, .weight = 3}, 9'240);
            it.add({.guarantee = BitsPerSecond{rate / 1'000}, .weight = 9}, 1'524);
            it.add({.weight = 100}, 0, 2, 2, 4);
            const Nanos time = it.run(40e6);
            check_shares(it.port(), shape, time);
            fmt::print(
                "{:>7} Mb/s, polls up to {:>2} us late: {:.4f} of the rate, {:.4f} of the "
                "largest guarantee\n",
                rate / 1'000'000, late.count() / 1'000,
                it.port().sent / bytes_in(BitsPerSecond{rate}, time),
                it.port().slices[0].sent / bytes_in(BitsPerSecond{rate / 2}, time));
        }
}

// 255 slices that all earn a packet of 9,240 bytes at the same moment, and one with half the port
// in packets of 84.
TEST(SchedulerShares, AGuaranteeOutlivesARoundOfEverybody) {
    for (const std::uint64_t rate : {10'000'000ULL, 1'000'000'000ULL, 100'000'000'000ULL}) {
        const Shape shape{.rate = rate, .burst = rate / 8 / 100'000 + 1};
        Saturated it{shape, 800, Dice{1}};
        it.add({.guarantee = BitsPerSecond{rate / 2}}, 84);
        for (int i = 1; i < 256; ++i) it.add({.guarantee = BitsPerSecond{rate / 2 / 256}}, 9'240);
        it.run(10e6);
        check_shares(it.port(), shape, it.run(40e6));
    }
}

// Two slices of weight 10,000 beside one of 1 take turns by packets, not by megabytes.
TEST(SchedulerShares, LargeWeightsTakeSmallTurns) {
    const Shape shape{.rate = 100'000'000, .burst = 1};
    Saturated it{shape, 100, Dice{1}};
    it.add({.weight = 10'000}, 9'240);
    it.add({.weight = 10'000}, 9'240);
    it.add({.weight = 1}, 9'240);
    it.run(10e6);
    for (std::uint32_t q = 0; q < 2; ++q)
        EXPECT_LE(bytes_in(BitsPerSecond{shape.rate}, it.port().longest_wait(q)), 100 * 9'240.0);
}

// A queue that waits is served once its slice was, so often that the rounds above it have gone by.
void nobody_starves(std::size_t slices) {
    Dice dice{
        *rc::gen::noShrink(rc::gen::resize(rc::kNominalSize, rc::gen::arbitrary<std::uint64_t>()))};
    const Shape shape = any_shape(dice);
    const auto guarantees = any_guarantees(dice, slices, 0.5 * dice.fraction());
    Saturated it{shape, std::size_t{192} * slices, dice};
    std::vector<double> queues;
    double weights = 0, left = static_cast<double>(shape.rate);
    for (const std::uint64_t part : guarantees) {
        const unsigned peers = 1U << dice.below(3), from = 1U << dice.below(3);
        const unsigned buckets = 1U << dice.below(3);
        const SliceRates rates{.guarantee = BitsPerSecond{shape.rate / 1'000'000 * part},
                               .weight = static_cast<std::uint32_t>(dice.between(1, 10))};
        it.add(rates, any_wire(dice, shape.largest), peers, from, buckets);
        queues.push_back(peers * from * buckets);
        weights += rates.weight;
        left -= static_cast<double>(rates.guarantee.count());
    }
    it.run(4'000.0 * shape.largest);
    VirtualPort& port = it.port();
    const double everybody = 4.0 * shape.largest * static_cast<double>(slices) * 8e9;
    for (std::uint32_t q = 0; q < port.queues.size(); ++q) {
        const std::uint32_t slice = port.groups[port.queues[q].group].slice;
        const SliceRates& rates = port.slices[slice].rates;
        const double share =
            std::max(static_cast<double>(rates.guarantee.count()), left * rates.weight / weights);
        const double bound = 8.0 * shape.largest * 8e9 * (queues[slice] + 1) / share +
                             everybody / static_cast<double>(shape.rate) + 300'000;
        require(static_cast<double>(port.longest_wait(q).count()) <= bound, "nobody starves");
    }
}

TEST(SchedulerShares, NobodyStarves) {
    EXPECT_TRUE(
        rc::check([] { nobody_starves(*rc::gen::element<std::size_t>(1, 2, 3, 5, 17, 64, 256)); }));
}

}  // namespace
}  // namespace weir::test
