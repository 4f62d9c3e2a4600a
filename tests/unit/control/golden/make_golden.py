#!/usr/bin/python3
"""Wire bytes of ARP, ND and ICMP, built by scapy, which knows nothing of weir.

  make_golden.py            writes neighbor.txt and icmp.txt beside this file
  make_golden.py --check    exits 1 if they differ from what scapy builds now
"""
import pathlib
import sys

from scapy.layers.inet import ICMP, IP, TCP, UDP
from scapy.layers.inet6 import (
    HBHOptUnknown, ICMPv6DestUnreach, ICMPv6EchoReply, ICMPv6EchoRequest, ICMPv6ND_NA, ICMPv6ND_NS, ICMPv6ND_RS,
    ICMPv6NDOptDstLLAddr, ICMPv6NDOptSrcLLAddr, ICMPv6NDOptUnknown, ICMPv6PacketTooBig,
    ICMPv6ParamProblem, ICMPv6TimeExceeded, IPv6, IPv6ExtHdrDestOpt, IPv6ExtHdrFragment,
    IPv6ExtHdrHopByHop, IPv6ExtHdrSegmentRouting, PadN)
from scapy.layers.l2 import ARP, Ether
from scapy.packet import Raw

OURS, HOST, OTHER = "02:00:00:00:00:01", "02:00:00:00:00:aa", "02:00:00:00:00:bb"
BROADCAST = "ff:ff:ff:ff:ff:ff"
OUR_LINK_LOCAL = "fe80::ff:fe00:1"


def arp(op, hwsrc, psrc, hwdst, pdst, to):
    frame = Ether(src=hwsrc, dst=to) / ARP(op=op, hwsrc=hwsrc, psrc=psrc, hwdst=hwdst, pdst=pdst)
    return bytes(frame).ljust(60, b"\0")


def nd(mac, to_mac, src, dst, body, hlim=255):
    return bytes(Ether(src=mac, dst=to_mac) / IPv6(src=src, dst=dst, hlim=hlim) / body)


def solicit(target, mac=None, extra=None):
    body = ICMPv6ND_NS(tgt=target)
    if extra:
        body = body / extra
    return body / ICMPv6NDOptSrcLLAddr(lladdr=mac) if mac else body


def advertise(target, mac, r, s, o):
    return ICMPv6ND_NA(tgt=target, R=r, S=s, O=o) / ICMPv6NDOptDstLLAddr(lladdr=mac)


def neighbor_rows():
    zero = "00:00:00:00:00:00"
    # What we send.
    yield "out-arp-request", arp(1, OURS, "192.0.2.1", zero, "192.0.2.10", BROADCAST)
    yield "out-arp-probe", arp(1, OURS, "192.0.2.1", HOST, "192.0.2.10", HOST)
    yield "out-arp-reply", arp(2, OURS, "192.0.2.1", HOST, "192.0.2.10", HOST)
    yield "out-arp-reply-to-probe", arp(2, OURS, "192.0.2.1", HOST, "0.0.0.0", HOST)
    yield "out-arp-defence", arp(1, OURS, "192.0.2.1", zero, "192.0.2.1", BROADCAST)
    group = ("33:33:ff:12:34:56", "ff02::1:ff12:3456")
    host, local = "2001:db8:1::ab12:3456", "fe80::12:3456"
    yield "out-ns", nd(OURS, group[0], "2001:db8:1::1", group[1], solicit(host, OURS))
    yield "out-ns-link-local", nd(OURS, group[0], OUR_LINK_LOCAL, group[1], solicit(local, OURS))
    yield "out-ns-probe", nd(OURS, HOST, "2001:db8:1::1", host, solicit(host, OURS))
    own = advertise("2001:db8:1::1", OURS, 1, 1, 1)
    yield "out-na", nd(OURS, HOST, "2001:db8:1::1", host, own)
    own = advertise("2001:db8:1::1", OURS, 1, 0, 1)
    yield "out-na-all-nodes", nd(OURS, "33:33:00:00:00:01", "2001:db8:1::1", "ff02::1", own)
    # What others send.
    yield "in-arp-reply", arp(2, HOST, "192.0.2.10", OURS, "192.0.2.1", OURS)
    yield "in-arp-request", arp(1, HOST, "192.0.2.10", zero, "192.0.2.1", BROADCAST)
    yield "in-arp-request-other", arp(1, HOST, "192.0.2.10", zero, "192.0.2.77", BROADCAST)
    yield "in-arp-gratuitous", arp(1, OTHER, "192.0.2.10", zero, "192.0.2.10", BROADCAST)
    yield "in-arp-probe", arp(1, HOST, "0.0.0.0", zero, "192.0.2.1", BROADCAST)
    yield "in-arp-duplicate", arp(2, OTHER, "192.0.2.1", OTHER, "192.0.2.1", BROADCAST)
    ours_group = ("33:33:ff:00:00:01", "ff02::1:ff00:1")
    yield "in-ns", nd(HOST, ours_group[0], host, ours_group[1], solicit("2001:db8:1::1", HOST))
    nonce = ICMPv6NDOptUnknown(type=14, len=1, data=b"nonce!")
    yield "in-ns-nonce", nd(HOST, ours_group[0], host, ours_group[1],
                            solicit("2001:db8:1::1", HOST, nonce))
    yield "in-ns-dad", nd(HOST, ours_group[0], "::", ours_group[1], solicit("2001:db8:1::1"))
    yield "in-ns-hop-limit", nd(HOST, ours_group[0], host, ours_group[1],
                                solicit("2001:db8:1::1", HOST), hlim=254)
    yield "in-ns-unicast", nd(HOST, OURS, host, "2001:db8:1::1", solicit("2001:db8:1::1"))
    for s in (0, 1):
        for o in (0, 1):
            for name, mac in (("host", HOST), ("other", OTHER)):
                yield f"in-na-{name}-S{s}O{o}", nd(mac, OURS, host, "2001:db8:1::1",
                                                   advertise(host, mac, 0, s, o))
    yield "in-na-no-option", nd(HOST, OURS, host, "2001:db8:1::1", ICMPv6ND_NA(tgt=host, S=1, O=1))
    yield "in-na-multicast-S1", nd(HOST, "33:33:00:00:00:01", host, "ff02::1",
                                   advertise(host, HOST, 0, 1, 1))
    yield "in-na-duplicate", nd(OTHER, "33:33:00:00:00:01", "2001:db8:1::1", "ff02::1",
                                advertise("2001:db8:1::1", OTHER, 0, 0, 1))
    yield "in-rs", nd(HOST, "33:33:00:00:00:02", local, "ff02::2", ICMPv6ND_RS())


S4, D4, N4 = "192.0.2.10", "198.51.100.7", "192.0.2.1"
S6, D6, N6 = "2001:db8:1::a", "2001:db8:2::7", "2001:db8:1::1"


def data(n):
    return Raw(bytes(i % 251 for i in range(n)))


def error4(packet, **icmp):
    return IP(src=N4, dst=S4, tos=0xC0, id=0, flags="DF", ttl=64) / ICMP(**icmp) / Raw(
        bytes(packet)[:548])


def error6(packet, icmp):
    return IPv6(src=N6, dst=S6, hlim=64) / icmp / Raw(bytes(packet)[:1232])


def error_rows():
    udp4 = IP(src=S4, dst=D4, ttl=1, id=7) / UDP(sport=1000, dport=53) / data(21)
    big4 = IP(src=S4, dst=D4, id=7, flags="DF") / UDP(sport=1000, dport=53) / data(1400)
    options4 = IP(src=S4, dst=D4, id=7, options=b"\x94\x04\0\0") / UDP(dport=53) / data(9)
    gre4 = IP(src=S4, dst=N4, id=7, proto=47) / data(16)
    ping4 = IP(src=S4, dst=D4, id=7) / ICMP(type=8, id=3, seq=4) / data(8)
    for name, packet in (("udp", udp4), ("big", big4), ("options", options4), ("ping", ping4)):
        yield f"v4-{name}", "hop_limit", 0, packet, error4(packet, type=11, code=0)
    yield "v4-route", "no_route", 0, udp4, error4(udp4, type=3, code=0)
    yield "v4-policy", "policy_down", 0, udp4, error4(udp4, type=3, code=0)
    yield "v4-host", "neighbor_failed", 0, udp4, error4(udp4, type=3, code=1)
    yield "v4-protocol", "no_listener", 0, gre4, error4(gre4, type=3, code=2)
    yield "v4-port", "no_listener", 0, udp4, error4(udp4, type=3, code=3)
    yield "v4-mtu", "packet_too_big", 1352, big4, error4(big4, type=3, code=4, nexthopmtu=1352)

    ip6 = IPv6(src=S6, dst=D6, hlim=1)
    udp6 = ip6 / UDP(sport=1000, dport=53) / data(21)
    big6 = ip6 / TCP(sport=1000, dport=53) / data(1500)
    exact6 = ip6 / UDP(sport=1000, dport=53) / data(1232 - 48)
    over6 = ip6 / UDP(sport=1000, dport=53) / data(1233 - 48)
    first6 = ip6 / IPv6ExtHdrFragment(offset=0, m=1, id=9) / UDP(dport=53) / data(64)
    srh = IPv6ExtHdrSegmentRouting(addresses=[D6, "2001:db8:3::1"], segleft=1)
    srv6 = ip6 / srh / IP(src=S4, dst=D4, id=7) / UDP(dport=53) / data(30)
    chain6 = IPv6(src=S6, dst=N6, nh=0) / IPv6ExtHdrHopByHop() / IPv6ExtHdrDestOpt(nh=132) / data(9)
    sctp6 = IPv6(src=S6, dst=N6, nh=132) / data(9)
    ping6 = ip6 / ICMPv6EchoRequest(id=3, seq=4, data=b"12345678")
    for name, packet in (("udp", udp6), ("big", big6), ("exact", exact6), ("over", over6),
                         ("first", first6), ("srv6", srv6), ("ping", ping6)):
        yield f"v6-{name}", "hop_limit", 0, packet, error6(packet, ICMPv6TimeExceeded(code=0))
    yield "v6-route", "no_route", 0, udp6, error6(udp6, ICMPv6DestUnreach(code=0))
    yield "v6-sid", "sid_unknown", 0, udp6, error6(udp6, ICMPv6DestUnreach(code=0))
    yield "v6-policy", "policy_down", 0, udp6, error6(udp6, ICMPv6DestUnreach(code=0))
    yield "v6-address", "neighbor_failed", 0, udp6, error6(udp6, ICMPv6DestUnreach(code=3))
    yield "v6-port", "no_listener", 0, udp6, error6(udp6, ICMPv6DestUnreach(code=4))
    yield "v6-port-tcp", "no_listener", 0, big6, error6(big6, ICMPv6DestUnreach(code=4))
    yield "v6-next", "no_listener", 0, sctp6, error6(sctp6, ICMPv6ParamProblem(code=1, ptr=6))
    yield "v6-chain", "no_listener", 0, chain6, error6(chain6, ICMPv6ParamProblem(code=1, ptr=48))
    yield "v6-mtu", "packet_too_big", 1452, big6, error6(big6, ICMPv6PacketTooBig(mtu=1452))
    yield "v6-mtu-floor", "packet_too_big", 1200, big6, error6(big6, ICMPv6PacketTooBig(mtu=1280))
    group6 = IPv6(src=S6, dst="ff0e::1") / UDP(dport=53) / data(1400)
    yield "v6-mtu-group", "packet_too_big", 1400, group6, error6(group6,
                                                                 ICMPv6PacketTooBig(mtu=1400))
    for drop, pointer in (("srh_malformed", 43), ("segments_left", 43), ("routing_type", 42),
                          ("srh_tlv", 41)):
        yield f"v6-{drop}", drop, pointer, srv6, error6(srv6, ICMPv6ParamProblem(code=0,
                                                                                 ptr=pointer))
    options6 = IPv6(src=S6, dst=N6) / IPv6ExtHdrDestOpt(
        options=[PadN(optdata=b"\0\0"), HBHOptUnknown(otype=0xBE, optlen=2, optdata=b"??")]
    ) / UDP(dport=53) / data(9)
    yield "v6-option", "option_unknown", 46, options6, error6(options6, ICMPv6ParamProblem(
        code=2, ptr=46))
    yield "v6-upper", "upper_layer", 80, srv6, error6(srv6, ICMPv6ParamProblem(code=4, ptr=80))


def echo_rows():
    for size in (0, 1, 56, 1400):
        ask = ICMP(type=8, id=0x1234, seq=7) / data(size)
        answer = ICMP(type=0, id=0x1234, seq=7) / data(size)
        yield (f"v4-{size}", IP(src=S4, dst=N4, id=9, flags="DF", ttl=3, tos=0x2B) / ask,
               IP(src=N4, dst=S4, id=9, flags="DF", ttl=64, tos=0x28) / answer)
    ask = IP(src=S4, dst=N4, id=9, options=b"\x94\x04\0\0") / ICMP(type=8, id=1, seq=2) / data(5)
    yield "v4-options", ask, IP(src=N4, dst=S4, id=9) / ICMP(type=0, id=1, seq=2) / data(5)
    chains = (
        ("plain", lambda p: p),
        ("hop", lambda p: IPv6ExtHdrHopByHop() / p),
        ("atomic", lambda p: IPv6ExtHdrFragment(offset=0, m=0, id=5) / p),
        ("srh", lambda p: IPv6ExtHdrSegmentRouting(addresses=[N6, D6], segleft=0) / p),
        ("long", lambda p: IPv6ExtHdrHopByHop() / IPv6ExtHdrDestOpt() / IPv6ExtHdrSegmentRouting(
            addresses=[N6], segleft=0) / IPv6ExtHdrDestOpt() / p))
    for name, chain in chains:
        for size in (0, 1, 56):
            payload = bytes(data(size))
            yield (f"v6-{name}-{size}", IPv6(src=S6, dst=N6, hlim=3, tc=0x2B, fl=0x12345) / chain(
                ICMPv6EchoRequest(id=0x1234, seq=7, data=payload)),
                   IPv6(src=N6, dst=S6, hlim=64, tc=0x28) / ICMPv6EchoReply(
                       id=0x1234, seq=7, data=payload))


def icmp_lines():
    yield "# error name drop value packet answer | echo name packet answer"
    for name, drop, value, packet, answer in error_rows():
        yield f"error {name} {drop} {value} {bytes(packet).hex()} {bytes(answer).hex()}"
    for name, packet, answer in echo_rows():
        yield f"echo {name} {bytes(packet).hex()} {bytes(answer).hex()}"


def neighbor_lines():
    yield "# name frame"
    for name, frame in neighbor_rows():
        yield f"{name} {frame.hex()}"


def main():
    here = pathlib.Path(__file__).parent
    check = sys.argv[1:] == ["--check"]
    differs = False
    for name, lines in (("neighbor.txt", neighbor_lines()), ("icmp.txt", icmp_lines())):
        text = "\n".join(lines) + "\n"
        if check:
            if (here / name).read_text() != text:
                print(f"{name} is not what scapy builds now: run make_golden.py", file=sys.stderr)
                differs = True
        else:
            (here / name).write_text(text)
    return 1 if differs else 0


sys.exit(main())
