"""Three slices on a port shaped to 200 Mb/s, between two memif that weir-gen floods and drains."""

SIZE = 1000  # of the frame, without FCS
OUTER = 40  # H.Encaps.Red over one segment
WIRE = SIZE + OUTER + 24  # preamble, FCS and gap counted
FLOWS = 12  # to 10.2.0.8 and on: one in gold, three in silver, eight in best effort
OFFERED = 600e6 / 12  # of frames as they come in, each flow
PAYLOAD = SIZE - 42  # of UDP over IPv4
GOLD, SILVER = OFFERED / SIZE * WIRE, 80e6  # what gold is offered, what silver is guaranteed
BASE = '''[node]
name    = "sliced"
locator = "fc00:a::/32"
source  = "fc00:a::1"
domain  = ["fc00::/16"]
[workers]
cores = [0]
idle  = "sleep 50us"
[memory]
hugepages = "none"
[api]
socket  = "@SOCKET@"
metrics = "off"
[[port]]
name    = "lan0"
device  = "memif:{scratch}/lan.memif,role=server"
address = "10.1.0.1/24"
rate    = "10G"
pfc     = {{ 3 = "gold" }}
[[port]]
name    = "wan0"
device  = "memif:{scratch}/wan.memif,role=server"
address = "fd00:ab::1/64"
mtu     = 2000
rate    = "{rate}M"
role    = "wan"
[[slice]]
id        = 10
name      = "gold"
lossless  = true
buffer    = "4MB"
guarantee = "70M"
dscp      = 26
[[slice]]
id        = 20
name      = "silver"
guarantee = "80M"
dscp      = 10
[[slice]]
id        = 0
name      = "best-effort"
weight    = 3
[[policy]]
name  = "far"
encap = "reduced"
paths = [ {{ segments = ["fc00:f::d46"] }} ]
[[route]]
to  = "fc00:f::/32"
via = [{{ address = "fd00:ab::2", port = "wan0" }}]
[[steer]]
match  = {{ to = "10.2.0.8/32" }}
policy = "far"
slice  = "gold"
[[steer]]
match  = {{ to = "10.2.0.8/30" }}
policy = "far"
slice  = "silver"
[[steer]]
match  = {{ to = "10.2.0.0/16" }}
policy = "far"
'''


def words(scratch, rate, flows):
    memif = [f'memif:{scratch}/{name}.memif,role=client' for name in ('lan', 'wan')]
    return ['--tx', memif[0], '--rx', memif[1], '--src', '10.1.0.10', '--dst', '10.2.0.8',
            '--gateway', '10.1.0.1', '--address', 'fd00:ab::2/64', '--size', SIZE, '--flows', flows,
            '--spread', 'destination', '--per-flow', '--cores', 1, '--catch-up', '10ms', '--rate',
            rate]
