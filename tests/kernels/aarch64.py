#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The loops, tiles and transforms on ARM (NEON, 128 bits), cross-compiled and run under emulation.

usage: aarch64.py [--sysroot FOLDER] [--jobs N] [TEST...]       (tests as tests/nn/test-tiles.c; none given: those that concern vectors)

Needs aarch64-linux-gnu-gcc, qemu-aarch64, and GLib and OpenBLAS for arm64: on Debian

    dpkg --add-architecture arm64 && apt update
    apt install gcc-aarch64-linux-gnu qemu-user-static libglib2.0-dev:arm64 libopenblas-dev:arm64

or those packages and what they depend on unpacked (dpkg -x) into a folder, which --sysroot names. Ends with status 77 where something is
missing. Times say nothing under emulation, and are not looked at.
"""
import argparse
import concurrent.futures
import glob
import os
import shutil
import subprocess
import sys
import tempfile

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
ROOMS = ["base", "recipe", "kernels", "nn", "augment"]
TESTS = ["tests/base/test-pool.c", "tests/nn/test-kernels.c", "tests/nn/test-tiles.c", "tests/nn/test-conv2d.c", "tests/nn/test-batchnorm.c",
         "tests/nn/test-threads.c", "tests/augment/test-pixels.c", "tests/augment/test-pipeline.c"]
HELPERS = ["tests/nn/nets.c", "tests/nn/runner.c"]
FLAGS = ["-std=c11", "-O2", "-Wall", "-Wextra", "-Werror", "-Wno-unused-parameter", "-Wno-missing-field-initializers", "-D_GNU_SOURCE",
         "-DGETTEXT_PACKAGE=\"thaw\"", "-fno-math-errno", "-fno-common"]


def skip(why):
    print("skipped: " + why)
    sys.exit(77)


def find_tools(options):
    compiler = shutil.which("aarch64-linux-gnu-gcc") or skip("no aarch64-linux-gnu-gcc here")
    emulator = shutil.which("qemu-aarch64") or shutil.which("qemu-aarch64-static") or skip("no qemu-aarch64 here")
    root = options.sysroot or ""
    libraries = root + "/usr/lib/aarch64-linux-gnu"
    env = dict(os.environ, PKG_CONFIG_SYSROOT_DIR=root, PKG_CONFIG_LIBDIR=":".join(
        [libraries + "/pkgconfig", libraries + "/openblas-pthread/pkgconfig", root + "/usr/share/pkgconfig"]))
    found = [subprocess.run(["pkg-config", what, "glib-2.0", "json-glib-1.0", "openblas"], env=env, capture_output=True, text=True)
             for what in ("--cflags", "--libs")]
    if any(f.returncode for f in found):
        skip("no GLib, json-glib or OpenBLAS for arm64 here: " + found[0].stderr.strip())
    cflags, libs = (f.stdout.split() for f in found)
    if root:
        cflags, libs = cflags + ["--sysroot=" + root], libs + ["--sysroot=" + root]
    libs += ["-Wl,-rpath-link," + libraries, "-Wl,-rpath-link," + libraries + "/openblas-pthread"]
    search = ":".join([libraries, libraries + "/openblas-pthread"])
    run = [emulator, *(["-L", root, "-E", "LD_LIBRARY_PATH=/usr/lib/aarch64-linux-gnu:/usr/lib/aarch64-linux-gnu/openblas-pthread"]
                       if root else ["-E", "LD_LIBRARY_PATH=" + search])]
    return compiler, cflags, libs, run


def flags_of(path):
    """As the rooms' meson.build have them: loops once a variant, of which ARM has one."""
    name = os.path.basename(path)
    if path.startswith("core/") and name in ("tiles-vector.c", "peak-loops.c"):
        return ["-DTHAW_VARIANT=c", "-ffp-contract=fast"]
    if path.startswith("core/") and name.startswith("loops-"):
        return ["-DTHAW_VARIANT=c", "-ffp-contract=off", "-O3"]
    return ["-ffp-contract=off"]


def build(compiler, cflags, path, folder):
    out = os.path.join(folder, path.replace("/", "-")[:-2] + ".o")
    includes = ["-I" + os.path.join(TOP, where) for where in
                [os.path.dirname(path), *("core/" + room for room in ROOMS), "tests/nn", "tests/augment"]]
    done = subprocess.run([compiler, *FLAGS, *flags_of(path), *includes, *cflags, "-c", os.path.join(TOP, path), "-o", out], capture_output=True,
                          text=True)
    if done.returncode:
        sys.exit("%s does not compile for ARM:\n%s" % (path, done.stderr))
    return out


def run_test(tools, objects, test, folder):
    compiler, _, libs, run = tools
    program = objects[test][:-2]
    helpers = [objects[h] for h in HELPERS] if test.startswith("tests/nn/") else []
    subprocess.run([compiler, "-o", program, objects[test], *helpers, os.path.join(folder, "core.a"), *libs, "-lm", "-pthread"], check=True)
    done = subprocess.run([*run, program, "--tap"], capture_output=True, text=True)
    passed = sum(line.startswith("ok ") and "# SKIP" not in line for line in done.stdout.split("\n"))
    good = done.returncode == 0 and passed > 0
    print("%-4s %-32s %d subtests" % ("ok" if good else "FAIL", test, passed), flush=True)
    if not good:
        print(done.stdout[-3000:] + done.stderr[-3000:])
    return good


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sysroot", type=os.path.abspath)
    parser.add_argument("--jobs", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("tests", nargs="*", default=TESTS)
    options = parser.parse_args()
    tools = find_tools(options)
    sources = [os.path.relpath(path, TOP) for room in ROOMS for path in sorted(glob.glob(os.path.join(TOP, "core", room, "*.c")))]
    everything = sources + HELPERS + options.tests
    with tempfile.TemporaryDirectory(prefix="thaw-aarch64-") as folder:
        with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
            objects = dict(zip(everything, pool.map(lambda path: build(tools[0], tools[1], path, folder), everything)))
        subprocess.run(["ar", "rcs", os.path.join(folder, "core.a"), *(objects[s] for s in sources)], check=True)
        results = [run_test(tools, objects, test, folder) for test in options.tests]
    print("ARM: %d of %d tests pass" % (sum(results), len(results)))
    sys.exit(0 if all(results) else 1)


main()
