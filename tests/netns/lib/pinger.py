"""Echo requests, each accounted for.

ping(8) waits for its last answers twice as long as the others took: on a machine that is busy with
other things it calls lost what is late. This waits for the stragglers.
"""
import contextlib
import os
import select
import socket
import struct
import threading
import time

STRAGGLERS = 3.0  # seconds


def checksum(octets):
    words = sum(struct.unpack(f'!{len(octets) // 2}H', octets))
    words = (words >> 16) + (words & 0xffff)
    return ~(words + (words >> 16)) & 0xffff


class Echoes:
    """The requests to one address, and which of them were answered."""

    def __init__(self, namespace, address, size=56, source=None):
        self.address, self.size, self.six = address, size, ':' in address
        with namespace.entered():
            self.socket = socket.socket(
                socket.AF_INET6 if self.six else socket.AF_INET, socket.SOCK_RAW,
                socket.IPPROTO_ICMPV6 if self.six else socket.IPPROTO_ICMP)
        if source:
            self.socket.bind((source, 0))
        self.socket.connect((address, 0))
        self.mark = os.urandom(2)
        self.outstanding = set()
        self.sent = self.received = 0

    def send(self):
        number = struct.pack('!H', self.sent & 0xffff)
        body = self.mark + number + bytes(self.size)
        kind = b'\x80\x00' if self.six else b'\x08\x00'
        value = 0 if self.six else checksum(kind + b'\0\0' + body)  # the kernel adds it for IPv6
        self.outstanding.add(number)
        self.sent += 1
        with contextlib.suppress(OSError):  # what an earlier one ended as: no answer, too
            self.socket.send(kind + struct.pack('!H', value) + body)

    def receive_until(self, due):
        while (left := due - time.monotonic()) > 0:
            if not select.select([self.socket], [], [], left)[0]:
                break
            try:
                message = self.socket.recv(65536)
            except OSError:  # an ICMP error: no answer
                continue
            if not self.six:
                message = message[4 * (message[0] & 0xf):]
            if message[0] == (129 if self.six else 0) and message[4:6] == self.mark \
                    and message[6:8] in self.outstanding and len(message) == 8 + self.size:
                self.outstanding.remove(message[6:8])
                self.received += 1

    def receive_rest(self, patience=STRAGGLERS):
        until = time.monotonic() + patience
        while self.outstanding and time.monotonic() < until:
            self.receive_until(time.monotonic() + 0.01)


def ping(namespace, address, count, interval=0.02, patience=STRAGGLERS, size=56, source=None):
    """(sent, answered) of `count` requests."""
    echoes = Echoes(namespace, address, size, source)
    with echoes.socket:
        for _ in range(count):
            echoes.send()
            echoes.receive_until(time.monotonic() + interval)
        echoes.receive_rest(patience)
    return echoes.sent, echoes.received


class PingFlow:
    """Requests for as long as the block runs; sent and received are known behind it."""

    def __init__(self, namespace, address, interval=0.01):
        self.echoes, self.address, self.interval = Echoes(namespace, address), address, interval
        self.sent = self.received = 0
        self._going = True
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._going = False
        self._thread.join()
        self.sent, self.received = self.echoes.sent, self.echoes.received
        self.echoes.socket.close()

    def _run(self):
        while self._going:
            self.echoes.send()
            self.echoes.receive_until(time.monotonic() + self.interval)
        self.echoes.receive_rest()
