#!/usr/bin/env python3
"""commands.py PROGRAM PAGE...: fails where a page shows another output than its command prints.

Of every ```console block each line "$ PROGRAM ..." is run in the top folder of the tree, "*" in its
words standing for files as in a shell; what follows up to the next "$" must be what it prints.
"--fix" as first argument writes it instead.
"""
import glob
import os
import re
import subprocess
import sys

TREE = os.path.realpath(os.path.join(os.path.dirname(__file__), "../../.."))
BLOCK = re.compile(r"(?<=^```console\n).*?(?=^```$)", re.MULTILINE | re.DOTALL)


def expanded(word):
    return sorted(glob.glob(word, root_dir=TREE)) if "*" in word else [word]


def printed(program, block):
    out = ""
    for line in block.splitlines():
        if not line.startswith("$ "):
            continue
        name, *words = line[2:].split()
        assert name == os.path.basename(program), f"{line}: only {program} is run"
        words = [one for word in words for one in expanded(word)]
        done = subprocess.run([program, *words], cwd=TREE, text=True, timeout=60, check=False,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        out += f"{line}\n{done.stdout}"
    return out


def main(arguments):
    fix = arguments[0] == "--fix"
    program, *pages = arguments[1:] if fix else arguments
    program = os.path.abspath(program)
    wrong = 0
    for page in pages:
        path = os.path.join(TREE, page)
        with open(path, encoding="utf-8") as file:
            text = file.read()
        blocks = BLOCK.findall(text)
        if not blocks:
            print(f"{page}: no ```console block is there")
            wrong += 1
        made = BLOCK.sub(lambda found: printed(program, found.group()), text)
        if made == text:
            continue
        if fix:
            with open(path, "w", encoding="utf-8") as file:
                file.write(made)
            continue
        wrong += 1
        for block in BLOCK.findall(made):
            print(f"{page} should say:\n{block}")
    return wrong


sys.exit(1 if main(sys.argv[1:]) else 0)
