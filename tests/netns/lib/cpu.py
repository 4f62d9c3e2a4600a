"""How long threads ran, and how long they waited for a core that others had.

A figure of time is weir's only where weir had its cores: on a machine that builds or tests other
things at the same time it says more about those.
"""
import os
import pathlib
import time

BUSY = 0.02  # a thread that waited for more of its time did not have its core


def tasks(pid):
    """{id of a thread: (seconds it ran, seconds it was ready and waited)} of a process."""
    found = {}
    for task in pathlib.Path(f'/proc/{pid}/task').iterdir():
        ran, waiting, _ = (task / 'schedstat').read_text(encoding='ascii').split()
        found[task.name] = (int(ran) / 1e9, int(waiting) / 1e9)
    return found


def threads(pid):
    """The same by the threads' names; of two with one name it is one."""
    return {(pathlib.Path(f'/proc/{pid}/task') / task / 'comm').read_text(encoding='utf-8').strip():
            times for task, times in tasks(pid).items()}


def waited(pid):
    """Seconds the main thread was ready to run and did not."""
    return int(pathlib.Path(f'/proc/{pid}/schedstat').read_text(encoding='ascii').split()[1]) / 1e9


def stolen():
    """Seconds, over all cores, that the machine under this one gave to others: a thread that was
    to run then counts them as time it ran."""
    ticks = pathlib.Path('/proc/stat').read_text(encoding='ascii').splitlines()[0].split()[8]
    return int(ticks) / os.sysconf('SC_CLK_TCK')


class Watch:
    """Whether some threads had their cores since it was made.

    A generator that waits leaves its ring full, and the port of weir beside it stands: both count.
    """

    def __init__(self, weir, generator):
        """Their processes: worker 0 of the one, the main thread of the other (which may have no
        name of its own yet)."""
        self.weir, self.generator = weir.pid, generator.pid
        self.begin = self._now()

    def _now(self):
        return (time.monotonic(), stolen(), threads(self.weir)['weir-worker-0'][1],
                waited(self.generator))

    def worst(self):
        """The largest share of the time that one of them waited, or that was stolen."""
        passed, *lost = (after - before for after, before in zip(self._now(), self.begin))
        return max(lost) / passed if passed > 0 else 0.0


def disturbed(before, now):
    """Of the thread that ran most between two readings of tasks(): the share of its time that it
    waited for its core."""
    nothing = (0.0, 0.0)
    ran, waiting = max((ran - before.get(name, nothing)[0], waiting - before.get(name, nothing)[1])
                       for name, (ran, waiting) in now.items())
    return waiting / (ran + waiting) if ran + waiting > 0 else 0.0
