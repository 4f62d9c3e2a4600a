#include "tests/unit/config/support.hpp"

namespace weir {
namespace {

TEST(ErrorsSlices, AllAtOnceEachAtItsPlace) {
    expect_errors({
        {R"([[slice]]
id = 10
name = "training"
guarantee = "40"
limit = "101%"
weight = 0
lossless = false
control = "pause"
isolate = 100
queues = 63
min_packet = 10
buffer = "0B"
dscp = 64
dscp_mode = "pip"
ecn = { min = "8MB", max = "2MB" }
watchdog = { detect = "99ms", restore = "61s", action = "drops" }
)" + rest,
         {"t:4:13: slice[0].guarantee: \"40\" needs a unit, for example \"40G\"",
          "t:5:9: slice[0].limit: \"101%\" is too large: at most 100%",
          "t:6:10: slice[0].weight: 0 is out of range 1..65535",
          "t:8:11: slice[0].control: pause holds senders back, which only a lossless slice does; "
          "set lossless = true or control = \"off\"",
          "t:10:10: slice[0].queues: 63 is not a power of two; 32 or 64 is",
          "t:11:14: slice[0].min_packet: 10 is out of range 60..9216",
          "t:12:10: slice[0].buffer: \"0B\" is out of range: size 1B.. or auto",
          "t:13:8: slice[0].dscp: 64 is out of range 0..63",
          "t:14:13: slice[0].dscp_mode: is \"pip\", not one of pipe | uniform; did you mean "
          "\"pipe\"?",
          "t:15:15: slice[0].ecn.min: is above max; marking begins at min and is complete at max",
          "t:16:23: slice[0].watchdog.detect: \"99ms\" is out of range: time 100ms..5s",
          "t:16:41: slice[0].watchdog.restore: \"61s\" is out of range: time 100ms..60s",
          "t:16:57: slice[0].watchdog.action: is \"drops\", not one of drop | forward | alert; did "
          "you mean \"drop\"?"}},
        {R"([[slice]]
id = 10
name = "a"
guarantee = "60%"
dscp = 3
[[slice]]
id = 10
name = "b"
guarantee = "60%"
limit = "50%"
dscp = 3
[[slice]]
id = 11
name = "c"
guarantee = "60.5%"
[[slice]]
id = 12
name = "best-effort"
dscp = 9
)" + rest,
         {"t:7:6: slice[1].id: 10 is already the id of slice[0]; ids are unique",
          "t:15:13: slice[2].guarantee: brings what is guaranteed to 120.5% of a port; all slices "
          "together may have 100%",
          "t:18:8: slice[3].name: \"best-effort\" is the name of what weir makes where no slice "
          "has id 0; give this one id = 0 or another name"}},
        {R"([[slice]]
id = 0
name = "be"
lossless = true
[[slice]]
id = 1
name = "x"
lossless = true
dscp = 1
[[slice]]
id = 2
name = "y"
lossless = true
control = "off"
dscp = 2
)" + rest,
         {"t:4:12: slice[0].lossless: slice 0 is best effort, which drops; give the lossless slice "
          "another id",
          "t:8:12: slice[1].lossless: nobody could be told to wait: there is no [[peer]], and no "
          "port maps the slice in its pfc; add one or set lossless = false",
          "t:14:11: slice[2].control: off can not keep a lossless slice from losing; set pause, "
          "precise or credit, or lossless = false"}},
        {R"([[port]]
name = "lan0"
device = "tap:a"
pfc = { 1 = "gold", 3 = "silver", 5 = "gold" }
[[slice]]
id = 1
name = "gold"
lossless = true
dscp = 1
[[slice]]
id = 2
name = "silver"
dscp = 2
)" + node_part,
         {"t:4:25: port[0].pfc.3: slice silver is not lossless, so nothing would ever be paused; "
          "set lossless = true there or leave this out",
          "t:4:39: port[0].pfc.5: slice gold is already priority 1 of this port; a slice has one"}},
        {R"([[peer]]
name = "b"
port = "wan0"
address = "fc00:b::fc"
locator = "fc00:b::/32"
[[peer]]
name = "c"
port = "wan0"
address = "fc00:b:1::fc"
locator = "fc00:b:1::/48"
distance = "10km"
[[peer]]
name = "d"
port = "wan0"
address = "fc00:a:d::fc"
locator = "fc00:a:d::/48"
distance = "10km"
[[slice]]
id = 1
name = "gold"
lossless = true
dscp = 1
)" + rest,
         {"t:1:1: peer[0].distance: the buffer of lossless slice gold can not be sized without the "
          "round trip to peer b; write the distance, like \"100km\", or give the slice a buffer",
          "t:10:11: peer[1].locator: fc00:b:1::/48 overlaps fc00:b::/32 of peer b; locators of "
          "nodes are apart",
          "t:16:11: peer[2].locator: fc00:a:d::/48 overlaps fc00:a::/32 of this node; locators of "
          "nodes are apart",
          "t:32:1: port[1].rate: the buffer of lossless slice gold for peer c can not be sized "
          "without it; write the rate of the line, like \"100G\", or give the slice a buffer"}},
        {R"([[slice]]
id = 1
name = "a"
guarantee = "60%"
dscp = 3
[[slice]]
id = 2
name = "b"
guarantee = "30%"
limit = "20%"
dscp = 4
[[slice]]
id = 3
name = "c"
guarantee = "2G"
limit = "1G"
dscp = 4
[[slice]]
id = 4
name = "d"
guarantee = "40.5%"
[[slice]]
id = 5
name = "e"
dscp_mode = "uniform"
)" + rest,
         {"t:9:13: slice[1].guarantee: 30% is above the limit 20% of the same slice; lower it or "
          "raise the limit",
          "t:15:13: slice[2].guarantee: 2G is above the limit 1G of the same slice; lower it or "
          "raise the limit",
          "t:21:13: slice[3].guarantee: brings what is guaranteed to 130.5% of a port; all slices "
          "together may have 100%"}},
        {R"([[slice]]
id = 1
name = "a"
dscp = 3
[[slice]]
id = 2
name = "b"
dscp = 3
[[slice]]
id = 3
name = "c"
[[slice]]
id = 4
name = "d"
dscp_mode = "uniform"
)" + rest,
         {"t:8:8: slice[1].dscp: 3 is already that of slice a; give each slice its own, or packets "
          "can not be told apart",
          "t:9:1: slice[2].dscp: 0 is already that of slice best-effort; give each slice its own, "
          "or packets can not be told apart"}},
    });
}

}  // namespace
}  // namespace weir
