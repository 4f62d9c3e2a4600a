"""A weir (or several) under test."""
import json
import os
import pathlib
import select
import signal
import socket
import subprocess
import time

from .lab import PATIENCE


class NotReady(Exception):
    pass


class Weir:
    """One weir process in a namespace, steered by its configuration text."""

    def __init__(self, folder, namespace, name, config, scratch):
        self.folder = pathlib.Path(folder)
        self.namespace = namespace
        self.name = name
        self.scratch = pathlib.Path(scratch)
        self.file = self.scratch / f'{name}.toml'
        self.log = self.scratch / f'{name}.log'
        self.socket = self.scratch / f'{name}.sock'
        self.process = None
        self.write(config)

    def write(self, config):
        self.file.write_text(config.replace('@SOCKET@', str(self.socket)), encoding='utf-8')

    def start(self, timeout=PATIENCE, wait=True):
        """Returns the seconds until READY=1 came on the notification socket."""
        path = self.scratch / f'{self.name}.notify'
        path.unlink(missing_ok=True)
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notify:
            notify.bind(str(path))
            begin = time.monotonic()
            with open(self.log, 'ab') as log:
                self.process = self.namespace.start(
                    self.folder / 'weir', '-c', self.file, stderr=log, stdout=log,
                    stdin=subprocess.DEVNULL, env={**os.environ, 'NOTIFY_SOCKET': str(path)})
            return self._wait_ready(notify, begin, timeout) if wait else 0.0

    def _wait_ready(self, notify, begin, timeout):
        while time.monotonic() - begin < timeout:
            if select.select([notify], [], [], 0.02)[0] and b'READY=1' in notify.recv(4096):
                return time.monotonic() - begin
            if self.process.poll() is not None:
                raise NotReady(f'weir {self.name} ended with {self.process.returncode}:\n'
                               f'{self.tail()}')
        raise NotReady(f'weir {self.name} was not ready within {timeout} s:\n{self.tail()}')

    def tail(self, lines=20):
        if not self.log.exists():
            return ''
        return '\n'.join(self.log.read_text(errors='replace').splitlines()[-lines:])

    def end(self, number=signal.SIGTERM, timeout=PATIENCE):
        """Its exit code (negative: the signal that ended it)."""
        if self.process is None:
            return None
        if self.process.poll() is None:
            self.process.send_signal(number)
        code = self.process.wait(timeout)
        self.process = None
        return code

    def running(self):
        return self.process is not None and self.process.poll() is None

    def ctl(self, *words, timeout=PATIENCE):
        """(exit code, stdout, stderr) of weirctl."""
        done = subprocess.run([self.folder / 'weirctl', '--socket', self.socket, *words],
                              capture_output=True, text=True, timeout=timeout, check=False)
        return done.returncode, done.stdout, done.stderr

    def show(self, what):
        """What `weirctl show WHAT --json` prints, as Python values."""
        code, out, err = self.ctl('show', what, '--json')
        if code != 0:
            raise RuntimeError(f'weirctl show {what}: exit {code}: {err.strip()}\n{self.tail()}')
        return json.loads(out)

    def reload(self, config=None):
        """(exit code, what it said)."""
        if config is not None:
            self.write(config)
        code, out, err = self.ctl('reload')
        return code, (out + err).strip()

    def audit(self):
        code, out, err = self.ctl('audit', '--json')
        if not out.strip():
            raise RuntimeError(f'weirctl audit: exit {code}: {err.strip()}')
        return code, json.loads(out)

    def resident(self):
        """Resident memory in bytes."""
        with open(f'/proc/{self.process.pid}/statm', encoding='ascii') as file:
            return int(file.read().split()[1]) * os.sysconf('SC_PAGE_SIZE')


def check(folder, file):
    done = subprocess.run([pathlib.Path(folder) / 'weir', '--check', '-c', file],
                          capture_output=True, text=True, timeout=PATIENCE, check=False)
    return done.returncode, done.stdout + done.stderr
