#include "tools/gen/options.hpp"

#include <gtest/gtest.h>

#include <sstream>
#include <string>
#include <vector>

#include "dataplane/base/error.hpp"

namespace weir {
namespace {

std::optional<Options> parse(std::vector<const char*> words) {
    words.insert(words.begin(), "weir-gen");
    std::ostringstream out;
    return parse_options(static_cast<int>(words.size()), words.data(), out);
}

std::string refusal(const std::vector<const char*>& words) {
    try {
        parse(words);
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), ExitCode::usage);
        return error.what();
    }
    return "accepted";
}

TEST(Options, Srv6OverIpv6WithEverythingSaid) {
    // clang-format off
    const auto o = parse({
        "--tx", "tap:a", "--rx", "tap:b", "--src", "fd00::1", "--dst", "fd00::2",
        "--dst-mac", "02:00:00:00:00:09", "--segments", "fd01::e,fd02::46", "--reduced",
        "--rate", "1.5Mpps", "--size", "imix", "--flows", "1000", "--spread", "port,label",
        "--duration", "10s", "--count", "7", "--random-percent", "1", "--threads", "2",
        "--cores", "0,1", "--address", "fd00::2/64", "--take", "fd05::/16",
        "--hop-limit", "65", "--traffic-class", "255"});
    // clang-format on
    ASSERT_TRUE(o);
    EXPECT_EQ(o->traffic.hop_limit, 65);
    EXPECT_EQ(o->traffic.traffic_class, 255);
    EXPECT_EQ(o->traffic.path.mode, EncapMode::reduced);
    EXPECT_EQ(o->traffic.path.segments,
              (std::vector<Ipv6Addr>{*parse_ipv6("fd01::e"), *parse_ipv6("fd02::46")}));
    EXPECT_EQ(o->traffic.path.source, *parse_ipv6("fd00::1"));
    EXPECT_EQ(o->rate->unit, SendRate::Unit::packets);
    EXPECT_EQ(o->rate->per_second, 1'500'000U);
    EXPECT_EQ(o->duration, Nanos{10'000'000'000});
    EXPECT_TRUE(o->traffic.spread.port && o->traffic.spread.label && !o->traffic.spread.source);
    EXPECT_EQ(o->address6, (std::vector<Ipv6Prefix>{{*parse_ipv6("fd00::2"), 64}}));
    EXPECT_EQ(o->take6.front().length, 16);
    EXPECT_EQ(o->cores, (std::vector<unsigned>{0, 1}));
}

TEST(Options, SizeIsTheLeastThatFitsByDefault) {
    EXPECT_EQ(parse({"--tx", "tap:a", "--dst-mac", "02:00:00:00:00:09"})->size, "64");
    EXPECT_EQ(parse({"--tx", "tap:a", "--dst-mac", "02:00:00:00:00:09", "--src", "fd00::1", "--dst",
                     "fd00::2"})
                  ->size,
              "84");
}

TEST(Options, RateInBitsAndInPacketsAreToldApart) {
    const auto bits = parse({"--rx", "tap:a", "--rate", "2.5G"});
    EXPECT_EQ(bits->rate->unit, SendRate::Unit::bits);
    EXPECT_EQ(bits->rate->per_second, 2'500'000'000U);
}

TEST(Options, EachMistakeIsNamedWithTheWayOut) {
    using Words = std::vector<const char*>;
    const std::pair<Words, const char*> mistakes[] = {
        {{}, "give --tx DEVICE"},
        {{"--tx", "tap:a"}, "--dst-mac"},
        {{"--rx", "tap:a", "--rate", "1000"}, "1.5Mpps"},
        {{"--rx", "tap:a", "--src", "10.0.0.1", "--dst", "fd00::1"}, "different IP versions"},
        {{"--rx", "tap:a", "--src", "10.0.0.300"}, "not an IP address"},
        {{"--rx", "tap:a", "--segments", "10.0.0.1"}, "not an IPv6 address"},
        {{"--rx", "tap:a", "--segments", "fd00::1"}, "--outer-src"},
        {{"--rx", "tap:a", "--spread", "label"}, "no IPv6 header"},
        {{"--rx", "tap:a", "--flows", "65537"}, "65537"},
        {{"--rx", "tap:a", "--size", "63"}, "between 64"},
        {{"--rx", "tap:a", "--src", "fd00::1", "--dst", "fd00::2", "--no-checksum"}, "RFC 8200"},
        {{"--rx", "tap:a", "--threads", "2"}, "--threads 2"},
        {{"--rx", "tap:a", "--cores", "0,1"}, "--cores"},
        {{"--rx", "tap:a", "--duration", "10"}, "--duration 10"},
        {{"--rx", "tap:a", "--nonsense"}, "--nonsense"},
        {{"--rx", "tap:a", "--random-percent", "101"}, "101"},
        {{"--rx", "tap:a", "--label", "1048576"}, "20 bits"},
        {{"--rx", "tap:a", "--pfc", "3"}, "give --tx"},
        {{"--rx", "tap:a", "--pfc", "8"}, "--pfc"},
        {{"--tx", "tap:a", "--dst-mac", "02:00:00:00:00:01", "--pfc", "3", "--no-answer"},
         "--no-answer"},
        {{"--rx", "tap:a", "--line", "10G"}, "--pfc"},
        {{"--rx", "tap:a", "--pfc", "3", "--line", "1Mpps"}, "bit/s"},
        {{"--rx", "tap:a", "--address", "fd00::/129"}, "--address"},
    };
    for (const auto& [words, part] : mistakes)
        EXPECT_NE(refusal(words).find(part), std::string::npos)
            << part << " not in: " << refusal(words);
}

TEST(Options, HelpNamesEveryOptionAndStarts) {
    std::ostringstream out;
    const char* words[] = {"weir-gen", "--help"};
    EXPECT_FALSE(parse_options(2, words, out));
    for (const char* option : {"--tx", "--segments", "--rate", "--expect-lossless", "--threads"})
        EXPECT_NE(out.str().find(option), std::string::npos) << option;
}

}  // namespace
}  // namespace weir
