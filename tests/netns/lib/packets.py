"""Packets built and taken apart by scapy: expected wire bytes that weir's code had no part in."""
import logging

logging.getLogger('scapy').setLevel(logging.ERROR)
# pylint: disable=wrong-import-position
from scapy.layers.inet import ICMP, IP, UDP  # noqa: E402
from scapy.layers.inet6 import IPv6, IPv6ExtHdrSegmentRouting  # noqa: E402
from scapy.layers.l2 import Ether  # noqa: E402
from scapy.packet import NoPayload, Raw  # noqa: E402

IPV4_IN, IPV6_IN, ROUTING, ICMPV6 = 4, 41, 43, 58
ETHERNET = 14


def text(size):
    return bytes(i & 0xff for i in range(size))


def udp(source, destination, length, sport=7001, dport=7000, hops=64, tc=0, **ip):
    """An IP packet of `length` bytes that carries UDP with a checksum."""
    if ':' in source:
        header = IPv6(src=source, dst=destination, hlim=hops, tc=tc, **ip)
        room = length - 48
    else:
        header = IP(src=source, dst=destination, ttl=hops, tos=tc, flags='DF', **ip)
        room = length - 28
    if room < 0:
        raise ValueError(f'{length} bytes are too few for UDP from {source}')
    return header / UDP(sport=sport, dport=dport) / Raw(text(room))


def next_header(packet):
    return IPV6_IN if isinstance(packet, IPv6) else IPV4_IN


def encapsulate(inner, source, segments, reduced=False, hops=64, label=0, tc=0, left=None,
                **fields):
    """RFC 8986 5.1 and 5.2. `inner` as it leaves: its hop limit already one less. `left`: Segments
    Left and destination of a packet that is under way."""
    left = len(segments) - 1 if left is None else left
    outer = IPv6(src=source, dst=segments[len(segments) - 1 - left], hlim=hops, tc=tc, fl=label)
    if reduced and len(segments) == 1:
        outer.nh = next_header(inner)
        return outer / inner
    listed = list(reversed(segments[1:] if reduced else segments))
    values = {'nh': next_header(inner), 'addresses': listed, 'segleft': left,
              'lastentry': len(listed) - 1, 'tag': 0}
    values.update(fields)
    return outer / IPv6ExtHdrSegmentRouting(**values) / inner


def framed(packet, source, destination):
    return Ether(src=source, dst=destination) / packet


def aged(packet):
    """The packet after one hop, checksums anew."""
    later = packet.copy()
    if isinstance(later, IPv6):
        later.hlim -= 1
    else:
        later.ttl -= 1
        del later.chksum
    return later


def ip_of(frame):
    """scapy's reading of the IP packet in an Ethernet frame, without the frame's padding."""
    return Ether(frame).payload


def layers(packet):
    while not isinstance(packet, NoPayload):
        yield packet
        packet = packet.payload


def differences(frame, wanted):
    """'' where a frame's bytes are those of the packet `wanted`, else the fields that differ."""
    expected = bytes(wanted)
    if frame == expected:
        return ''
    found = []
    # Both read anew, so that computed fields (lengths, checksums) have their values.
    for left, right in zip(layers(Ether(frame)), layers(Ether(expected))):
        if type(left) is not type(right):
            found.append(f'{left.name} instead of {right.name}')
            break
        for field in left.fields_desc:
            a, b = left.getfieldval(field.name), right.getfieldval(field.name)
            if a != b:
                found.append(f'{left.name}.{field.name} {a!r} instead of {b!r}'[:120])
    return '; '.join(found) or f'{len(frame)} bytes instead of {len(expected)}'


__all__ = ['ICMP', 'IP', 'UDP', 'IPv6', 'IPv6ExtHdrSegmentRouting', 'Ether', 'Raw', 'IPV4_IN',
           'IPV6_IN', 'ROUTING', 'ICMPV6', 'ETHERNET', 'aged', 'differences', 'encapsulate',
           'framed', 'ip_of', 'layers', 'next_header', 'text', 'udp']
