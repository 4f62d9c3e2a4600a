"""Linux seg6 judges: it takes weir's packets apart hop by hop, and weir takes apart Linux's.

host-a --lan-- weir --wan-- peer (Linux: encap, End, DX4, DX6, DT6) --far-- host-b
What counts is datagrams that arrive byte for byte, and Linux's own counters of its SIDs.
"""
import re

from lib import seg6, traffic
from lib.forwarder import Weir
from lib.lab import Namespace, address_line, link

from . import plan

COUNT = 20  # datagrams for each case
DX4, DX6, DT6 = 'fc00:f::d4', 'fc00:f::6', 'fc00:f::d6'
HOPS = [f'fc00:f:0:{n}::e' for n in range(1, 9)]
LAST = {4: (DX4,), 6: (DX6, DT6)}
SIZES = (64, 1200)
WAN_MTU = 1500


class LinuxBed:
    def __init__(self, folder, scratch):
        self.a, self.dut = Namespace('host-a'), Namespace('weir')
        self.peer, self.b = Namespace('peer', forwards=True), Namespace('host-b')
        link(self.a, 'lan', [f'{plan.HOST4}/24', f'{plan.HOST6}/64'], self.dut, 'lan0', [])
        link(self.dut, 'wan0', [], self.peer, 'wan', ['fd00:ab::2/64'], WAN_MTU)
        link(self.peer, 'far', ['10.2.0.1/16', 'fd00:2::1/32'],
             self.b, 'far', ['10.2.0.9/16', 'fd00:2::9/32'])
        self.a.ip(f'route add default via {plan.LAN4}.1', f'route add default via {plan.LAN6}:1')
        self.b.ip('route add default via 10.2.0.1', 'route add default via fd00:2::1')
        self.set_up_peer()
        lists = {(mode, count): {family: HOPS[:count - 1] + [LAST[family][-1]] for family in (4, 6)}
                 for mode in plan.MODES for count in plan.LENGTHS}
        config = (plan.node('af_xdp:lan0', 'af_xdp:wan0', 1500, WAN_MTU) + plan.policies(lists)
                  + plan.policy('dx6', 'full', [HOPS[0], DX6])
                  + plan.steered('fd00:2:99::/48', 'dx6')
                  + plan.sids())
        self.weir = Weir(folder, self.dut, 'judged-linux', config, scratch)
        self.weir.start()

    def set_up_peer(self):
        self.peer.sysctl({'net.ipv4.conf.far.accept_local': 1, 'net.ipv4.conf.wan.accept_local': 1,
                          'net.ipv4.conf.wan.rp_filter': 0, 'net.ipv6.conf.wan.seg6_enabled': 1})
        self.peer.ip(f'route add {plan.LOCATOR} via fd00:ab::1 dev wan')
        seg6.tunnel_source(self.peer, plan.FAR_SOURCE)
        for sid in HOPS:
            seg6.local(self.peer, sid, 'End', 'wan')
        seg6.local(self.peer, DX4, 'End.DX4 nh4 10.2.0.9', 'far')
        seg6.local(self.peer, DX6, 'End.DX6 nh6 fd00:2::9', 'far')
        seg6.local(self.peer, DT6, 'End.DT6 table 254', 'far')
        for near in (f'{plan.HOST4}/32', f'{plan.HOST6}/128'):
            seg6.encap(self.peer, near, [plan.SIDS['End.DT46']], 'wan')


def objection(arrived):
    return '' if arrived == COUNT else f'{arrived} of {COUNT} datagrams arrived'


def encapsulations(bed, tally):
    cases = [(mode, count, family, plan.destination(mode, count, family), HOPS[:count - 1],
              LAST[family][-1])
             for mode in plan.MODES for count in plan.LENGTHS for family in (4, 6)]
    cases.append(('full', 2, 6, 'fd00:2:99::9', HOPS[:1], DX6))
    for mode, count, family, to, hops, last in cases:
        bed.b.ip(address_line(f'{to}/{32 if family == 4 else 128}', 'far'))
        before = {sid: seg6.counted(bed.peer, sid) for sid in (*hops, last)}
        source = plan.HOST4 if family == 4 else plan.HOST6
        for size in SIZES:
            arrived = traffic.send_udp(bed.a, bed.b, source, to, COUNT, size)
            tally.judged(plan.MODES[mode], family, 'Linux', objection(arrived),
                         f'{count} segments, {size} B of payload')
        for sid, (packets, _, errors) in before.items():
            now = seg6.counted(bed.peer, sid)
            if (now[0] - packets, now[2] - errors) != (COUNT * len(SIZES), 0):
                tally.judged(plan.MODES[mode], family, 'Linux',
                             f'{sid} counts {now[0] - packets} packets, {now[2] - errors} errors',
                             f'{count} segments')


def decapsulations(bed, tally):
    """host-b's packets, encapsulated by Linux in three shapes, for each decapsulating SID."""
    number = 20
    for behaviour, sid in plan.SIDS.items():
        for family in decapsulated(behaviour):
            for mode, segments in (('encap', [sid]), ('encap.red', [sid]),
                                   ('encap', [plan.SIDS['End'], sid]),
                                   ('encap.red', [plan.SIDS['End'], sid])):
                number += 1
                near, far = ((f'{plan.LAN4}.{number}', '10.2.0.9') if family == 4 else
                             (f'{plan.LAN6}:{number}', 'fd00:2::9'))
                bits = 32 if family == 4 else 128
                bed.a.ip(address_line(f'{near}/{bits}', 'lan'))
                seg6.encap(bed.peer, f'{near}/{bits}', segments, 'wan', mode)
                for size in SIZES:
                    arrived = traffic.send_udp(bed.b, bed.a, far, near, COUNT, size)
                    tally.judged(behaviour, family, 'Linux', objection(arrived),
                                 f'{mode} {",".join(segments)}, {size} B of payload')


def decapsulated(behaviour):
    """The inner families of a decapsulating behaviour."""
    digits = behaviour[6:] if behaviour.startswith(('End.DT', 'End.DX')) else ''
    return [int(digit) for digit in digits]


def hops(bed, tally):
    """Linux encapsulates, weir is the hop, Linux decapsulates."""
    for family, source, bits in ((4, '10.2.0.1', 32), (6, 'fd00:2::1', 128)):
        for number, mode in enumerate(('encap', 'encap.red')):
            to = f'10.2.3.{9 + number}' if family == 4 else f'fd00:2:3::{9 + number}'
            last = LAST[family][0]  # a DX: DT6 would look up the route that encapsulates, for ever
            bed.b.ip(address_line(f'{to}/{bits}', 'far'))
            seg6.encap(bed.peer, f'{to}/{bits}', [plan.SIDS['End'], HOPS[1], last], 'wan',
                       mode)
            before = seg6.counted(bed.peer, HOPS[1])
            for size in SIZES:
                arrived = traffic.send_udp(bed.peer, bed.b, source, to, COUNT, size)
                tally.judged('End', family, 'Linux', objection(arrived),
                             f'{mode}, {size} B of payload')
            now = seg6.counted(bed.peer, HOPS[1])
            if now[0] - before[0] != COUNT * len(SIZES):
                tally.judged('End', family, 'Linux', f'{now[0] - before[0]} at the next SID', mode)


def path_mtu(bed, report):
    """tracepath finds the MTU that is left after encapsulation, and both routers on the way."""
    for family, mode, count in ((4, 'full', 3), (6, 'full', 3), (4, 'reduced', 8), (6, 'full', 8)):
        to = plan.destination(mode, count, family)
        overhead = 48 + 16 * (count - (mode == 'reduced'))
        out = bed.a.run('tracepath', '-n', '-m', '6', to)
        found = [int(value) for value in re.findall(r'pmtu (\d+)', out)]
        report.equal(f'tracepath to {to}, {plan.MODES[mode]} with {count} segments: path MTU',
                     found[-1] if found else None, WAN_MTU - overhead)
