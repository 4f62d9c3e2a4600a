#include "tests/unit/config/support.hpp"

namespace weir {
namespace {

TEST(ErrorsPorts, AllAtOnceEachAtItsPlace) {
    expect_errors({
        {R"([[table]]
name = "campus"
rotues = 4
[[table]]
name = "campus"
routes = 0
)" + rest,
         {"t:3:1: table[0].rotues: unknown key; did you mean \"routes\"?",
          "t:5:8: table[1].name: \"campus\" is already the name of table[0] in line 1; names are "
          "unique",
          "t:6:10: table[1].routes: 0 is out of range 1..1000000"}},
        {R"([[port]]
name = "lan0"
device = "afxdp:eth1"
[[port]]
name = "lan0"
device = "af_xdp:"
[[port]]
name = "p2"
device = "0000:3b:00.9"
[[port]]
name = "p3"
device = "memif:"
[[port]]
device = "tap:a23456789012345678"
)" + node_part,
         {"t:3:10: port[0].device: \"afxdp:eth1\" is no device: write a PCI address like "
          "\"0000:3b:00.0\", or af_xdp:IF, af_packet:IF, tap:IF, memif:SOCKET, vdev:NAME; did you "
          "mean \"af_xdp\"?",
          "t:5:8: port[1].name: \"lan0\" is already the name of port[0] in line 1; names are "
          "unique",
          "t:6:10: port[1].device: \"af_xdp:\" does not name an interface; write \"af_xdp:eth1\", "
          "1 to 15 characters behind the colon",
          "t:9:10: port[2].device: \"0000:3b:00.9\" is no device: write a PCI address like "
          "\"0000:3b:00.0\", or af_xdp:IF, af_packet:IF, tap:IF, memif:SOCKET, vdev:NAME",
          "t:12:10: port[3].device: \"memif:\" names no socket of 1 to 106 bytes; write "
          "\"memif:/run/weir/memif.sock\"",
          "t:13:1: port[4].name: is missing: what everything else calls the port",
          "t:14:10: port[4].device: \"tap:a23456789012345678\" does not name an interface; write "
          "\"tap:eth1\", 1 to 15 characters behind the colon"}},
        {R"([[port]]
name = "lan0"
device = "tap:x"
address = ["10.1.0.0/24", "10.1.0.255/24", "10.1.0.1", "fe80::1/64", "ff02::1/64", 5, "127.0.0.1/8"]
table = "camp"
mtu = 1279
rate = 25
role = "wam"
source_check = "yes"
punt_rate = "1000"
receive_queues = 200
receive_descriptors = 1000
pfc = { 3 = "best-efort", 9 = "best-effort", 4 = 4 }
[[table]]
name = "campus"
)" + node_part,
         {"t:4:12: port[0].address[0]: \"10.1.0.0/24\" is the network address of its subnet; a "
          "port needs one of the others",
          "t:4:27: port[0].address[1]: \"10.1.0.255/24\" is the broadcast address of its subnet; a "
          "port needs one of the others",
          "t:4:44: port[0].address[2]: \"10.1.0.1\" is not an address with its subnet's length; "
          "write it like \"10.1.0.1/24\" or \"fd00:1::1/64\"",
          "t:4:56: port[0].address[3]: \"fe80::1/64\" is link-local: weir makes that address from "
          "the MAC, leave it out",
          "t:4:70: port[0].address[4]: \"ff02::1/64\" can not be the address of a port",
          "t:4:84: port[0].address[5]: found a number in a list of addresses with length",
          "t:4:87: port[0].address[6]: \"127.0.0.1/8\" can not be the address of a port",
          "t:5:9: port[0].table: there is no table \"camp\"",
          "t:6:7: port[0].mtu: 1279 is out of range 1280..16000",
          "t:7:8: port[0].rate: needs quotes and a unit; write it like \"40G\"",
          "t:8:8: port[0].role: is \"wam\", not one of lan | wan; did you mean \"wan\"?",
          "t:9:16: port[0].source_check: expected true | false, found text",
          "t:10:13: port[0].punt_rate: \"1000\" needs a unit, for example \"1000pps\"",
          "t:11:18: port[0].receive_queues: 200 is out of range 0..128",
          "t:12:23: port[0].receive_descriptors: 1000 is not a power of two; 512 or 1024 is",
          "t:13:13: port[0].pfc.3: there is no slice \"best-efort\"; did you mean \"best-effort\"?",
          "t:13:27: port[0].pfc.9: 802.1Q has priorities 0 to 7",
          "t:13:50: port[0].pfc.4: expected the name of a slice"}},
        {R"([[port]]
name = "lan0"
device = "af_xdp:x"
mtu = 9000
rate = "0k"
[[port]]
name = "lan1"
device = "af_xdp:x"
address = [ "10.1.2.1/24" ]
[[port]]
name = "lan2"
device = "af_xdp:y"
address = [ "fd00::1/64", "10.1.0.1/16" ]
)" + node_part,
         {"t:4:7: port[0].mtu: 9000 does not fit: af_xdp ends at 3542, one frame to a 4 KiB page; "
          "lower it or use the device through another driver",
          "t:5:8: port[0].rate: \"0k\" is out of range: rate 1bps..",
          "t:8:10: port[1].device: \"af_xdp:x\" is already the device of port[0]; one port owns "
          "it"}},
        {R"([[peer]]
name = "t"
port = "lan0"
address = "fc00:b::1"
locator = "fc00:c::/32"
distance = "-1km"
between = "1.5B"
on_peer_loss = "hodl"
key = [{ id = 1, file = "a" }, { id = 1, file = "" }]
)" + rest,
         {"t:3:8: peer[0].port: port lan0 has role lan, and a peer is at the other end of a WAN "
          "segment; give the port role = \"wan\"",
          "t:4:11: peer[0].address: fc00:b::1 is a SID of the peer but not inside its locator "
          "fc00:c::/32",
          "t:6:12: peer[0].distance: \"-1km\" is negative, which means nothing here",
          "t:7:11: peer[0].between: \"1.5B\" is not a whole number of bytes: write fewer decimals "
          "or a smaller unit",
          "t:8:16: peer[0].on_peer_loss: is \"hodl\", not one of hold | move | drop; did you mean "
          "\"hold\"?",
          "t:9:39: peer[0].key[1].id: key 1 is there already; the two keys of a peer have "
          "different ids",
          "t:9:49: peer[0].key[1].file: is empty; name the file that holds the secret"}},
        {R"([[peer]]
name = "t"
port = "wan"
address = "fc00:a::1"
locator = "fc00:a::/48"
distance = "auto"
key = { id = 0 }
[[peer]]
name = "t"
port = "wan0"
address = "fc00:a::1"
locator = "fc00:a::/48"
distance = "200000km"
key = [{id=1,file="a"},{id=2,file="a"},{id=3,file="a"}]
)" + rest,
         {"t:3:8: peer[0].port: there is no port \"wan\"; did you mean \"wan0\"?",
          "t:7:7: peer[0].key.file: is missing: file that holds the secret",
          "t:7:14: peer[0].key.id: 0 is out of range 1..65535",
          "t:9:8: peer[1].name: \"t\" is already the name of peer[0] in line 1; names are unique",
          "t:13:12: peer[1].distance: \"200000km\" is out of range: distance 0km..100000km or auto",
          "t:14:7: peer[1].key: has 3 elements, at most 2 are possible"}},
        {R"([[port]]
name = "p0"
device = "tap:a"
address = ["10.1.0.1/24", "10.1.0.2/24", "fd00:1::1/64"]
[[port]]
name = "p1"
device = "tap:b"
address = ["fd00:9::1/64", "10.1.0.9/16"]
[[port]]
name = "p2"
device = "tap:c"
address = "fd00:1::/56"
[[port]]
name = "p3"
device = "tap:d"
table = "red"
address = "10.1.0.1/24"
[[port]]
name = "p4"
device = "tap:e"
address = ["10.9.0.1/24", "10.9.0.1/24"]
[[table]]
name = "red"
)" + node_part,
         {"t:8:28: port[1].address[1]: 10.1.0.9/16 overlaps 10.1.0.1/24 of port p0 in table "
          "default; give the ports subnets apart, or tables of their own",
          "t:12:11: port[2].address: fd00:1::/56 overlaps fd00:1::1/64 of port p0 in table "
          "default; give the ports subnets apart, or tables of their own",
          "t:21:27: port[4].address[1]: 10.9.0.1/24 stands there twice; leave one out"}},
        {R"([[peer]]
name = "b"
port = "wan0"
address = "fc00:b::fc"
locator = "fc00:b::/32"
distance = "10km"
key = [{ id = 1, file = "a" }, { id = 1, file = "" }]
)" + rest,
         {"t:7:39: peer[0].key[1].id: key 1 is there already; the two keys of a peer have "
          "different ids",
          "t:7:49: peer[0].key[1].file: is empty; name the file that holds the secret"}},
        {R"([[peer]]
name = "b"
port = "wan0"
address = "fc00:b::fc"
locator = "fc00:b::/32"
key = 4
[[peer]]
name = "c"
port = "wan0"
address = "fc00:c::fc"
locator = "fc00:c::/32"
key = [{id=1,file="a"},{id=2,file="a"},{id=3,file="a"}]
)" + rest,
         {"t:6:7: peer[0].key: expected table or list of two, found a number",
          "t:12:7: peer[1].key: has 3 elements, at most 2 are possible"}},
    });
}

}  // namespace
}  // namespace weir
