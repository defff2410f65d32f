#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""How soon the window is there and answers: the real thaw-workbench with 1,000 runs in its store, keys and clicks of the X server.

usage: tests/ui/with-display tests/bench/window-times.py --build BUILD [--runs 1000] [--rounds 5] [--train] [--steps WORDS] [--json FILE]

Of each round: from exec to the end of the first frame that has rows of the list; then, of every kind of click or key, the time until the
end of the first frame after it, and until the frame in which title, page or list are others (window-probe.c says more). Rounds are
programs started anew. --train: a ResNet18 trains on all cores meanwhile. Bars: 1 s to be there, 100 ms from click to feedback. Ends with
1 when they are missed, with 77 when something is not there.
"""
import argparse
import json
import os
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time

STEPS = "select star view compare compare-three filter filter-type filter-end select-live pause continue new-run leave new-run-again start"


class Bench:
    def __init__(self, options, top):
        self.options, self.top = options, top
        self.home = os.path.join(top, "home")
        build = os.path.abspath(options.build)
        self.thaw = os.path.join(build, "app", "thaw")
        self.fill = os.path.join(build, "tests", "ui", "fill-store")
        self.probe = os.path.join(build, "tests", "bench", "window-probe.so")
        self.bin = os.path.join(top, "bin")
        os.mkdir(self.bin)
        shutil.copy(os.path.join(build, "app", "thaw-workbench"), self.bin)
        with open(os.path.join(self.bin, "thaw"), "w", encoding="utf-8") as f:  # starts runs, but trains none
            f.write('#!/bin/sh\n[ "$1 $2" = "queue --run" ] && exit 0\nexec %s "$@"\n' % json.dumps(self.thaw))
            os.fchmod(f.fileno(), 0o755)
        self.environment = dict(os.environ, THAW_HOME=self.home, HOME=top, XDG_DATA_HOME=os.path.join(top, "share"),
                                XDG_CONFIG_HOME=os.path.join(top, "config"), XDG_CACHE_HOME=os.path.join(top, "cache"),
                                THAW_DATA=os.path.join(top, "none"), LC_ALL="C.UTF-8", LANGUAGE="en",
                                GSETTINGS_SCHEMA_DIR=os.path.join(build, "data"))

    def start(self, *command, **more):
        return subprocess.Popen(command, env=self.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **more)

    def window(self):
        environment = dict(self.environment, LD_PRELOAD=self.probe, THAW_PROBE_STEPS=self.options.steps,
                           THAW_PROBE_BEGAN_US=str(time.monotonic_ns() // 1000))
        done = subprocess.run([os.path.join(self.bin, "thaw-workbench")], env=environment, stderr=subprocess.PIPE,
                              stdout=subprocess.DEVNULL, text=True, timeout=120)
        lines = done.stderr.splitlines()
        for line in lines:
            if not line.startswith("{"):
                print("  the window says: " + line, file=sys.stderr)
        return [json.loads(line) for line in lines if line.startswith("{")]

    def round(self):
        live = self.start(self.fill, self.home, "live", "20") if "live" in self.options.steps else None
        time.sleep(1)
        try:
            return self.window()
        finally:
            if live:
                live.send_signal(signal.SIGTERM)
                live.wait()


def train(bench):
    """A ResNet18 on all cores, in a session of its own as the window would start it."""
    home = os.path.join(bench.top, "training")
    process = subprocess.Popen([bench.thaw, "bench", "--model", "resnet18", "--batch", "64", "--size", "32", "--rounds", "10000"],
                               env=dict(bench.environment, THAW_HOME=home), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                               start_new_session=True)
    time.sleep(3)
    return process


def summary(rounds):
    """Of each kind: all its values."""
    found = {}
    for lines in rounds:
        for line in lines:
            if line.get("missing") or line.get("answered") is False:
                print("window-times: no answer to '%s'" % line["what"], file=sys.stderr)
                continue
            found.setdefault(line["what"], []).append(line)
    return found


def report(found):
    good = True
    print("%-14s %4s  %26s  %26s  %s" % ("", "n", "to feedback, ms", "to what it leads to, ms", "longest turn, ms"))
    for what, lines in found.items():
        cells = []
        for key in ("feedback_ms", "shown_ms", "turn_ms"):
            values = [line[key] for line in lines if line.get(key) is not None]
            cells.append("median %.0f, most %.0f" % (statistics.median(values), max(values)) if values else "")
        worst = max(line["shown_ms" if what == "window" else "feedback_ms"] for line in lines)
        good = good and worst < (1000 if what == "window" else 100)
        print("%-14s %4d  %26s  %26s  %s" % (what, len(lines), *cells))
    return good


def parse_options():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", required=True)
    parser.add_argument("--runs", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--steps", default=STEPS, help="which kinds; '' for the start alone")
    parser.add_argument("--train", action="store_true")
    parser.add_argument("--json", help="where to write all that was measured")
    return parser.parse_args()


def main():
    options = parse_options()
    if not os.environ.get("DISPLAY"):
        print("window-times: there is no display; run it under tests/ui/with-display", file=sys.stderr)
        return 77
    with tempfile.TemporaryDirectory(prefix="thaw-window-") as top:
        bench = Bench(options, top)
        subprocess.run([bench.fill, bench.home, str(options.runs)], check=True)
        training = train(bench) if options.train else None
        try:
            rounds = [bench.round() for _ in range(options.rounds)]
        finally:
            if training:
                training.kill()
                training.wait()
    found = summary(rounds)
    if options.json:
        with open(options.json, "w", encoding="utf-8") as f:
            json.dump(found, f, indent=1)
    return 0 if report(found) and found else 1


if __name__ == "__main__":
    sys.exit(main())
