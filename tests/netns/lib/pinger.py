"""Echo requests for as long as a block of code runs, each accounted for.

ping(8) counts what is under way when it is ended as lost; this waits for the stragglers.
"""
import os
import select
import socket
import struct
import threading
import time

STRAGGLERS = 2.0  # seconds


def checksum(octets):
    words = sum(struct.unpack(f'!{len(octets) // 2}H', octets))
    words = (words >> 16) + (words & 0xffff)
    return ~(words + (words >> 16)) & 0xffff


class PingFlow:
    def __init__(self, namespace, address, interval=0.01):
        self.address, self.interval = address, interval
        self.six = ':' in address
        with namespace.entered():
            self.socket = socket.socket(
                socket.AF_INET6 if self.six else socket.AF_INET, socket.SOCK_RAW,
                socket.IPPROTO_ICMPV6 if self.six else socket.IPPROTO_ICMP)
        self.socket.connect((address, 0))
        self.mark = os.urandom(2)
        self.outstanding = set()
        self.sent = self.received = 0
        self._going = True
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._going = False
        self._thread.join(STRAGGLERS + 5)
        self.socket.close()

    def _run(self):
        due = time.monotonic()
        while self._going:
            self._send()
            due = max(due + self.interval, time.monotonic())
            self._receive_until(due)
        until = time.monotonic() + STRAGGLERS
        while self.outstanding and time.monotonic() < until:
            self._receive_until(time.monotonic() + 0.02)

    def _send(self):
        number = struct.pack('!H', self.sent & 0xffff)
        body = self.mark + number + bytes(56)
        kind = b'\x80\x00' if self.six else b'\x08\x00'
        value = 0 if self.six else checksum(kind + b'\0\0' + body)  # the kernel adds it for IPv6
        self.outstanding.add(number)
        self.sent += 1
        self.socket.send(kind + struct.pack('!H', value) + body)

    def _receive_until(self, due):
        while (left := due - time.monotonic()) > 0 and select.select([self.socket], [], [], left)[0]:
            message = self.socket.recv(2048)
            if not self.six:
                message = message[4 * (message[0] & 0xf):]
            if message[0] == (129 if self.six else 0) and message[4:6] == self.mark \
                    and message[6:8] in self.outstanding:
                self.outstanding.remove(message[6:8])
                self.received += 1
