"""Two hosts with one weir between them, on interfaces that the kernel uses as well.

host-a 10.1.0.10 --- lan0 | weir 10.1.0.1, kernel 10.1.0.2
                     wan0 | weir 10.2.0.1, kernel 10.2.0.2 --- host-b 10.2.0.10, fc00:f::1
"""
import os

from .forwarder import Weir
from .lab import Namespace, address_line, link

A4, A6, B4, B6 = '10.1.0.10', 'fd00:1::10', '10.2.0.10', 'fd00:2::10'
WEIR4, WEIR6 = '10.1.0.1', 'fd00:1::1'
KERNEL4, KERNEL6 = '10.1.0.2', 'fd00:1::2'
FAR_SOURCE = 'fc00:f::1'  # of host-b, inside the SR domain
SIDS = {'End': 'fc00:a::e', 'End.DT46': 'fc00:a::d46'}


def configuration(kind='af_xdp', hugepages='none', core=None, name='pair', more=''):
    core = min(os.sched_getaffinity(0)) if core is None else core
    return f'''[node]
name    = "{name}"
locator = "fc00:a::/32"
source  = "fc00:a::1"
domain  = ["fc00::/16"]

[workers]
cores = [{core}]
idle  = "sleep 50us"

[memory]
hugepages = "{hugepages}"

[api]
socket  = "@SOCKET@"
metrics = "off"

[[port]]
name    = "lan0"
device  = "{kind}:lan0"
address = ["{WEIR4}/24", "{WEIR6}/64"]

[[port]]
name    = "wan0"
device  = "{kind}:wan0"
address = ["10.2.0.1/24", "fd00:2::1/64"]
role    = "wan"

[[sid]]
sid      = "{SIDS['End']}"
behavior = "End"

[[sid]]
sid      = "{SIDS['End.DT46']}"
behavior = "End.DT46"
table    = "default"

[[route]]
to  = "fc00:f::/32"
via = [{{ address = "{B6}", port = "wan0" }}]
{more}'''


class Pair:
    def __init__(self, folder, scratch, config=None):
        self.a, self.dut, self.b = Namespace('host-a'), Namespace('dut'), Namespace('host-b')
        link(self.a, 'eth0', [f'{A4}/24', f'{A6}/64'],
             self.dut, 'lan0', [f'{KERNEL4}/24', f'{KERNEL6}/64'])
        link(self.dut, 'wan0', ['10.2.0.2/24', 'fd00:2::2/64'],
             self.b, 'eth0', [f'{B4}/24', f'{B6}/64'])
        self.b.ip(address_line(f'{FAR_SOURCE}/128', 'lo'), 'route add fc00:a::/32 via fd00:2::1')
        for host, v4, v6 in ((self.a, WEIR4, WEIR6), (self.b, '10.2.0.1', 'fd00:2::1')):
            host.ip(f'route add default via {v4}', f'route add default via {v6}')
        self.weir = Weir(folder, self.dut, 'pair', config or configuration(), scratch)
