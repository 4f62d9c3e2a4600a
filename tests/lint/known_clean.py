"""What a lint found clean before need not be looked at again: what ccache is to a compiler.

The key is all that decides: the tool's version and options, and the file with everything it
includes, comments too, since a NOLINT is one. Only "clean" is kept; a finding is found again.
"""
import hashlib
import os
import subprocess

FOLDER = os.path.join(os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache"), "weir-lint")


def key(tree, build, preprocess, text, *deciding):
    """None if it does not preprocess: then the lint itself has to say why."""
    result = subprocess.run(preprocess, input=text, text=True, cwd=build, stdout=subprocess.PIPE,
                            stderr=subprocess.DEVNULL, check=False)
    if result.returncode != 0:
        return None
    seen = hashlib.sha256()
    for part in (*deciding, result.stdout):
        seen.update(part.replace(tree, "").encode() + b"\0")  # the same in any clone
    return seen.hexdigest()


def holds(name):
    return name is not None and os.path.exists(os.path.join(FOLDER, name))


def keep(name):
    if name is None:
        return
    try:
        os.makedirs(FOLDER, exist_ok=True)
        with open(os.path.join(FOLDER, name), "wb"):
            pass
    except OSError:
        pass  # a read-only home costs the time, not the verdict
