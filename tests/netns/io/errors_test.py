#!/usr/bin/python3
"""What a port that cannot be had says, and what needs no root."""
import os
import pathlib
import subprocess

from shell import Refused, Shell, left_behind, slow
from lib import lab, report, sandbox

NOBODY = ['setpriv', '--reuid', '65534', '--regid', '65534', '--clear-groups']
NO_LOCKING = ['prlimit', '--memlock=65536:65536', 'setpriv', '--bounding-set', '-ipc_lock']
HOME = '/run/nobody'


def refused(say, what, code, words, namespace, *devices, **options):
    try:
        Shell(namespace, *devices, **options).kill()
        say.claim(False, f'{what}: is refused')
    except Refused as refusal:
        sentence = str(refusal)
        say.claim(refusal.code == code and '\n' not in sentence and
                  all(word in sentence for word in words), f'{what}', f'{refusal.code}: {sentence}')


def test(say):
    here = lab.Namespace('here')
    here.ip('link add x0 type veth peer name x1', 'link set x1 up')
    user = {'prefix': NOBODY, 'environment': {'XDG_RUNTIME_DIR': HOME}}
    os.mkdir(HOME)
    os.chown(HOME, 65534, 65534)

    refused(say, 'no such interface', 4, ['no interface eth7', 'x0, x1', 'weir --devices'], here,
            'af_xdp:eth7')
    refused(say, 'not an Ethernet', 4, ['lo is not an Ethernet'], here, 'af_packet:lo')
    refused(say, 'no such PCI device', 4, ['no network device at that PCI address'], here,
            '0000:ff:1f.7')
    refused(say, 'no device at all', 3, ['is of no known kind', '"af_xdp:IF"'], here, 'afxdp:x0')
    refused(say, 'no driver of that name', 4, ['net_nonsense0'], here, 'vdev:net_nonsense0')
    refused(say, 'a TAP of a name that is taken', 4, ['x0'], here, 'tap:x0')
    refused(say, 'the same device twice', 4, ['has a device net_ring0 already'], here,
            'vdev:net_ring0', 'vdev:net_ring0')
    for device, capability in (('af_xdp:x0', 'CAP_NET_ADMIN'), ('af_packet:x0', 'CAP_NET_RAW'),
                               ('tap:t0', 'CAP_NET_ADMIN')):
        refused(say, f'{device} without root', 4, [f'{capability} is missing', 'setcap'], here,
                device, **user)
    refused(say, 'a small "ulimit -l"', 4, ['CAP_IPC_LOCK', '"ulimit -l unlimited"'], here,
            'af_xdp:x0', prefix=NO_LOCKING)
    say.claim('xdp' not in here.run('ip', 'link', 'show', 'x0'),
              'a port that failed leaves no program behind')
    say.equal('nor files', left_behind(), [])

    subprocess.run(['mount', '-t', 'tmpfs', 'tmpfs', '/dev/net'], check=True)
    refused(say, 'no /dev/net/tun', 4, ['/dev/net/tun', '"modprobe tun"'], here, 'tap:t0')
    subprocess.run(['umount', '/dev/net'], check=True)

    server = Shell(here, f'memif:{HOME}/m,role=server', **user)
    client = Shell(here, '-n', 'b', f'memif:{HOME}/m', **user)
    frame = bytes(range(60))
    client.send(frame)
    say.claim(server.receive(lambda got: got == frame), 'memif needs no root')
    client.kill()
    server.stop()
    say.claim(os.listdir(f'{HOME}/dpdk'), 'a killed one leaves files')
    Shell(here, f'memif:{HOME}/m,role=server', **user).stop()
    say.equal('which the next one clears away', list(pathlib.Path(HOME).rglob('*')), [])


if __name__ == '__main__':
    sandbox.enter(500 if slow() else 240)
    raise SystemExit(report.run(report.Report('netns/io-errors'), test))
