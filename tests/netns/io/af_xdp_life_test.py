#!/usr/bin/python3
"""An af_xdp port that is killed, started twice, or meets a program that is not weir's."""
import contextlib
import os
import socket
import subprocess
import time

from shell import Refused, Shell, left_behind, slow
from lib import lab, report, sandbox, wire
from scapy.layers.l2 import Ether
from lib.packets import IPv6, UDP, text

FOREIGN = '''
__attribute__((section("xdp"), used)) int somebodys(void* context) { return 2; /* XDP_PASS */ }
char _license[] __attribute__((section("license"), used)) = "Apache-2.0";
'''


def refusal(namespace, *words, **options):
    """(exit code, sentence) of a shell that must not start."""
    try:
        shell = Shell(namespace, *words, **options)
    except Refused as refused:
        return refused.code, str(refused)
    shell.kill()
    return 0, 'it started'


class Session:
    """A TCP connection between the two kernels over weir's interface."""

    def __init__(self, here, there):
        with here.entered():
            listener = socket.create_server(('10.0.0.5', 5000))
        with there.entered():
            self.far = socket.create_connection(('10.0.0.5', 5000), timeout=5)
        self.near = listener.accept()[0]
        listener.close()
        self.near.settimeout(5)

    def works(self):
        word = str(time.monotonic()).encode()
        self.far.sendall(word)
        with contextlib.suppress(TimeoutError):
            return self.near.recv(100) == word
        return False


def waited(pid):
    """Seconds that a process was ready to run and had no CPU: other people's work, not ours."""
    with open(f'/proc/{pid}/schedstat', encoding='ascii') as file:
        return int(file.read().split()[1]) / 1e9


def killed(say, here, there):
    session = Session(here, there)
    slowest = 0
    alive = True
    peer = wire.Wire(there, 'x1')
    frame = bytes(Ether(src=peer.mac, dst=here.mac('x0')) / IPv6(src='fd00::9', dst='fd00::1') /
                  UDP())
    taken = fell_through = 0
    for _ in range(10):
        started = time.monotonic() - waited('self')
        shell = Shell(here, 'af_xdp:x0')
        shell.targets('fd00::1/128')
        took = time.monotonic() - waited('self') - waited(shell.process.pid) - started
        slowest = max(slowest, took)
        tap = wire.Wire(here, 'x0')
        peer.send(frame)
        taken += shell.receive(lambda got: got == frame) is not None
        alive &= session.works()
        shell.kill()
        peer.send(frame)
        fell_through += tap.receive(lambda got: got == frame) is not None
        alive &= session.works()
        tap.close()
    say.equal('killed ten times: each successor takes its frames', taken, 10)
    say.equal('while weir is dead the frames fall through to the kernel', fell_through, 10)
    say.at_most('the slowest start, without waiting for a CPU,', slowest, 60.0 if slow() else 2.0, 's')
    say.claim(alive, 'a TCP session of the kernel on that interface survives it all')
    programs = here.run('bpftool', '-j', 'net').count('xdp')
    say.claim('weir_xdp' in here.run('ip', '-d', 'link', 'show', 'x0') and programs,
              'a killed weir leaves its program')
    shell = Shell(here, 'af_xdp:x0')
    shell.stop()
    say.claim('xdp' not in here.run('ip', 'link', 'show', 'x0'), 'and the next one takes it away')
    say.equal('nothing is left in /run, not even of the killed ones', left_behind(), [])


def descriptors(shell):
    return len(os.listdir(f'/proc/{shell.process.pid}/fd'))


def reopened(say, here, there):
    """The driver forgets its socket, its program and its maps; the port must not."""
    shell = Shell(here, 'af_xdp:x0')
    before = descriptors(shell)
    peer = wire.Wire(there, 'x1')
    frame = bytes(Ether(src=peer.mac, dst=shell.mac()) / IPv6(src='fd00::9', dst='fd00::1') / UDP())
    taken = 0
    for _ in range(3):
        shell.answer('reopen 0', 'ready')
        shell.targets('fd00::1/128')
        peer.send(frame)
        taken += shell.receive(lambda got: got == frame) is not None
    say.equal('closed and opened again in one process, it works each time', taken, 3)
    say.equal('and no descriptor is lost', descriptors(shell), before)
    shell.stop()


def twice(say, here):
    first = Shell(here, '-n', 'gw-one', 'af_xdp:x0')
    for device in ('af_xdp:x0', 'af_packet:x0'):
        code, sentence = refusal(here, device)
        say.equal(f'a second weir on the interface ({device}) exits with', code, 4)
        pid = first.process.pid
        say.claim(f'weir gw-one (pid {pid}, port port0)' in sentence, 'and says who has it', sentence)
    elsewhere = lab.Namespace('elsewhere')
    elsewhere.ip('link add x0 type veth peer name x1')
    Shell(elsewhere, 'af_xdp:x0').stop()
    say.claim(True, 'an interface of the same name in another namespace is another interface')
    first.stop()
    say.equal('nothing is left in /run', left_behind(), [])


def foreign(say, here, folder):
    path = f'{folder}/foreign.o'
    subprocess.run(['clang-19', '-O2', '-target', 'bpf', '-x', 'c', '-', '-c', '-o', path],
                   input=FOREIGN, text=True, check=True)
    for mode in ('xdpdrv', 'xdpgeneric'):
        here.run('ip', 'link', 'set', 'dev', 'x0', mode, 'obj', path, 'sec', 'xdp')
        code, sentence = refusal(here, 'af_xdp:x0')
        say.equal(f'a foreign program ({mode}) ends weir with', code, 4)
        say.claim('somebodys' in sentence and f'"ip link set dev x0 {mode} off"' in sentence,
                  'it is named, with the command that removes it', sentence)
        say.claim('somebodys' in here.run('ip', '-d', 'link', 'show', 'x0'), 'it is left alone')
        here.run('ip', 'link', 'set', 'dev', 'x0', mode, 'off')
    Shell(here, 'af_xdp:x0').stop()
    say.claim(True, 'after that command weir starts')


def limits(say, here, there):
    for mtu, words in ((3543, '3542'), (3542, '3406')):
        code, sentence = refusal(here, '-m', str(mtu), 'af_xdp:x0')
        say.claim(code == 4 and words in sentence, f'mtu {mtu} is refused', sentence)
    there.ip('link set x1 mtu 3406')
    shell = Shell(here, '-m', '3406', 'af_xdp:x0')
    shell.targets('fd00::1/128')
    peer = wire.Wire(there, 'x1')
    frame = bytes(Ether(src=peer.mac, dst=shell.mac()) /
                  IPv6(src='fd00::9', dst='fd00::1') / UDP() / text(3406 - 48))
    peer.send(frame)
    say.claim(shell.receive(lambda got: got == frame), 'a frame of the largest MTU arrives whole')
    shell.stop()
    there.ip('link set x1 mtu 9000')
    code, sentence = refusal(here, 'af_xdp:x0')
    say.claim(code == 4 and 'MTU' in sentence,
              'a veth whose other end has an MTU that XDP cannot have is refused with the reason',
              sentence)
    there.ip('link set x1 mtu 1500')


def queues(say, here):
    here.run('ethtool', '-L', 'x0', 'rx', '2')
    code, sentence = refusal(here, 'af_xdp:x0')
    say.claim(code == 4 and '2 receive queues' in sentence and '"ethtool -L x0 rx 1"' in sentence,
              'more queues than weir polls are refused, with the command', sentence)
    here.run('ethtool', '-L', 'x0', 'rx', '1')


def test(say):
    here, there = lab.Namespace('here'), lab.Namespace('there')
    lab.link(here, 'x0', ['10.0.0.5/24'], there, 'x1', ['10.0.0.9/24'])
    killed(say, here, there)
    reopened(say, here, there)
    twice(say, here)
    foreign(say, here, '/run')
    limits(say, here, there)
    queues(say, here)


if __name__ == '__main__':
    sandbox.enter(500 if slow() else 240)
    raise SystemExit(report.run(report.Report('netns/io-af-xdp-life'), test))
