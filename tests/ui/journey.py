#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The real window, driven from the first start to the last as a person would: pointer and keys of the X server, what is said
read from the accessibility tree, what is true read from the store. The steps are in story.py, the pictures in looks.py.

  journey.py [--pictures FOLDER] [--whole] [--from STEP] [--home HOME] WORKBENCH THAW DRAG_SOURCE

Run it under tests/ui/with-display. The window finds an engine beside itself that shortens the one-minute run; --whole leaves
its length. --from begins at a later step, with a window on a copy of HOME, which holds what the steps before would have made:
--keep HOME leaves such a one behind. Pictures of each state and the tree of each view go to --pictures or a folder beside the
program. What it says is TAP; without what it needs it skips. THAW_TEST_PATIENCE multiplies how long it waits.
"""
import argparse
import contextlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import traceback

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import drive  # noqa: E402
import looks  # noqa: E402
import story  # noqa: E402
import tree  # noqa: E402

EPOCHS = 24  # of the first run, unless --whole
STEP_S = 180 * drive.SLOWNESS  # no step may take longer, whatever it waits for
NOISE = ("dbind-WARNING", "Openbox-Message", "Unable to acquire session bus", "xcompmgr")

ENGINE = """#!/bin/bash
words=()
for word in "$@"; do
  case $word in one-minute|one-minute-sample) words+=(one-minute-sample %(short)s) ;; *) words+=("$word") ;; esac
done
[ "$1" = queue ] && [ ! -e %(seen)s ] || exec %(thaw)s "${words[@]}"
%(thaw)s "${words[@]}" &
trainers=/proc/$!/task/$!/children
while [ ! -e %(seen)s ] && kill -0 $!; do
  sleep 0.1; kill -STOP $(<$trainers)
  sleep 0.4; kill -CONT $(<$trainers)
done 2>/dev/null
wait $!
"""


class Store:
    """What the command line says of the home that the window shows."""

    def __init__(self, thaw, home, environment):
        self.thaw, self.environment = thaw, dict(os.environ, THAW_HOME=home, **environment)

    def ask(self, *arguments):
        done = subprocess.run([self.thaw, *arguments], env=self.environment, capture_output=True, text=True)
        assert done.returncode == 0, "thaw %s: %s" % (" ".join(arguments), done.stderr)
        return done.stdout

    def runs(self):
        return json.loads(self.ask("runs", "--json"))

    def run(self, name):
        return next((r for r in self.runs() if r["name"] == name), None)

    def show(self, name):
        return json.loads(self.ask("show", name, "--json"))

    def state(self, name):
        run = self.run(name)
        return run and run["state"]

    def start(self, *arguments):
        return subprocess.Popen([self.thaw, *arguments], env=self.environment, stdout=subprocess.DEVNULL,
                                stderr=subprocess.DEVNULL, start_new_session=True)


class Journey:
    def __init__(self, options, top):
        self.top, self.options = top, options
        self.pictures = options.pictures
        self.log = os.path.join(top, "window.log")
        self.waits = os.path.join(top, "main-thread.log")
        self.home = os.path.join(top, "home")
        if options.home:
            shutil.copytree(options.home, self.home)
        self.program = self._beside_an_engine()
        self.environment = {"THAW_DATA": os.path.join(top, "none"), "XDG_DATA_HOME": os.path.join(top, "share"),
                            "XDG_CONFIG_HOME": os.path.join(top, "config"), "XDG_CACHE_HOME": os.path.join(top, "cache"),
                            "HOME": top, "LC_ALL": "", "LANG": "C.UTF-8", "LANGUAGE": "en", "G_DEBUG": ""}
        drive.furnish(self.environment["XDG_CONFIG_HOME"])
        self.store = Store(options.thaw, self.home, self.environment)
        self.window = self.list = None
        self.read_of, self.unreadable = {}, []
        self.stack = contextlib.ExitStack()

    def _beside_an_engine(self):
        """The window looks for `thaw` beside itself: there it finds the real one, only with a shorter first run, which is let
        go by little steps until the journey has seen it train."""
        folder = os.path.join(self.top, "bin")
        os.mkdir(folder)
        program = shutil.copy(self.options.workbench, os.path.join(folder, "thaw-workbench"))
        short = "" if self.options.whole else "--set epochs=%d --set freeze.epochs=4" % EPOCHS
        with open(os.path.join(folder, "thaw"), "w", encoding="utf-8") as f:
            f.write(ENGINE % {"thaw": json.dumps(os.path.abspath(self.options.thaw)), "short": short,
                              "seen": json.dumps(self._seen())})
            os.fchmod(f.fileno(), 0o755)
        return program

    def _seen(self):
        return os.path.join(self.top, "seen")

    def let_go(self):
        """The first run was seen to train: from now on as fast as it can."""
        with open(self._seen(), "w", encoding="utf-8"):
            pass

    # --- the window's life ---

    def open(self, **more):
        environment = dict(self.environment, THAW_HOME=self.home, **more)
        if self.options.main_shim:
            environment.update(LD_PRELOAD=self.options.main_shim, THAW_MAIN_LOG=self.waits, THAW_MAIN_PROGRAM="thaw-workbench")
        window = drive.Window([self.program], "thaw-workbench", environment, self.log)
        self.window, self.list = self.stack.enter_context(window), None
        return self.window

    def close(self):
        self.stack.close()

    def shot(self, name, whole=False):
        self.window.shot(os.path.join(self.pictures, name + ".png"), whole)

    def read(self, view, charts=()):
        """What a screen reader meets: every control has a role and a name, every chart its sentence. What is wrong is kept for
        the end, so that the journey finds all of it."""
        tops = self.window.tops()
        controls, wrong = tree.read(tops, charts)
        with open(os.path.join(self.pictures, view + ".txt"), "w", encoding="utf-8") as f:
            f.write("\n".join(self.window.tree(tops)) + "\n")
        self.read_of[view] = controls
        for line in wrong:
            if not any(line in known for known in self.unreadable):
                self.unreadable.append("view '%s': %s" % (view, line))
                tell(self.unreadable[-1])

    def until(self, condition, what, seconds=None):
        return self.window.until(condition, what, seconds or 3 * drive.PATIENCE)

    # --- what the window says ---

    def row(self, name, *words):
        """The row of a run that says these words."""
        def found():
            return next((n for n in self.items() if n.name.startswith(name + ",") and all(w in n.name for w in words)), None)
        return self.until(found, "a row '%s' with %s" % (name, words or "anything"))

    def select(self, name):
        """Opens a run. Rows move while runs come and end: a click that met another one is made again."""
        def opened():
            if self.window.title() == name:
                return True
            self.window.click(self.row(name))
            return self.window.title() == name
        self.until(opened, "the page of '%s'" % name)

    def select_in_list(self, name):
        """Opens a run and gives the list the keys."""
        self.select(name)
        self.window.click(self.row(name))
        self.until(lambda: self.window.title() == name, "the page of '%s'" % name)

    def items(self):
        """The list's rows. It alone is read: it stays the same as long as its window."""
        if self.list is None or not self.window.again_read(self.list):
            self.list = next(iter(self.window.all("list", "Runs")), None)
        return self.window.all("list item", within=self.list) if self.list else []

    def rows(self):
        return [n.name.split(",")[0] for n in self.items()]

    def says(self, text, role="label"):
        return self.until(lambda: next(iter(self.window.all(role, text)), None), "the words '%s'" % text)

    def chart(self, name):
        """What a chart tells of itself."""
        return self.window.find("image", name).description

    def grows(self, name):
        """Waits until a chart's curve has gone on by itself."""
        chart = self.window.find("image", name)
        before = self.until(lambda: next((d for d in [chart.description_now()] if "starts at" in d), None), "a curve in '%s'" % name)
        self.until(lambda: chart.description_now() != before, "a curve of '%s' that goes on growing" % name)

    def labels(self, within=None):
        return [n.name for n in self.window.all("label", within=within)]

    def field(self, role, name):
        """A field of the form on the screen."""
        return self.window.bring(self.until(lambda: next((n for n in self.window.all(role) if n.name.startswith(name)), None),
                                            "%s '%s'" % (role, name)))

    def fill(self, role, name, text):
        field = self.field(role, name)
        self.window.click(field, fx=0.2)
        self.window.key("ctrl+a")
        self.window.type(text)
        self.until(lambda: field.text() == text, "'%s' in '%s'" % (text, name))
        self.window.key("Tab")

    # --- what the store says ---

    def reached(self, name, what, least):
        return self.until(lambda: (self.store.run(name) or {}).get(what, -1) >= least, "%s of '%s' at %s" % (what, name, least))

    def goes_on(self, name):
        """Waits until a run has trained further than it has now."""
        self.reached(name, "steps_done", self.store.run(name)["steps_done"] + 1)

    def in_state(self, name, *states):
        self.until(lambda: self.store.state(name) in states, "'%s' in state %s" % (name, " or ".join(states)))

    # --- files ---

    def about_to_choose(self):
        self.windows_before = len(self.window.tops())

    def choose_file(self, path, button):
        """Types a path into the toolkit's chooser."""
        window = self.window
        self.until(lambda: len(window.tops()) > self.windows_before, "a file chooser")
        window.find("push button", button)
        window.key("ctrl+l" if button == "Choose" else "ctrl+a")
        window.type(path)
        self.until(lambda: any(n.text() == path for n in window.all("text")), "the path in the chooser")
        window.key("Return")
        self.until(lambda: len(window.tops()) == self.windows_before, "the chooser gone")


def steps_of(options):
    return story.STEPS + looks.steps(options.locale) + [story.quit_while_training]


def complains(line):
    return any(w in line for w in ("CRITICAL", "WARNING", "ERROR:", "runtime error")) and \
        not any(n in line for n in NOISE)


def complaints(log):
    """What the toolkit or a sanitizer said in the window's log."""
    with open(log, encoding="utf-8", errors="replace") as f:
        return [line for line in (l.rstrip() for l in f) if complains(line)]


def tell(*lines):
    """For whoever reads the protocol of the steps (TAP)."""
    for line in "\n".join(lines).splitlines():
        print("# " + line, flush=True)


def fail(journey, words):
    """What there was to see when a step failed."""
    tell("FAILED at: " + words, traceback.format_exc())
    with contextlib.suppress(Exception):
        journey.shot("failure", whole=True)
        tell("as it looked: " + os.path.join(journey.pictures, "failure.png"), *journey.window.tree())
    with contextlib.suppress(Exception):
        tell(journey.store.ask("runs"))


def end(journey):
    """Leaves nobody training."""
    with contextlib.suppress(Exception):
        journey.close()
    with contextlib.suppress(Exception):
        for run in journey.store.runs():
            if run["state"] in ("queued", "running", "paused", "starting"):
                with contextlib.suppress(AssertionError):
                    journey.store.ask("stop", run["id"])
        if journey.options.keep:
            shutil.copytree(journey.home, journey.options.keep)


def step(journey, number, function):
    words, at, done = function.__name__.replace("_", " "), time.monotonic(), False
    try:
        with drive.no_longer_than(STEP_S):
            function(journey)
        done = True
    except Exception:
        fail(journey, words)
    print("%sok %d - %s: %.1f s" % ("" if done else "not ", number, words, time.monotonic() - at), flush=True)
    return done


TOOLKITS_OWN = ("g_bookmark_file_to_file",)  # GTK's file chooser keeps its list of recent files from there


def waited(path):
    """What the main thread did that may wait: the call, and where it came from, innermost first."""
    try:
        with open(path, encoding="utf-8", errors="replace") as f:
            calls = re.split(r"\n(?=\w+\n)", f.read().strip())
    except FileNotFoundError:
        return []
    return ["; ".join(call.split("\n")[:12]) for call in calls if call and not any(own in call for own in TOOLKITS_OWN)]


def travel(options, top):
    journey = Journey(options, top)
    begun, steps = time.monotonic(), steps_of(options)
    if options.first:
        names = [f.__name__ for f in steps]
        if options.first not in names:
            sys.exit("no step '%s': %s" % (options.first, ", ".join(names)))
        steps = steps[names.index(options.first):]
    print("1..%d" % (len(steps) + 3))
    with drive.Desk():
        try:
            if options.first:
                journey.open()
            arrived = all(step(journey, number, function) for number, function in enumerate(steps, 1))
        finally:
            end(journey)
    bad, waits = complaints(journey.log), waited(journey.waits)
    tell(*bad, *waits)
    tell(*("read: %-16s %3d controls" % read for read in journey.read_of.items()))
    if not arrived:
        return 1
    print("%sok %d - each control of %d views has a role and a name, each chart its sentence" %
          ("not " if journey.unreadable else "", len(steps) + 1, len(journey.read_of)))
    print("%sok %d - the toolkit has nothing to complain of" % ("not " if bad else "", len(steps) + 2))
    print("%sok %d - the main thread waits for no disk and no lock%s" % (
        "not " if waits else "", len(steps) + 3, "" if options.main_shim else " # SKIP nothing is preloaded"))
    tell("the whole journey: %.0f s; pictures in %s" % (time.monotonic() - begun, options.pictures))
    return 1 if bad or waits or journey.unreadable else 0


def main():
    here = os.path.dirname(os.path.abspath(__file__))
    parser = argparse.ArgumentParser()
    parser.add_argument("workbench")
    parser.add_argument("thaw")
    parser.add_argument("drag_source")
    parser.add_argument("--pictures")
    parser.add_argument("--whole", action="store_true")
    parser.add_argument("--from", dest="first", metavar="STEP")
    parser.add_argument("--home")
    parser.add_argument("--keep", metavar="HOME")
    parser.add_argument("--locale", default=os.environ.get("THAW_LOCALEDIR"))
    parser.add_argument("--main-shim", default=os.environ.get("THAW_MAIN_SHIM"))
    parser.add_argument("--sample", default=os.path.join(here, "..", "..", "resources", "sample"))
    options = parser.parse_args()
    why = drive.why_not()
    if why:
        print("1..0 # SKIP %s" % why)
        return 0
    options.pictures = options.pictures or os.path.join(os.path.dirname(os.path.abspath(options.workbench)), "journey")
    os.makedirs(options.pictures, exist_ok=True)
    for name in ("GTK_A11Y", "THAW_LOCALEDIR", "G_DEBUG"):
        os.environ.pop(name, None)
    top = tempfile.mkdtemp(prefix="thaw-journey-")
    try:
        return travel(options, top)
    finally:
        shutil.rmtree(top, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
