"""Linux as the SRv6 node at the other end. Not in every kernel: DT4 and DT46 (they need VRF)."""
import re

from .lab import command


def encap(namespace, to, segments, device, mode='encap', verb='add'):
    """mode: encap | encap.red. Headers are built by the kernel, not by us."""
    family = '-6' if ':' in to else '-4'
    command(['ip', '-n', namespace.name, family, 'route', verb, to, 'encap', 'seg6', 'mode', mode,
             'segs', ','.join(segments), 'dev', device])


def local(namespace, sid, action, device):
    """action: 'End', 'End.DX4 nh4 10.2.0.10', 'End.DX6 nh6 fd00:2::10', 'End.DT6 table 254'."""
    command(['ip', '-n', namespace.name, '-6', 'route', 'add', sid, 'encap', 'seg6local',
             'action', *action.split(), 'count', 'dev', device])


def tunnel_source(namespace, address):
    command(['ip', '-n', namespace.name, 'sr', 'tunsrc', 'set', address])


def counted(namespace, sid):
    """Packets, bytes and errors of a seg6local route (`count`)."""
    out = command(['ip', '-n', namespace.name, '-s', '-6', 'route', 'show', sid])
    found = re.search(r'packets (\d+) bytes (\d+) errors (\d+)', out)
    if not found:
        raise LookupError(f'no counters of {sid} in: {out}')
    return tuple(map(int, found.groups()))
