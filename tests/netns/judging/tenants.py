"""Tenants that use the same addresses: each decapsulating SID leads into its own table, and each
LAN port into its own policy.

red host  --lan0--\\
                   weir --wan0-- peer (Linux encapsulates and decapsulates) --far-- host-b
green host --lan1--/
"""
from lib import seg6, traffic
from lib.forwarder import Weir
from lib.lab import Namespace, link

from . import plan
from .linux import DX4, DX6, objection

COUNT = 20
COLOURS = ('red', 'green')
BEHAVIOURS = {'End.DT4': (4,), 'End.DT6': (6,), 'End.DT46': (4, 6)}
FAR = {4: '10.2.0.9', 6: 'fd00:2::9'}
NEAR = {4: plan.HOST4, 6: plan.HOST6}
BITS = {4: 32, 6: 128}


def sid(colour, behaviour):
    return f'fc00:a:0:{COLOURS.index(colour) + 1}::{behaviour[6:]}'


def hop(colour):
    """The Linux SID that only this tenant's policy visits."""
    return f'fc00:f:0:{COLOURS.index(colour) + 1}::e'


def configuration():
    text = plan.node('af_xdp:lan0', 'af_xdp:wan0', 1500, 1600)
    text = text.replace('mtu     = 1500', 'table   = "red"\nmtu     = 1500')
    text += f'''[[port]]
name    = "lan1"
device  = "af_xdp:lan1"
address = ["{plan.LAN4}.1/24", "{plan.LAN6}:1/64"]
table   = "green"

'''
    for colour, port in zip(COLOURS, ('lan0', 'lan1')):
        text += f'[[table]]\nname = "{colour}"\n\n'
        for behaviour in BEHAVIOURS:
            text += (f'[[sid]]\nsid = "{sid(colour, behaviour)}"\nbehavior = "{behaviour}"\n'
                     f'table = "{colour}"\n\n')
        for family, last in ((4, DX4), (6, DX6)):
            name = f'{colour}-v{family}'
            text += plan.policy(name, 'reduced', [hop(colour), last])
            text += plan.steered(f'{FAR[family]}/{BITS[family]}', name).replace('lan0', port)
    return text


class Bed:
    def __init__(self, folder, scratch):
        self.dut, self.peer = Namespace('weir-t'), Namespace('peer-t', forwards=True)
        self.b = Namespace('host-t')
        self.hosts = {colour: Namespace(colour) for colour in COLOURS}
        for host, port in zip(self.hosts.values(), ('lan0', 'lan1')):
            link(host, 'eth0', [f'{plan.HOST4}/24', f'{plan.HOST6}/64'], self.dut, port, [])
            host.ip(f'route add default via {plan.LAN4}.1', f'route add default via {plan.LAN6}:1')
        link(self.dut, 'wan0', [], self.peer, 'wan', ['fd00:ab::2/64'], 1600)
        link(self.peer, 'far', ['10.2.0.1/16', 'fd00:2::1/32'],
             self.b, 'far', [f'{FAR[4]}/16', f'{FAR[6]}/32'])
        self.b.ip('route add default via 10.2.0.1', 'route add default via fd00:2::1')
        self.peer.ip(f'route add {plan.LOCATOR} via fd00:ab::1 dev wan')
        seg6.tunnel_source(self.peer, plan.FAR_SOURCE)
        for colour in COLOURS:
            seg6.local(self.peer, hop(colour), 'End', 'wan')
        seg6.local(self.peer, DX4, f'End.DX4 nh4 {FAR[4]}', 'far')
        seg6.local(self.peer, DX6, f'End.DX6 nh6 {FAR[6]}', 'far')
        self.weir = Weir(folder, self.dut, 'tenants', configuration(), scratch)
        self.weir.start()


def received(host):
    snmp = host.snmp()
    return sum(snmp[name] for name in ('Udp.InDatagrams', 'Udp.NoPorts', 'Udp6InDatagrams',
                                       'Udp6NoPorts'))


def judge(bed, tally):
    for colour in COLOURS:
        other = bed.hosts[COLOURS[1 - COLOURS.index(colour)]]
        for behaviour, families in BEHAVIOURS.items():
            for family in families:
                to = f'{NEAR[family]}/{BITS[family]}'
                seg6.encap(bed.peer, to, [sid(colour, behaviour)], 'wan', 'encap.red', 'replace')
                before = received(other)
                arrived = traffic.send_udp(bed.b, bed.hosts[colour], FAR[family], NEAR[family],
                                           COUNT)
                wrong = received(other) - before
                tally.judged(behaviour, family, 'Linux', objection(arrived) or (
                    f'{wrong} reached the other tenant' if wrong else ''), f'tenant {colour}')
        for family in (4, 6):
            before = seg6.counted(bed.peer, hop(colour))[0]
            arrived = traffic.send_udp(bed.hosts[colour], bed.b, NEAR[family], FAR[family], COUNT)
            took = seg6.counted(bed.peer, hop(colour))[0] - before
            tally.judged('H.Encaps.Red', family, 'Linux', objection(arrived) or (
                f'{took} on the tenant\'s path' if took != COUNT else ''), f'tenant {colour}')
