"""ICMP errors that weir owes a sender, read by scapy and tshark."""
from lib import packets, shark, wire
from lib.packets import ICMP, IP, ICMPV6, IPv6

from . import plan
from .bed import SEGMENTS

LONG = 'full', 16  # 304 bytes of outer headers
SRH_AT, LEFT_AT, UPPER_AT = 40, 43, 64
FAR4, FAR6 = '203.0.113.9', '2001:db8::9'


def cases(bed):
    """name, wire, packet, (type, code, field of scapy's layer, its value) of the answer."""
    to4, to6 = (plan.destination(*LONG, family) for family in (4, 6))
    room = bed.wan_mtu - 304
    lan4, lan6 = plan.HOST4, plan.HOST6
    yield 'TTL 1, IPv4', bed.lan, packets.udp(lan4, to4, 100, hops=1), (11, 0, None, None)
    yield 'hop limit 1, IPv6', bed.lan, packets.udp(lan6, to6, 100, hops=1), (3, 0, None, None)
    if bed.kind == 'tap':  # an AF_XDP port leaves to the kernel what weir has no route for
        yield 'no route, IPv4', bed.lan, packets.udp(lan4, FAR4, 100), (3, 0, None, None)
        yield 'no route, IPv6', bed.lan, packets.udp(lan6, FAR6, 100), (1, 0, None, None)
    yield ('too big for the policy, IPv4', bed.lan, packets.udp(lan4, to4, room + 1),
           (3, 4, 'nexthopmtu', room))
    yield ('too big for the policy, IPv6', bed.lan, packets.udp(lan6, to6, room + 1),
           (2, 0, 'mtu', room))
    yield ('UDP to an address of weir, IPv4', bed.lan, packets.udp(lan4, f'{plan.LAN4}.1', 100),
           (3, 3, None, None))
    yield ('UDP to an address of weir, IPv6', bed.lan, packets.udp(lan6, f'{plan.LAN6}:1', 100),
           (1, 4, None, None))
    yield from sid_cases(bed)


def sid_cases(bed):
    inner = packets.udp('10.2.0.9', plan.HOST4, 100)
    end, dt4 = plan.SIDS['End'], plan.SIDS['End.DT4']

    def packet(segments, **fields):
        return packets.encapsulate(inner, plan.FAR_SOURCE, segments, **fields)
    yield ('Segments Left beyond the list (RFC 8986 4.1 S09)', bed.wan,
           packet([end], left=0, segleft=3), (4, 0, 'ptr', LEFT_AT))
    yield ('Last Entry beyond the header (RFC 8986 4.1 S09)', bed.wan,
           packet([end, SEGMENTS[0]], lastentry=9), (4, 0, 'ptr', LEFT_AT))
    yield ('hop limit 1 at End', bed.wan, packet([end, SEGMENTS[0]], hops=1), (3, 0, None, None))
    yield ('no upper layer at End (RFC 8986 4.1.1)', bed.wan, packet([end]),
           (4, 4, 'ptr', UPPER_AT))
    yield ('Segments Left 1 at End.DT4 (RFC 8986 4.7)', bed.wan, packet([dt4, SEGMENTS[0]]),
           (4, 0, 'ptr', LEFT_AT))
    yield ('IPv6 inside at End.DT4', bed.wan,
           packets.encapsulate(packets.udp('fd00:2::9', plan.HOST6, 100), plan.FAR_SOURCE, [dt4]),
           (4, 4, 'ptr', UPPER_AT))


def is_error(sender):
    """Frames with an ICMP error to `sender`: IPv4 protocol 1, or ICMPv6 type below 128."""
    def wanted(frame):
        packet = packets.ip_of(frame)
        if isinstance(packet, IPv6):
            return packet.dst == sender and packet.nh == ICMPV6 and bytes(packet)[40] < 128
        return isinstance(packet, IP) and packet.dst == sender and ICMP in packet \
            and packet[ICMP].type in (3, 11, 12)
    return wanted


def objection_of(frame, sent, wanted):
    """scapy's reading: type, code, value, checksum, and the packet it quotes."""
    kind, code, field, value = wanted
    packet = packets.ip_of(frame)
    message = packet.payload
    got = (message.type, message.code)
    if got != (kind, code):
        return f'type, code {got} instead of {(kind, code)}'
    if field and message.getfieldval(field) != value:
        return f'{field} {message.getfieldval(field)} instead of {value}'
    again = packet.copy()
    sum_field = 'cksum' if isinstance(packet, IPv6) else 'chksum'
    delattr(again.payload, sum_field)
    if bytes(again) != bytes(packet):
        return 'wrong checksum'
    limit = 1280 if isinstance(packet, IPv6) else 576
    if len(bytes(packet)) > limit:
        return f'{len(bytes(packet))} bytes, more than {limit}'
    quoted = bytes(message)[8:]
    if quoted != bytes(sent)[:len(quoted)] or len(quoted) < min(len(bytes(sent)), limit - 48):
        return 'does not quote the packet that was sent'
    return ''


def errors(bed, report, path):
    frames, names = [], []
    for name, place, packet, wanted in cases(bed):
        target = bed.lan_mac if place is bed.lan else bed.wan_mac
        place.send(packets.framed(packet, place.mac, target))
        frame = place.receive(is_error(packet.src))
        if frame is None:
            report.claim(False, f'ICMP error, {name}', 'nothing came back')
            continue
        value = f', {wanted[2]} {wanted[3]}' if wanted[2] else ''
        objection = objection_of(frame, packet, wanted)
        report.claim(not objection, f'{bed.kind}: {name}: type {wanted[0]} code {wanted[1]}{value}',
                     objection)
        frames.append(frame)
        names.append((name, wanted, isinstance(packet, IPv6)))
    for row, (name, wanted, six) in zip(shark.dissect(wire.write_pcap(path, frames)), names,
                                        strict=True):
        report.claim(not (objection := tshark_objection(row, wanted, six)),
                     f'{bed.kind}: {name}: tshark agrees', objection)


def tshark_objection(row, wanted, six):
    kind, code, field, value = wanted
    prefix = 'icmpv6' if six else 'icmp'
    expected = {f'{prefix}.type': str(kind), f'{prefix}.code': str(code)}
    names = {'mtu': 'icmpv6.mtu', 'nexthopmtu': 'icmp.mtu', 'ptr': 'icmpv6.pointer'}
    if field:
        expected[names[field]] = str(value)
    wrong = [f'{name} {row[name]} instead of {value}' for name, value in expected.items()
             if [int(v, 0) for v in row[name]][:1] != [int(value, 0)]]
    if row[f'{prefix}.checksum.status'][:1] != ['1']:
        wrong.append('checksum')
    return '; '.join(wrong) or ('malformed' if row['_ws.malformed'] else '')


