#!/usr/bin/python3
"""What of an interface's traffic an af_xdp port takes, and what stays the kernel's."""
from shell import Shell, left_behind, slow
from lib import lab, packets, report, sandbox, wire
from scapy.layers.inet6 import (ICMPv6ND_NA, ICMPv6ND_NS, ICMPv6ND_RA,
                                ICMPv6NDOptSrcLLAddr, IPv6ExtHdrHopByHop)
from scapy.layers.l2 import ARP, Dot1Q, Ether
from scapy.packet import Raw
from lib.packets import IP, UDP, IPv6

PAUSE = '01:80:c2:00:00:01'
OTHER = '02:00:00:00:00:77'
ALL_NODES = '33:33:00:00:00:01'
# The kernel keeps 10.0.0.5, which lies inside a prefix that weir steers, and fd00::5.
TARGETS = ('10.0.0.1/32', '10.0.0.0/24', '192.0.2.0/24', 'fd00::1/128', 'fc00:a::/32',
           '2001:db8:5::/48')


def solicited(address_end):
    return f'33:33:ff:{address_end}'


def frames(us, them):
    """(what it is, the frame, who must get it)"""
    def to_us(packet):
        return Ether(src=them, dst=us) / packet

    def arp(address, destination='ff:ff:ff:ff:ff:ff', operation=1):
        return Ether(src=them, dst=destination) / ARP(op=operation, hwsrc=them, psrc='10.0.0.9',
                                                      pdst=address)

    def solicit(target, group, mac):
        return Ether(src=them, dst=mac) / IPv6(src='fd00::9', dst=group, hlim=255) / \
            ICMPv6ND_NS(tgt=target) / ICMPv6NDOptSrcLLAddr(lladdr=them)

    def ping6(destination, mac=us):
        return Ether(src=them, dst=mac) / IPv6(src='fd00::9', dst=destination) / UDP(dport=9)

    def ping4(destination, mac=us):
        return Ether(src=them, dst=mac) / IP(src='10.0.0.9', dst=destination) / UDP(dport=9)

    advertise = IPv6(src='fd00::9', hlim=255) / ICMPv6ND_NA(tgt='fd00::9')
    advertise_all = advertise.copy()
    advertise.dst, advertise_all.dst = 'fd00::1', 'ff02::1'
    whole_arp = bytes(arp('10.0.0.1'))
    whole_ping6 = bytes(ping6('fd00::1'))
    return [
        ('IPv6 to our address', ping6('fd00::1'), 'weir'),
        ('IPv6 to a SID of our locator', ping6('fc00:a:0:100::7'), 'weir'),
        ('IPv6 to a steered prefix', ping6('2001:db8:5::9'), 'weir'),
        ('IPv6 to a host of nobody', ping6('2001:db8:6::9'), 'kernel'),
        ('IPv6 to the kernel', ping6('fd00::5'), 'kernel'),
        ('IPv6 to our address, to another MAC', ping6('fd00::1', OTHER), 'kernel'),
        ('IPv6 with an extension header to our address',
         to_us(IPv6(src='fd00::9', dst='fd00::1') / IPv6ExtHdrHopByHop() / UDP()), 'weir'),
        ('IPv4 to our address', ping4('10.0.0.1'), 'weir'),
        ('IPv4 to a steered prefix', ping4('192.0.2.77'), 'weir'),
        ('IPv4 to a neighbour in a steered prefix', ping4('10.0.0.77'), 'weir'),
        ('IPv4 to the kernel, inside a steered prefix', ping4('10.0.0.5'), 'kernel'),
        ('IPv4 to a host of nobody', ping4('203.0.113.1'), 'kernel'),
        ('IPv4 broadcast', ping4('10.0.0.255', 'ff:ff:ff:ff:ff:ff'), 'kernel'),
        ('ARP request for our address', arp('10.0.0.1'), 'weir'),
        ('ARP request for our address, to our MAC', arp('10.0.0.1', us), 'weir'),
        ('ARP reply to our address', arp('10.0.0.1', us, 2), 'weir'),
        ('ARP request for the kernel', arp('10.0.0.5'), 'kernel'),
        ('ARP request for a host of a steered prefix', arp('10.0.0.77'), 'kernel'),
        ('solicitation for our address', solicit('fd00::1', 'ff02::1:ff00:1', solicited('00:00:01')),
         'weir'),
        ('solicitation for the kernel', solicit('fd00::5', 'ff02::1:ff00:5', solicited('00:00:05')),
         'kernel'),
        ('solicitation for a host of a steered prefix',
         solicit('2001:db8:5::9', 'ff02::1:ff00:9', solicited('00:00:09')), 'kernel'),
        ('solicitation for our address, unicast', solicit('fd00::1', 'fd00::1', us), 'weir'),
        ('advertisement to our address', to_us(advertise), 'weir'),
        ('advertisement to all nodes', Ether(src=them, dst=ALL_NODES) / advertise_all, 'kernel'),
        ('router advertisement', Ether(src=them, dst=ALL_NODES) /
         IPv6(src='fe80::9', dst='ff02::1', hlim=255) / ICMPv6ND_RA(routerlifetime=0), 'kernel'),
        ('PFC', Ether(src=them, dst=PAUSE, type=0x8808) /
         Raw(bytes.fromhex('0101000800000000000000ff') + bytes(34)), 'weir'),
        ('PFC to our MAC', to_us(Raw(b'')).__class__(src=them, dst=us, type=0x8808) /
         Raw(bytes.fromhex('0101000800000000000000ff') + bytes(34)), 'weir'),
        ('LLDP', Ether(src=them, dst='01:80:c2:00:00:0e', type=0x88cc) / Raw(bytes(46)), 'kernel'),
        ('tagged', Ether(src=them, dst=us) / Dot1Q(vlan=5) / IP(dst='10.0.0.1') / UDP(), 'kernel'),
        ('ARP cut short', whole_arp[:41], 'kernel'),
        ('IPv6 header cut short', whole_ping6[:53], 'kernel'),
        ('IPv4 header cut short', bytes(ping4('10.0.0.1'))[:33], 'kernel'),
    ]


def who_gets(shell, tap, peer, frame):
    """Both are asked, so that a frame that reaches both, or neither, is seen. The kernel's side is
    what a packet socket on weir's interface sees: a redirected frame never gets there."""
    wanted = bytes(frame)
    untagged = wanted[:12] + wanted[16:]  # the kernel takes a tag off before packet sockets see it

    def same(got):
        tagged = wanted[12:14] == b'\x81\0'
        return got == (untagged if tagged else wanted)
    tap.drain()
    peer.send(frame)
    weir = shell.receive(same, timeout=0.05) is not None
    kernel = tap.receive(same, timeout=0.05) is not None
    if not weir and not kernel:
        weir = shell.receive(same, timeout=1.0) is not None
        kernel = tap.receive(same, timeout=0.05) is not None
    return ' and '.join([name for name, got in (('weir', weir), ('kernel', kernel)) if got]) or \
        'nobody'


def test(say):
    here, there = lab.Namespace('here'), lab.Namespace('there')
    lab.link(here, 'x0', ['10.0.0.5/24', 'fd00::5/64'], there, 'x1', ['10.0.0.9/24', 'fd00::9/64'])
    shell = Shell(here, 'af_xdp:x0')
    say.equal("the port's MAC is the interface's own", shell.mac(), here.mac('x0'))
    tap, peer = wire.Wire(here, 'x0'), wire.Wire(there, 'x1')
    frame = bytes(Ether(src=peer.mac, dst=shell.mac()) / IPv6(src='fd00::9', dst='fd00::1') / UDP())
    say.equal('before it has targets nothing is taken', who_gets(shell, tap, peer, frame), 'kernel')

    shell.targets(*TARGETS)
    table = frames(shell.mac(), peer.mac)
    for what, frame, owner in table:
        say.equal(f'{what}', who_gets(shell, tap, peer, frame), owner)
    say.claim('1 received' in there.run('ping', '-c1', '-W2', '10.0.0.5'),
              'the kernel answers ping for its own IPv4 address')
    say.claim('1 received' in there.run('ping', '-c1', '-W2', 'fd00::5'),
              'the kernel answers ping for its own IPv6 address')
    say.claim('1 received' not in there.run('ping', '-c1', '-W1', '10.0.0.1', check=False),
              'the kernel does not answer for an address of weir')
    took = shell.counters()
    say.claim(int(took['received']) >= sum(owner == 'weir' for _, _, owner in table),
              'the driver counts what it received', took['received'])
    say.equal('it lost nothing', (took['ring_full'], took['no_buffer']), ('0', '0'))

    sent = bytes(packets.framed(IPv6(src='fd00::1', dst='fd00::9') / UDP() / Raw(packets.text(900)),
                                shell.mac(), peer.mac))
    shell.send(sent)
    say.claim(peer.receive(lambda got: got == sent), 'what the port sends arrives byte for byte')

    shell.targets('fd00::2/128')
    gone = bytes(Ether(src=peer.mac, dst=shell.mac()) / IPv6(src='fd00::9', dst='fd00::1') / UDP())
    new = bytes(Ether(src=peer.mac, dst=shell.mac()) / IPv6(src='fd00::9', dst='fd00::2') / UDP())
    say.equal('a target that is no more', who_gets(shell, tap, peer, gone), 'kernel')
    say.equal('a target that is new', who_gets(shell, tap, peer, new), 'weir')

    shell.stop()
    say.claim('xdp' not in here.run('ip', 'link', 'show', 'x0'), 'a clean stop detaches the program')
    say.equal('a clean stop leaves nothing in /run', left_behind(), [])


if __name__ == '__main__':
    sandbox.enter(500 if slow() else 240)
    raise SystemExit(report.run(report.Report('netns/io-af-xdp'), test))
