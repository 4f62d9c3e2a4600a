"""How long threads ran, and how long they waited for a core that others had.

A figure of time is weir's only where weir had its cores: on a machine that builds or tests other
things at the same time it says more about those.
"""
import pathlib

BUSY = 0.02  # a thread that waited for more of its time did not have its core


def threads(pid):
    """{name: (seconds it ran, seconds it was ready and waited)} of a process."""
    found = {}
    for task in pathlib.Path(f'/proc/{pid}/task').iterdir():
        ran, waited, _ = (task / 'schedstat').read_text(encoding='ascii').split()
        found[(task / 'comm').read_text(encoding='utf-8').strip()] = (int(ran) / 1e9,
                                                                      int(waited) / 1e9)
    return found


def waited(pid):
    """Seconds the main thread was ready to run and did not."""
    return int(pathlib.Path(f'/proc/{pid}/schedstat').read_text(encoding='ascii').split()[1]) / 1e9
