#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What watching costs: a run trains alone, and with the window open on its live curves, in alternated rounds.

usage: tests/ui/with-display tests/bench/compare-watching.py --build BUILD [--rounds 5] [--seconds 12] [--data PATH]
           [--model resnet18] [--batch 64] [--threads N] [--json FILE]

One ResNet18 trains all the time; a round is a stretch in which nobody looks and a stretch in which the real
thaw-workbench shows its curves, the order changing from round to round. Iterations are counted in the store, from commit to commit;
what the window needs to open is not part of it. The run has the priority that the window gives to what it starts. The window's own share
of the processor is said as well, which noise of the machine hides less. Bar: 2 %.
"""
import argparse
import json
import os
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time

OPENING = 4.0  # seconds that nobody counts


class Watching:
    def __init__(self, options, top):
        build = os.path.abspath(options.build)
        self.options, self.home, self.shares = options, os.path.join(top, "home"), []
        self.thaw = os.path.join(build, "app", "thaw")
        self.workbench = os.path.join(build, "app", "thaw-workbench")
        self.environment = dict(os.environ, THAW_HOME=self.home, HOME=top, XDG_DATA_HOME=os.path.join(top, "share"),
                                XDG_CONFIG_HOME=os.path.join(top, "config"), XDG_CACHE_HOME=os.path.join(top, "cache"),
                                THAW_DATA=os.path.join(top, "none"), LC_ALL="C.UTF-8", GSETTINGS_SCHEMA_DIR=os.path.join(build, "data"))

    def start(self, *command, **more):
        return subprocess.Popen(command, env=self.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                start_new_session=True, **more)

    def train(self):
        options = self.options
        settings = ["epochs=100000", "freeze.epochs=0", "batch_size=%d" % options.batch, "model.name=%s" % options.model,
                    "model.weights=random", "data.size=32"]
        command = [self.thaw, "train", "--preset", "one-minute-sample", "--data", options.data, "--threads", str(options.threads)]
        for setting in settings:
            command += ["--set", setting]
        return self.start(*command, preexec_fn=step_back)

    def steps(self):
        """Of the last committed iteration: its step, and when the worker said so."""
        with sqlite3.connect("file:%s?mode=ro" % os.path.join(self.home, "store.db"), uri=True, timeout=10) as store:
            return store.execute("SELECT max(step) FROM iteration").fetchone()[0] or 0

    def stretch(self):
        """Iterations a second: median of the paces from commit to commit, so that ends of epochs do not count."""
        before, paces = None, []
        end = time.monotonic() + self.options.seconds
        seen = self.steps()
        while time.monotonic() < end:
            time.sleep(0.01)
            now = self.steps()
            if now != seen:
                seen, at = now, time.monotonic()
                if before is not None:
                    paces.append((now - before[1]) / (at - before[0]))
                before = (at, now)
        return statistics.median(paces)

    def watched(self):
        window = self.start(self.workbench)
        try:
            time.sleep(OPENING)
            if window.poll() is not None:
                raise SystemExit("compare-watching: the window ended")
            before = processor_seconds(window.pid)
            pace = self.stretch()
            self.shares.append((processor_seconds(window.pid) - before) / self.options.seconds / self.options.threads)
            return pace
        finally:
            window.terminate()
            window.wait()

    def alone(self):
        time.sleep(OPENING)
        return self.stretch()


def processor_seconds(pid):
    with open("/proc/%d/stat" % pid, encoding="ascii", errors="replace") as f:
        fields = f.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def step_back():
    os.nice(5)
    try:
        with open("/proc/self/autogroup", "w", encoding="ascii") as group:
            group.write("5")
    except OSError:
        pass


def parse_options():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", required=True)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=12)
    parser.add_argument("--data", default="sample", help="what it trains on; a set of many pictures has long epochs")
    parser.add_argument("--model", default="resnet18")
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--json", help="where to write all that was measured")
    return parser.parse_args()


def main():
    options = parse_options()
    if not os.environ.get("DISPLAY"):
        print("compare-watching: there is no display; run it under tests/ui/with-display", file=sys.stderr)
        return 77
    rounds = []
    with tempfile.TemporaryDirectory(prefix="thaw-watching-", ignore_cleanup_errors=True) as top:
        watching = Watching(options, top)
        training = watching.train()
        try:
            time.sleep(5)
            if training.poll() is not None:
                raise SystemExit("compare-watching: the training ended with %s" % training.returncode)
            for number in range(options.rounds):
                ways = ["alone", "watched"] if number % 2 == 0 else ["watched", "alone"]
                got = {way: getattr(watching, way)() for way in ways}
                rounds.append(got)
                print("  round %d: alone %.2f, watched %.2f iterations/s: %+.1f %%" % (
                    number + 1, got["alone"], got["watched"], 100 * (got["watched"] / got["alone"] - 1)), file=sys.stderr, flush=True)
        finally:
            training.kill()
            training.wait()
            shutil.rmtree(watching.home, ignore_errors=True)
    if options.json:
        with open(options.json, "w", encoding="utf-8") as f:
            json.dump(rounds, f, indent=1)
    losses = [100 * (1 - got["watched"] / got["alone"]) for got in rounds]
    print("%s, batch %d, %d threads: slowed by watching %.1f %% (median of %d rounds, %.1f to %.1f)" % (
        options.model, options.batch, options.threads, statistics.median(losses), len(losses), min(losses), max(losses)))
    print("the window itself takes %.1f %% of what these cores can do (median)" % (100 * statistics.median(watching.shares)))
    return 0 if statistics.median(losses) < 2 else 1


if __name__ == "__main__":
    sys.exit(main())
