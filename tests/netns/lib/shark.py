"""tshark as a judge: it dissects what scapy and Linux dissect too, by code that shares nothing."""
import subprocess

# A field that occurs more than once (outer and inner address) is printed with commas, outer first.
FIELDS = ('_ws.malformed', '_ws.expert.severity', '_ws.expert.message',
          'ipv6.plen', 'ipv6.nxt', 'ipv6.hlim', 'ipv6.tclass', 'ipv6.flow', 'ipv6.src', 'ipv6.dst',
          'ipv6.routing.nxt', 'ipv6.routing.len', 'ipv6.routing.type', 'ipv6.routing.segleft',
          'ipv6.routing.srh.last_entry', 'ipv6.routing.srh.flags', 'ipv6.routing.srh.tag',
          'ipv6.routing.srh.addr', 'ip.src', 'ip.dst', 'ip.ttl', 'ip.len', 'ip.checksum.status',
          'udp.length', 'udp.checksum.status', 'icmp.type', 'icmp.code', 'icmp.mtu',
          'icmp.checksum.status', 'icmpv6.type', 'icmpv6.code', 'icmpv6.mtu',
          'icmpv6.pointer', 'icmpv6.checksum.status')
WARNING = 0x600000  # severities below are chat and notes


def dissect(path, fields=FIELDS):
    """One dict per frame: field -> list of its values."""
    words = ['tshark', '-n', '-r', str(path), '-T', 'fields', '-E', 'separator=/t',
             '-E', 'aggregator=;', '-o', 'ip.check_checksum:TRUE', '-o', 'udp.check_checksum:TRUE',
             '-o', 'ipv6.use_geoip:FALSE']
    for field in fields:
        words += ['-e', field]
    done = subprocess.run(words, capture_output=True, text=True, timeout=120, check=True)
    rows = []
    for line in done.stdout.splitlines():
        values = line.split('\t')
        rows.append({field: [v for v in value.split(';') if v != '']
                     for field, value in zip(fields, values + [''] * len(fields))})
    return rows


def complaint(row):
    """Why tshark thinks the frame is malformed, or ''. """
    if row['_ws.malformed']:
        return 'malformed'
    bad = [s for s in row['_ws.expert.severity'] if int(s, 0) >= WARNING]
    return '; '.join(row['_ws.expert.message']) if bad else ''
