#!/usr/bin/python3
"""Judges that are not ours: scapy and tshark read what pfc/ writes and write what it reads, and
Python takes a message apart and signs it by its description alone.

usage: judge.py PROGRAM
"""
import hashlib
import hmac
import pathlib
import random
import socket
import struct
import subprocess
import sys
import tempfile

from scapy.contrib.mac_control import MACControlClassBasedFlowControl, MACControlPause
from scapy.layers.inet6 import IPv6, in6_chksum
from scapy.layers.l2 import Ether

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / 'netns'))
from lib import report, shark, wire

SECRET = b'a secret of more than 16 octets'
OURS, GROUP = '02:00:00:00:00:09', '01:80:c2:00:00:01'
PRIORITIES = range(8)
MACC = ('_ws.malformed', 'eth.dst', 'macc.opcode', 'macc.cbfc.enbv',
        *(f'macc.cbfc.enbv.c{n}' for n in PRIORITIES),
        *(f'macc.cbfc.pause_time.c{n}' for n in PRIORITIES))
HEAD = struct.Struct('>BBHIIQQQI')
RECORDS = {1: struct.Struct('>HIIQQI'), 2: struct.Struct('>HII'), 3: struct.Struct('>HIQQQ'),
           4: struct.Struct('>BxHHBBxxQQ')}
WANTED = {
    'state': [(1, (3, 10, 77, 1_000_000_000_007, 999_999_999_999, 4000), b''),
              (2, (0, 10, 78), bytes.fromhex('0011000000ff'))],  # the second rate: below
    'mark': [(3, (0, 10, 3, 27_648, 28_000), b'')],
    'hello': [(4, (7, 256, 9216, 1, 1, 125_000, 100_000_000_000), b'')],
    'full': [(1, (0, 1, 0, 0, 0, 0), b'')] * 36,
}


def ask(program, lines):
    done = subprocess.run([program], input='\n'.join(lines) + '\n', capture_output=True, text=True,
                          timeout=60, check=True)
    return done.stdout.splitlines()


def scapys(classes, times):
    fields = {f'c{n}_enabled': classes >> n & 1 for n in PRIORITIES}
    fields |= {f'c{n}_pause_time': times[n] if classes >> n & 1 else 0 for n in PRIORITIES}
    return bytes(Ether(src=OURS, dst=GROUP) / MACControlClassBasedFlowControl(**fields)).ljust(
        60, b'\0')


def pfc_frames(say, program, folder):
    chance = random.Random(1)
    cases = [(0, [0] * 8), (255, [65535] * 8)] + [(1 << n, [n + 1] * 8) for n in PRIORITIES]
    cases += [(chance.randrange(256), [chance.randrange(65536) for _ in PRIORITIES])
              for _ in range(200)]
    lines = [f'pfc {classes} {" ".join(map(str, times))}' for classes, times in cases]
    frames = [bytes.fromhex(hex_) for hex_ in ask(program, lines)]
    wanted = [scapys(*case) for case in cases]
    say.equal(f'of {len(cases)} PFC frames, not as scapy builds them',
              sum(a != b for a, b in zip(frames, wanted, strict=True)), 0)

    rows = shark.dissect(wire.write_pcap(folder / 'pfc.pcap', frames), MACC)
    def as_said(row, case):
        classes, times = case
        return (not row['_ws.malformed'] and row['eth.dst'] == [GROUP] and
                [int(v, 0) for v in row['macc.opcode']] == [0x0101] and
                [int(v, 0) for v in row['macc.cbfc.enbv']] == [classes] and
                all(row[f'macc.cbfc.enbv.c{n}'] == [str(classes >> n & 1)] and
                    row[f'macc.cbfc.pause_time.c{n}'] ==
                    [str(times[n] if classes >> n & 1 else 0)] for n in PRIORITIES))
    say.equal('tshark reads from them what was said',
              sum(as_said(*pair) for pair in zip(rows, cases, strict=True)), len(cases))

    back = ask(program, [f'read {frame.hex()}' for frame in wanted])
    say.equal("of scapy's, read as something else", sum(
        line != f'pfc {classes} ' + ' '.join(str(t if classes >> n & 1 else 0)
                                             for n, t in enumerate(times))
        for line, (classes, times) in zip(back, cases, strict=True)), 0)
    pause = Ether(src=OURS, dst=GROUP) / MACControlPause(pause_time=777)
    say.equal("scapy's 802.3x PAUSE is read as", ask(program, [f'read {bytes(pause).hex()}']),
              ['pause 777'])


def records(body):
    """(type, values, what follows them) of each, by the description of the message."""
    at = HEAD.size
    while at < len(body) - 16:
        kind, words = body[at], body[at + 1]
        layout = RECORDS[kind]
        yield (kind, layout.unpack_from(body, at + 2),
               body[at + 2 + layout.size:at + 4 * words])
        at += 4 * words


def rate(code):
    exponent, fraction = code >> 10, code & 1023
    return fraction if exponent == 0 else (1024 + fraction) << (exponent - 1)


def messages(say, program, folder):
    frames = [bytes.fromhex(hex_) for hex_ in ask(program, [f'message {n}' for n in WANTED])]
    rows = shark.dissect(wire.write_pcap(folder / 'message.pcap', frames))
    for name, frame, row in zip(WANTED, frames, rows, strict=True):
        ip = Ether(frame)[IPv6]
        upper = frame[54:]
        say.equal(f'{name}: scapy sees addresses, class, label, hop limit, next header',
                  (ip.src, ip.dst, ip.tc, ip.fl, ip.hlim, ip.nh, ip.plen),
                  ('fd00::a', 'fc00:b::fc', 0xe0, 0x54321, 255, 58, len(upper)))
        unsummed = upper[:2] + b'\0\0' + upper[4:]
        say.equal(f'{name}: scapy computes the checksum', in6_chksum(58, ip, unsummed),
                  int.from_bytes(upper[2:4], 'big'))
        say.equal(f'{name}: tshark sees type, code, good checksum',
                  (row['icmpv6.type'], row['icmpv6.code'], row['icmpv6.checksum.status'],
                   row['_ws.malformed']), (['200'], ['0'], ['1'], []))
        body = upper[4:]
        say.equal(f'{name}: Python reads the head', HEAD.unpack_from(body),
                  (1, 2, 5, 0xabcdef01, 0x12345678, 42, 1_000_000_001, 999_999_999, 20_000))
        read = list(records(body))
        if name == 'state':
            kind, values, caps = read[1]
            say.claim(1_500_000_000 * 1023 / 1024 < rate(int.from_bytes(caps[6:], 'big')) <=
                      1_500_000_000, 'state: a cap of 1.5 Gb/s is just below that')
            read[1] = (kind, values, caps[:6])
        say.claim(read == WANTED[name], f'{name}: Python reads the records', len(read))
        addresses = b''.join(socket.inet_pton(socket.AF_INET6, a) for a in (ip.src, ip.dst))
        say.equal(f'{name}: Python computes the signature', body[-16:].hex(),
                  hmac.new(SECRET, addresses + body[:-16], hashlib.sha256).digest()[:16].hex())
    say.at_most('the longest packet', max(map(len, frames)) - 14, 1280, 'octets')


def judge(say, program):
    with tempfile.TemporaryDirectory() as name:
        pfc_frames(say, program, pathlib.Path(name))
        messages(say, program, pathlib.Path(name))


if __name__ == '__main__':
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    sys.exit(report.run(report.Report('pfc against scapy, tshark and Python'), judge, sys.argv[1]))
