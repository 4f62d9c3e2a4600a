#!/usr/bin/python3
"""Expected wire bytes of SRv6 encapsulation and of End, built by scapy, which knows nothing of weir.

  make_golden.py            writes encap.txt, encap_nrp.txt and end.txt beside this file
  make_golden.py --check    exits 1 if they differ from what scapy builds now
"""
import pathlib
import sys

from scapy.layers.inet import IP, UDP
from scapy.layers.inet6 import (HBHOptUnknown, IPv6, IPv6ExtHdrHopByHop,
                                IPv6ExtHdrSegmentRouting)
from scapy.packet import Raw

SOURCE = "2001:db8:a::1"
HOP_LIMIT = 64


def segment(i):
    return f"fcbb:{i + 1:x}:{0xa0 + i:x}::{0xe000 + i:x}"


def inner(family, size):
    if family == 4:
        head = IP(src="192.0.2.1", dst="198.51.100.7", ttl=63, tos=0x2A) / UDP(sport=1000, dport=53)
    else:
        head = IPv6(src="2001:db8:1::1", dst="2001:db8:2::2", hlim=63, tc=0x2A, fl=0x12345)
        head = head / UDP(sport=1000, dport=53)
    return head / Raw(bytes(i % 251 for i in range(size - len(head))))


def outer(mode, n, family, traffic_class, label):
    segments = [segment(i) for i in range(n)]
    ip = IPv6(src=SOURCE, dst=segments[0], hlim=HOP_LIMIT, tc=traffic_class, fl=label)
    listed = segments[::-1] if mode == "full" else segments[:0:-1]
    if not listed:
        return ip
    return ip / IPv6ExtHdrSegmentRouting(addresses=listed, segleft=n - 1)


def encap_rows():
    for mode in ("full", "reduced"):
        for n in (1, 2, 3, 8, 16):
            for family in (4, 6):
                for size in (50, 1500, 9000):
                    traffic_class, label = (7 * n + size) % 256, 0xABCDE ^ (n << 8 | family)
                    packet = bytes(outer(mode, n, family, traffic_class, label) / inner(family, size))
                    header = packet[:-size].hex()
                    yield f"{mode} {n} {family} {size} {traffic_class} {label} {header}"


def nrp_rows():
    """Behind the fixed header a hop-by-hop header with the option: flags, context type, reserved, id."""
    for mode in ("full", "reduced"):
        for n in (1, 2, 3, 8, 16):
            for size, slice_id in ((50, 0), (1500, 10), (9000, 0xFFFFFFFE)):
                option = HBHOptUnknown(otype=0x1E, optdata=bytes(4) + slice_id.to_bytes(4, "big"))
                packet = outer(mode, n, 4, 0, 0x12345)
                behind = IPv6ExtHdrHopByHop(options=[option])
                if packet.payload:
                    behind = behind / packet.payload
                packet.remove_payload()
                packet = bytes(packet / behind / inner(4, size))
                yield f"{mode} {n} {size} {slice_id} {packet[:-size].hex()}"


def end_rows():
    """What is on the wire behind the headend (visit 0) and behind the End of each segment."""
    for mode in ("full", "reduced"):
        for n in (2, 3, 8):
            for family in (4, 6):
                packet = outer(mode, n, family, 0x2A, 0x54321) / inner(family, 50)
                for visit in range(n):
                    packet[IPv6].dst = segment(visit)
                    packet[IPv6].hlim = HOP_LIMIT - visit
                    packet[IPv6ExtHdrSegmentRouting].segleft = n - 1 - visit
                    yield f"{mode} {n} {family} {visit} {bytes(packet).hex()}"


def main():
    here = pathlib.Path(__file__).parent
    built = {
        "encap.txt": ("# mode segments family inner_bytes traffic_class label header", encap_rows()),
        "encap_nrp.txt": ("# mode segments inner_bytes slice header", nrp_rows()),
        "end.txt": ("# mode segments family visit packet", end_rows()),
    }
    stale = []
    for name, (title, rows) in built.items():
        text = "\n".join([title, *rows]) + "\n"
        if "--check" not in sys.argv:
            (here / name).write_text(text)
        elif (here / name).read_text() != text:
            stale.append(name)
    if stale:
        sys.exit(f"{', '.join(stale)}: not what scapy builds; run {pathlib.Path(__file__).name}")


if __name__ == "__main__":
    main()
