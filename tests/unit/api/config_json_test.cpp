#include "dataplane/api/config_json.hpp"

#include <gtest/gtest.h>
#include <toml++/toml.h>

#include <fstream>
#include <sstream>

#include "dataplane/config/keys.hpp"
#include "tests/unit/api/fake_node.hpp"
#include "tools/weirctl/toml_text.hpp"

namespace weir {
namespace {

using Sorted = nlohmann::json;  // keys by name: order is not what is compared

// Every key there is, none with its default where it has another, quantities in their shortest form
// and lists where one value would do: what the running configuration must give back to the letter.
constexpr std::string_view every_key = R"(
[node]
name = "edge-a"
locator = "fc00:a::/32"
source = "fc00:a::1:0"
source_entropy = 8
domain = ["fc00::/16", "fd00::/8"]
hop_limit = 200
classify = ["dscp", "sid", "port"]
nrp = true
slice_bits = { in = "source", first = 8, count = 6 }
[workers]
cores = [1, 3]
idle = "sleep 50us"
[memory]
hugepages = "2M"
reserve = "64MiB"
packet_buffers = 200000
[api]
socket = "/tmp/weir.sock"
mode = "0600"
metrics = "[::1]:9000"
[[table]]
name = "default"
routes = 5000
[[table]]
name = "campus"
routes = 1000
[[port]]
name = "lan0"
device = "0000:3b:00.0"
address = ["10.1.0.1/24", "fd00:1::1/64"]
table = "campus"
mtu = 9000
rate = "25G"
role = "lan"
source_check = true
punt_rate = "2kpps"
receive_queues = 2
spread = "on"
receive_descriptors = 1024
transmit_descriptors = 512
slice = "rest"
pcp = { 0 = "rest", 5 = "training" }
pfc = { 3 = "training" }
[[port]]
name = "wan0"
device = "0000:3b:00.1"
address = ["fd00:ab::1/64"]
table = "default"
mtu = 9216
rate = "100G"
role = "wan"
source_check = false
punt_rate = "1kpps"
receive_queues = 0
spread = "auto"
receive_descriptors = 2048
transmit_descriptors = 2048
pcp = {}
pfc = {}
[[peer]]
name = "transit-1"
port = "wan0"
address = "fc00:b::fc"
locator = "fc00:b::/32"
segments = ["fc00:b::1"]
distance = "500us"
between = "12MB"
on_peer_loss = "move"
key = [{ id = 1, file = "/etc/weir/keys/a" }, { id = 2, file = "/etc/weir/keys/b" }]
[[slice]]
id = 0
name = "rest"
guarantee = "10M"
limit = "50.25%"
weight = 2
lossless = false
control = "off"
isolate = 1
queues = 128
min_packet = 64
buffer = "1MB"
dscp = 1
dscp_mode = "uniform"
watchdog = { detect = "200ms", restore = "1s", action = "forward" }
[[slice]]
id = 10
name = "training"
guarantee = "40%"
limit = "90G"
weight = 4
lossless = true
control = "credit"
isolate = 2
queues = 256
min_packet = 1024
buffer = "auto"
dscp = 26
dscp_mode = "pipe"
ecn = { min = "2MB", max = "8MB" }
watchdog = { detect = "400ms", restore = "400ms", action = "alert" }
[[policy]]
name = "to-dc"
bsid = "fc00:a::b100"
encap = "full"
paths = [{ weight = 3, segments = ["fc00:b::e", "fc00:d::d46"] },
         { weight = 1, segments = ["fc00:b::e1", "fc00:d::d46"] }]
probe = { every = "100ms", miss = 5 }
mss_clamp = true
[[steer]]
match = { port = "lan0", to = "10.2.0.0/16", protocol = "udp", dport = 4791 }
policy = "to-dc"
slice = "training"
[[steer]]
match = { to = "fd00:2::/48", protocol = 47 }
policy = "to-dc"
[[sid]]
sid = "fc00:a::d46"
behavior = "End.DT46"
table = "campus"
slice = "training"
[[sid]]
sid = "fc00:a::d6"
behavior = "End.DX6"
port = "lan0"
next_hop = "fd00:1::9"
[[sid]]
sid = "fc00:a::e"
behavior = "End"
[[route]]
to = "fc00:b::/32"
table = "default"
via = [{ address = "fd00:ab::2", port = "wan0", weight = 2 }]
[[route]]
to = "10.9.0.0/16"
table = "campus"
policy = "to-dc"
[[route]]
to = "10.8.0.0/16"
table = "campus"
via = []
)";

Sorted toml_to_json(std::string_view text) {
    const toml::table tree = toml::parse(text);
    std::ostringstream json;
    json << toml::json_formatter{tree};
    return Sorted::parse(json.str());
}

Sorted sorted(const nlohmann::ordered_json& json) { return Sorted::parse(json.dump()); }

TEST(ConfigJson, SaysWhatTheFileSays) {
    const Sorted given = sorted(config_json(config_of(every_key)));
    const Sorted written = toml_to_json(every_key);
    EXPECT_EQ(given, written) << Sorted::diff(written, given).dump(1);
}

// A key that somebody adds and this page does not show would be invisible in a running weir.
TEST(ConfigJson, KnowsEveryKey) {
    const Sorted given = sorted(config_json(config_of(every_key)));
    const std::function<bool(const Sorted&, std::string_view)> has = [&](const Sorted& at,
                                                                         std::string_view path) {
        if (at.is_array())
            return std::ranges::any_of(at, [&](const Sorted& it) { return has(it, path); });
        const auto dot = path.find('.');
        std::string step{path.substr(0, dot)};
        if (step.ends_with("[]")) step.resize(step.size() - 2);
        if (!at.is_object() || !at.contains(step)) return false;
        return dot == std::string_view::npos || has(at.at(step), path.substr(dot + 1));
    };
    for (const Key& key : all_keys()) EXPECT_TRUE(has(given, key.path)) << key.path;
}

// What `weirctl show config` prints is a configuration: read again, it is the same.
void expect_round_trip(std::string_view toml) {
    const auto once = config_json(config_of(toml));
    const std::string printed = toml_text(once);
    EXPECT_EQ(config_json(config_of(printed)), once) << printed;
}

TEST(ConfigJson, AsTomlIsReadAgainAsTheSame) {
    expect_round_trip(every_key);
    expect_round_trip(small_config);
    std::ifstream file{WEIR_SOURCE_DIR "/docs/example.toml"};
    const std::string example{std::istreambuf_iterator<char>{file}, {}};
    ASSERT_FALSE(example.empty());
    expect_round_trip(example);
}

TEST(ConfigJson, DefaultsAreWrittenOut) {
    const auto given = config_json(config_of(small_config));
    EXPECT_EQ(given["node"]["hop_limit"], 64);
    EXPECT_EQ(given["api"]["mode"], "0660");
    EXPECT_EQ(given["port"][1]["table"], "default");
    EXPECT_EQ(given["slice"][0]["name"], "best-effort");
    EXPECT_FALSE(given["port"][0].contains("rate"));  // absent: as the device says
}

}  // namespace
}  // namespace weir
