"""A device under test between two memif links (no kernel in the way), weir-gen at their other ends.

What is tested is weir, or DPDK's testpmd: in `mac` mode, which takes a packet, writes both MACs and
sends it, so that the copies of memif are all it costs; or in `5tswap` mode.
"""
import os
import pathlib
import re
import signal
import statistics
import subprocess
import sys
import time

TREE = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(TREE / 'tests/netns'))
# pylint: disable=wrong-import-position
from lib import cpu  # noqa: E402
from lib.forwarder import Weir  # noqa: E402
from lib.generator import Generator  # noqa: E402
from lib.lab import PATIENCE, Namespace, wait_for  # noqa: E402

POLICIES, FLOWS, INNER = 10, 1000, 64
HUGE_MEGABYTES = 170
WINDOW, WINDOWS = 0.05, 6  # seconds, and how many of them are a measurement
QUIET = 0.05  # of its time a thread may wait for its core: less than another program's turn
SKIP = 2  # windows: one in which the generator was stopped, and one to warm up
SETTLE = 0.3  # seconds until neighbours are known
PATIENT = 60  # seconds for a measurement that other programs disturb
PARTS = 16  # prefixes the flows' destinations are spread over, 64 addresses each
BUFFERS, DESCRIPTORS = 8192, 2048
NEXT = 'fd00:e::2'  # the generator's receiving end
OUTER = 'fc00:c::1'  # source of SRv6 packets that the generator sends


def enough_hugepages():
    free = pathlib.Path('/sys/kernel/mm/hugepages/hugepages-2048kB/free_hugepages')
    return free.exists() and 2 * int(free.read_text(encoding='ascii')) >= HUGE_MEGABYTES


def hugepages(wanted):
    """"2M" or "none"."""
    return wanted if wanted != 'auto' else '2M' if enough_hugepages() else 'none'


def encap_bytes(segments):
    return 40 + 8 + 16 * segments


class Way:
    """One way through weir: what the generator sends for it, and by how much a frame grows."""

    def __init__(self, name, grows, least, *words):
        self.name, self.grows, self.words = name, grows, list(map(str, words))
        self.least = least  # the work of bench-least


def ways():
    v4 = ['--src', '10.1.0.10', '--spread', 'port,destination', '--size', INNER]

    def srv6(*segments):
        return ['--src', '10.1.0.10', '--dst', '10.200.0.9', '--outer-src', OUTER,
                '--segments', ','.join(segments), '--spread', 'port,label',
                '--size', INNER + encap_bytes(len(segments))]
    return [
        Way('H.Encaps, 3 segments', encap_bytes(3), 'encap', '--dst', '10.16.0.1', *v4),
        Way('H.Encaps.Red, 3 segments', encap_bytes(2), 'encap-red', '--dst', '10.17.0.1', *v4),
        Way('End', 0, 'end', *srv6('fc00:a::e', 'fc00:b::1', 'fc00:b::2')),
        Way('End.DT46', -encap_bytes(1), 'decap', *srv6('fc00:a::d46')),
        Way('IPv6 route', 0, 'route', '--src', 'fd00:9::9', '--dst', 'fd00:2::1',
            '--spread', 'port,destination')]


CONFIGURATION = '''[node]
name    = "bench"
locator = "fc00:a::/32"
source  = "fc00:a::1"
domain  = ["fc00::/16"]

[workers]
cores = [{core}]
idle  = "poll"

[memory]
hugepages      = "{hugepages}"
packet_buffers = {buffers}

[api]
socket  = "@SOCKET@"
metrics = "off"

[[port]]
name    = "in"
device  = "memif:{scratch}/in.weir,role=server"
address = ["10.1.0.1/24", "fd00:1::1/64"]
role    = "wan"

[[port]]
name    = "out"
device  = "memif:{scratch}/out.weir,role=server"
address = ["fd00:e::1/64", "10.2.0.1/24"]
mtu     = 2000
role    = "wan"

[[sid]]
sid      = "fc00:a::e"
behavior = "End"

[[sid]]
sid      = "fc00:a::d46"
behavior = "End.DT46"
table    = "default"

[[route]]
to  = "10.200.0.0/16"
via = [{{ address = "10.2.0.2", port = "out" }}]
'''
ROUTE = '''
[[route]]
to  = "{to}"
via = [{{ address = "{next}", port = "out" }}]
'''
POLICY = '''
[[policy]]
name  = "{name}"
encap = "{encap}"
paths = [ {{ segments = ["fc00:b::{n:x}", "fc00:b:1::{n:x}", "fc00:b:2::{n:x}"] }} ]
'''
STEER = '''
[[steer]]
match  = {{ port = "in", to = "10.{net}.{high}.{low}/26" }}
policy = "{name}"
'''


def configuration(scratch, core, pages):
    text = CONFIGURATION.format(scratch=scratch, core=core, hugepages=pages, buffers=BUFFERS)
    for to in ('fc00:b::/32', 'fd00:2::/32'):
        text += ROUTE.format(to=to, next=NEXT)
    for net, encap in ((16, 'full'), (17, 'reduced')):
        for n in range(POLICIES):
            text += POLICY.format(name=f'{encap}-{n}', encap=encap, n=n + 1)
        for part in range(PARTS):
            text += STEER.format(net=net, high=part // 4, low=part % 4 * 64,
                                 name=f'{encap}-{part % POLICIES}')
    return text


class Disturbed(RuntimeError):
    pass


class Stopping:
    """A process that is stopped while another one is measured."""
    process = None

    def stop(self):
        self.process.send_signal(signal.SIGSTOP)

    def go_on(self):
        self.process.send_signal(signal.SIGCONT)

    def kill(self):
        if self.process is not None:
            self.process.kill()
            self.process.wait(PATIENCE)
        self.process = None


class Ours(Stopping, Weir):
    hardware = ''

    def mac(self):
        self.hardware = self.hardware or self.show('ports')[0]['mac']
        return self.hardware


class Testpmd(Stopping):
    def __init__(self, namespace, scratch, core, pages, mode='mac'):
        self.namespace, self.scratch, self.core, self.mode = namespace, scratch, core, mode
        self.name = f'testpmd-{mode}'
        self.memory = ['--in-memory'] if pages != 'none' else ['--no-huge', '-m', '256']
        self.log = scratch / f'{self.name}.log'

    def start(self):
        ends = [self.scratch / f'{end}.{self.name}' for end in ('in', 'out')]
        for end in ends:
            end.unlink(missing_ok=True)
        devices = [f'--vdev=net_memif{n},role=server,socket={end},socket-abstract=no,'
                   f'rsize={DESCRIPTORS.bit_length() - 1}' for n, end in enumerate(ends)]
        words = self.words(devices)
        with open(self.log, 'wb') as log:
            self.process = self.namespace.start(*words, stdin=subprocess.PIPE, stdout=log,
                                                stderr=log)
        wait_for(f'the links of {self.name}',
                 lambda: self._ended() or all(map(os.path.exists, ends)))

    def words(self, devices):
        # Its main thread waits for a line on stdin, on the same core.
        return ['dpdk-testpmd', *self.eal(devices), '--lcores', f'0@{self.core},1@{self.core}', '--',
                f'--forward-mode={self.mode}', '--auto-start', '--disable-link-check', '--burst=32',
                f'--rxd={DESCRIPTORS}', f'--txd={DESCRIPTORS}', f'--total-num-mbufs={BUFFERS}']

    def eal(self, devices):
        return ['--no-pci', '--no-telemetry', '--iova-mode=va', f'--file-prefix={self.name}',
                *self.memory, *devices]

    def _ended(self):
        if self.process.poll() is not None:
            said = self.log.read_text(encoding='utf-8', errors='replace')
            raise RuntimeError(f'{self.name} ended with {self.process.returncode}: {said[-800:]}')
        return False

    @staticmethod
    def mac():
        return '02:00:00:00:00:01'  # it takes any


class Least(Testpmd):
    """testpmd's loop with the least of one behaviour in it, of whatever packet: bench-least."""

    def __init__(self, folder, namespace, scratch, core, pages, work):
        super().__init__(namespace, scratch, core, pages, work)
        self.name = f'least-{work}'
        self.program = str(folder.parent / 'bench/bench-least')

    def words(self, devices):
        return [self.program, *self.eal(devices), '--lcores', f'0@{self.core}', '--', self.mode]


class Load(Stopping, Generator):
    """A generator that says every WINDOW what came back."""

    def __init__(self, folder, namespace, words, log):
        log.unlink(missing_ok=True)
        super().__init__(folder, namespace, ['--fast', '--report-every', f'{WINDOW}s', *words], log)
        self.path = log
        self.read = 0

    def said(self):
        return self.path.read_text(encoding='utf-8')[-300:]

    def flows(self):
        """Whether something comes back within three seconds."""
        deadline = time.monotonic() + 3
        while not any(self.rates()):
            if time.monotonic() > deadline or self.process.poll() is not None:
                return False
            time.sleep(0.02)
        return True

    def rates(self):
        """Packets per second in each window since the last call."""
        with open(self.path, encoding='utf-8') as file:
            file.seek(self.read)
            text = file.read()
        text = text[:text.rfind('\n') + 1]
        self.read += len(text)
        return [float(number) * {'': 1, 'k': 1e3, 'M': 1e6, 'G': 1e9}[unit]
                for number, unit in re.findall(r'received ([\d.]+)([kMG]?)pps', text)]


class Pair:
    """A device under test and its generator: both run, or both are stopped."""

    def __init__(self, device, load):
        self.device, self.load = device, load
        self.parts = (device, load)
        self.windows = self.disturbed = 0

    def go_on(self):
        for each in self.parts:
            each.go_on()

    def stop(self):
        for each in reversed(self.parts):
            each.stop()

    def tasks(self):
        return [cpu.tasks(each.process.pid) for each in self.parts]

    def rate(self):
        """The median of WINDOWS windows in which both had their core."""
        self.go_on()
        try:
            found = self._quiet_windows()
        finally:
            self.stop()
        return statistics.median(found)

    def _quiet_windows(self):
        found, last, before = [], None, self.tasks()
        deadline = time.monotonic() + PATIENT
        self.load.rates()
        skip = SKIP
        while len(found) < WINDOWS:
            if time.monotonic() > deadline:
                raise Disturbed(f'{self.device.name}: other programs took the cores for '
                                f'{PATIENT} s')
            time.sleep(WINDOW / 3)
            rates = self.load.rates()
            if not rates:
                continue
            now = self.tasks()
            quiet = max(map(cpu.disturbed, before, now)) <= QUIET
            # What a thread waits is known when it has waited: this window vouches for the last one.
            if quiet and last is not None:
                found.append(last)
            last = rates[-1] if quiet and skip <= 0 else None
            self.windows += 1
            self.disturbed += not quiet
            before, skip = now, skip - len(rates)
        return found

    def end(self):
        """The generator's result. DPDK's driver unmaps the memory of a link while the other end
        polls it, which may crash it: the device is stopped until it is killed."""
        self.device.stop()
        self.load.go_on()
        try:
            return self.load.finish()
        finally:
            self.device.kill()


class Bed:
    """testpmd and weir take turns on one core, their generators on another. `parsing` is testpmd's
    engine that looks at each header down to the ports and swaps what it finds."""

    def __init__(self, folder, scratch, pages):
        self.folder, self.scratch, self.pages = folder, scratch, pages
        self.space = Namespace('dut')
        cores = sorted(os.sched_getaffinity(0))
        self.core, self.other = cores[0], cores[-1]
        self.weir = Ours(folder, self.space, 'weir', configuration(scratch, self.core, pages),
                         scratch)
        self.testpmd = Testpmd(self.space, scratch, self.core, pages)
        self.parsing = Testpmd(self.space, scratch, self.core, pages, '5tswap')
        self.running = []

    def least(self, work):
        return Least(self.folder, self.space, self.scratch, self.core, self.pages, work)

    def link(self, device, end):
        """The generator's end. In hugepages it copies nothing: weir-gen must not be the limit."""
        socket = f'{self.scratch}/{end}.{device.name}'
        if self.pages == 'none':
            return f'memif:{socket},role=client'
        return (f'vdev:net_memif_{end},role=client,socket={socket},socket-abstract=no,'
                f'rsize={DESCRIPTORS.bit_length() - 1},zero-copy=yes')

    def words(self, device, words):
        return ['--tx', self.link(device, 'in'), '--rx', self.link(device, 'out'),
                '--dst-mac', device.mac(), '--address', f'{NEXT}/64', '--address', '10.2.0.2/24',
                '--flows', FLOWS, '--cores', self.other, '--descriptors', DESCRIPTORS,
                '--buffers', BUFFERS, *(['--hugepages'] if self.pages != 'none' else []), *words]

    def pair(self, device, words):
        """The device, new, under load; stopped. Links of memif that copy nothing do not always come
        up: then both are started again."""
        for _ in range(5):
            if self.pages != 'none':  # other programs of this machine may have them for a moment
                wait_for(f'{HUGE_MEGABYTES} MB of free hugepages', enough_hugepages)
            device.start()
            load = Load(self.folder, self.space, self.words(device, words),
                        self.scratch / f'gen.{device.name}.log')
            self.running += [device, load]
            if load.flows():
                time.sleep(SETTLE)
                pair = Pair(device, load)
                pair.stop()
                return pair
            load.kill()
            device.kill()
        raise RuntimeError(f'no traffic through {device.name}: {load.said()}')

    def kill(self):
        for each in self.running:
            each.kill()
        self.running.clear()


def found_full(results):
    """The share of the generator's bursts that its device did not take whole."""
    refused = sum(result['sent']['device_refused_times'] for result in results)
    whole = sum(result['sent']['packets'] for result in results) / 32
    return refused / max(1, whole + refused)
