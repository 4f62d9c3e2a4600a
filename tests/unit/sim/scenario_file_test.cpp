// Scenarios of files: the examples do what they say, and errors name line, key and the right word.
#include "tools/sim/scenario_file.hpp"

#include <gtest/gtest.h>

#include <map>
#include <sstream>

#include "tests/unit/sim/net.hpp"
#include "tools/sim/result_json.hpp"

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

// The last sample is the result, and what is held never passes B on the way there.
TEST(Series, SamplesGrowToTheResultAndNeverPassB) {
    const Scenario scenario = example("incast.toml");
    std::ostringstream csv;
    const Result result = simulate_and_sample(scenario, 500us, csv);
    EXPECT_EQ(result.buffers.size(), 6U);  // two ports of `far`, four of `near`
    std::istringstream lines{csv.str()};
    std::string line;
    std::getline(lines, line);
    EXPECT_TRUE(line.starts_with("time_ns,node,port,neighbor,slice,held,buffer,sent_packets"));
    std::map<std::string, std::uint64_t> sent;
    std::size_t rows = 0, closed = 0, held_some = 0;
    while (std::getline(lines, line)) {
        std::vector<std::string> cell;
        std::istringstream cells{line};
        for (std::string one; std::getline(cells, one, ',');) cell.push_back(one);
        ASSERT_EQ(cell.size(), 12U) << line;
        const std::uint64_t held = std::stoull(cell[5]);
        EXPECT_LE(held, std::stoull(cell[6])) << line;
        std::uint64_t& before = sent[cell[1] + cell[2]];
        EXPECT_GE(std::stoull(cell[7]), before) << line;
        before = std::stoull(cell[7]);
        held_some += held > 0 ? 1 : 0;
        closed += cell[11] == "1" ? 1 : 0;
        ++rows;
    }
    EXPECT_EQ(rows, 121U * result.buffers.size());
    EXPECT_GT(held_some, 0U);
    EXPECT_GT(closed, 0U);  // `near` is stopped for 10 ms
    std::uint64_t received = 0;
    for (const TrafficResult& one : result.traffic) received += one.received;
    // To the sink go the data and nothing else; a few are on the line at the end.
    EXPECT_GE(sent["\"near\"3"], received);
    EXPECT_LE(sent["\"near\"3"], received + 10);
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
