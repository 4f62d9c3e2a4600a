// Start-time fair queueing over a calendar: shares by weight, whoever comes and goes.
#include "qos/fair_order.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <array>
#include <vector>

namespace weir {
namespace {

constexpr Bytes largest{9'240};

class Order {
public:
    explicit Order(const std::vector<std::uint32_t>& weights) : weights_{weights} {
        const auto lightest = static_cast<double>(std::ranges::min(weights));
        for (std::uint32_t i = 0; i < weights.size(); ++i) {
            order_.set_weight(i, lightest / weights[i], largest);
            order_.put(i, true);
        }
    }
    // Bytes of each slice after `packets` of `wire` bytes in all.
    std::vector<double> serve(unsigned packets, std::uint32_t wire) {
        std::vector<double> sent(weights_.size());
        for (unsigned i = 0; i < packets; ++i) {
            const std::uint32_t slice = order_.first();
            sent.at(slice) += wire;
            order_.spend(slice, wire);
        }
        return sent;
    }
    FairOrder& operator*() { return order_; }

private:
    std::vector<std::uint32_t> weights_;
    FairOrder order_;
};

RC_GTEST_PROP(FairOrder, SharesByWeight, ()) {
    const auto slices = *rc::gen::element<std::size_t>(2, 3, 17, 64, 256);
    const auto weights =
        *rc::gen::container<std::vector<std::uint32_t>>(slices, rc::gen::inRange(1U, 100U));
    const auto wire = *rc::gen::element<std::uint32_t>(84, 1'524, 9'240);
    Order order{weights};
    double sum = 0;
    for (const std::uint32_t weight : weights) sum += weight;
    const auto packets = static_cast<unsigned>(sum * 50);
    const auto sent = order.serve(packets, wire);
    for (std::size_t i = 0; i < slices; ++i) {
        const double share = 1.0 * packets * wire * weights[i] / sum;
        // A slot of the calendar holds a packet of the heaviest; costs are rounded to a byte's.
        RC_ASSERT(std::abs(sent[i] - share) <=
                  0.01 * share + 3.0 * wire + 9'240.0 * weights[i] / 128);
    }
}

// Who was away does not catch up: it would starve the others.
TEST(FairOrder, WhatWasNotSentIsNotSaved) {
    Order order{{1, 1}};
    (*order).put(1, false);
    order.serve(1'000, 1'500);
    (*order).put(1, true);
    const auto sent = order.serve(100, 1'500);
    EXPECT_NEAR(sent[0], sent[1], 2 * 1'500);
}

// Who leaves after each packet and comes back owes what it sent.
TEST(FairOrder, ADebtOutlivesLeaving) {
    Order order{{1, 1}};
    std::array<int, 2> sent{};
    for (int i = 0; i < 1'000; ++i) {
        const std::uint32_t slice = (*order).first();
        ++sent.at(slice);
        (*order).spend(slice, 9'240);
        if (slice == 1) {
            (*order).put(1, false);
            (*order).put(1, true);
        }
    }
    EXPECT_NEAR(sent[0], sent[1], 4);
}

// The lightest of 10,000 : 10,000 : 1 waits for its share, not longer.
TEST(FairOrder, TheLightestIsServedInItsTurn) {
    Order order{{10'000, 10'000, 1}};
    const auto sent = order.serve(200'010, 1'500);
    EXPECT_NEAR(sent[2] / 1'500, 10, 2);
}

}  // namespace
}  // namespace weir
