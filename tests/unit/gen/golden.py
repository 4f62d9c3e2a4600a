#!/usr/bin/python3
"""Packets that weir-gen must send, built by scapy: the foreign judge of tools/gen/packet_builder.

golden.py > golden.txt     writes the file
golden.py --check FILE     exit 1 where FILE is not what scapy builds
"""
import struct
import sys

from scapy.layers.inet import IP, UDP
from scapy.layers.inet6 import IPv6, IPv6ExtHdrSegmentRouting
from scapy.layers.l2 import Ether
from scapy.packet import Raw

SEGMENTS = ["fd00:1::e", "fd00:2::e", "fd00:3::46"]
STAMP_BYTES = 22


def payload(size, flow, sequence, time):
    stamp = struct.pack(">HHHQQ", 0x5747, 77, flow, sequence, time)
    tail = bytes((at * 167 + (at >> 8) * 13) & 0xFF for at in range(STAMP_BYTES, size))
    return stamp + tail


def srv6(inner, mode, count, label):
    segments = SEGMENTS[:count]
    outer = IPv6(src="fd00::5", dst=segments[0], tc=0xB8, fl=label, hlim=61)
    if mode == "red" and count == 1:
        return outer / inner
    listed = segments[1:] if mode == "red" else segments
    return outer / IPv6ExtHdrSegmentRouting(
        addresses=list(reversed(listed)), segleft=count - 1, lastentry=len(listed) - 1) / inner


def packet(version, mode, count, extra, flow, sequence, time, checksum):
    """Flows are told apart by port, both addresses and the label of the outermost IPv6 header."""
    label = 0xFFFFE + flow if flow < 2 else flow - 1  # counts up and leaves out 0
    udp = UDP(sport=65530 + flow % 6, dport=4791) / Raw(payload(STAMP_BYTES + extra, flow, sequence, time))
    if not checksum:
        udp.chksum = 0
    if version == 4:
        inner = IP(src=f"10.1.255.{254 + flow}" if flow < 2 else f"10.2.0.{flow - 2}",
                   dst=f"10.9.0.{flow}", ttl=61, id=0, flags="DF", tos=0xB8) / udp
    else:
        own = label if mode == "plain" else 0
        inner = IPv6(src=f"2001:db8::{flow:x}", dst=f"2001:db8:9::{0x10 + flow:x}", hlim=61,
                     tc=0xB8, fl=own) / udp
    ip = inner if mode == "plain" else srv6(inner, mode, count, label)
    return bytes(Ether(src="02:00:00:00:00:01", dst="02:00:00:00:00:02") / ip)


def lines():
    shapes = [("plain", 0)] + [(mode, n) for mode in ("full", "red") for n in (1, 2, 3)]
    stamps = [(0, 0, 0), (1, 1, 2**63 + 12345), (7, 2**64 - 1, 2**64 - 1), (8, 2**40, 999_999_937)]
    for version in (4, 6):
        for mode, count in shapes:
            for extra in (0, 1, 300):
                for flow, sequence, time in stamps:
                    yield f"{version} {mode} {count} {extra} {flow} {sequence} {time} 1 " + \
                        packet(version, mode, count, extra, flow, sequence, time, True).hex()
    yield "4 plain 0 9 3 4 5 0 " + packet(4, "plain", 0, 9, 3, 4, 5, False).hex()


def main():
    text = "\n".join(lines()) + "\n"
    if len(sys.argv) == 3 and sys.argv[1] == "--check":
        with open(sys.argv[2], encoding="ascii") as file:
            if file.read() != text:
                sys.exit(f"{sys.argv[2]} is not what scapy builds; write it anew with golden.py")
        print(f"{len(text.splitlines())} packets as scapy builds them")
    else:
        sys.stdout.write(text)


main()
