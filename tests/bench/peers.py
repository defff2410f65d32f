# SPDX-License-Identifier: GPL-3.0-or-later
"""What the scripts beside PyTorch share: a Python that has it, a clean environment, medians and tables."""
import json
import os
import re
import statistics
import subprocess
import sys

# Inherited variables change results by factors; neither side sees any of them.
PREFIXES = ("OPENBLAS_", "GOTO_", "OMP_", "GOMP_", "KMP_", "MKL_", "DNNL_", "ONEDNN_", "BLIS_")


def clean_environment():
    cleared = sorted(name for name in os.environ if name.startswith(PREFIXES))
    return {k: v for k, v in os.environ.items() if k not in cleared}, cleared


def import_torchvision():
    """torchvision, and its version in words; also where it was built for another PyTorch (as the one for CUDA beside a PyTorch without),
    so that its library of compiled operators does not load. Models and transforms need none of them, but importing it describes some, which
    must exist: each that turns out to be missing is declared, with no code behind it, until the import passes."""
    import torch
    declared, missing = None, []
    while True:
        try:
            import torchvision
            break
        except RuntimeError as error:
            found = re.search(r"operator torchvision::(\w+) does not exist", str(error))
            if found is None or found.group(1) in missing:
                raise
            missing.append(found.group(1))
            declared = declared or torch.library.Library("torchvision", "FRAGMENT")
            declared.define(missing[-1] + "(Tensor a) -> Tensor")
            for name in [name for name in sys.modules if name.split(".")[0] == "torchvision"]:
                del sys.modules[name]
    torchvision.declared_elsewhere = declared  # they go when this goes
    return torchvision, torchvision.__version__ + (" (without its compiled operators)" if missing else "")


def can_import(modules):
    for name in modules:
        if name == "torchvision":
            import_torchvision()
        else:
            __import__(name)


def find_python(given, modules):
    """The first Python that can import them all."""
    tried = [given] if given else ["python3", "/usr/bin/python3"]
    for python in tried:
        try:
            done = subprocess.run([python, os.path.abspath(__file__), *modules], env=clean_environment()[0], capture_output=True)
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


def onednn(torch):
    found = [line.strip(" -") for line in torch.__config__.show().split("\n") if "DNN v" in line]
    return found[0].split(" (")[0] if found else "no oneDNN"


if __name__ == "__main__":
    sys.dont_write_bytecode = True
    can_import(sys.argv[1:])
