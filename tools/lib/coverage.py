"""Prints the line coverage of files, out of what `llvm-cov export -format=lcov` says on stdin.

usage: coverage.py TREE FILE...
One line a file: path, lines run, lines, and the numbers of those that were not run, apart by tabs.
"""
import os
import sys


def read_lcov(stream):
    files, path = {}, None
    for line in stream:
        field, _, value = line.rstrip("\n").partition(":")
        if field == "SF":
            path = os.path.realpath(value)
            files[path] = {"lines": 0, "run": 0, "missed": []}
        elif field == "DA":
            number, count = value.split(",")[:2]
            if count == "0":
                files[path]["missed"].append(int(number))
        elif field == "LF":
            files[path]["lines"] = int(value)
        elif field == "LH":
            files[path]["run"] = int(value)
    return files


def ranges(numbers):
    spans = []
    for number in sorted(numbers):
        if spans and spans[-1][1] == number - 1:
            spans[-1][1] = number
        else:
            spans.append([number, number])
    return " ".join(str(a) if a == b else f"{a}-{b}" for a, b in spans)


def main(tree, *wanted):
    files = read_lcov(sys.stdin)
    for path in wanted:
        found = files.get(os.path.realpath(os.path.join(tree, path)))
        if found is None or found["lines"] == 0:
            sys.exit(f"{path}: the program holds no line of it; is its name in tests/fuzz/aims right?")
        print(path, found["run"], found["lines"], ranges(found["missed"]), sep="\t")


main(*sys.argv[1:])
