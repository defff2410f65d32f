# SPDX-License-Identifier: GPL-3.0-or-later
"""What the harnesses of promises 1 to 3 share: a real run with epochs of some tens of milliseconds, what it should come to, and how to tell.

Every harness says its seed and its length. `Broken` is a promise that was not kept; a test of the test expects one."""
import argparse
import collections
import hashlib
import json
import os
import random
import shutil
import sqlite3
import struct
import subprocess
import sys
import tempfile
import threading
import time
import traceback

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(TOP, "tests", "app"))

PER_BATCH = 103  # five batches: 515 pictures, 463 to train on
RECIPE = ["--preset", "one-minute", "--set", "model.name=cnn3", "--set", "model.widths=[8,8,8]", "--set", "model.weights=random",
          "--set", "freeze.epochs=0", "--set", "batch_size=64", "--threads", "1", "--json"]
MEMORY = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None  # nothing here depends on a real disk; fsync costs nothing there
LIMIT_S = 240  # nothing here takes a second; a machine may be busy
tests = []
counts = collections.Counter()


def read_arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", default=os.path.join(TOP, "build"), help="a folder that meson has built")
    parser.add_argument("--length", default=os.environ.get("THAW_LENGTH", "quick"), choices=["quick", "full", "release"])
    parser.add_argument("--seed", type=int, default=int(os.environ.get("TEST_SEED", "20261122")))
    parser.add_argument("--only", default="", help="tests whose names contain this")
    parser.add_argument("--jobs", type=int, default=1, help="processes at once, where a harness can")
    return parser.parse_args()


arguments = read_arguments()
LENGTH, SEED = arguments.length, arguments.seed
THAW = os.path.join(arguments.build, "app", "thaw")
READER = os.path.join(arguments.build, "app", "thaw-reader")  # thaw-wrong lies elsewhere
GATE = os.path.join(arguments.build, "tests", "reliability", "gate")
WRONG = os.path.join(arguments.build, "tests", "reliability", "thaw-wrong")


class Broken(AssertionError):
    """A promise that was not kept. `kind`: lost, unreadable, other-weights, other-figures, silent, sentence, hang."""

    def __init__(self, kind, text):
        super().__init__("%s: %s" % (kind, text))
        self.kind = kind


def length(quick, full, release):
    return {"quick": quick, "full": full, "release": release}[LENGTH]


def test(function):
    tests.append(function)
    return function


def expect_broken(kinds, function):
    """A test of the test: what was planted must be found, and as what it is."""
    try:
        function()
    except Broken as broken:
        if broken.kind not in kinds:
            raise AssertionError("found as the wrong thing, expected %s: %s" % (kinds, broken))
        print("# found: %s" % str(broken).split("\n")[0][:200], flush=True)
        return
    raise AssertionError("the planted fault was not found")


class Box:
    """A folder whose files matter, with the home of a run in it. Gone afterwards."""
    data = None

    def __init__(self, program=THAW, env=None):
        self.top = tempfile.mkdtemp(prefix="thaw-box-", dir=MEMORY)
        self.below = os.path.join(self.top, "box")
        self.home = os.path.join(self.below, "home")
        self.program = program
        self.env = dict(os.environ, THAW_HOME=self.home, LC_ALL="C.UTF-8", THAW_READER=READER, **(env or {}))
        self.env.pop("THAW_DATA", None)
        os.mkdir(self.below)
        self.record = os.path.join(self.top, "record")
        self.lift = os.path.join(self.top, "lift")
        self.running = None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.running is not None and self.running.poll() is None:
            self.running.kill()
            self.running.wait()
        shutil.rmtree(self.top, ignore_errors=True)

    def start(self, *command, gate=None):
        """thaw COMMAND, under the gate when `gate` gives its options. (Process, Ears)"""
        before = [] if gate is None else [GATE, "--below", self.below, "--record", self.record, *map(str, gate), "--"]
        self.running = subprocess.Popen([*before, self.program, *command], env=self.env, cwd=self.top, stdin=subprocess.DEVNULL,
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        return self.running, Ears(self.running)

    def thaw(self, *command, gate=None):
        """(status, Ears) of a command that ends."""
        process, ears = self.start(*command, gate=gate)
        return ears.wait(process), ears

    def train(self, epochs, **more):
        return self.thaw("train", "--data", Box.data, *RECIPE, "--set", "epochs=%d" % epochs, **more)

    def resume(self, run="latest", **more):
        return self.thaw("resume", run, "--json", "--threads", "1", **more)

    def json(self, *command):
        status, ears = self.thaw(*command, "--json")
        if status != 0:
            raise Broken("unreadable", "thaw %s: %d\n%s" % (" ".join(command), status, ears.errors()))
        return json.loads(ears.text())


class Ears:
    """Both outputs of a process as they come, so that neither fills up."""

    def __init__(self, process):
        self.out, self.err, self.news = [], [], threading.Condition()
        self.threads = [threading.Thread(target=self.hear, args=pair, daemon=True)
                        for pair in ((process.stdout, self.out), (process.stderr, self.err))]
        for thread in self.threads:
            thread.start()

    def hear(self, wire, lines):
        for line in wire:
            with self.news:
                lines.append(line.decode(errors="replace"))
                self.news.notify_all()
        with self.news:
            lines.append(None)
            self.news.notify_all()

    def wait_for(self, wanted, limit=LIMIT_S):
        """Until wanted (self), or both outputs have ended. Whether it is so."""
        end = time.monotonic() + limit
        with self.news:
            while not wanted(self):
                if self.out[-1:] == [None] and self.err[-1:] == [None]:
                    return wanted(self)
                if not self.news.wait(max(0.0, end - time.monotonic())) and time.monotonic() >= end:
                    raise Broken("hang", "nothing for %d s; said: %s" % (limit, self.errors()))
        return True

    def wait(self, process, limit=LIMIT_S):
        try:
            status = process.wait(limit)
        except subprocess.TimeoutExpired:
            raise Broken("hang", "no end within %d s; said: %s" % (limit, self.errors()))
        for thread in self.threads:
            thread.join()
        if status == 125:
            raise RuntimeError("the gate: " + self.errors())
        return status

    def text(self):
        return "".join(line for line in self.out if line)

    def errors(self):
        return "".join(line for line in self.err if line)

    def events(self, name):
        found = []
        for line in [line for line in self.out if line and line.endswith("}\n")]:
            event = json.loads(line)
            if event.get("event") == name:
                found.append(event)
        return found

    def committed(self):
        return [event["epoch"] for event in self.events("committed")]


def weights_digest(path):
    """SHA-256 of all tensors of a .safetensors file, with their names: weights, optimiser, averages, but not what is said about them."""
    with open(path, "rb") as f:
        body = f.read()
    size = struct.unpack("<Q", body[:8])[0]
    header = json.loads(body[8:8 + size])
    digest = hashlib.sha256()
    for name in sorted(header):
        if name != "__metadata__":
            begin, end = header[name]["data_offsets"]
            digest.update(("%s %s %s" % (name, header[name]["dtype"], header[name]["shape"])).encode())
            digest.update(body[8 + size + begin:8 + size + end])
    return digest.hexdigest()


def figures_of(epoch):
    return tuple(epoch[key] for key in ("epoch", "train_loss", "train_accuracy", "loss", "accuracy"))


def story_of(box, run="latest"):
    """What a finished run came to, read from the store and its newest sound checkpoint."""
    story = box.json("show", run)
    last = [a for a in story["artifacts"] if a["kind"] == "last"]
    if not last:
        raise Broken("unreadable", "no checkpoint of a finished run")
    if not os.path.exists(last[0]["path"]):
        raise Broken("unreadable", "the last checkpoint of a finished run is not there")
    with open(last[0]["path"], "rb") as f:
        if hashlib.sha256(f.read()).hexdigest() != last[0]["sha256"]:
            raise Broken("unreadable", "the last checkpoint is not what its row says")
    return {"state": story["state"], "weights": weights_digest(last[0]["path"]),
            "epochs": [figures_of(e) for e in story["epochs_table"]], "test": (story["test_loss"], story["test_accuracy"])}


references = {}


def reference(epochs):
    """The same of a run that nothing happens to."""
    if epochs not in references:
        with Box() as box:
            status, ears = box.train(epochs)
            assert status == 0, ears.errors()
            references[epochs] = story_of(box)
            assert references[epochs]["state"] == "finished"
    return references[epochs]


def expect_same(box, epochs, run="latest"):
    found, wanted = story_of(box, run), reference(epochs)
    if found["weights"] != wanted["weights"]:
        raise Broken("other-weights", "the run ended with other bits")
    if found != wanted:
        raise Broken("other-figures", "found %s, expected %s" % (found, wanted))


def expect_epochs(ears, epochs, committed):
    """What an attempt says: it goes on behind what was committed, with the figures of a run that nothing happens to."""
    wanted = {figures[0]: figures for figures in reference(epochs)["epochs"]}
    said = [dict(event, epoch=event["epoch"]) for event in ears.events("epoch")]
    if said and said[0]["epoch"] <= committed:
        raise Broken("lost", "epoch %d was committed, and is trained again: %s" % (said[0]["epoch"], ears.errors()))
    for event in said:
        if figures_of(event) != wanted[event["epoch"]]:
            raise Broken("other-figures", "%s, expected %s" % (figures_of(event), wanted[event["epoch"]]))


def expect_sound(box):
    """The store as SQLite itself sees it."""
    path = os.path.join(box.home, "store.db")
    if not os.path.exists(path):
        return
    db = sqlite3.connect(path)
    try:
        answer = db.execute("PRAGMA integrity_check").fetchall()
    except sqlite3.DatabaseError as error:
        raise Broken("unreadable", str(error))
    finally:
        db.close()
    if answer != [("ok",)]:
        raise Broken("unreadable", str(answer))


def finish(box, epochs, committed):
    """Whatever happened: the store is readable, what was committed is there, and the run ends as it would have."""
    expect_sound(box)
    runs = box.json("runs")
    if not runs:
        if committed > 0:
            raise Broken("lost", "the run is gone, %d epochs were committed" % committed)
        status, ears = box.train(epochs)
    else:
        if runs[0]["epochs_done"] < committed:
            raise Broken("lost", "%d epochs are there, %d were committed" % (runs[0]["epochs_done"], committed))
        if runs[0]["state"] == "finished":
            expect_same(box, epochs)
            return
        status, ears = box.resume()
    if status != 0:
        raise Broken("unreadable", "cannot go on: status %d\n%s" % (status, ears.errors()))
    expect_epochs(ears, epochs, committed)
    expect_same(box, epochs)


def main(prepare=None):
    import cli
    shared = tempfile.mkdtemp(prefix="thaw-box-data-", dir=MEMORY)
    Box.data = os.path.join(shared, "cifar-10-batches-bin")
    cli.write_cifar(Box.data, PER_BATCH, 64)
    chosen = [t for t in tests if arguments.only in t.__name__]
    print("1..%d\n# seed %d, length %s" % (len(chosen), SEED, LENGTH), flush=True)
    failed = 0
    try:
        if prepare is not None:
            prepare()
        for number, function in enumerate(chosen, 1):
            began = time.monotonic()
            try:
                function()
                word = "ok"
            except Exception:
                failed += 1
                word = "not ok"
                print("# " + traceback.format_exc().replace("\n", "\n# "))
            print("# %.0f s\n%s %d - %s" % (time.monotonic() - began, word, number, function.__name__), flush=True)
    finally:
        shutil.rmtree(shared, ignore_errors=True)
    print("# " + ", ".join("%s %d" % pair for pair in sorted(counts.items())), flush=True)
    used = os.times()
    print("# processor time: %.0f s" % (used.user + used.system + used.children_user + used.children_system), flush=True)
    sys.exit(1 if failed else 0)
