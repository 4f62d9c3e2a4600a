"""Sums meson's test logs: names what failed, says why what skipped did, ends with one line of counts.

usage: summary.py [--broken N] TESTLOG.json...
--broken N counts builds that failed: their tests could not run, and that is a failure, not a silence.
"""
import argparse
import json
import os
import re
import sys

PASSED = {"OK", "EXPECTEDFAIL"}
GTEST_SKIP = re.compile(r": Skipped\n(.*?)\n*\[  SKIPPED \] (\S+)", re.DOTALL)


def read(path):
    """The tests of one log. A log that is not there is one failure: that run died."""
    try:
        with open(path, encoding="utf-8", errors="replace") as log:
            return [json.loads(line) for line in log if line.strip()]
    except OSError:
        return [{"name": "the test run", "result": "no log", "stdout": ""}]


def skips(test):
    """(name, reason) of what was skipped: the test itself, or cases inside a GoogleTest program."""
    output = test.get("stdout") or ""
    if test["result"] == "SKIP":
        lines = (output + "\n" + (test.get("stderr") or "")).strip().splitlines()
        return [(test["name"], lines[-1] if lines else "no reason given")]
    return [(f"{test['name']} {case}", " ".join(reason.split()) or "no reason given")
            for reason, case in GTEST_SKIP.findall(output)]


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--broken", type=int, default=0)
    arguments.add_argument("logs", nargs="*")
    given = arguments.parse_args()
    passed, failed, skipped = 0, given.broken, 0
    for path in given.logs:
        build = os.path.basename(os.path.dirname(os.path.dirname(path)))
        for test in read(path):
            for name, reason in skips(test):
                skipped += 1
                print(f"skipped: {build}: {name}: {reason}")
            if test["result"] in PASSED:
                passed += 1
            elif test["result"] != "SKIP":
                failed += 1
                print(f"failed: {build}: {test['name']} ({test['result']})")
    if passed == 0 and failed == 0:
        failed = 1
        print("failed: no test ran at all")
    print(f"{passed} passed, {failed} failed" + (f", {skipped} skipped" if skipped else ""))
    sys.exit(1 if failed else 0)


main()
