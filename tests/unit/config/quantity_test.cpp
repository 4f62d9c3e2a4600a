#include "dataplane/config/quantity.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <limits>

namespace weir {
namespace {

constexpr std::uint64_t largest = std::numeric_limits<std::int64_t>::max() / 2;

template <class T>
std::string shown(const Reading<T>& reading) {
    if (const auto* wrong = std::get_if<Wrong>(&reading)) return wrong->text;
    return to_string(std::get<T>(reading));
}
template <class T>
T good(const Reading<T>& reading) {
    return std::get<T>(reading);
}

// What is printed reads back as the same number: nothing is lost on the way.
TEST(QuantityLaw, PrintThenParse) {
    EXPECT_TRUE(rc::check([]() {
        const auto n = *rc::gen::inRange<std::uint64_t>(0, largest);
        const auto scaled = n % (largest / 1'000'000) * 1'000'000;  // meets the larger units too
        for (const std::uint64_t value : {n, scaled}) {
            RC_ASSERT(good(parse_rate(to_string(BitsPerSecond{value}))).count() == value);
            RC_ASSERT(good(parse_size(to_string(Bytes{value}))).count() == value);
            RC_ASSERT(good(parse_packet_rate(to_string(PacketsPerSecond{value}))).count() == value);
            const Nanos time{static_cast<std::int64_t>(value)};
            RC_ASSERT(good(parse_time(to_string(time))) == time);
            RC_ASSERT(good(parse_distance(to_string(time))) == time);
        }
    }));
}

TEST(QuantityLaw, PrintThenParseShare) {
    EXPECT_TRUE(rc::check([]() {
        const auto share = *rc::gen::inRange<std::uint32_t>(0, 1'000'001);
        RC_ASSERT(good(parse_share(to_string(Share{share}))).millionths == share);
    }));
}

// w.fff M is exactly w x 10^6 + fff x 10^3, however many zeros follow.
TEST(QuantityLaw, DecimalsAreExact) {
    EXPECT_TRUE(rc::check([]() {
        const auto whole = *rc::gen::inRange<std::uint64_t>(0, 1'000'000);
        const auto part = *rc::gen::inRange<std::uint64_t>(0, 1'000'000);
        const auto zeros = *rc::gen::inRange<std::size_t>(0, 40);
        const auto text = fmt::format("{}.{:06}{}", whole, part, std::string(zeros, '0'));
        RC_ASSERT(good(parse_rate(text + "M")).count() == whole * 1'000'000 + part);
        RC_ASSERT(good(parse_size(text + "MB")).count() == whole * 1'000'000 + part);
        RC_ASSERT(good(parse_time(text + "ms")).count() ==
                  static_cast<std::int64_t>(whole * 1'000'000 + part));
    }));
}

// Any bytes: an answer or a sentence.
TEST(QuantityLaw, NeverThrows) {
    EXPECT_TRUE(rc::check([](const std::string& text) {
        for (const std::string& it : {text, "1" + text, text + "%", "0." + text}) {
            (void)parse_rate(it), (void)parse_size(it), (void)parse_packet_rate(it);
            (void)parse_time(it), (void)parse_distance(it), (void)parse_share(it);
            (void)parse_rate_or_share(it);
        }
    }));
}

TEST(Quantity, UnitsMeanWhatTheySay) {
    EXPECT_EQ(good(parse_rate("40G")).count(), 40'000'000'000U);
    EXPECT_EQ(good(parse_rate("400M")).count(), 400'000'000U);
    EXPECT_EQ(good(parse_rate("10k")).count(), 10'000U);
    EXPECT_EQ(good(parse_rate("1.6T")).count(), 1'600'000'000'000U);
    EXPECT_EQ(good(parse_rate("7bps")).count(), 7U);
    EXPECT_EQ(good(parse_size("12.5MB")).count(), 12'500'000U);
    EXPECT_EQ(good(parse_size("2MiB")).count(), 2U << 20U);
    EXPECT_EQ(good(parse_size("1.5KiB")).count(), 1536U);
    EXPECT_EQ(good(parse_size("0MB")).count(), 0U);
    EXPECT_EQ(good(parse_size("1GB")).count(), 1'000'000'000U);
    EXPECT_EQ(good(parse_size("1TiB")).count(), std::uint64_t{1} << 40U);
    EXPECT_EQ(good(parse_time("1ms")), Nanos{1'000'000});
    EXPECT_EQ(good(parse_time("50us")), Nanos{50'000});
    EXPECT_EQ(good(parse_time("2s")), Nanos{2'000'000'000});
    EXPECT_EQ(good(parse_distance("100km")), Nanos{500'000});  // 5 us per km
}

TEST(Quantity, DistanceIsLightInGlass) {
    EXPECT_EQ(good(parse_distance("1km")), Nanos{5'000});
    EXPECT_EQ(good(parse_distance("1m")), Nanos{5});
    EXPECT_EQ(good(parse_distance("0.2m")), Nanos{1});
    EXPECT_EQ(good(parse_distance("1ms")), Nanos{1'000'000});
    EXPECT_EQ(shown(parse_distance("0.1m")),
              "is not a whole number of nanoseconds: write fewer decimals or a smaller unit");
    EXPECT_EQ(shown(parse_time("1km")), "has unknown unit \"km\"; units are ns us ms s");
}

TEST(Quantity, ShareAndRate) {
    EXPECT_EQ(good(parse_share("40%")).millionths, 400'000U);
    EXPECT_EQ(good(parse_share("0.0001%")).millionths, 1U);
    EXPECT_EQ(good(parse_share("100%")).millionths, 1'000'000U);
    EXPECT_EQ(to_string(Share{400'000}), "40%");
    EXPECT_EQ(to_string(Share{1}), "0.0001%");
    EXPECT_EQ(to_string(Share{125'000}), "12.5%");
    EXPECT_TRUE(std::holds_alternative<Share>(good(parse_rate_or_share("40%"))));
    EXPECT_TRUE(std::holds_alternative<BitsPerSecond>(good(parse_rate_or_share("40G"))));
    EXPECT_EQ(shown(parse_share("100.0001%")), "is too large: at most 100%");
    EXPECT_EQ(shown(parse_share("0.00001%")),
              "is not a whole number of millionths: write fewer decimals or a smaller unit");
}

TEST(Quantity, PrintsTheLargestUnitThatDivides) {
    EXPECT_EQ(to_string(BitsPerSecond{40'000'000'000}), "40G");
    EXPECT_EQ(to_string(BitsPerSecond{1'500}), "1500bps");
    EXPECT_EQ(to_string(Bytes{0}), "0B");
    EXPECT_EQ(to_string(Bytes{2U << 20U}), "2MiB");
    EXPECT_EQ(to_string(Bytes{12'500'000}), "12500kB");
    EXPECT_EQ(to_string(Nanos{50'000}), "50us");
    EXPECT_EQ(to_string(PacketsPerSecond{1000}), "1kpps");
}

TEST(Quantity, RefusalsSayWhy) {
    EXPECT_EQ(shown(parse_rate("-5G")), "is negative, which means nothing here");
    EXPECT_EQ(shown(parse_rate("")), "does not start with a number; write it like \"40G\"");
    EXPECT_EQ(shown(parse_rate("G")), "does not start with a number; write it like \"40G\"");
    EXPECT_EQ(shown(parse_rate("40")), "needs a unit, for example \"40G\"");
    EXPECT_EQ(shown(parse_rate("40.G")), "has no digits behind its point");
    EXPECT_EQ(shown(parse_rate("40 G")), "has unknown unit \" G\"; units are bps k M G T");
    EXPECT_EQ(shown(parse_rate("40g")), "has unknown unit \"g\"; did you mean \"G\"?");
    EXPECT_EQ(shown(parse_size("1MiBs")),
              "has unknown unit \"MiBs\"; units are B kB KiB MB MiB GB GiB TB TiB");
    EXPECT_EQ(shown(parse_size("1e3MB")),
              "has unknown unit \"e3MB\"; units are B kB KiB MB MiB GB GiB TB TiB");
    EXPECT_EQ(shown(parse_size("0.3B")),
              "is not a whole number of bytes: write fewer decimals or a smaller unit");
}

// The edge of what fits, on both sides, and numbers that wrap 64 and 128 bits.
TEST(Quantity, OverflowIsRefused) {
    EXPECT_EQ(good(parse_size(fmt::format("{}B", largest))).count(), largest);
    const auto too_large = fmt::format("is too large: at most {}B", largest);
    EXPECT_EQ(shown(parse_size(fmt::format("{}B", largest + 1))), too_large);
    EXPECT_EQ(shown(parse_size("18446744073709551617B")), too_large);
    EXPECT_EQ(shown(parse_size(std::string(400, '9') + "B")), too_large);
    EXPECT_EQ(shown(parse_rate("18446745T")), "is too large: at most 4611686T");
    EXPECT_EQ(shown(parse_size(std::string("0.") + std::string(30, '3') + "TB")),
              "is not a whole number of bytes: write fewer decimals or a smaller unit");
}

}  // namespace
}  // namespace weir
