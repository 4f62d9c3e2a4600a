"""weir between two raw wires: on veth by AF_XDP, or on two TAP devices for frames no page holds."""
from lib import packets, wire
from lib.forwarder import Weir
from lib.lab import Namespace, addressed, link

from . import plan

SEGMENTS = [f'fc00:f:0:{n}::e' for n in range(1, 17)]


class Bed:
    """weir between two wires; the kernels at their far ends only answer ARP and ND."""

    def __init__(self, folder, scratch, kind, lan_mtu, wan_mtu):
        self.kind, self.wan_mtu = kind, wan_mtu
        dut = Namespace(f'dut-{kind}')
        lists = {(mode, count): {4: SEGMENTS[:count], 6: SEGMENTS[:count]}
                 for mode in plan.MODES for count in (*plan.LENGTHS, 16)}
        devices = ('af_xdp:lan0', 'af_xdp:wan0') if kind == 'veth' else ('tap:tlan', 'tap:twan')
        config = plan.node(*devices, lan_mtu, wan_mtu) + plan.policies(lists) + plan.sids()
        self.weir = Weir(folder, dut, f'judged-{kind}', config, scratch)
        if kind == 'veth':
            lan, wan = Namespace('lan'), Namespace('wan')
            link(dut, 'lan0', [], lan, 'host0', [f'{plan.HOST4}/24', f'{plan.HOST6}/64'], lan_mtu)
            link(dut, 'wan0', [], wan, 'peer0', ['fd00:ab::2/64'], wan_mtu)
            self.weir.start()
            self.lan, self.wan = wire.Wire(lan, 'host0'), wire.Wire(wan, 'peer0')
        else:
            self.weir.start()
            for interface, mtu, addresses in (
                    ('tlan', lan_mtu, (f'{plan.HOST4}/24', f'{plan.HOST6}/64')),
                    ('twan', wan_mtu, ('fd00:ab::2/64',))):
                addressed(dut, interface, addresses, mtu)
            self.lan, self.wan = wire.Wire(dut, 'tlan'), wire.Wire(dut, 'twan')
        ports = {port['name']: port['mac'] for port in self.weir.show('ports')}
        self.lan_mac, self.wan_mac = ports['lan0'], ports['wan0']

    def close(self):
        self.lan.close()
        self.wan.close()
        return self.weir.end()


def is_ipv6_from(source):
    """A filter on raw bytes: frames of weir's encapsulation, not ND."""
    address = bytes(packets.IPv6(src=source))[8:24]
    return lambda frame: frame[12:14] == b'\x86\xdd' and frame[22:38] == address


def carries(text):
    return lambda frame: text in frame
