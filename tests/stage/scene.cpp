#include "tests/stage/scene.hpp"

#include <stdexcept>

#include "dataplane/config/parse.hpp"

namespace weir::test {

std::string scene_text() {
    return R"(
[node]
name = "edge"
locator = "fc00:a::/32"
source = "fc00:a::1"
domain = ["fc00::/16"]
[api]
metrics = "off"
[[table]]
name = "campus"
[[port]]
name = "lan0"
device = "vdev:net_null0"
address = ["10.1.0.1/24", "fd00:1::1/64"]
table = "campus"
mtu = 1500
[[port]]
name = "wan0"
device = "vdev:net_null1"
address = ["fd00:ab::1/64", "192.0.2.1/24"]
mtu = 1500
role = "wan"
[[slice]]
id = 0
name = "best-effort"
dscp_mode = "uniform"
[[slice]]
id = 10
name = "training"
dscp = 26
[[route]]
to = "fc00:b::/32"
via = [{ address = "fd00:ab::2", port = "wan0" }]
[[route]]
to = "10.5.0.0/16"
table = "campus"
via = [{ address = "10.1.0.2", port = "lan0" }]
[[route]]
to = "fd00:5::/32"
table = "campus"
via = [{ address = "fd00:1::2", port = "lan0" }]
[[route]]
to = "10.6.0.0/16"
table = "campus"
via = []
[[policy]]
name = "full-2"
encap = "full"
paths = [ { segments = ["fc00:b::e1", "fc00:b::d46"] } ]
[[policy]]
name = "reduced-1"
encap = "reduced"
paths = [ { segments = ["fc00:b::d46"] } ]
[[policy]]
name = "reduced-3"
encap = "reduced"
paths = [ { segments = ["fc00:b::e1", "fc00:b::e2", "fc00:b::d46"] } ]
[[policy]]
name = "down"
paths = [ { segments = ["fc00:dead::1"] } ]
[[policy]]
name = "weighted"
encap = "reduced"
paths = [ { weight = 3, segments = ["fc00:b::1"] }, { weight = 1, segments = ["fc00:b::2"] } ]
[[steer]]
match = { port = "lan0", to = "10.2.0.0/16", protocol = "udp", dport = 4791 }
policy = "reduced-3"
slice = "training"
[[steer]]
match = { port = "lan0", to = "10.2.0.0/16" }
policy = "full-2"
[[steer]]
match = { port = "lan0", to = "fd00:2::/48" }
policy = "reduced-1"
[[steer]]
match = { port = "lan0", to = "10.3.0.0/16" }
policy = "down"
[[steer]]
match = { port = "lan0", to = "10.4.0.0/16" }
policy = "weighted"
[[policy]]
name = "long"
encap = "full"
paths = [ { segments = ["fc00:b::1", "fc00:b::2", "fc00:b::3", "fc00:b::4", "fc00:b::5", "fc00:b::6", "fc00:b::7", "fc00:b::8"] } ]
[[steer]]
match = { port = "lan0", to = "10.7.0.0/16" }
policy = "long"
[[sid]]
sid = "fc00:a::e"
behavior = "End"
[[sid]]
sid = "fc00:a::e2"
behavior = "End"
[[sid]]
sid = "fc00:a::d4"
behavior = "End.DT4"
table = "campus"
[[sid]]
sid = "fc00:a::d6"
behavior = "End.DT6"
table = "campus"
[[sid]]
sid = "fc00:a::d46"
behavior = "End.DT46"
table = "campus"
[[sid]]
sid = "fc00:a::c4"
behavior = "End.DX4"
port = "lan0"
next_hop = "10.1.0.2"
[[sid]]
sid = "fc00:a::c6"
behavior = "End.DX6"
port = "lan0"
next_hop = "fd00:1::2"
)";
}

Config scene_config(const std::string& extra) { return parsed(scene_text() + extra); }

Config parsed(const std::string& toml) {
    auto made = parse_config(toml, "scene.toml");
    if (const auto* errors = std::get_if<ConfigErrors>(&made)) {
        std::string text;
        for (const ConfigError& error : *errors) text += error.to_string() + "\n";
        throw std::runtime_error{text};
    }
    return std::get<Config>(std::move(made));
}

}  // namespace weir::test
