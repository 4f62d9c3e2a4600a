#!/usr/bin/env python3
"""commands.py WEIR PAGE...: fails where a page shows another output than its command prints.

Of every ```console block each line "$ weir ..." is run in the top folder of the tree; what follows
up to the next "$" must be what it prints. "--fix" as first argument writes it instead.
"""
import os
import re
import subprocess
import sys

TREE = os.path.realpath(os.path.join(os.path.dirname(__file__), "../../.."))
BLOCK = re.compile(r"(?<=^```console\n).*?(?=^```$)", re.MULTILINE | re.DOTALL)


def printed(weir, block):
    out = ""
    for line in block.splitlines():
        if not line.startswith("$ "):
            continue
        name, *words = line[2:].split()
        assert name == "weir", f"{line}: only weir is run"
        done = subprocess.run([weir, *words], cwd=TREE, text=True, timeout=60, check=False,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        out += f"{line}\n{done.stdout}"
    return out


def main(arguments):
    fix = arguments[0] == "--fix"
    weir, *pages = arguments[1:] if fix else arguments
    weir = os.path.abspath(weir)
    wrong = 0
    for page in pages:
        path = os.path.join(TREE, page)
        with open(path, encoding="utf-8") as file:
            text = file.read()
        blocks = BLOCK.findall(text)
        if not blocks:
            print(f"{page}: no ```console block is there")
            wrong += 1
        made = BLOCK.sub(lambda found: printed(weir, found.group()), text)
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
