#include "tests/unit/config/support.hpp"

namespace weir {
namespace {

TEST(ErrorsPolicies, AllAtOnceEachAtItsPlace) {
    expect_errors({
        {R"([[policy]]
name = "p"
bsid = "fc00:b::1"
encap = "l2"
paths = [{ weight = 0, segments = [] }, { segmnets = ["fc00::1"] }, { segments = ["10.0.0.1", "ff02::1"] }]
probe = { every = "1us" }
mss_clamp = 1
[[policy]]
name = "to-b"
encap = "reducd"
paths = []
[[policy]]
name = "q"
paths = [ 5 ]
[[policy]]
name = "r"
paths = { segments = ["fc00:b::1"] }
[[policy]]
name = "s"
paths = [{weight = 1025, segments = ["fc00:b::1"] }, {weight = 1024, segments = ["fc00:b::1"] }]
[[policy]]
name = "t"
paths = [{segments = ["fc00:b::1","fc00:b::1","fc00:b::1","fc00:b::1","fc00:b::1","fc00:b::1","fc00:b::1","fc00:b::1","fc00:b::1","fc00:b::1","fc00:b::1","fc00:b::1","fc00:b::1","fc00:b::1","fc00:b::1","fc00:b::1","fc00:b::1"] }]
)" + rest + policy_part,
         {"t:3:8: policy[0].bsid: fc00:b::1 is not inside the locator fc00:a::/32 of this node",
          "t:4:9: policy[0].encap: \"l2\" (H.Encaps.L2, RFC 8986 section 5.3) is not in this "
          "version; full and reduced carry IPv4 and IPv6",
          "t:5:21: policy[0].paths[0].weight: 0 is out of range 1..1000000",
          "t:5:35: policy[0].paths[0].segments: is empty: a path needs 1 to 16 SIDs",
          "t:5:41: policy[0].paths[1].segments: is missing: 1 to 16 SIDs, first to visit first",
          "t:5:43: policy[0].paths[1].segmnets: unknown key; did you mean \"segments\"?",
          "t:5:83: policy[0].paths[2].segments[0]: \"10.0.0.1\" is not an IPv6 address",
          "t:5:95: policy[0].paths[2].segments[1]: \"ff02::1\" is not the address of a node: it is "
          "multicast, unspecified, loopback or IPv4-mapped",
          "t:6:19: policy[0].probe.every: \"1us\" is out of range: time 1ms..60s",
          "t:7:13: policy[0].mss_clamp: expected true | false, found a number",
          "t:10:9: policy[1].encap: is \"reducd\", not one of full | reduced; did you mean "
          "\"reduced\"?",
          "t:11:9: policy[1].paths: is empty: a policy needs a segment list (RFC 9256 section 5.1)",
          "t:14:11: policy[2].paths[0]: must be a table: write paths = [ { ... } ]",
          "t:17:9: policy[3].paths: must be a list of tables: write paths = [ { ... } ]",
          "t:20:9: policy[4].paths: the weights make 2049 shares, at most 1024 are possible; "
          "choose rounder ones",
          "t:23:22: policy[5].paths[0].segments: has 17 elements, at most 16 are possible",
          "t:39:8: policy[6].name: \"to-b\" is already the name of policy[1] in line 8; names are "
          "unique"}},
        {R"([[steer]]
match = { port = "lan", to = "10.2.0.1/16", protocol = "udpp", dport = 1 }
policy = "tob"
slice = "bulk"
[[steer]]
match = { to = "10.2.0.0/16", dport = 80 }
policy = "to-b"
[[steer]]
policy = "to-b"
[[steer]]
match = { protocol = 300 }
)" + rest + policy_part,
         {"t:2:18: steer[0].match.port: there is no port \"lan\"; did you mean \"lan0\"?",
          "t:2:30: steer[0].match.to: 10.2.0.1/16 has bits set behind its length; write "
          "\"10.2.0.0/16\"",
          "t:2:56: steer[0].match.protocol: is \"udpp\", not one of tcp | udp | icmp | icmpv6 or a "
          "number; did you mean \"udp\"?",
          "t:3:10: steer[0].policy: there is no policy \"tob\"; did you mean \"to-b\"?",
          "t:4:9: steer[0].slice: there is no slice \"bulk\"",
          "t:6:39: steer[1].match.dport: needs protocol = \"tcp\" or \"udp\": others have no ports",
          "t:8:1: steer[2].match: is missing: what the rule applies to; the first rule that "
          "matches wins",
          "t:10:1: steer[3].policy: is missing: policy that encapsulates the packet",
          "t:11:9: steer[3].match.to: is missing: destination of the packet",
          "t:11:22: steer[3].match.protocol: 300 is out of range 0..255"}},
        {R"([[port]]
name = "lan0"
device = "tap:x"
[[port]]
name = "wan0"
device = "tap:y"
mtu = 1340
role = "wan"
address = "fd00:ab::1/64"
[[policy]]
name = "to-b"
paths = [{ segments = ["fc00:b::e", "fc00:b::d46"] }]
[[route]]
to = "fc00:b::/32"
via = [{ address = "fd00:ab::2", port = "wan0" }]
[[steer]]
match = { to = "fd00:2::/48" }
policy = "to-b"
)" + node_part,
         {"t:12:23: policy[0].paths[0].segments: 64 bytes of encapsulation leave 1276 of the mtu "
          "1340 of port wan0, and IPv6 needs 1280; raise that mtu to 1344 or shorten the path"}},
        {R"([[port]]
name = "lan0"
device = "tap:x"
table = "campus"
[[port]]
name = "wan0"
device = "tap:y"
mtu = 1300
role = "wan"
address = "fd00:ab::1/64"
[[table]]
name = "campus"
[[policy]]
name = "to-b"
paths = [{ segments = ["fd00:ab::2"] }, { segments = ["fc00:b::e", "fc00:b::d46"] }]
[[route]]
to = "fc00:b::/32"
via = [{ address = "fd00:ab::2", port = "wan0" }]
[[route]]
to = "::/0"
table = "campus"
policy = "to-b"
)" + node_part,
         {"t:15:23: policy[0].paths[0].segments: 40 bytes of encapsulation leave 1260 of the mtu "
          "1300 of port wan0, and IPv6 needs 1280; raise that mtu to 1320 or shorten the path",
          "t:15:54: policy[0].paths[1].segments: 64 bytes of encapsulation leave 1236 of the mtu "
          "1300 of port wan0, and IPv6 needs 1280; raise that mtu to 1344 or shorten the path"}},
        {R"([[steer]]
match = 5
policy = 7
slice = []
)" + rest,
         {"t:2:9: steer[0].match: must be a table",
          "t:3:10: steer[0].policy: expected the name of a policy",
          "t:4:9: steer[0].slice: expected the name of a slice"}},
    });
}

}  // namespace
}  // namespace weir
