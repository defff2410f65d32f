#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who took the reader of foreign files over gets no further inside a Flatpak's sandbox than outside.

  hostile.py --id ID HOSTILE-READER

A copy of the application's `thaw` gets HOSTILE-READER, of a build folder, beside it in place of its reader, in a folder that
this one sandbox is shown. Each attack has to end with a sentence that names the file; and a reader that does as it should shows
that it is the attack which is refused, not the place.
"""
import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile

STOPPED = "tried what no reader may do"
ATTACKS = {"run-program": STOPPED, "make-process": STOPPED + "|got nowhere|refused", "open-socket": STOPPED,
           "write-file": STOPPED + "|refused", "make-file": STOPPED + "|refused", "load-bpf": STOPPED, "new-namespace": STOPPED,
           "trace-parent": STOPPED, "execute-memory": STOPPED + "|refused", "memory-file": STOPPED, "give-up": "crashed",
           "say-nothing": "cannot be right", "endless-answer": "it makes more than"}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--id", required=True)
    parser.add_argument("reader")
    options = parser.parse_args()
    wrong = 0
    with tempfile.TemporaryDirectory(prefix="thaw-hostile-", dir=os.path.expanduser("~")) as folder:
        def inside(program, *arguments):
            return subprocess.run(["flatpak", "run", "--user", "--filesystem=" + folder, "--command=" + program, options.id,
                                   *arguments], capture_output=True, text=True)
        thaw, beside = os.path.join(folder, "thaw"), os.path.join(folder, "thaw-reader")
        weights = "/app/share/thaw/weights/mobilenet_v3_small-tiny-imagenet-32.safetensors"
        for source, target in (("/app/bin/thaw", thaw), ("/app/libexec/thaw/thaw-reader", beside)):
            done = inside("cp", source, target)
            assert done.returncode == 0, done.stderr
        done = inside(thaw, "weights", "inspect", weights)
        assert done.returncode == 0 and done.stdout, done
        os.remove(beside)
        shutil.copy(options.reader, beside)
        for attack, says in ATTACKS.items():
            path = os.path.join(folder, attack)
            with open(path, "w", encoding="utf-8") as f:
                f.write("as it was")
            done = inside(thaw, "weights", "inspect", path)
            with open(path, encoding="utf-8") as f:
                same = f.read() == "as it was"
            good = re.search(says, done.stdout + done.stderr) and "got through" not in done.stdout and same
            print("%s %-16s %s" % ("ok    " if good else "not ok", attack, (done.stderr or done.stdout).strip().replace(folder + "/", "")))
            wrong += not good
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
