"""Hosts that talk: iperf3, counted UDP, a TCP session that must live on."""
import json
import select
import socket
import subprocess
import threading
import time

from .lab import PATIENCE, wait_for

SO_RCVBUFFORCE = 33  # asm-generic/socket.h; Python has no name for it


def iperf(client, server, address, seconds=3, udp_rate=None, extra=()):
    """The end object of iperf3's JSON. UDP at `udp_rate` (e.g. '50M'), else TCP."""
    listener = server.start('iperf3', '-s', '-1', stdout=subprocess.DEVNULL,
                            stderr=subprocess.DEVNULL)
    try:
        wait_for('iperf3 listens', lambda: ':5201 ' in server.run('ss', '-Hltn') or
                 listener.poll() is not None)
        words = ['iperf3', '-J', '-c', address, '-t', seconds, *extra]
        if udp_rate:
            words += ['-u', '-b', udp_rate, '-l', 1200]
        out = client.run(*words, timeout=seconds + PATIENCE, check=False)
        result = json.loads(out)
        if 'error' in result:
            raise RuntimeError(f'iperf3 to {address}: {result["error"]}')
        return result['end']
    finally:
        if listener.poll() is None:
            listener.terminate()
        listener.wait(5)


def family_of(address):
    return socket.AF_INET6 if ':' in address else socket.AF_INET


def udp_socket(namespace, address, port=0, room=1 << 22):
    with namespace.entered():
        made = socket.socket(family_of(address), socket.SOCK_DGRAM)
        made.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, room)
        made.bind((address, port))
        return made


def payload(number, size):
    return number.to_bytes(4, 'big') + bytes((number * 31 + i) & 0xff for i in range(size - 4))


def send_udp(sender, receiver, source, destination, count, size=200, port=7000, pace=0.0002):
    """Sends numbered datagrams; returns how many arrived, once each and byte for byte."""
    with udp_socket(receiver, destination, port) as sink, udp_socket(sender, source) as out:
        seen = set()
        wrong = 0
        for number in range(count):
            out.sendto(payload(number, size), (destination, port))
            time.sleep(pace)
        while len(seen) + wrong < count and select.select([sink], [], [], 3.0)[0]:
            data = sink.recv(65536)
            number = int.from_bytes(data[:4], 'big')
            if number in seen or data != payload(number, size):
                wrong += 1
            seen.add(number)
        return len(seen) - wrong


class TcpSession:
    """A TCP connection between two namespaces that answers a line every `every` seconds."""

    def __init__(self, client, server, address, port=7001, every=0.02):
        with server.entered():
            self.listener = socket.create_server((address, port), family=family_of(address))
        with client.entered():
            self.client = socket.create_connection((address, port), timeout=PATIENCE)
        self.server, _ = self.listener.accept()
        self.rounds = 0
        self.longest = 0.0  # seconds between question and answer
        self.broken = None
        self.every = every
        self._going = True
        self.thread = threading.Thread(target=self._talk, daemon=True)
        self.thread.start()

    def _talk(self):
        try:
            while self._going:
                begin = time.monotonic()
                question = b'%08d' % self.rounds
                self.client.sendall(question)
                answer = self.server.recv(64)
                self.server.sendall(answer)
                if self.client.recv(64) != question:
                    raise OSError('answer differs from the question')
                self.rounds += 1
                self.longest = max(self.longest, time.monotonic() - begin)
                time.sleep(self.every)
        except OSError as error:
            self.broken = error

    def close(self):
        self._going = False
        self.thread.join(10)
        for each in (self.client, self.server, self.listener):
            each.close()
