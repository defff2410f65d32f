#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Line and branch coverage of each reader: by the inputs of its fuzz target alone, and with the readers' own unit tests.

usage: coverage.py COV-BUILD INPUTS CORPUS [-v] [READER...]

COV-BUILD: an ordinary build with -fprofile-instr-generate -fcoverage-mapping. INPUTS/NAME/inputs and CORPUS/NAME hold inputs.
A branch is one outcome of one condition. -v lists each outcome that never came.
"""
import glob
import json
import os
import subprocess
import sys

LINES, BRANCHES = 95, 90  # the bar, in per cent
PICKLE = ["formats/pickle%s.c" % part for part in ("", "-calls", "-globals", "-ops", "-stack", "-value")]
READERS = {  # the code that takes the bytes apart
    "safetensors": ["formats/safetensors-header.c", "formats/safetensors-read.c", "formats/json-cursor.c"],
    "pth": ["formats/weights-read.c", "formats/pth-zip.c", "formats/pth-legacy.c", "formats/zip-read.c", "formats/zip-directory.c",
            "formats/torch-state.c", "formats/torch-storage.c", "formats/torch-tensor.c"] + PICKLE,
    "pickle_cifar": ["formats/cifar-pickle.c"] + PICKLE,
    "recipe": ["recipe/" + name for name in ("prescan.c", "read.c", "assign.c", "number.c", "nearest.c")],
    "cifar_bin": ["data/cifar.c"],
    "idx": ["data/idx.c", "data/gunzip.c"],
    "jpeg": ["data/jpeg.c"],
    "png": ["data/png.c"],
    "tar": ["data/archive.c", "data/gunzip.c"],
    "parcel": ["confine/parcel-take.c", "data/parts.c", "foreign/dataset.c", "foreign/weights.c", "foreign/set-info.c"],
}
UNIT = {"safetensors": ["formats-safetensors", "formats-weights-read", "data-no-memory"], "pth": ["formats-zip", "formats-pickle", "formats-weights-read", "formats-pth-write", "data-no-memory"],
        "pickle_cifar": ["formats-cifar-pickle", "formats-pickle", "data-no-memory"],
        "recipe": ["recipe-prescan", "recipe-read", "recipe-assign", "recipe-write"], "cifar_bin": ["data-cifar", "data-probe", "data-no-memory"], "idx": ["data-idx", "data-probe", "data-no-memory"],
        "jpeg": ["data-picture", "data-no-memory"], "png": ["data-picture", "data-no-memory"],
        "tar": ["data-archive", "data-cifar", "data-probe", "data-no-memory"], "parcel": ["foreign-same", "foreign-confine", "data-parts"]}


def run(*command, **more):
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **more).stdout


def replay(build, name, folders, raw):
    """The target's own inputs, without mutations."""
    for i, folder in enumerate(folders):
        if os.path.isdir(folder) and os.listdir(folder):
            run(os.path.join(build, "tests/fuzz/fuzz-" + name), folder, "0", env=dict(os.environ, LLVM_PROFILE_FILE="%s-%d.raw" % (raw, i)))


def merge(raws, to):
    run("llvm-profdata", "merge", "-sparse", *raws, "-o", to)


def export(profile, program):
    """What the profile says of the sources in a program, whichever programs it came from."""
    text = subprocess.run(["llvm-cov", "export", "-format=text", "-instr-profile=" + profile, program], check=True, stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL).stdout
    return {f["filename"].split("/core/")[-1]: f for f in json.loads(text)["data"][0]["files"]}


def conditions(file):
    """Of each condition as it is written: line, text, how often it was true and false. What a macro makes of it counts once."""
    counts = {}
    for l1, c1, l2, c2, yes, no, *_ in file["branches"]:
        sums = counts.setdefault((l1, c1, l2, c2), [0, 0])
        sums[0] += yes
        sums[1] += no
    with open(file["filename"], encoding="utf-8") as f:
        source = f.read().split("\n")
    for (l1, c1, l2, c2), (yes, no) in sorted(counts.items()):
        yield l1, source[l1 - 1][c1 - 1:c2 - 1 if l1 == l2 else None], yes, no


def sums(files, wanted):
    lines, branches = [0, 0], [0, 0]
    for name in wanted:
        lines[0] += files[name]["summary"]["lines"]["covered"]
        lines[1] += files[name]["summary"]["lines"]["count"]
        for _, _, yes, no in conditions(files[name]):
            branches[0] += (yes > 0) + (no > 0)
            branches[1] += 2
    return tuple(100 * covered / count for covered, count in (lines, branches))


def main():
    build, inputs, corpus = (os.path.abspath(p) for p in sys.argv[1:4])
    verbose = "-v" in sys.argv
    asked = [a for a in sys.argv[4:] if a != "-v"] or READERS
    names = [n for n in READERS if n in asked and os.path.exists(os.path.join(build, "tests/fuzz/fuzz-" + n))]
    raw = os.path.join(build, "raw")
    os.makedirs(raw, exist_ok=True)
    for old in glob.glob(os.path.join(raw, "*")):
        os.unlink(old)
    low = 0
    print("%-14s %17s %26s" % ("", "fuzz target", "with unit tests"))
    for name in names:
        mine = os.path.join(raw, name)
        replay(build, name, [os.path.join(corpus, name), os.path.join(inputs, name, "inputs")], mine)
        run("meson", "test", "-C", build, "--no-rebuild", "-q", *UNIT[name], env=dict(os.environ, LLVM_PROFILE_FILE=mine + "-unit-%p.raw"))
        fuzz = os.path.join(build, "tests/fuzz/fuzz-" + name)
        merge(glob.glob(mine + "-[0-9]*.raw"), mine + ".alone")
        merge(glob.glob(mine + "-*.raw"), mine + ".all")
        alone, both = export(mine + ".alone", fuzz), export(mine + ".all", fuzz)
        one, two = sums(alone, [n for n in READERS[name] if n in alone]), sums(both, READERS[name])
        good = two[0] >= LINES and two[1] >= BRANCHES
        low += not good
        print("%-14s %5.1f %% of lines, %5.1f %% of branches; %5.1f %%, %5.1f %%%s" % (name, *one, *two, "" if good else "  below %d, %d" % (LINES, BRANCHES)), flush=True)
        if verbose:
            for wanted in READERS[name]:
                for line, text, yes, no in conditions(both[wanted]):
                    if yes == 0 or no == 0:
                        print("    core/%s:%d: never %s: %s" % (wanted, line, "true" if yes == 0 else "false", text[:100]))
    return 1 if low else 0


sys.exit(main())
