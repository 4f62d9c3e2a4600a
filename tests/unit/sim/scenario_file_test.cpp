// Scenarios of files: the examples do what they say, and errors name line, key and the right word.
#include "tools/sim/scenario_file.hpp"

#include <gtest/gtest.h>

#include "tests/unit/sim/net.hpp"
#include "tools/sim/world.hpp"

namespace weir::sim::test {
namespace {

Scenario example(const std::string& name) {
    auto loaded = load_scenario(std::string{SCENARIOS} + "/" + name);
    if (const auto* errors = std::get_if<ConfigErrors>(&loaded))
        for (const ConfigError& error : *errors) ADD_FAILURE() << error.to_string();
    return std::get<Scenario>(loaded);
}

TEST(ScenarioFile, AnInnocentFlowKeepsItsRateBesideACongestedOne) {
    const Scenario scenario = example("innocent.toml");
    ASSERT_EQ(scenario.lines[0].propagation, 500us);
    const Result result = simulate(scenario);
    EXPECT_EQ(result.dropped, 0U);
    EXPECT_GT(result.messages_lost, 0U);
    EXPECT_GT(result.traffic[1].bits_per_second(), 7.5e9);
    EXPECT_GT(result.traffic[0].bits_per_second(), 0.85e9);
}

TEST(ScenarioFile, AnIncastFromNearAndFarLosesNothing) {
    const Result result = simulate(example("incast.toml"));
    EXPECT_EQ(result.dropped, 0U);
    for (const TrafficResult& one : result.traffic) {
        EXPECT_EQ(one.again, 0U);
        EXPECT_GE(one.delivered, 5U);
    }
}

std::vector<std::string> errors_of(std::string_view text) {
    std::vector<std::string> said;
    const auto parsed = parse_scenario(text, "a.toml");
    if (const auto* errors = std::get_if<ConfigErrors>(&parsed))
        for (const ConfigError& error : *errors) said.push_back(error.to_string());
    return said;
}

TEST(ScenarioFile, NamesWhatIsWrongAndTheRightWord) {
    const auto said = errors_of(
        "duration = \"1ms\"\n"
        "[[slice]]\nname = \"a\"\nnumber = 1\ncontrol = \"precice\"\n"
        "[[node]]\nname = \"west\"\n"
        "[[node]]\nname = \"host\"\nhost = true\n"
        "[[line]]\nbetween = [\"west\", \"hots\"]\ndistnace = \"1km\"\n"
        "[[traffic]]\nname = \"t\"\nfrom = \"west\"\nto = \"host\"\nslice = \"a\"\nrate = 5\n");
    ASSERT_EQ(said.size(), 5U);
    EXPECT_EQ(said[0].substr(0, 34), "a.toml:5:11: slice[0].control: is ");
    EXPECT_NE(said[0].find("did you mean \"precise\"?"), std::string::npos);
    EXPECT_NE(said[1].find("line[0].between"), std::string::npos);
    EXPECT_NE(said[1].find("did you mean \"host\"?"), std::string::npos);
    EXPECT_NE(said[2].find("did you mean \"distance\"?"), std::string::npos);
    EXPECT_NE(said[3].find("is a router"), std::string::npos);
    EXPECT_NE(said[4].find("needs quotes and a unit"), std::string::npos);
    EXPECT_EQ(errors_of("= 1").size(), 1U);
}

}  // namespace
}  // namespace weir::sim::test
