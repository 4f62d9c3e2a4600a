#!/usr/bin/env python3
"""Writes a copy of a product source with one bug in it, for `tests/fuzz/run --planted`.

usage: plant.py TREE PATH OUT OLD NEW: OLD, which must stand in PATH exactly once, becomes NEW.
"""
import sys


def main(tree, path, out, old, new):
    with open(f"{tree}/{path}", encoding="utf-8") as source:
        text = source.read()
    if text.count(old) != 1:
        sys.exit(f"{path}: {old!r} stands there {text.count(old)} times, not once: "
                 "choose the planted bug anew in tests/fuzz/meson.build")
    with open(out, "w", encoding="utf-8") as planted:
        planted.write(text.replace(old, new))


main(*sys.argv[1:])
