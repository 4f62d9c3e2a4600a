"""Runs a test in a mount, network and PID namespace of its own.

When the test ends, however it ends (also by SIGKILL), the kernel ends every process it started
and takes back every interface: there is nothing that clean-up code could forget. /run is private
too, so that two tests, or a weir of this machine, never meet in /run/weir or /run/netns.
"""
import argparse
import os
import pathlib
import signal
import subprocess
import sys

MARK = 'WEIR_TEST_SANDBOX'
SKIPPED = 77  # what meson takes as "skipped"


class OutOfTime(BaseException):
    """Not an Exception: no `except Exception` of a test may swallow it."""


def parser(doc):
    options = argparse.ArgumentParser(description=doc.split('\n')[0])
    options.add_argument('--build', default='build', help='build directory [%(default)s]')
    options.add_argument('--slow', action='store_true',
                         help='a build with sanitizers: less traffic, no limits on time')
    options.add_argument('--keep', metavar='DIR', help='leave logs, configurations, captures here')
    return options


def binaries(options):
    """The folder with weir, weirctl and weir-gen; ends the test where there is none."""
    build = pathlib.Path(options.build).resolve()
    for folder in (build / 'bin', build):
        if (folder / 'weir').exists():
            return folder
    sys.exit(f'no weir in {build}/bin: build it with tools/build, or name its folder by --build')


def missing():
    """The privilege or kernel feature that these tests can not do without and that is not here."""
    if os.geteuid() != 0:
        return 'root: only root may make network namespaces'
    probe = subprocess.run(['unshare', '--mount', '--net', '--pid', '--fork', 'true'],
                           capture_output=True, text=True, check=False)
    if probe.returncode != 0:
        return f'the privilege to make namespaces: {probe.stderr.strip()}'
    if not os.path.exists('/proc/sys/net/ipv6/conf/all/seg6_enabled'):
        return 'SRv6 in the kernel (CONFIG_IPV6_SEG6_LWTUNNEL)'
    return ''


def enter(seconds):
    """Restarts this program in its own namespaces; there it returns, bounded to `seconds`."""
    if os.environ.get(MARK) != 'inside':
        if lacking := missing():
            print(f'skipped, this machine lacks {lacking}')
            sys.exit(SKIPPED)
        os.environ[MARK] = 'inside'
        os.execvp('unshare', ['unshare', '--mount', '--net', '--pid', '--fork', '--mount-proc',
                              '--kill-child=SIGKILL', '--', sys.executable, *sys.argv])
    subprocess.run(['mount', '-t', 'tmpfs', '-o', 'mode=0755', 'tmpfs', '/run'], check=True)
    os.mkdir('/run/netns')
    os.mkdir('/run/lock')

    def stop(number, _frame):
        if number == signal.SIGALRM:
            raise OutOfTime(f'not done after {seconds} s')
        sys.exit(128 + number)
    # As process 1 of the namespace the test gets no signal it has no handler for.
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGALRM):
        signal.signal(number, stop)
    signal.alarm(seconds)
