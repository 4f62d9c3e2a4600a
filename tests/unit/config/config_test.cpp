// What a file does not say, and what its order does not matter for.
#include <algorithm>
#include <map>

#include "dataplane/config/keys.hpp"
#include "tests/unit/config/support.hpp"

namespace weir {
namespace {

bool same(const Config& a, const Config& b) {
    return a.node == b.node && a.workers == b.workers && a.memory == b.memory && a.api == b.api &&
           std::ranges::equal(a.tables, b.tables) && std::ranges::equal(a.ports, b.ports) &&
           a.peers == b.peers && std::ranges::equal(a.slices, b.slices) &&
           std::ranges::equal(a.policies, b.policies) && a.steer == b.steer && a.sids == b.sids &&
           a.routes == b.routes;
}

// One element of every section with nothing but what is required. `@X` is where a key of X goes.
const std::string least = R"([node]
name = "a"
locator = "fc00:a::/32"
source = "fc00:a::1"
@node
[workers]
@workers
[memory]
@memory
[api]
@api
[[table]]
name = "campus"
@table[]
[[port]]
name = "lan0"
device = "tap:lan0"
@port[]
[[port]]
name = "wan0"
device = "tap:wan0"
address = "fd00:ab::1/64"
role = "wan"
[[peer]]
name = "b"
port = "wan0"
address = "fc00:b::fc"
locator = "fc00:b::/32"
@peer[]
[[slice]]
id = 1
name = "gold"
dscp = 9
watchdog = { @slice[].watchdog }
@slice[]
[[policy]]
name = "to-b"
paths = [{ segments = ["fc00:b::1"]@policy[].paths[] }]
probe = { every = "1s"@policy[].probe }
@policy[]
[[steer]]
match = { to = "10.0.0.0/8" }
policy = "to-b"
[[sid]]
sid = "fc00:a::2"
behavior = "End"
[[route]]
to = "fc00:b::/32"
via = [{ address = "fd00:ab::2", port = "wan0"@route[].via[] }]
@route[]
)";

std::string filled(const std::string& place, const std::string& what) {
    std::string text;
    for (std::size_t i = 0; i < least.size(); ++i) {
        if (least[i] != '@') {
            text += least[i];
            continue;
        }
        const auto end = least.find_first_of(" \n", i);
        const std::string here = least.substr(i + 1, end - i - 1);
        const bool inline_table = here.find('.') != std::string::npos;
        if (here == place) text += (inline_table && here != "slice[].watchdog" ? ", " : "") + what;
        i = end - 1;
    }
    return text;
}

// The default that --keys prints is the one that holds: writing it changes nothing.
TEST(Defaults, AreThoseOfTheKeyTable) {
    const Config absent = config_of(filled("", ""));
    const std::vector<std::string_view> described{"required",
                                                  "all but one",
                                                  "all, as listed",
                                                  "as the device says",
                                                  "none",
                                                  "off",
                                                  "as below",
                                                  "any",
                                                  "precise, if lossless",
                                                  "best effort",
                                                  "all but role wan",
                                                  "required by End.DT*",
                                                  "required by End.DX*"};
    std::size_t tried = 0;
    for (const Key& key : all_keys()) {
        if (std::ranges::find(described, key.fallback) != described.end() ||
            key.path == "slice[].dscp")
            continue;
        const std::string place{key.path.substr(0, key.path.rfind('.'))};
        std::string value{key.fallback};
        if (value.find_first_not_of("0123456789") != std::string::npos && value != "false" &&
            value != "[]" && value != "{}")
            value = "\"" + value + "\"";
        if (key.path == "api.mode") value = "\"0660\"";
        const std::string line = std::string{key.name()} + " = " + value;
        ASSERT_NE(filled(place, line), filled("", "")) << key.path << " was not written";
        EXPECT_TRUE(same(config_of(filled(place, line)), absent)) << line;
        ++tried;
    }
    EXPECT_GT(tried, 30U);
}

TEST(Defaults, BestEffortIsMade) {
    const Config c = config_of(rest);
    ASSERT_EQ(c.slices.size(), 1U);
    EXPECT_EQ(c.slices[SliceId{0}].id, 0U);
    EXPECT_EQ(c.slices[SliceId{0}].name, "best-effort");
    EXPECT_FALSE(c.slices[SliceId{0}].lossless);
    ASSERT_EQ(c.tables.size(), 1U);
    EXPECT_EQ(c.tables[TableId{0}].name, "default");
}

// Best effort and the default table are index 0 wherever they stand; the others keep their order.
TEST(Order, ZeroIsBestEffortAndDefault) {
    const std::string slices = R"([[slice]]
id = 7
name = "gold"
dscp = 7
[[slice]]
id = 0
name = "rest"
[[slice]]
id = 5
name = "silver"
dscp = 5
[[table]]
name = "red"
[[table]]
name = "default"
routes = 9
[[table]]
name = "blue"
[[steer]]
match = { to = "10.2.0.0/16" }
policy = "to-b"
slice = "gold"
[[steer]]
match = { to = "10.3.0.0/16" }
policy = "to-b"
slice = "silver"
[[steer]]
match = { to = "10.4.0.0/16" }
policy = "to-b"
slice = "rest"
[[sid]]
sid = "fc00:a::46"
behavior = "End.DT46"
table = "blue"
)";
    const Config c = config_of(slices + rest + policy_part);
    std::vector<std::string> names;
    for (const auto& slice : c.slices) names.push_back(slice.name);
    EXPECT_EQ(names, (std::vector<std::string>{"rest", "gold", "silver"}));
    EXPECT_EQ(c.slices[*c.steer[0].slice].name, "gold");
    EXPECT_EQ(c.slices[*c.steer[1].slice].name, "silver");
    EXPECT_EQ(c.slices[*c.steer[2].slice].name, "rest");
    names.clear();
    for (const auto& table : c.tables) names.push_back(table.name);
    EXPECT_EQ(names, (std::vector<std::string>{"default", "red", "blue"}));
    EXPECT_EQ(c.tables[TableId{0}].routes, 9U);
    EXPECT_EQ(c.tables[c.sids[0].table].name, "blue");
}

TEST(Order, SectionsMayStandAnywhere) {
    EXPECT_TRUE(same(config_of(policy_part + rest), config_of(rest + policy_part)));
    EXPECT_TRUE(
        same(config_of(ports_part + policy_part + node_part), config_of(rest + policy_part)));
}

// TOML has several forms for one thing.
TEST(Forms, AreAllRead) {
    const std::string headers = R"([[policy]]
name = "to-b"
[[policy.paths]]
segments = ["fc00:b::e", "fc00:b::d46"]
[[route]]
to = "fc00:b::/32"
[[route.via]]
address = "fd00:ab::2"
port = "wan0"
)";
    EXPECT_TRUE(same(config_of(rest + headers), config_of(rest + policy_part)));
    const std::string dotted = R"([[slice]]
id = 1
name = "gold"
dscp = 1
watchdog.detect = "1s"
ecn.min = "1MB"
ecn.max = "2MB"
)";
    const std::string inlined = R"([[slice]]
id = 1
name = "gold"
dscp = 1
watchdog = { detect = "1s" }
ecn = { min = "1MB", max = "2MB" }
)";
    EXPECT_TRUE(same(config_of(rest + dotted), config_of(rest + inlined)));
    EXPECT_EQ(config_of("\xef\xbb\xbf" + rest).node.name, "a");  // byte order mark
}

// Notes of what a file will not do though nothing in it is wrong.
TEST(Notes, NameWhatHasNoEffect) {
    const auto notes = [](const std::string& text) { return config_of(text).notes; };
    using Lines = std::vector<std::string>;
    EXPECT_EQ(notes(rest), Lines{});
    EXPECT_EQ(notes("[[policy]]\nname = \"x\"\npaths = [{ segments = [\"fc00:c::1\"] }]\n" + rest),
              (Lines{"policy x path 0 (fc00:c::1): no route of table default leads to the first "
                     "segment, so the path is down until one does"}));
    const std::string sid = "[[sid]]\nsid = \"fc00:a::7\"\nbehavior = \"End\"\n";
    EXPECT_EQ(notes(sid + rest), Lines{});
    EXPECT_EQ(notes(sid + with(rest, "role = \"wan\"", "")),
              (Lines{"no port has role wan: nothing can reach the SIDs of this node"}));
    EXPECT_EQ(notes(sid + with(rest, "domain = [\"fc00::/16\"]", "")),
              (Lines{"node.domain is empty: no source may reach the SIDs of this node"}));
    EXPECT_EQ(notes(node_part), (Lines{"there is no [[port]]: nothing can come in or go out"}));
    const std::string twice = "[[steer]]\nmatch = { to = \"10.2.0.0/16\" }\npolicy = \"to-b\"\n";
    EXPECT_EQ(notes(twice + twice + with(rest, "role = \"wan\"", "role = \"wan\"\nmtu = 1600") +
                    policy_part),
              (Lines{"steer[1]: an earlier rule with the same match wins, this has no effect"}));
}

// The MTU that senders are told is the way out's less the encapsulation, for the narrowest of
// several ways, in both modes.
TEST(Notes, TellTheMtuOfAPolicy) {
    const auto told = [](const std::string& encap, const std::string& segments) {
        const std::string text = "[[steer]]\nmatch = { to = \"10.2.0.0/16\" }\npolicy = \"p\"\n" +
                                 rest + policy_part + "[[policy]]\nname = \"p\"\nencap = \"" +
                                 encap + "\"\npaths = [{ segments = [" + segments + "] }]\n";
        const auto notes = config_of(text).notes;
        if (notes.size() != 1) return std::string{};
        return notes[0].substr(notes[0].rfind(' ') + 1);
    };
    EXPECT_EQ(told("reduced", "\"fc00:b::1\""), "1460");
    EXPECT_EQ(told("reduced", "\"fc00:b::1\", \"fc00:b::2\""), "1436");
    EXPECT_EQ(told("full", "\"fc00:b::1\""), "1436");
    EXPECT_EQ(told("full", "\"fc00:b::1\", \"fc00:b::2\", \"fc00:b::3\""), "1404");
    EXPECT_EQ(told("reduced", "\"fd00:ab::9\""), "1460");  // a neighbour on the link
    const std::string two_ways = R"([[port]]
name = "wan1"
device = "tap:wan1"
address = "fd00:ac::1/64"
role = "wan"
mtu = 1400
[[policy]]
name = "p"
paths = [{ segments = ["fc00:c::1"] }]
[[route]]
to = "fc00:c::/32"
via = [{ address = "fd00:ab::2", port = "wan0" }, { address = "fd00:ac::2", port = "wan1" }]
[[steer]]
match = { port = "lan0", to = "10.2.0.0/16" }
policy = "p"
)";
    EXPECT_EQ(config_of(rest + two_ways).notes,
              (std::vector<std::string>{
                  "policy p: packets of more than 1360 bytes from port lan0 (mtu 1500) do not fit "
                  "port wan1 (mtu 1400) once encapsulated; their senders are told by ICMP (packet "
                  "too big, fragmentation needed) with MTU 1360"}));
}

}  // namespace
}  // namespace weir
