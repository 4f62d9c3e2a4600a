// A grid is each with each, a point is run once, and what an earlier sweep left is believed only
// where it is whole and of the same scenario.
#include "tools/sim/sweep.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <set>

#include "tests/unit/sim/net.hpp"
#include "tools/sim/result_json.hpp"

namespace weir::sim::test {
namespace {

namespace fs = std::filesystem;

std::string scenario(const std::string& grid, const std::string& duration = "2ms") {
    return "duration = \"" + duration +
           "\"\n"
           "[[slice]]\nname = \"s\"\nnumber = 1\n"
           "[[node]]\nname = \"r\"\n"
           "[[node]]\nname = \"a\"\nhost = true\n[[node]]\nname = \"b\"\nhost = true\n"
           "[[line]]\nbetween = [\"a\", \"r\"]\nrate = \"10G\"\n"
           "[[line]]\nbetween = [\"r\", \"b\"]\nrate = \"10G\"\n"
           "[[traffic]]\nname = \"t\"\nfrom = \"a\"\nto = \"b\"\nslice = \"s\"\nrate = \"1G\"\n" +
           grid;
}
const std::string two_by_three =
    "[grid]\n\"traffic[0].rate\" = [\"1G\", \"2G\"]\n\"line[1].rate\" = [\"5G\", \"10G\", "
    "\"20G\"]\n";

struct Folder {
    fs::path path = fs::path{testing::TempDir()} / "sweep-test";
    Folder() { fs::remove_all(path); }
    ~Folder() { fs::remove_all(path); }
};

std::vector<nlohmann::json> run(const std::vector<SweepPoint>& points, const Folder& folder) {
    std::set<std::size_t> heard;
    auto results = sweep(points, folder.path.string(), 3, [&](std::size_t n) { heard.insert(n); });
    EXPECT_EQ(heard.size(), points.size());
    EXPECT_EQ(*heard.rbegin(), points.size());
    return results;
}

TEST(Sweep, IsEachWithEachInTheFilesOrder) {
    const auto points = sweep_points(scenario(two_by_three), "g.toml");
    ASSERT_EQ(points.size(), 6U);
    std::set<std::string> names;
    for (std::size_t i = 0; i < 6; ++i) {
        const std::uint64_t rates[] = {5, 10, 20};
        EXPECT_EQ(points[i].scenario.traffic[0].rate, gigabits(i < 3 ? 1 : 2));
        EXPECT_EQ(points[i].scenario.lines[1].rate, gigabits(rates[i % 3]));
        EXPECT_EQ(points[i].scenario.lines[0].rate, gigabits(10));
        EXPECT_EQ(points[i].values[0].first, "traffic[0].rate");
        names.insert(points[i].name);
    }
    EXPECT_EQ(points[5].values[1].second, "20G");
    EXPECT_EQ(names.size(), 6U);
}

TEST(Sweep, GivesWhatARunOfEachPointGives) {
    const Folder folder;
    const auto points = sweep_points(scenario(two_by_three), "g.toml");
    const auto results = run(points, folder);
    for (std::size_t i = 0; i < points.size(); ++i) {
        EXPECT_EQ(results[i]["result"], as_json(points[i].scenario, simulate(points[i].scenario)));
        EXPECT_EQ(results[i]["point"]["line[1].rate"], points[i].values[1].second);
    }
    EXPECT_GT(results[3]["result"]["traffic"][0]["received"],
              results[0]["result"]["traffic"][0]["received"]);
}

TEST(Sweep, ResumesWhereItStoppedAndRunsWhatIsNotWhole) {
    const Folder folder;
    const auto points = sweep_points(scenario(two_by_three), "g.toml");
    const auto first = run(points, folder);
    const auto path = [&](std::size_t i) { return folder.path / (points[i].name + ".json"); };
    // One is made recognisable, one is missing, one was cut off.
    nlohmann::json known = first[0];
    known["result"]["dropped_lossless"] = 12'345;
    std::ofstream{path(0)} << known;
    fs::remove(path(1));
    std::ofstream{path(2)} << first[2].dump().substr(0, 40);
    const auto again = run(points, folder);
    EXPECT_EQ(again[0]["result"]["dropped_lossless"], 12'345);
    for (std::size_t i = 1; i < points.size(); ++i) EXPECT_EQ(again[i], first[i]) << i;
    EXPECT_TRUE(fs::exists(path(1)));
}

TEST(Sweep, AnotherScenarioHasOtherPoints) {
    const auto points = sweep_points(scenario(two_by_three), "g.toml");
    const auto others = sweep_points(scenario(two_by_three, "3ms"), "g.toml");
    const auto fewer = sweep_points(scenario("[grid]\n\"line[1].rate\" = [\"5G\"]\n"), "g.toml");
    for (std::size_t i = 0; i < points.size(); ++i) EXPECT_NE(points[i].name, others[i].name);
    EXPECT_EQ(fewer[0].name, points[0].name);  // the same scenario, whatever the grid
}

std::string said(const std::string& grid) {
    try {
        sweep_points(scenario(grid), "g.toml");
    } catch (const std::runtime_error& error) {
        return error.what();
    }
    return "";
}

TEST(Sweep, SaysWhatIsWrongBeforeAnyPointRuns) {
    EXPECT_NE(said("").find("has no table [grid]"), std::string::npos);
    EXPECT_NE(said("[grid]\n\"line[2].rate\" = [\"1G\"]\n").find("is nowhere in the scenario"),
              std::string::npos);
    EXPECT_NE(said("[grid]\nseed = 5\n").find("needs a list"), std::string::npos);
    const std::string wrong = said("[grid]\n\"line[0].rate\" = [\"1G\", \"fast\"]\n");
    EXPECT_NE(wrong.find("line[0].rate"), std::string::npos) << wrong;
    EXPECT_NE(wrong.find("at line[0].rate = fast"), std::string::npos) << wrong;
    EXPECT_NE(said("[grid]\n\"line[0].rat\" = [\"1G\"]\n").find("did you mean \"rate\"?"),
              std::string::npos);
}

}  // namespace
}  // namespace weir::sim::test
