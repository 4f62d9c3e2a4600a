#include "tests/unit/config/support.hpp"

namespace weir {
namespace {

TEST(ErrorsNode, AllAtOnceEachAtItsPlace) {
    expect_errors({
        {ports_part,
         {"t:1:1: node: is missing: [node] with name, locator and source says who this node is"}},
        {R"([node]
name = "a b"
locator = "fc00:a::1/32"
source = "fe80::1"
)" + ports_part,
         {"t:3:11: node.locator: fc00:a::1/32 has bits set behind its length; write "
          "\"fc00:a::/32\"",
          "t:4:10: node.source: fe80::1 is link-local: other nodes can not answer it"}},
        {R"([node]
name = 7
locator = "10.0.0.0/8"
source = "::"
source_entropy = 17
domain = ["fc00::/16", "fc00::1/16", 4]
hop_limt = 3
hop_limit = 0
)" + ports_part,
         {"t:2:8: node.name: expected name, found a number",
          "t:3:11: node.locator: \"10.0.0.0/8\" is not an IPv6 prefix; write it like "
          "\"fc00:a::/32\"",
          "t:4:10: node.source: \"::\" is not the address of a node: it is multicast, unspecified, "
          "loopback or IPv4-mapped",
          "t:5:18: node.source_entropy: 17 is out of range 0..16",
          "t:6:24: node.domain[1]: fc00::1/16 has bits set behind its length; write \"fc00::/16\"",
          "t:6:38: node.domain[2]: found a number in a list of IPv6 prefixes",
          "t:7:1: node.hop_limt: unknown key; did you mean \"hop_limit\"?",
          "t:8:13: node.hop_limit: 0 is out of range 1..255"}},
        {R"([node]
name = "a"
locator = "fc00:a::/32"
source = "fc00:a::1"
source_entropy = 8
)" + ports_part,
         {"t:5:18: node.source_entropy: the low 8 bits of source fc00:a::1 are not 0, but carry "
          "the entropy; clear them"}},
        {R"(node = 5
port = 4
table = [1]
[slice]
id = 4
)",
         {"t:1:8: node: must be a table: write [node]",
          "t:2:8: port: must be a list of tables: write [[port]] for each",
          "t:3:10: table[0]: must be a table: write [[table]] for each",
          "t:4:1: slice: must be a list of tables: write [[slice]] for each"}},
        {R"([workers]
cores = [1, 1]
idle = "slep 50us"
)" + rest,
         {"t:2:9: workers.cores: core 1 is named twice: a worker needs a core of its own",
          "t:3:8: workers.idle: is \"slep 50us\", not one of poll | pause | sleep TIME; did you "
          "mean \"sleep 50us\"?"}},
        {R"([workers]
cores = []
idle = "sleep"
)" + rest,
         {"t:2:9: workers.cores: is empty: without a worker nothing is forwarded; leave the key "
          "out for all cores but the first",
          "t:3:8: workers.idle: \"sleep\" does not say how long; write \"sleep 50us\", 1us to "
          "10ms"}},
        {R"([workers]
cores = [1024, -1, "2"]
idle = "sleep 50s"
)" + rest,
         {"t:2:10: workers.cores[0]: 1024 is out of range 0..1023",
          "t:2:16: workers.cores[1]: -1 is out of range 0..1023",
          "t:2:20: workers.cores[2]: found text in a list of integers 0..1023",
          "t:3:8: workers.idle: \"sleep 50s\" does not say how long; write \"sleep 50us\", 1us to "
          "10ms"}},
        {R"([memory]
hugepages = "3M"
reserve = 5
packet_buffers = -1
)" + rest,
         {"t:2:13: memory.hugepages: is \"3M\", not one of auto | 2M | 1G | none; did you mean "
          "\"2M\"?",
          "t:3:11: memory.reserve: needs quotes and a unit; write it like \"12.5MB\"",
          "t:4:18: memory.packet_buffers: -1 is out of range 0..16777216"}},
        {R"([api]
socket = "weir.sock"
mode = "0888"
metrics = "127.0.0.1"
)" + rest,
         {"t:2:10: api.socket: \"weir.sock\" can not be a socket: write an absolute path of at "
          "most 107 bytes",
          "t:3:8: api.mode: \"0888\" is not a mode; write it in octal, like \"0660\"",
          "t:4:11: api.metrics: \"127.0.0.1\" is not HOST:PORT; write it like \"127.0.0.1:9476\" "
          "or \"[::1]:9476\", or \"off\""}},
        {R"([api]
mode = 432
metrics = "1.2.3:80"
)" + rest,
         {"t:2:8: api.mode: needs quotes and is read in octal; write it like \"0660\"",
          "t:3:11: api.metrics: \"1.2.3:80\" is not HOST:PORT; write it like \"127.0.0.1:9476\" or "
          "\"[::1]:9476\", or \"off\""}},
        {R"([node2]
x = 1
[workers]
mtu = 3
)" + rest,
         {"t:1:2: node2: unknown key; did you mean \"node\"?",
          "t:4:1: workers.mtu: unknown key; it belongs into [[port]]"}},
        {R"(x = "é" # é
y = nan
)",
         {"t:1:1: x: unknown key; `weir --keys` lists all",
          "t:1:1: node: is missing: [node] with name, locator and source says who this node is",
          "t:2:1: y: unknown key; `weir --keys` lists all"}},
        {R"(node = inf
)",
         {"t:1:8: node: must be a table: write [node]"}},
    });
}

}  // namespace
}  // namespace weir
