"""weir-gen: traffic whose every packet is accounted for."""
import json
import signal
import subprocess

from .lab import PATIENCE


class Generator:
    """One run in the background; `finish` returns what it prints as JSON."""

    def __init__(self, folder, namespace, words, log):
        self.log = open(log, 'ab')
        self.process = namespace.start(folder / 'weir-gen', '--json', *words,
                                       stdout=subprocess.PIPE, stderr=self.log, text=True)

    def finish(self, timeout=PATIENCE, number=signal.SIGINT):
        """Ends it by a signal (None: waits until it ends by itself)."""
        if number is not None and self.process.poll() is None:
            self.process.send_signal(number)
        try:
            out, _ = self.process.communicate(timeout=timeout)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise
        finally:
            self.log.close()
        if not out.strip():
            with open(self.log.name, encoding='utf-8', errors='replace') as file:
                raise RuntimeError(f'weir-gen ended with {self.process.returncode}: '
                                   f'{file.read()[-500:]}')
        return json.loads(out)


def generate(folder, namespace, words, log, timeout=PATIENCE):
    return Generator(folder, namespace, words, log).finish(timeout, number=None)
