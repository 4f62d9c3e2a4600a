"""The compile flags of a file, from the compile_commands.json of a build folder.

A header has no entry there: it gets the flags of a neighbour, the nearest file that has one.
"""
import json
import os
import shlex


def load(build, tree):
    """{path relative to the tree: flags without compiler, input, output and dependency files}"""
    with open(os.path.join(build, "compile_commands.json"), encoding="utf-8") as file:
        entries = json.load(file)
    flags = {}
    for entry in entries:
        source = os.path.join(entry["directory"], entry["file"])
        words = shlex.split(entry["command"])
        kept, skip = [], False
        for word in words[1:]:
            if skip:
                skip = False
            elif word in ("-o", "-MF", "-MQ", "-MT"):
                skip = True
            elif word not in ("-c", "-MD", entry["file"]) and not word.endswith(("g++", "clang++-19")):
                kept.append(word)
        flags[os.path.relpath(source, tree)] = kept
    return flags


def nearest(flags, path):
    """The flags of the file, or of the one whose path shares most folders with it."""
    if path in flags:
        return flags[path]

    def shared(other):
        return len(os.path.commonprefix([path.split("/")[:-1], other.split("/")[:-1]]))
    return flags[max(sorted(flags), key=shared)]
