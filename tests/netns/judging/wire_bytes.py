"""scapy and tshark judge every byte: raw frames into weir, whole frames out of it."""
from lib import packets

from . import plan
from .bed import SEGMENTS, carries, is_ipv6_from
from .readings import encapsulation_fields, lost, plain_fields
from .tally import ROWS


def encapsulations(bed, tally, captured, sizes):
    for mode, behaviour in plan.MODES.items():
        for count in plan.LENGTHS:
            for family in (4, 6):
                for size in sizes:
                    one_encapsulation(bed, tally, captured, (mode, behaviour, count, family, size))


def one_encapsulation(bed, tally, captured, case):
    mode, behaviour, count, family, size = case
    what = f'{count} segments, {size} B on {bed.kind}'
    source = plan.HOST4 if family == 4 else plan.HOST6
    length = size - packets.ETHERNET if size < 100 else size
    sent = packets.udp(source, plan.destination(mode, count, family), length, tc=0x02)
    bed.lan.send(packets.framed(sent, bed.lan.mac, bed.lan_mac))
    frame = bed.wan.receive(is_ipv6_from(plan.SOURCE))
    if frame is None:
        lost(tally, behaviour, family, what)
        return
    label = int.from_bytes(frame[15:18], 'big') & 0xfffff
    inner = packets.aged(sent)
    wanted = packets.framed(
        packets.encapsulate(inner, plan.SOURCE, SEGMENTS[:count], mode == 'reduced', label=label,
                            tc=0x02), bed.wan_mac, bed.wan.mac)
    objection = packets.differences(frame, wanted)
    if not objection and label == 0:
        objection = 'flow label 0'
    tally.judged(behaviour, family, 'scapy', objection, what)
    captured.add(frame, behaviour, family, what,
                 encapsulation_fields(inner.__class__(bytes(inner)), SEGMENTS[:count],
                                      mode == 'reduced'))


def lists_under_way(sid):
    """Shapes in which a packet may reach the last segment of its list."""
    before = ['fc00:f::1', 'fc00:f::2']
    return {'no SRH': ([sid], True), '1 segment': ([sid], False),
            '3 segments': (before + [sid], False), '3 segments, reduced': (before + [sid], True)}


def decapsulations(bed, tally, captured, sizes):
    for behaviour, sid in plan.SIDS.items():
        if behaviour == 'End':
            continue
        for family in (4, 6):
            if (behaviour, family) not in ROWS:
                continue
            for shape, (segments, reduced) in lists_under_way(sid).items():
                for size in sizes:
                    one_decapsulation(bed, tally, captured,
                                      (behaviour, family, shape, segments, reduced, size))


def one_decapsulation(bed, tally, captured, case):
    behaviour, family, shape, segments, reduced, size = case
    what = f'{shape}, {size} B on {bed.kind}'
    inner = far_packet(family, size)
    outer = packets.encapsulate(inner, plan.FAR_SOURCE, segments, reduced, label=0x12345, left=0)
    bed.wan.send(packets.framed(outer, bed.wan.mac, bed.wan_mac))
    frame = bed.lan.receive(carries(bytes(inner.payload)))
    if frame is None:
        lost(tally, behaviour, family, what)
        return
    wanted = packets.framed(packets.aged(inner), bed.lan_mac, bed.lan.mac)
    tally.judged(behaviour, family, 'scapy', packets.differences(frame, wanted), what)
    seen = inner.__class__(bytes(packets.aged(inner)))
    captured.add(frame, behaviour, family, what, plain_fields(seen))


def far_packet(family, size):
    length = size - packets.ETHERNET if size < 100 else size
    far, near = ((f'10.2.0.9', plan.HOST4) if family == 4 else ('fd00:2::9', plan.HOST6))
    return packets.udp(far, near, length)


def hops(bed, tally, captured, sizes):
    """End: Segments Left and hop limit one less, the next segment in the destination."""
    sid = plan.SIDS['End']
    shapes = {'first of 2': ([sid, 'fc00:f:0:9::d'], False, 1),
              'first of 3': ([sid, 'fc00:f:0:8::e', 'fc00:f:0:9::d'], False, 2),
              'second of 3': (['fc00:f::1', sid, 'fc00:f:0:9::d'], False, 1),
              'second of 3, reduced': (['fc00:f::1', sid, 'fc00:f:0:9::d'], True, 1),
              'first of 3, reduced': ([sid, 'fc00:f:0:8::e', 'fc00:f:0:9::d'], True, 2),
              'seventh of 8': ([*SEGMENTS[:6], sid, 'fc00:f:0:9::d'], False, 1)}
    for shape, (segments, reduced, left) in shapes.items():
        for family in (4, 6):
            for size in sizes:
                one_hop(bed, tally, captured, (family, shape, segments, reduced, left, size))


def one_hop(bed, tally, captured, case):
    family, shape, segments, reduced, left, size = case
    what = f'{shape}, {size} B on {bed.kind}'
    inner = far_packet(family, size)

    def packet(hops, left):
        return packets.encapsulate(inner, plan.FAR_SOURCE, segments, reduced, hops=hops,
                                   label=0x54321, left=left)
    bed.wan.send(packets.framed(packet(33, left), bed.wan.mac, bed.wan_mac))
    frame = bed.wan.receive(carries(bytes(inner.payload)))
    if frame is None:
        lost(tally, 'End', family, what)
        return
    wanted = packets.framed(packet(32, left - 1), bed.wan_mac, bed.wan.mac)
    tally.judged('End', family, 'scapy', packets.differences(frame, wanted), what)
    listed = list(reversed(segments[1:] if reduced else segments))
    captured.add(frame, 'End', family, what,
                 {'ipv6.routing.segleft': [str(left - 1)], 'ipv6.routing.srh.addr': listed,
                  'ipv6.routing.srh.last_entry': [str(len(listed) - 1)],
                  'ipv6.hlim': ['32'] + (['64'] if family == 6 else []),
                  'ipv6.dst': [segments[len(segments) - left]] + (
                      [inner.dst] if family == 6 else []),
                  'udp.checksum.status': ['1']})
