#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Flatpak's manifest fits the tree, and what judges it finds each fault that is put into a copy of it.

  test-manifest.py PROGRAM...      names of the installed programs

Where flatpak-builder is there, it has to know each key as well.
"""
import copy
import glob
import json
import os
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import manifest as judge  # noqa: E402

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PATH = os.path.join(TOP, "flatpak", "io.github.thaw_workbench.Thaw.json")


def read(*parts):
    with open(os.path.join(TOP, *parts), encoding="utf-8") as f:
        return f.read()


def tree():
    mesons = [read(os.path.relpath(path, TOP)) for path in glob.glob(os.path.join(TOP, "**", "meson.build"), recursive=True)
              if not os.path.relpath(path, TOP).startswith(("tests", "build"))]
    return {"readme": read("flatpak", "README.md"), "metainfo": read("data", "io.github.thaw_workbench.Thaw.metainfo.xml.in"),
            "gemm": read("core", "kernels", "gemm.c"), "check": read("check"), "mesons": mesons, "programs": sys.argv[1:]}


def module(manifest, name):
    return next(m for m in manifest["modules"] if m["name"] == name)


def source(manifest, name):
    return module(manifest, name)["sources"][0]


def without(manifest, name):
    manifest["modules"].remove(module(manifest, name))


# name, what is done to the manifest (m) or the tree (t), words of what has to be found
FAULTS = [
    ("a sum is missing", lambda m, t: source(m, "sqlite").pop("sha256"), "not pinned"),
    ("a sum is too short", lambda m, t: source(m, "openblas").update(sha256="abc"), "not pinned"),
    ("a source is a branch", lambda m, t: source(m, "openblas").update(type="git"), "of type 'git'"),
    ("an address without TLS", lambda m, t: source(m, "openblas")["mirror-urls"].append("http://x"), "none of https"),
    ("the tree comes from elsewhere", lambda m, t: source(m, "thaw").update(type="git"), "expected one source"),
    ("the home is asked for", lambda m, t: m["finish-args"].append("--filesystem=home"), "more than Thaw may"),
    ("a bus is asked for", lambda m, t: m["finish-args"].append("--socket=session-bus"), "more than Thaw may"),
    ("a permission without a reason", lambda m, t: m["finish-args"].append("--socket=pulseaudio"), "has no reason"),
    ("a permission is asked for twice", lambda m, t: m["finish-args"].append("--share=ipc"), "twice"),
    ("a permission is told but not asked for", lambda m, t: m["finish-args"].remove("--share=network"), "not asked for"),
    ("a reason is empty", lambda m, t: t.update(readme=t["readme"].replace("| `--share=ipc` |", "| `--share=ipc` | |\n|")), "has no reason"),
    ("another id", lambda m, t: m.update(id="org.example.Thaw"), "not that of the metainfo"),
    ("another command", lambda m, t: m.update(command="workbench"), "no program that is installed"),
    ("another SDK", lambda m, t: m.update(sdk="org.kde.Sdk"), "not the runtime's"),
    ("another version of the runtime", lambda m, t: m.update({"runtime-version": "46"}), "does not name"),
    ("translations apart", lambda m, t: m.pop("separate-locales"), "separate-locales"),
    ("meson asks for more", lambda m, t: t["mesons"].append("x = dependency('libfoo')"), "asks for libfoo"),
    ("no SQLite", lambda m, t: without(m, "sqlite"), "asks for sqlite3"),
    ("no AVX-512 kernels", lambda m, t: module(m, "openblas")["build-options"]["env"].update(DYNAMIC_LIST="HASWELL"), "without the kernels"),
    ("a guessed processor", lambda m, t: module(m, "openblas")["build-options"]["env"].pop("TARGET"), "TARGET=None"),
    ("an SQLite that loses data", lambda m, t: source(m, "sqlite").update(url="https://x/sqlite3_3.46.1.orig.tar.xz"), "WAL-reset"),
    ("build folders come along", lambda m, t: source(m, "thaw")["skip"].remove("build-asan"), "takes build-asan along"),
]


def known_to_builder():
    """flatpak-builder only warns of keys that it does not know."""
    if not shutil.which("flatpak-builder"):
        return None
    with tempfile.TemporaryDirectory() as folder:  # in which it makes one of its own
        done = subprocess.run(["flatpak-builder", "--show-manifest", PATH], cwd=folder, capture_output=True, text=True)
    return done.returncode == 0 and "WARNING" not in done.stderr and json.loads(done.stdout)["id"], done.stderr


def main():
    real = json.loads(read("flatpak", "io.github.thaw_workbench.Thaw.json"))
    print("1..%d" % (len(FAULTS) + 2))
    found = judge.problems(real, tree())
    for line in found:
        print("# " + line)
    print("%sok 1 - the manifest fits the tree" % ("not " if found else ""), flush=True)
    failed = bool(found)
    for number, (name, plant, words) in enumerate(FAULTS, 2):
        manifest, around = copy.deepcopy(real), tree()
        plant(manifest, around)
        seen = judge.problems(manifest, around)
        good = any(words in line for line in seen)
        failed = failed or not good
        if not good:
            print("# expected '%s', found: %s" % (words, seen))
        print("%sok %d - it is seen when there is: %s" % ("" if good else "not ", number, name))
    said = known_to_builder()
    if said and not said[0]:
        print("# " + said[1])
    print("%sok %d - flatpak-builder knows each key%s" % ("not " if said and not said[0] else "", len(FAULTS) + 2,
                                                        "" if said else " # SKIP there is no flatpak-builder"))
    return 1 if failed or (said and not said[0]) else 0


if __name__ == "__main__":
    sys.exit(main())
