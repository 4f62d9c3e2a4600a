// What `weir-sim check` makes of whole networks.
#include "tools/sim/check/check.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>

#include "tests/unit/sim/check_net.hpp"

namespace weir::sim {
namespace {

using Lines = std::vector<std::pair<unsigned, unsigned>>;

struct Topology {
    std::string name;
    Lines lines;
    std::vector<Walk> policies;
    std::vector<std::size_t> cycles;  // lengths, in links
};

const Lines ring3{{1, 2}, {2, 3}, {3, 1}};
const Lines ring4{{1, 2}, {2, 3}, {3, 4}, {4, 1}};
const Lines eight{{1, 2}, {2, 3}, {3, 1}, {3, 4}, {4, 5}, {5, 3}};

const std::vector<Topology> topologies{
    {"ring of 3", ring3, {{1, 2, 3}, {2, 3, 1}, {3, 1, 2}}, {3}},
    {"ring of 3, both ways round",
     ring3,
     {{1, 2, 3}, {2, 3, 1}, {3, 1, 2}, {3, 2, 1}, {2, 1, 3}, {1, 3, 2}},
     {3, 3}},
    {"ring of 3, one way missing", ring3, {{1, 2, 3}, {2, 3, 1}, {3, 1}}, {}},
    {"ring of 4", ring4, {{1, 2, 3}, {2, 3, 4}, {3, 4, 1}, {4, 1, 2}}, {4}},
    {"ring of 4, long ways", ring4, {{1, 2, 3, 4}, {3, 4, 1, 2}}, {4}},
    {"ring of 4, broken open",
     {{1, 2}, {2, 3}, {3, 4}},
     {{1, 2, 3, 4}, {4, 3, 2, 1}, {2, 3, 4}, {3, 2, 1}},
     {}},
    {"once round a ring", ring3, {{1, 2, 3, 1}}, {}},
    {"once round a ring and on", ring3, {{1, 2, 3, 1, 2}}, {3}},
    {"there and back", {{1, 2}, {2, 3}}, {{1, 2, 3}, {3, 2, 1}}, {}},
    {"back at once", {{1, 2}}, {{1, 2, 1}}, {}},
    {"back and forth", {{1, 2}}, {{1, 2, 1, 2}}, {2}},
    {"figure of eight, two rings",
     eight,
     {{1, 2, 3}, {2, 3, 1}, {3, 1, 2}, {3, 4, 5}, {4, 5, 3}, {5, 3, 4}},
     {3, 3}},
    {"figure of eight, one ring",
     eight,
     {{1, 2, 3}, {2, 3, 1}, {3, 1, 2}, {3, 4, 5}, {4, 5, 3}},
     {3}},
    {"figure of eight, walked as one", eight, {{1, 2, 3, 4, 5}, {4, 5, 3, 1, 2}}, {6}},
    {"figure of eight, crossed and open", eight, {{1, 2, 3, 4, 5}, {5, 3, 1, 2}}, {}},
    {"tree of three tiers",
     {{1, 3}, {2, 3}, {3, 7}, {4, 6}, {5, 6}, {6, 7}},
     {{1, 3, 7, 6, 4}, {2, 3, 7, 6, 5}, {4, 6, 7, 3, 1}, {5, 6, 7, 3, 2}, {1, 3, 2}, {4, 6, 5}},
     {}},
};

TEST(Check, NamesTheCyclesOfEachTopologyAndNoOther) {
    for (const Topology& it : topologies) {
        SCOPED_TRACE(it.name);
        CheckNet net{it.lines};
        for (const Walk& walk : it.policies) net.policy(walk);
        const auto slices = net.turns();
        ASSERT_EQ(slices.size(), 1U);
        EXPECT_TRUE(slices[0].unproven.empty()) << slices[0].unproven.front().text;
        std::vector<std::size_t> lengths;
        for (const auto& cycle : cycles_of(slices[0])) lengths.push_back(cycle.size());
        EXPECT_EQ(lengths, it.cycles);
    }
}

TEST(Check, EachTurnOfACycleSaysWhatMakesIt) {
    CheckNet net{ring3};
    net.policy({1, 2, 3}).policy({2, 3, 1}).policy({3, 1, 2}).policy({1, 2, 3});
    const auto slice = net.turns().at(0);
    const auto cycles = cycles_of(slice);
    ASSERT_EQ(cycles.size(), 1U);
    std::set<std::vector<std::string>> by;
    for (const std::size_t turn : cycles[0]) by.insert(slice.turns[turn].by);
    EXPECT_EQ(by, (std::set<std::vector<std::string>>{
                      {"policy p1 of n1, path 0", "policy p4 of n1, path 0"},
                      {"policy p2 of n2, path 0"},
                      {"policy p3 of n3, path 0"}}));
}

TEST(Check, ASliceIsJudgedByItsOwnPolicies) {
    CheckNet net{ring3, {10, 20}};
    net.policy({1, 2, 3}, 10).policy({2, 3, 1}, 10).policy({3, 1, 2}, 20).policy({2, 3, 1}, 20);
    net.policy({1, 2, 3}, 20);
    const auto slices = net.turns();
    ASSERT_EQ(slices.size(), 2U);
    EXPECT_EQ(slices[0].id, 10U);
    EXPECT_TRUE(cycles_of(slices[0]).empty());
    EXPECT_EQ(cycles_of(slices[1]).size(), 1U);
    // Where something else may name the slice of what a rule steers, it may be any.
    net.change(3, "[workers]", "classify = [\"pcp\", \"steer\", \"dscp\"]\n[workers]");
    EXPECT_EQ(cycles_of(net.turns().at(0)).size(), 1U);
}

TEST(Check, PacketsFollowRoutesOfTheNodesBetween) {
    // One SID each, two lines away; and routes alone, without any policy.
    for (const bool policies : {true, false}) {
        CheckNet net{ring4};
        for (unsigned i = 1; i <= 4; ++i) {
            net.route(i, CheckNet::locator((i + 1) % 4 + 1) + "/32", i % 4 + 1);
            if (policies) net.policy({i, (i + 1) % 4 + 1});
        }
        EXPECT_EQ(cycles_of(net.turns().at(0)).at(0).size(), 4U);
    }
    // The two that go the other way open it.
    CheckNet net{ring4};
    for (unsigned i = 1; i <= 4; ++i)
        net.route(i, CheckNet::locator((i + 1) % 4 + 1) + "/32", i < 3 ? i + 1 : i - 1);
    net.policy({1, 3}).policy({2, 4}).policy({3, 1}).policy({4, 2});
    EXPECT_TRUE(cycles_of(net.turns().at(0)).empty());
    EXPECT_EQ(turns_as_text(net.turns()[0]),
              (std::set<std::string>{"1-2-3", "2-3-4", "3-2-1", "4-3-2"}));
}

TEST(Check, WhatIsDecapsulatedMayGoOn) {
    // By a route of the table it is put into, and by a policy that such a route leads to.
    CheckNet plain{ring3};
    plain.policy({1, 2}).policy({2, 3, 1}).policy({3, 1, 2});
    EXPECT_TRUE(cycles_of(plain.turns().at(0)).empty());
    plain.change(1, "to = \"10.2.0.0/24\"", "to = \"10.9.0.0/24\"");
    plain.add(2,
              "[[route]]\nto = \"10.9.0.0/24\"\nvia = [{ address = \"10.23.0.2\", port = "
              "\"to-3\" }]\n");
    plain.change(2, "address = \"fd00:2:3::1/64\"",
                 "address = [\"fd00:2:3::1/64\", \"10.23.0.1/24\"]");
    plain.change(3, "address = \"fd00:2:3::2/64\"",
                 "address = [\"fd00:2:3::2/64\", \"10.23.0.2/24\"]");
    const auto slice = plain.turns().at(0);
    EXPECT_EQ(turns_as_text(slice), (std::set<std::string>{"1-2-3", "2-3-1", "3-1-2"}));
    EXPECT_EQ(cycles_of(slice).size(), 1U);

    CheckNet again{ring3};
    again.policy({1, 2}).policy({2, 3}).policy({2, 3, 1}).policy({3, 1, 2});
    again.change(1, "to = \"10.2.0.0/24\"", "to = \"10.9.0.0/24\"");
    again.add(2, "[[route]]\nto = \"10.9.0.0/24\"\npolicy = \"p2\"\n");
    EXPECT_EQ(cycles_of(again.turns().at(0)).size(), 1U);
}

std::vector<std::string> unproven(const CheckNet& net) {
    std::vector<std::string> all;
    const SliceTurns slice = net.turns().at(0);
    for (const Unproven& it : slice.unproven)
        all.push_back(it.file + ": " + it.key + ": " + it.text);
    return all;
}

TEST(Check, SaysWhatTheFilesLeaveOpen) {
    using All = std::vector<std::string>;
    CheckNet net{ring3};
    net.policy({1, 2, 3});
    EXPECT_EQ(unproven(net), All{});
    EXPECT_EQ(
        unproven(CheckNet{net}.without(3)),
        (All{"1.toml: peer[1].locator: fc00:3::/32 of peer n3 is the locator of no given file; "
             "give the file of that node too",
             "1.toml: policy[0].paths[0].segments[1]: fc00:3::d46 lies in the locator of no given "
             "file; give the file of its node too",
             "2.toml: peer[1].locator: fc00:3::/32 of peer n3 is the locator of no given file; "
             "give the file of that node too"}));
    EXPECT_EQ(unproven(CheckNet{net}.change(2, "sid = \"fc00:2::e\"", "sid = \"fc00:2::e2\"")),
              All{"1.toml: policy[0].paths[0].segments[0]: fc00:2::e is no SID of n2, whose it is; "
                  "add a [[sid]] there"});
    EXPECT_EQ(
        unproven(CheckNet{net}.change(2, "to = \"fc00:3::/32\"", "to = \"fc00:9::/32\"")),
        All{"1.toml: policy[0].paths[0].segments[1]: n2 has no route to fc00:3::d46; add one"});
    EXPECT_EQ(unproven(CheckNet{net}.change(2, "lossless = true", "lossless = false").without(3)),
              (All{"1.toml: peer[1].locator: fc00:3::/32 of peer n3 is the locator of no given "
                   "file; give the file of that node too",
                   "1.toml: policy[0].paths[0].segments[1]: fc00:3::d46 lies in the locator of no "
                   "given file; give the file of its node too",
                   "2.toml: slice: slice s10 (10) comes from n1 and is not lossless here; add it "
                   "with lossless = true, or it is dropped"}));
}

TEST(Check, APeerBehindOtherRoutersIsReachedByItsLocator) {
    CheckNet net{ring3};
    net.policy({1, 2, 3}).policy({2, 3, 1}).policy({3, 1, 2});
    // The next hop is a router without a file; the [[peer]] of the port says who is behind it.
    net.change(1, "via = [{ address = \"fd00:1:2::2\"", "via = [{ address = \"fd00:1:2::7\"");
    EXPECT_EQ(unproven(net), std::vector<std::string>{});
    EXPECT_EQ(cycles_of(net.turns().at(0)).size(), 1U);
    net.change(1, "address = \"fc00:2::fc\"", "address = \"fc00:8::fc\"");
    net.change(1, "locator = \"fc00:2::/32\"", "locator = \"fc00:8::/32\"");
    EXPECT_EQ(
        unproven(net),
        (std::vector<std::string>{
            "1.toml: peer: port to-2 leads to n2, whose locator no [[peer]] of that port has; "
            "add it, or nothing is held back there",
            "1.toml: peer[0].locator: fc00:8::/32 of peer n2 is the locator of no given file; "
            "give the file of that node too",
            "1.toml: route[0].via[0].address: is an address of no given file, and policies "
            "lead over it; give the file of that node, or a [[peer]] of its port that is "
            "behind it"}));
}

TEST(Check, RefusesNodesThatShareANameOrSids) {
    const auto refused = [](const CheckNet& net) {
        const auto made = net.make();
        const auto* wrong = std::get_if<std::vector<std::string>>(&made);
        return wrong != nullptr ? *wrong : std::vector<std::string>{};
    };
    const CheckNet net{ring3};
    EXPECT_TRUE(refused(net).empty());
    EXPECT_EQ(refused(CheckNet{net}.change(2, "name = \"n2\"", "name = \"n1\"")),
              std::vector<std::string>{"2.toml: node.name: n1 is already the node of 1.toml; give "
                                       "each file once, and each node a name of its own"});
    CheckNet shared{{{1, 2}}};
    shared.change(2, "locator = \"fc00:2::/32\"", "locator = \"fc00::/16\"");
    shared.change(2, "address = \"fc00:1::fc\"", "address = \"fd01::fc\"");
    shared.change(2, "locator = \"fc00:1::/32\"", "locator = \"fd01::/32\"");
    EXPECT_EQ(refused(shared),
              std::vector<std::string>{"2.toml: node.locator: fc00::/16 overlaps with fc00:1::/32 "
                                       "of 1.toml; give each node SIDs of its own"});
}

// The files that docs/backpressure.md shows.
TEST(Check, ReadsTheFilesOfNodes) {
    const auto cycles = [](const std::string& folder, const std::string& nodes) {
        std::vector<std::string> files;
        for (const char node : nodes)
            files.push_back(fmt::format("{}/{}/{}.toml", NETWORKS, folder, node));
        const auto made = read_network(files);
        if (const auto* wrong = std::get_if<std::vector<std::string>>(&made)) return *wrong;
        std::vector<std::string> all;
        for (const SliceTurns& slice : turns_of(std::get<Network>(made))) {
            for (const Unproven& it : slice.unproven) all.push_back(it.text);
            for (const auto& cycle : cycles_of(slice))
                all.push_back(fmt::format("{}: {}", slice.name, cycle.size()));
        }
        return all;
    };
    using All = std::vector<std::string>;
    EXPECT_EQ(cycles("ring3", "abc"), All{"training: 3"});
    EXPECT_EQ(cycles("ring4", "abcd"), All{"training: 4"});
    EXPECT_EQ(cycles("chain4", "abcd"), All{});
    EXPECT_EQ(cycles("chain4", "az"), All{NETWORKS "/chain4/z.toml: can not be read"});
}

// Random lines, and policies that wander along them: the turns are those of the walks and no other,
// and whether links wait in a circle is what a judge says who only asks which turn reaches which.
RC_GTEST_PROP(Check, AgreesWithANaiveJudge, ()) {
    const auto nodes = *rc::gen::inRange(3U, 7U);
    Lines lines;
    for (unsigned a = 1; a <= nodes; ++a)
        for (unsigned b = a + 1; b <= nodes; ++b)
            if (b == a + 1 || *rc::gen::inRange(0, 3) == 0) lines.emplace_back(a, b);
    std::vector<std::vector<unsigned>> beside(nodes + 1);
    for (const auto& [a, b] : lines) {
        beside[a].push_back(b);
        beside[b].push_back(a);
    }
    CheckNet net{lines};
    std::set<std::string> turns;
    using Pair = std::pair<unsigned, unsigned>;
    std::set<std::pair<Pair, Pair>> waits;
    const auto policies = *rc::gen::inRange(1, 6);
    for (int i = 0; i < policies; ++i) {
        Walk walk{*rc::gen::inRange(1U, nodes + 1)};
        const auto steps = *rc::gen::inRange(1, 5);
        for (int step = 0; step < steps; ++step)
            walk.push_back(*rc::gen::elementOf(beside[walk.back()]));
        net.policy(walk);
        for (std::size_t k = 2; k < walk.size(); ++k) {
            turns.insert(fmt::format("{}-{}-{}", walk[k - 2], walk[k - 1], walk[k]));
            waits.insert({{walk[k - 2], walk[k - 1]}, {walk[k - 1], walk[k]}});
        }
    }
    for (bool grew = true; grew;) {
        grew = false;
        for (const auto& [a, b] : std::set{waits})
            for (const auto& [c, d] : std::set{waits})
                if (b == c) grew |= waits.insert({a, d}).second;
    }
    const bool circle =
        std::ranges::any_of(waits, [](const auto& it) { return it.first == it.second; });
    RC_CLASSIFY(circle, "cyclic");
    const auto slice = net.turns().at(0);
    RC_ASSERT(slice.unproven.empty());
    RC_ASSERT(turns_as_text(slice) == turns);
    RC_ASSERT(cycles_of(slice).empty() == !circle);
}

}  // namespace
}  // namespace weir::sim
