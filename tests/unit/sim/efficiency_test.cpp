// What the efficiency table claims: the same congestion in every mode, a baseline that differs by
// light alone, and a verdict that cannot be bought.
#include "tools/sim/efficiency.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/unit/sim/net.hpp"
#include "tools/sim/efficiency_plot.hpp"

namespace weir::sim::test {
namespace {

std::size_t mode(std::string_view name) {
    const auto modes = efficiency_modes();
    const auto it = std::ranges::find(modes, name, &EfficiencyMode::name);
    EXPECT_NE(it, modes.end()) << name;
    return static_cast<std::size_t>(it - modes.begin());
}

constexpr std::size_t llama = 0, images = 3, answers = 4;  // of shapes()

EfficiencyRow judged(std::size_t shape, std::string_view name, double efficiency, double light,
                     double kept = 0.5, double alone = 1) {
    EfficiencyRow row;
    row.run = {shape, mode(name), 1, 200, 200};
    row.efficiency = efficiency;
    row.light = light;
    row.kept = kept;
    row.alone = alone;
    judge(row);
    return row;
}

TEST(Efficiency, ATargetThatLightAllowsIsNotExcused) {
    EXPECT_EQ(judged(llama, "precise", 0.995, 0.999).missed, "");
    EXPECT_EQ(judged(llama, "precise", 0.979, 0.983).missed, "E < 98 %");
    EXPECT_EQ(judged(llama, "precise", 0.985, 0.999).missed, "E < 99.5 % of E_max");
    EXPECT_EQ(judged(llama, "precise", 0.985, 0.999).limited, "");
}

TEST(Efficiency, ATargetThatLightForbidsIsALimitOnlyWhereAllOfLightWasReached) {
    const EfficiencyRow reached = judged(answers, "precise", 0.940, 0.9426);
    EXPECT_EQ(reached.missed, "");
    EXPECT_EQ(reached.limited, "E < 97 %: light alone allows 94.26 %");
    const EfficiencyRow less = judged(answers, "precise", 0.935, 0.9426);
    EXPECT_EQ(less.missed, "E < 97 %");
    EXPECT_EQ(less.limited, "");
}

TEST(Efficiency, WhatItsShareOfTheLineForbidsIsALimitOnlyWhereAllOfThatWasReached) {
    const EfficiencyRow reached = judged(llama, "precise", 0.9814, 0.9948, 0.5, 0.9821);
    EXPECT_EQ(reached.missed, "");
    EXPECT_EQ(reached.limited, "E < 99.5 % of E_max: its share of the line alone allows 98.21 %");
    EXPECT_EQ(judged(llama, "precise", 0.9814, 0.9948, 0.5, 0.9901).missed, "E < 99.5 % of E_max");
    // The share allows the target.
    EXPECT_EQ(judged(llama, "precise", 0.9799, 0.9948, 0.5, 0.9821).missed, "E < 98 %");
    EXPECT_EQ(judged(llama, "precise", 0.9750, 0.9948, 0.5, 0.9760).missed, "");
}

TEST(Efficiency, CongestionThatCostsTailDropLittleIsAMiss) {
    EXPECT_EQ(judged(answers, "tail drop, go-back-N", 0.9, 0.94, 0.79).missed, "");
    EXPECT_NE(judged(answers, "tail drop, go-back-N", 0.9, 0.94, 0.81).missed, "");
    EXPECT_EQ(judged(answers, "no congestion", 0.5, 0.94, 1).missed, "");
}

TEST(Efficiency, EveryModeMeetsTheSameCongestion) {
    for (std::size_t shape = 0; shape < shapes().size(); ++shape) {
        const Scenario reference = congested({shape, mode("precise"), 1, 100, 100});
        ASSERT_GT(reference.traffic.size(), 2U);
        for (const EfficiencyMode& other : efficiency_modes()) {
            if (!other.congestion) continue;
            const Scenario it = congested({shape, mode(other.name), 1, 100, 100});
            ASSERT_EQ(it.traffic.size(), reference.traffic.size()) << other.name;
            for (std::size_t i = 2; i < it.traffic.size(); ++i) {
                const TrafficSetup &a = it.traffic[i], &b = reference.traffic[i];
                EXPECT_EQ(std::tuple(a.from, a.to, a.slice, a.flows, a.transport, a.start),
                          std::tuple(b.from, b.to, b.slice, b.flows, b.transport, b.start));
                EXPECT_EQ(std::tuple(a.posts.message, a.posts.period),
                          std::tuple(b.posts.message, b.posts.period));
            }
        }
    }
}

// With the buffers of 0 km congestion costs more there than far away, and E passes 100 %; with
// those of the distance only light is left between the two.
TEST(Efficiency, TheBaselineHasTheBuffersOfTheDistance) {
    const std::size_t precise = mode("precise");
    const auto step = [&](double kilometres, double built_for) {
        return measure({images, precise, 1, kilometres, built_for}).step;
    };
    const Nanos far = step(100, 100);
    EXPECT_LE(step(0, 100), far);
    EXPECT_GT(step(0, 0), far);
}

// gnuplot gets each figure once, at the factor and distance it is of.
TEST(Efficiency, APlotHasTheFiguresOfItsWorkloadAndNoOther) {
    EfficiencyRow one = judged(answers, "precise", 0.9454, 0.9426, 0.997);
    EfficiencyRow other = judged(llama, "precise", 0.1111, 0.2222, 0.3333);
    const std::string script = plot_script({one, other}, answers, "x.svg");
    EXPECT_NE(script.find("\n1 94.26 94.54 99.70 NaN"), std::string::npos) << script;
    EXPECT_NE(script.find("E(d), %, 200 km"), std::string::npos);
    EXPECT_EQ(script.find("11.11"), std::string::npos);
    EXPECT_EQ(plot_name(answers), "efficiency-qwen-32b-inference.svg");
    EXPECT_THROW(plot({one}, "/nowhere at all"), std::runtime_error);
}

}  // namespace
}  // namespace weir::sim::test
