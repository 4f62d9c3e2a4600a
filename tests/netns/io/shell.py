"""io-port-shell (port_shell.cpp): ports of weir without weir, driven line by line."""
import os
import pathlib
import select
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
# pylint: disable=wrong-import-position
from lib import lab  # noqa: E402


def binary():
    if len(sys.argv) not in (2, 3):
        sys.exit(f'usage: {sys.argv[0]} PATH-OF-io-port-shell [--slow]')
    return str(pathlib.Path(sys.argv[1]).resolve())


def slow():
    """A build with sanitizers: no limits on time."""
    return '--slow' in sys.argv


class Refused(Exception):
    """The shell ended instead of getting ready: `code` is its exit code, str() its sentence."""

    def __init__(self, code, sentence):
        super().__init__(sentence)
        self.code = code


class Shell:
    """Waits until every port is ready, or raises Refused."""

    def __init__(self, namespace, *words, prefix=(), environment=None):
        self.buffer = b''
        self.frames = {}
        self.process = namespace.start(*prefix, binary(), *words, stdin=subprocess.PIPE,
                                       stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                       env={**os.environ, **(environment or {})})
        self.ready = []
        devices = [word for word in words if ':' in word]
        while len(self.ready) < len(devices):
            line = self.line(60)
            if line is None:
                sentence = self.process.stderr.read().decode().strip()
                raise Refused(self.process.wait(10), sentence)
            if line.startswith('ready '):
                self.ready.append(line.split())
            elif line.startswith('rx '):
                self.keep(line)

    def mac(self, port=0):
        return self.ready[port][2]

    def line(self, timeout):
        """The next line, or None at the end of what it prints or of the time."""
        deadline = time.monotonic() + timeout
        while b'\n' not in self.buffer:
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([self.process.stdout], [], [], left)[0]:
                return None
            piece = os.read(self.process.stdout.fileno(), 1 << 16)
            if not piece:
                return None
            self.buffer += piece
        text, self.buffer = self.buffer.split(b'\n', 1)
        return text.decode()

    def keep(self, line):
        _, port, digits = line.split()
        self.frames.setdefault(int(port), []).append(bytes.fromhex(digits))

    def command(self, text):
        self.process.stdin.write((text + '\n').encode())
        self.process.stdin.flush()

    def answer(self, command, start):
        self.command(command)
        while True:
            line = self.line(30)
            if line is None:
                raise TimeoutError(f'{command}: no answer')
            if line.startswith('rx '):
                self.keep(line)
            elif line.startswith(start):
                return line

    def targets(self, *prefixes, port=0):
        self.answer(f'targets {port} {" ".join(prefixes)}', 'targets set')

    def counters(self, port=0):
        fields = self.answer(f'counters {port}', 'counters').split()[1:]
        return dict(field.split('=') for field in fields)

    def send(self, frame, port=0):
        self.command(f'tx {port} {bytes(frame).hex()}')

    def receive(self, wanted, port=0, timeout=1.0):
        """The first frame, also of those that came before, for which wanted(bytes) is true."""
        deadline = time.monotonic() + timeout
        while True:
            for frame in self.frames.get(port, []):
                if wanted(frame):
                    self.frames[port].remove(frame)
                    return frame
            line = self.line(deadline - time.monotonic())
            if line is None:
                return None
            if line.startswith('rx '):
                self.keep(line)

    def received(self, port=0):
        """All frames that came so far and were not asked for."""
        while (line := self.line(0.05)) is not None:
            if line.startswith('rx '):
                self.keep(line)
        return self.frames.get(port, [])

    def stop(self):
        self.command('quit')
        self.process.stdin.close()
        code = self.process.wait(60)
        error = self.process.stderr.read().decode().strip()
        if code != 0 or error:
            raise lab.CommandFailed(f'io-port-shell: exit {code}: {error}')

    def kill(self):
        self.process.kill()
        self.process.wait(10)


def left_behind():
    """What there is in /run of weir and DPDK; a clean stop leaves nothing."""
    found = []
    for folder in ('/run/weir', '/run/dpdk'):
        if os.path.exists(folder):
            found.append(folder)
            found += [str(path) for path in pathlib.Path(folder).rglob('*')]
    return found
