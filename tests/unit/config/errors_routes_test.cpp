#include "tests/unit/config/support.hpp"

namespace weir {
namespace {

TEST(ErrorsRoutes, AllAtOnceEachAtItsPlace) {
    expect_errors({
        {R"([[sid]]
sid = "fc00:a::1"
behavior = "End"
table = "default"
[[sid]]
sid = "fc00:a::2"
behavior = "End.DT46"
[[sid]]
sid = "fc00:a::2"
behavior = "end.dt4"
[[sid]]
sid = "fc00:b::2"
behavior = "End.X"
[[sid]]
sid = "fc00:a::3"
behavior = "End.DX4"
port = "lan0"
next_hop = "fd00:1::2"
[[sid]]
sid = "fc00:a::4"
behavior = "End.DX6"
port = "lan0"
next_hop = "fd00:2::2"
[[sid]]
sid = "fc00:a::5"
behavior = "End.DT2"
)" + rest,
         {"t:2:7: sid[0].sid: fc00:a::1 is already node.source; an address means one thing",
          "t:4:9: sid[0].table: means nothing to End; leave it out",
          "t:5:1: sid[1].table: is missing: End.DT46 needs it",
          "t:9:7: sid[2].sid: fc00:a::2 is already sid[1].sid; an address means one thing",
          "t:10:12: sid[2].behavior: \"end.dt4\" is no behavior of this version; it has End, "
          "End.DX4, End.DX6, End.DT4, End.DT6, End.DT46; did you mean \"End.DT4\"?",
          "t:12:7: sid[3].sid: fc00:b::2 is not inside the locator fc00:a::/32 of this node",
          "t:13:12: sid[3].behavior: End.X is not in this version; it has End, End.DX4, End.DX6, "
          "End.DT4, End.DT6, End.DT46",
          "t:18:12: sid[4].next_hop: End.DX4 hands over IPv4 packets; name an IPv4 neighbour",
          "t:23:12: sid[5].next_hop: fd00:2::2 is on no subnet of port lan0; a next hop is a "
          "neighbour, or give the port an address beside it",
          "t:26:12: sid[6].behavior: \"End.DT2\" is no behavior of this version; it has End, "
          "End.DX4, End.DX6, End.DT4, End.DT6, End.DT46; did you mean \"End.DT4\"?"}},
        {R"([[route]]
to = "fc00:b::/32"
via = [{ address = "fd00:ac::2", port = "wan0" }]
[[route]]
to = "fc00:b::/32"
via = []
[[route]]
to = "10.1.0.0/24"
via = [{ address = "10.1.0.1", port = "lan0" }]
[[route]]
to = "fd00::/64"
via = [{ address = "10.1.0.2", port = "lan0" }]
policy = "x"
[[route]]
to = "fc00:a::/32"
via = [{ address = "fe80::2", port = "wan0" }]
[[route]]
to = "fc00:d::/32"
)" + rest,
         {"t:3:20: route[0].via[0].address: fd00:ac::2 is on no subnet of port wan0; a next hop is "
          "a neighbour, or give the port an address beside it",
          "t:5:6: route[1].to: fc00:b::/32 is already route[0] of table default; write its next "
          "hops as one via list",
          "t:8:6: route[2].to: 10.1.0.0/24 is the subnet of port lan0, which comes first in table "
          "default; the route would never be used, leave it out",
          "t:9:20: route[2].via[0].address: 10.1.0.1 is the address of port lan0 itself; name the "
          "neighbour",
          "t:12:20: route[3].via[0].address: 10.1.0.2 is IPv4 and the route is IPv6; name an IPv6 "
          "next hop",
          "t:13:10: route[3].policy: there is no policy \"x\"",
          "t:13:10: route[3].policy: stands beside via; a route encapsulates or forwards, leave "
          "one out",
          "t:15:6: route[4].to: fc00:a::/32 is the locator of this node, which comes first in "
          "table default; the route would never be used, leave it out",
          "t:17:1: route[5].via: is missing: name next hops, or a policy, or write via = [] to "
          "drop"}},
        {R"([[table]]
name = "default"
routes = 1
[[route]]
to = "fc00:b::/32"
via = []
[[route]]
to = "fc00:c::/32"
via = []
)" + rest,
         {"t:3:10: table[0].routes: room for 1 routes, but the file has 2 in this table; raise "
          "it"}},
        {R"([node]
name = "a"
locator = "fc00:a::/32"
source = "fc00:a::ff00"
source_entropy = 8
[[sid]]
sid = "fc00:a::ff42"
behavior = "End"
[[sid]]
sid = "fc00:a::1:0"
behavior = "End"
[[policy]]
name = "p"
bsid = "fc00:a::1:0"
paths = [{ segments = ["fc00:b::1"] }]
)" + ports_part,
         {"t:7:7: sid[0].sid: fc00:a::ff42 is one of the sources that node.source_entropy makes "
          "(fc00:a::ff00/120)",
          "t:14:8: policy[0].bsid: fc00:a::1:0 is already sid[1].sid; an address means one thing"}},
        {R"([[port]]
name = "p0"
device = "tap:a"
address = "fc00:a::7/64"
[[sid]]
sid = "fc00:a::7"
behavior = "End"
)" + node_part,
         {"t:6:7: sid[0].sid: fc00:a::7 is already port[0].address; an address means one thing"}},
        {R"([[sid]]
sid = "fc00:a::3"
behavior = "End.DX4"
port = "lan0"
next_hop = "10.1.0.7"
table = "default"
[[sid]]
sid = "fc00:a::4"
behavior = "End.DX6"
port = "lan0"
next_hop = "fe80::7"
[[sid]]
sid = "fc00:a::5"
behavior = "End.DX4"
[[sid]]
sid = "fc00:a::6"
behavior = "End.B6.Encaps.Red"
[[sid]]
sid = "fc00:a::8"
behavior = "uN"
)" + rest,
         {"t:6:9: sid[0].table: means nothing to End.DX4; leave it out",
          "t:12:1: sid[2].port: is missing: End.DX4 needs it",
          "t:12:1: sid[2].next_hop: is missing: End.DX4 needs it",
          "t:17:12: sid[3].behavior: End.B6.Encaps.Red is not in this version; it has End, "
          "End.DX4, End.DX6, End.DT4, End.DT6, End.DT46",
          "t:20:12: sid[4].behavior: uN is not in this version; it has End, End.DX4, End.DX6, "
          "End.DT4, End.DT6, End.DT46"}},
        {R"([[route]]
to = "10.0.0.0/8"
via = [{ address = "fd00:ab::2", port = "wan0" }, { address = "fd00:ab::3", port = "wan0", weight = 1024 }]
[[route]]
to = "10.1.0.1/32"
via = []
[[route]]
to = "fc00:a::1/128"
table = "red"
via = []
[[table]]
name = "red"
)" + rest,
         {"t:3:7: route[0].via: the weights make 1025 shares, at most 1024 are possible; choose "
          "rounder ones",
          "t:5:6: route[1].to: 10.1.0.1/32 is an address of port lan0, which comes first in table "
          "default; the route would never be used, leave it out",
          "t:8:6: route[2].to: fc00:a::1/128 is node.source, which comes first in table red; the "
          "route would never be used, leave it out"}},
    });
}

}  // namespace
}  // namespace weir
