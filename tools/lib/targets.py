"""Prints what ninja is to build, one path relative to the build folder a line.

usage: targets.py BUILD-DIR programs|SUITE
programs: what meson makes outside tests/ and bench/; SUITE: what the tests of that suite need.
"""
import json
import os
import subprocess
import sys


def introspect(build, what):
    return json.loads(subprocess.check_output(["meson", "introspect", what, build]))


def main(build, wanted):
    tree = os.path.realpath(os.path.join(os.path.dirname(__file__), "../.."))
    targets = introspect(build, "--targets")
    if wanted == "programs":
        chosen = [target for target in targets if target["type"] == "executable" and
                  not os.path.relpath(target["defined_in"], tree).startswith(("tests/", "bench/"))]
    else:
        needed = {target for test in introspect(build, "--tests")
                  if any(suite.split(":")[-1] == wanted for suite in test["suite"])
                  for target in test["depends"]}
        chosen = [target for target in targets if target["id"] in needed]
    for target in chosen:
        for path in target["filename"]:
            print(os.path.relpath(path, build))


main(*sys.argv[1:])
