"""What tshark must say of a packet, derived from the case and not from scapy's bytes."""
from lib import packets, shark, wire

from . import plan


def expect_tshark(row, expected):
    """'' or the fields in which tshark's reading differs from what the case says."""
    wrong = [f'{field} {row[field]} instead of {value}' for field, value in expected.items()
             if row[field] != value]
    return '; '.join(wrong) or shark.complaint(row)


def encapsulation_fields(inner, segments, reduced):
    """What tshark must say of an encapsulation, from the case alone."""
    count, six = len(segments), isinstance(inner, packets.IPv6)
    bare = reduced and count == 1
    listed = list(reversed(segments[1:] if reduced else segments))
    overhead = 40 if bare else 48 + 16 * len(listed)
    within = str(packets.next_header(inner))
    fields = {'ipv6.src': [plan.SOURCE] + ([inner.src] if six else []),
              'ipv6.dst': [segments[0]] + ([inner.dst] if six else []),
              'ipv6.nxt': [within if bare else '43'] + (['17'] if six else []),
              'ipv6.hlim': ['64'] + ([str(inner.hlim)] if six else []),
              'ipv6.plen': [str(overhead - 40 + len(inner))] + (
                  [str(len(inner) - 40)] if six else []),
              'udp.checksum.status': ['1']}
    if not six:
        fields.update({'ip.src': [inner.src], 'ip.dst': [inner.dst], 'ip.ttl': [str(inner.ttl)],
                       'ip.len': [str(len(inner))], 'ip.checksum.status': ['1']})
    if not bare:
        fields.update({'ipv6.routing.nxt': [within], 'ipv6.routing.type': ['4'],
                       'ipv6.routing.len': [str(2 * len(listed))],
                       'ipv6.routing.segleft': [str(count - 1)],
                       'ipv6.routing.srh.last_entry': [str(len(listed) - 1)],
                       'ipv6.routing.srh.flags': ['0x00'], 'ipv6.routing.srh.tag': ['0000'],
                       'ipv6.routing.srh.addr': listed})
    return fields


def plain_fields(packet):
    """What tshark must say of a decapsulated packet."""
    if isinstance(packet, packets.IPv6):
        return {'ipv6.src': [packet.src], 'ipv6.dst': [packet.dst], 'ipv6.nxt': ['17'],
                'ipv6.hlim': [str(packet.hlim)], 'ipv6.plen': [str(len(packet) - 40)],
                'udp.checksum.status': ['1']}
    return {'ip.src': [packet.src], 'ip.dst': [packet.dst], 'ip.ttl': [str(packet.ttl)],
            'ip.len': [str(len(packet))], 'ip.checksum.status': ['1'], 'ipv6.nxt': [],
            'udp.checksum.status': ['1']}


def lost(tally, behaviour, family, what):
    for judge in ('scapy', 'tshark'):
        tally.judged(behaviour, family, judge, 'nothing came out', what)


class Captured:
    """Frames weir sent, kept with what tshark has to say about each."""

    def __init__(self, tally, path):
        self.tally, self.path, self.frames, self.cases = tally, path, [], []

    def add(self, frame, behaviour, family, what, fields):
        self.frames.append(frame)
        self.cases.append((behaviour, family, what, fields))

    def judge(self):
        rows = shark.dissect(wire.write_pcap(self.path, self.frames))
        for row, (behaviour, family, what, fields) in zip(rows, self.cases, strict=True):
            self.tally.judged(behaviour, family, 'tshark', expect_tshark(row, fields), what)
