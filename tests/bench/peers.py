# SPDX-License-Identifier: GPL-3.0-or-later
"""What the scripts beside PyTorch share: a Python that has it, a clean environment, medians and tables."""
import json
import os
import statistics
import subprocess
import sys

# Inherited variables change results by factors; neither side sees any of them.
PREFIXES = ("OPENBLAS_", "GOTO_", "OMP_", "GOMP_", "KMP_", "MKL_", "DNNL_", "ONEDNN_", "BLIS_")


def clean_environment():
    cleared = sorted(name for name in os.environ if name.startswith(PREFIXES))
    return {k: v for k, v in os.environ.items() if k not in cleared}, cleared


def find_python(given, modules):
    """The first Python that can import them all."""
    tried = [given] if given else ["python3", "/usr/bin/python3"]
    for python in tried:
        try:
            done = subprocess.run([python, "-c", "import " + ", ".join(modules)], env=clean_environment()[0], capture_output=True)
        except OSError:
            continue
        if done.returncode == 0:
            return python
    sys.exit("no Python here can import %s; tried %s" % (" and ".join(modules), ", ".join(tried)))


def run_json(*command):
    """The last line of what a program prints, as JSON."""
    done = subprocess.run(command, env=clean_environment()[0], capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit("%s ended with status %d:\n%s" % (" ".join(command), done.returncode, done.stderr))
    return json.loads(done.stdout.strip().split("\n")[-1])


def spread(values):
    """Median, smallest, largest."""
    return statistics.median(values), min(values), max(values)


def count(value):
    return "{:,.0f}".format(value)


def ratio(values):
    return "**%.2f** (%.2f – %.2f)" % spread(values)


def table(head, rows):
    """Markdown; the first column is text."""
    lines = ["| " + " | ".join(head) + " |", "|" + "|".join(["---"] + ["---:"] * (len(head) - 1)) + "|"]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in rows])


def load():
    return "load %.2f before it began" % os.getloadavg()[0]
