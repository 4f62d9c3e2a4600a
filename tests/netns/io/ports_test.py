#!/usr/bin/python3
"""Frames through af_packet, tap, memif and vdev ports, byte for byte, both ways."""
import contextlib
import os
import pathlib
import signal

from shell import Refused, Shell, left_behind, slow
from lib import lab, report, sandbox, wire
from scapy.layers.inet6 import ICMPv6ND_NS
from scapy.layers.l2 import ARP, Ether
from lib.packets import IP, IPv6, UDP, text


def frame(source, destination, length, to='fd00::1'):
    return bytes(Ether(src=source, dst=destination) / IPv6(src='fd00::9', dst=to) /
                 UDP(sport=1, dport=2) / text(length - 48))


def af_packet(say):
    here, there = lab.Namespace('here'), lab.Namespace('there')
    lab.link(here, 'x0', ['10.0.0.5/24', 'fd00::5/64'], there, 'x1', ['10.0.0.9/24', 'fd00::9/64'])
    shell = Shell(here, 'af_packet:x0')
    say.equal("af_packet: the port's MAC is the interface's own", shell.mac(), here.mac('x0'))
    shell.targets('10.0.0.1/32', 'fd00::1/128')
    peer = wire.Wire(there, 'x1')
    taken = [
        ('IPv6', frame(peer.mac, shell.mac(), 1500)),
        ('ARP', bytes(Ether(src=peer.mac, dst='ff:ff:ff:ff:ff:ff') /
                      ARP(pdst='10.0.0.1', psrc='10.0.0.9', hwsrc=peer.mac))),
        ('a solicitation', bytes(Ether(src=peer.mac, dst='33:33:ff:00:00:01') /
                                 IPv6(src='fd00::9', dst='ff02::1:ff00:1', hlim=255) /
                                 ICMPv6ND_NS(tgt='fd00::1')))]
    for what, sent in taken:
        peer.send(sent)
        say.claim(shell.receive(lambda got: got == sent), f'af_packet: takes {what} for our address')
    kernels = bytes(Ether(src=peer.mac, dst=shell.mac()) / IP(src='10.0.0.9', dst='10.0.0.5') / UDP())
    peer.send(kernels)
    say.claim(not shell.receive(lambda got: got == kernels, timeout=0.3),
              "af_packet: leaves alone what is the kernel's")
    say.claim('1 received' in there.run('ping', '-c1', '-W2', 'fd00::5') and not shell.frames.get(0),
              'af_packet: sees neither the ping of the kernel nor its answers', shell.frames)
    sent = frame(shell.mac(), peer.mac, 1500, 'fd00::9')
    shell.send(sent)
    say.claim(peer.receive(lambda got: got == sent), 'af_packet: what the port sends arrives')
    lose(say, 'af_packet', shell, peer, ['ring_full'])
    shell.stop()
    for mtu in (1969, 9000):
        try:
            Shell(here, '-m', str(mtu), 'af_packet:x0').kill()
            say.claim(False, f'af_packet: mtu {mtu} is refused')
        except Refused as refused:
            say.claim(refused.code == 4 and 'above 1968' in str(refused),
                      f'af_packet: mtu {mtu} is refused', refused)
    there.ip('link set x1 mtu 1968')
    shell = Shell(here, '-m', '1968', 'af_packet:x0')
    shell.targets('fd00::1/128')
    sent = frame(peer.mac, shell.mac(), 1968)
    peer.send(sent)
    say.claim(shell.receive(lambda got: got == sent), 'af_packet: a frame of the largest MTU is whole')
    shell.stop()


def lose(say, name, shell, peer, causes):
    """Stops the port, so that its ring overflows: what it missed is counted, and by its cause."""
    before = shell.counters()
    os.kill(shell.process.pid, signal.SIGSTOP)
    sent = frame(peer.mac, shell.mac(), 100)
    for _ in range(6000):
        peer.send(sent)
    os.kill(shell.process.pid, signal.SIGCONT)
    def account():
        after = shell.counters()
        return len(shell.received()), {one: int(after[one]) - int(before[one]) for one in causes}

    with contextlib.suppress(TimeoutError):  # the claim below says what there is
        lab.wait_for('the ring to be read', lambda: sum_of(*account()) >= 6000, 40)
    got, lost = account()
    say.equal(f'{name}: received and missed are what was sent', sum_of(got, lost), 6000)
    say.claim(lost[causes[0]] > 0, f'{name}: some were missed, counted by cause', lost)


def sum_of(got, lost):
    return got + sum(lost.values())


def af_xdp_misses(say):
    here, there = lab.Namespace('here2'), lab.Namespace('there2')
    lab.link(here, 'x0', [], there, 'x1', [])
    shell = Shell(here, 'af_xdp:x0')
    shell.targets('fd00::1/128')
    # Its ring is as long as the kernel has buffers: what misses, misses a buffer.
    lose(say, 'af_xdp', shell, wire.Wire(there, 'x1'), ['no_buffer', 'ring_full'])
    shell.stop()


def tap(say):
    here = lab.Namespace('taps')
    shell = Shell(here, '-m', '9000', 'tap:t0')
    say.claim(here.mac('t0') != shell.mac(), "tap: the kernel's end has a MAC of its own",
              f'{here.mac("t0")}, {shell.mac()}')
    here.ip('addr add 10.0.0.9/24 dev t0', 'addr add fd00::9/64 dev t0 nodad')
    say.claim(' mtu 9000 ' in here.run('ip', 'link', 'show', 't0'), 'tap: it has the MTU of the port')
    peer = wire.Wire(here, 't0')
    for length in (64, 1500, 9000):
        sent = frame(peer.mac, shell.mac(), length)
        peer.send(sent)
        say.claim(shell.receive(lambda got: got == sent), f'tap: {length} B from the kernel')
        sent = frame(shell.mac(), peer.mac, length, 'fd00::9')
        shell.send(sent)
        say.claim(peer.receive(lambda got: got == sent), f'tap: {length} B to the kernel')
    shell.stop()
    say.claim('t0' not in here.run('ip', 'link'), 'tap: the interface goes with the port')
    again = Shell(here, 'tap:t0')
    say.equal('tap: its MAC is the same the next time', again.mac(), shell.mac())
    again.stop()


def queues(say):
    here, there = lab.Namespace('many'), lab.Namespace('others')
    lab.link(here, 'x0', ['fd00::5/64'], there, 'x1', ['fd00::9/64'])
    for device, interface, namespace in (('af_packet:x0', 'x1', there), ('tap:t1', 't1', here)):
        shell = Shell(here, '-q', '4', device)
        say.equal(f'{device}: it has as many receive queues as asked', shell.ready[0][3], '4')
        shell.targets('fd00::1/128')
        peer = wire.Wire(namespace, interface)
        sent = [bytes(Ether(src=peer.mac, dst=shell.mac()) / IPv6(src='fd00::9', dst='fd00::1') /
                      UDP(sport=port, dport=2) / b'x') for port in range(1000, 1064)]
        for one in sent:
            peer.send(one)
        got = [one for one in shell.received() if one in sent]
        say.claim(sorted(got) == sorted(sent), f'{device}: 64 flows all arrive, each once', len(got))
        back = frame(shell.mac(), peer.mac, 100, 'fd00::9')
        shell.send(back)
        say.claim(peer.receive(lambda one: one == back), f'{device}: and it sends')
        shell.stop()


def memif(say):
    here = lab.Namespace('memif')
    for socket in ('/run/m.sock', '@m'):
        server = Shell(here, '-n', 'a', '-m', '9000', f'memif:{socket},role=server,id=7')
        client = Shell(here, '-n', 'b', '-m', '9000', f'memif:{socket},role=client,id=7')
        say.claim(server.mac() != client.mac(), f'memif {socket}: two nodes have two MACs')
        lab.wait_for('the memif link', lambda s=server: s.counters()['link'] == 'true')
        for a, b, way in ((server, client, 'client'), (client, server, 'server')):
            for length in (64, 1500, 9000):
                sent = frame(a.mac(), b.mac(), length)
                a.send(sent)
                say.claim(b.receive(lambda got: got == sent), f'memif {socket}: {length} B to the {way}')
        client.stop()
        lab.wait_for('the link to go', lambda s=server: s.counters()['link'] == 'false')
        server.stop()
        say.claim(not pathlib.Path(socket).exists(), f'memif {socket}: no socket is left')
    killed = Shell(here, 'memif:/run/m.sock,role=server')
    killed.kill()
    say.claim(pathlib.Path('/run/m.sock').exists(), 'memif: a killed server leaves its socket')
    Shell(here, 'memif:/run/m.sock,role=server').stop()
    say.claim(True, 'memif: and the next one takes its place')
    try:
        Shell(here, 'memif:/run/nobody.sock')
        say.claim(False, 'memif: a client without a server is refused')
    except Refused as refused:
        say.claim(refused.code == 4 and 'nobody listens' in str(refused),
                  'memif: a client without a server is refused', refused)


def vdev(say):
    here = lab.Namespace('vdev')
    shell = Shell(here, 'vdev:net_ring0')  # its transmit queue is its receive queue
    sent = frame('02:00:00:00:00:01', '02:00:00:00:00:02', 700)
    shell.send(sent)
    say.claim(shell.receive(lambda got: got == sent), 'vdev: any driver of DPDK')
    shell.stop()


def test(say):
    af_packet(say)
    af_xdp_misses(say)
    tap(say)
    queues(say)
    memif(say)
    vdev(say)
    say.equal('nothing is left in /run', left_behind(), [])


if __name__ == '__main__':
    sandbox.enter(500 if slow() else 240)
    raise SystemExit(report.run(report.Report('netns/io-ports'), test))
