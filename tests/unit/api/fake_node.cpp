#include "tests/unit/api/fake_node.hpp"

#include <stdexcept>

#include "dataplane/config/parse.hpp"

namespace weir {

const std::string_view small_config = R"(
[node]
name    = "edge-a"
locator = "fc00:a::/32"
source  = "fc00:a::1"
domain  = ["fc00::/16"]
[workers]
cores = [4, 6]
[[table]]
name = "campus"
[[port]]
name    = "lan0"
device  = "af_packet:eth1"
address = ["10.1.0.1/24", "fd00:1::1/64"]
table   = "campus"
[[port]]
name    = "wan0"
device  = "af_xdp:eth2"
address = "fd00:ab::1/64"
role    = "wan"
[[policy]]
name  = "to-dc"
paths = [ { weight = 3, segments = ["fc00:b::e", "fc00:d::d46"] },
          { weight = 1, segments = ["fc00:b::e1", "fc00:d::d46"] } ]
[[policy]]
name  = "to-office"
encap = "full"
paths = [ { segments = ["fc00:b::d46"] } ]
[[steer]]
match  = { port = "lan0", to = "10.2.0.0/16" }
policy = "to-dc"
[[steer]]
match  = { port = "lan0", to = "10.3.0.0/16" }
policy = "to-office"
[[sid]]
sid      = "fc00:a::d46"
behavior = "End.DT46"
table    = "campus"
[[sid]]
sid      = "fc00:a::d4"
behavior = "End.DX4"
port     = "lan0"
next_hop = "10.1.0.9"
[[route]]
to  = "fc00:b::/32"
via = [{ address = "fd00:ab::2", port = "wan0" }, { address = "fd00:ab::3", port = "wan0", weight = 2 }]
[[route]]
to     = "10.4.0.0/16"
table  = "campus"
policy = "to-dc"
[[route]]
to    = "10.5.0.0/16"
table = "campus"
via   = []
)";

std::string lossless_config() {
    std::string text{small_config};
    const auto put = [&](std::string_view behind, std::string_view more) {
        text.insert(text.find(behind) + behind.size(), more);
    };
    put("table   = \"campus\"\n", "rate = \"25G\"\nmtu = 9000\npfc = { 3 = \"gold\" }\n");
    put("role    = \"wan\"\n", "rate = \"10G\"\n");
    return text +
           "[[slice]]\nid = 1\nname = \"gold\"\nlossless = true\ncontrol = \"credit\"\n"
           "min_packet = 1024\ndscp = 1\n"
           "[[peer]]\nname = \"b\"\nport = \"wan0\"\naddress = \"fc00:b::fc\"\n"
           "locator = \"fc00:b::/32\"\ndistance = \"100km\"\n";
}

Config config_of(std::string_view toml) {
    auto parsed = parse_config(toml, "test.toml");
    if (const auto* errors = std::get_if<ConfigErrors>(&parsed))
        throw std::runtime_error{errors->front().to_string()};
    return std::get<Config>(std::move(parsed));
}

FakeNode::FakeNode(std::string_view toml) {
    CompileInput input;
    input.config = std::make_shared<const Config>(config_of(toml));
    input.version = 7;
    for (std::size_t i = 0; i < input.config->ports.size(); ++i)
        input.macs.push_back({{2, 0, 0, 0, 0, static_cast<std::uint8_t>(i + 1)}});
    input.gateways.resize(gateways_of(*input.config).size());
    CounterSlots sids, paths;
    snapshot = compile_snapshot(input, sids, paths);
    for (std::size_t i = 0; i <= config().workers.cores.size(); ++i) {
        shards.push_back(std::make_unique<Shard>(config().ports.size()));
        shards.back()->sids.grow(sids.size());
        shards.back()->paths.grow(paths.size());
    }
    for (const MacAddr& mac : input.macs)
        ports.push_back(
            {.link_up = true, .mac = mac, .speed = {}, .receive_queues = 2, .missed = {}});
}

StatusSource FakeNode::source() {
    StatusSource made;
    made.version = "1.2.3";
    made.march = "x86-64-v3";
    made.config_file = "/etc/weir/weir.toml";
    made.started = 1'700'000'000;
    for (const auto& shard : shards) made.shards.push_back(shard.get());
    made.snapshot = [this] { return snapshot; };
    made.port = [this](PortId id) { return ports[id]; };
    made.neighbors = [this] { return neighbors; };
    made.audit = [this] {
        ++audits;
        return audit;
    };
    made.reload = [this] {
        ++reloads;
        return reload_answer;
    };
    made.seconds = [](std::uint64_t cycles) { return static_cast<double>(cycles) / 2e9; };
    made.now = [] { return std::int64_t{1'700'000'100}; };
    return made;
}

}  // namespace weir
