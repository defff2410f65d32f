#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tests of tests: a program that was built wrong on purpose has to fail each of the tests that are named.

found.py PROGRAM PATH..."""
import subprocess
import sys

program, paths = sys.argv[1], sys.argv[2:]
print("1..%d" % len(paths))
for number, path in enumerate(paths, 1):
    run = subprocess.run([program, "--tap", "-p", path], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace", timeout=300)
    said = [line for line in run.stdout.split("\n") if "assertion failed" in line or line.startswith("Bail out!")]
    print("%s %d - %s" % ("ok" if run.returncode != 0 and said else "not ok", number, path))
    for line in said[:1] or run.stdout.split("\n")[-5:]:
        print("# " + line)
