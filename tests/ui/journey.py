#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The real window, driven from the first start to the last as a person would: pointer and keys of the X server, what is said
read from the accessibility tree, what is true read from the store.

  journey.py [--pictures FOLDER] [--whole] WORKBENCH THAW

Run it under tests/ui/with-display. The window finds an engine beside itself that shortens the one-minute run; --whole leaves
its length. Pictures of each state go to --pictures, THAW_TEST_PICTURES or a folder beside the program. Without what it needs
it says so and ends with 77. THAW_TEST_PATIENCE multiplies how long it waits, for slow builds and machines.
"""
import argparse
import contextlib
import gzip
import json
import os
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import time
import traceback
import zlib

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import drive  # noqa: E402

EPOCHS = 30  # of the first run, unless --whole
SCREENS = {"light": (1180, 760), "wide": (1560, 960), "small": (1024, 600), "narrow": (360, 700)}
NOISE = ("dbind-WARNING", "Openbox-Message", "Unable to acquire session bus", "xcompmgr")
steps = []


def step(function):
    steps.append(function)
    return function


def write_png(path, side, grey):
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    rows = b"".join(b"\0" + grey[y * side:(y + 1) * side] for y in range(side))
    with open(path, "wb") as f:
        f.write(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)) +
                chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))


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
        self.home = os.path.join(top, "home")
        self.program = self._beside_an_engine()
        self.environment = {"THAW_DATA": os.path.join(top, "none"), "XDG_DATA_HOME": os.path.join(top, "share"),
                            "XDG_CONFIG_HOME": os.path.join(top, "config"), "XDG_CACHE_HOME": os.path.join(top, "cache"),
                            "HOME": top, "LC_ALL": "", "LANG": "C.UTF-8", "LANGUAGE": "en", "G_DEBUG": ""}
        self.store = Store(options.thaw, self.home, self.environment)
        self.window = None
        self.stack = contextlib.ExitStack()

    def _beside_an_engine(self):
        """The window looks for `thaw` beside itself: there it finds the real one, only with a shorter first run."""
        folder = os.path.join(self.top, "bin")
        os.mkdir(folder)
        program = shutil.copy(self.options.workbench, os.path.join(folder, "thaw-workbench"))
        short = "" if self.options.whole else " --set epochs=%d --set freeze.epochs=6" % EPOCHS
        with open(os.path.join(folder, "thaw"), "w", encoding="utf-8") as f:
            f.write('#!/bin/bash\n'
                    'words=()\n'
                    'for word in "$@"; do\n'
                    '  case $word in one-minute|one-minute-sample) words+=(one-minute-sample%s) ;; *) words+=("$word") ;; esac\n'
                    'done\n'
                    'exec %s "${words[@]}"\n' % (short, json.dumps(os.path.abspath(self.options.thaw))))
            os.fchmod(f.fileno(), 0o755)
        return program

    # --- the window's life ---

    def open(self, **more):
        window = drive.Window([self.program], "thaw-workbench", dict(self.environment, THAW_HOME=self.home, **more), self.log)
        self.window = self.stack.enter_context(window)
        return self.window

    def close(self):
        self.stack.close()

    def shot(self, name):
        self.window.shot(os.path.join(self.pictures, name + ".png"))

    def until(self, condition, what, seconds=None):
        return self.window.until(condition, what, seconds or 120 * drive.PATIENCE / 30)

    # --- what the window says ---

    def row(self, name, *words):
        """The row of a run that says these words."""
        def found():
            for node in self.window.all("list item", name + ","):
                said = node.get_name()
                if said.startswith(name + ",") and all(w in said for w in words):
                    return node
            return None
        return self.until(found, "a row '%s' with %s" % (name, words or "anything"))

    def rows(self):
        return [n.get_name().split(",")[0] for n in self.window.all("list item", within=self.window.find("list", "Runs"))]

    def says(self, text, role="label"):
        return self.until(lambda: next(iter(self.window.all(role, text)), None), "the words '%s'" % text)

    def chart(self, name):
        """What a chart tells of itself."""
        return self.window.find("image", name).get_description()

    def labels(self, within=None):
        return [n.get_name() for n in self.window.all("label", within=within or self.window.root)]

    def reached(self, name, what, least):
        return self.until(lambda: (self.store.run(name) or {}).get(what, -1) >= least, "%s of '%s' at %s" % (what, name, least))

    def in_state(self, name, *states):
        self.until(lambda: self.store.state(name) in states, "'%s' in state %s" % (name, " or ".join(states)))

    def choose_file(self, path, button):
        """Types a path into the system's chooser."""
        window = self.window
        window.until(lambda: len(list(drive.children(window.root))) > self.windows_before, "a file chooser")
        chooser = window.find("push button", button)
        time.sleep(0.5)
        if button == "Choose":
            window.key("ctrl+l")
        else:
            window.key("ctrl+a")
        window.type(path)
        self.until(lambda: any(drive.text_of(n) == path for n in window.all("text")), "the path in the chooser")
        del chooser
        window.key("Return")

    def about_to_choose(self):
        self.windows_before = len(list(drive.children(self.window.root)))


# --- First start ---

@step
def welcome(self):
    window = self.open()
    for name in ("Try a One-Minute Run", "Open a", "Import Data"):
        window.find("push button", name)
    assert self.store.runs() == [], "a first start has no runs"
    self.shot("01-welcome")


@step
def one_minute_run(self):
    self.window.click("push button", "Try a One-Minute Run")
    self.row("First run")
    self.in_state("First run", "starting", "running")
    run = self.store.run("First run")
    assert run["data_title"] == "Fashion-MNIST sample" and run["model"] == "mobilenet_v3_small", run
    self.window.find("push button", "Pause")
    self.row("First run", "running", "MobileNetV3-Small")


@step
def curves_grow(self):
    self.reached("First run", "epochs_done", 2)
    before = self.until(lambda: "validation" in (self.chart("Accuracy") or "") and self.chart("Accuracy"), "a validation curve")
    iterations = self.chart("Iteration Loss")
    self.says("Epoch ")
    self.until(lambda: self.chart("Accuracy") != before and self.chart("Iteration Loss") != iterations,
               "charts that go on growing")
    self.shot("02-running")


@step
def pause_and_resume(self):
    window = self.window
    window.click("push button", "Pause")
    self.in_state("First run", "paused")
    self.row("First run", "paused")
    window.find("push button", "Resume")
    steps_done = self.store.run("First run")["steps_done"]
    self.shot("03-paused")
    assert self.store.run("First run")["steps_done"] == steps_done, "a paused run goes on"
    window.key("ctrl+shift+r")
    self.in_state("First run", "running")
    self.row("First run", "running")
    self.reached("First run", "steps_done", steps_done + 1)
    kinds = [e["kind"] for e in self.store.show("First run")["events"]]
    assert "paused" in kinds and kinds.index("paused") < len(kinds) - 1, kinds


@step
def killed_and_reopened(self):
    self.window.end(signal.SIGKILL)
    self.close()
    run = self.store.run("First run")
    assert run["state"] == "running", "the run went with the window: %s" % run["state"]
    window = self.open()
    self.row("First run", "running")
    window.find("push button", "Pause")
    now = self.store.run("First run")
    assert now["attempt"] == run["attempt"], "somebody started the run anew"
    self.reached("First run", "steps_done", run["steps_done"] + 1)
    before = self.until(lambda: self.chart("Accuracy"), "the curves of the run that goes on")
    self.until(lambda: self.chart("Accuracy") != before, "curves that grow in the new window")


# --- A second run, set up while the first one trains ---

@step
def draft(self):
    window = self.window
    window.key("ctrl+n")
    self.says("Draft of a New Run")
    window.find("push button", "findings")
    window.click("push button", "GtkMenuButton")
    window.click("menu item", "One minute on the built-in sample")
    window.find("text", "Name of the experiment")
    self.until(lambda: drive.text_of(window.find("text", "Name of the experiment")) == "One minute on the built-in sample",
               "the preset's name in the form")
    window.click(window.bring("push button", "ResNet18"))
    self.until(lambda: drive.has_state(window.find("push button", "ResNet18"), "CHECKED") or
               drive.has_state(window.find("push button", "ResNet18"), "PRESSED"), "ResNet18 chosen")
    epochs = next(n for n in window.all("spin button") if n.get_name().startswith("Epochs"))
    window.click(window.bring(epochs), fx=0.2)
    window.key("ctrl+a")
    window.type("2")
    window.key("Tab")
    name = window.bring("text", "Name of the experiment")
    window.click(name)
    window.key("ctrl+a")
    window.type("Larger")
    window.key("Return")
    self.shot("04-draft")


@step
def finding_fixed(self):
    window = self.window
    window.click("push button", "finding")
    fix = window.find("push button", "Hold Statistics")
    window.click(window.bring(fix))
    window.gone("push button", "Hold Statistics")
    self.shot("05-check")


@step
def second_run(self):
    self.window.click("push button", "Start")
    self.until(lambda: len(self.store.runs()) == 2, "a second run in the store")
    run = next(r for r in self.store.runs() if r["model"] == "resnet18")
    recipe = run["recipe"]
    assert run["name"] == "Larger" and recipe["epochs"] == 2, (run["name"], recipe["epochs"])
    assert recipe["freeze"]["batch_norm"] != "update", recipe["freeze"]
    self.row("Larger", "ResNet18")
    if self.store.state("First run") == "running":
        self.row("Larger", "queued")
        self.says("Next in the queue")


@step
def filter_rows(self):
    window = self.window
    window.key("ctrl+f")
    window.type("mobile")
    self.until(lambda: self.rows() == ["First run"], "one row that the filter leaves")
    self.shot("06-filter")
    window.key("ctrl+a")
    window.type("nobody")
    self.says("No Runs Found")
    window.key("Escape")
    self.until(lambda: len(self.rows()) == 2, "all rows again")


@step
def first_run_ends(self):
    self.window.click(self.row("First run"))
    self.in_state("First run", "finished")
    run = self.store.run("First run")
    self.row("First run", "finished", "%.1f %%" % (100 * run["best_accuracy"]))
    self.says("best %.2f %%" % (100 * run["best_accuracy"]))
    assert run["epochs_done"] == run["epochs"] and run["best_accuracy"] > 0.2, run["best_accuracy"]
    self.shot("07-finished")


@step
def second_run_follows(self):
    self.in_state("Larger", "running", "finished")
    self.window.click(self.row("Larger"))
    self.in_state("Larger", "finished")
    self.row("Larger", "finished")
    assert self.store.run("Larger")["attempt"] == 1


# --- A run of the terminal ---

@step
def from_the_terminal(self):
    process = self.store.start("train", "--preset", "one-minute-sample", "--name", "By hand", "--set", "epochs=4",
                               "--set", "freeze.epochs=2")
    self.row("By hand", "running")
    self.window.click(self.row("By hand"))
    self.until(lambda: "validation" in (self.chart("Accuracy") or ""), "its curves")
    assert process.wait(300 * drive.PATIENCE / 30) == 0
    self.row("By hand", "finished")
    assert self.store.state("By hand") == "finished"


# --- Several runs ---

@step
def comparison(self):
    window = self.window
    window.click(self.row("First run"))
    window.click(self.row("Larger"), modifier="ctrl")
    self.says("Comparison of 2 Runs")
    window.find("image", "Accuracy")
    table = json.loads(self.store.ask("compare", "First run", "Larger", "--json"))
    best = "%.2f" % (100 * max(r["best_accuracy"] for r in table if r.get("best_accuracy") is not None))
    self.until(lambda: any(best in text for text in self.labels()), "the better accuracy, %s, in the table" % best)
    self.shot("08-comparison")


@step
def copy_as_table(self):
    window = self.window
    window.click(window.bring("push button", "Export, table, copy"))
    window.click("menu item", "Markdown")
    self.says("Table copied")
    window.key("ctrl+f")
    window.key("ctrl+v")
    entry = window.find("text", "Filter runs")
    pasted = self.until(lambda: drive.text_of(entry), "the table in the clipboard")
    window.key("Escape")
    expected = self.store.ask("compare", "First run", "Larger", "--format", "markdown")
    cells = [c.strip() for c in expected.splitlines()[0].split("|") if c.strip()]
    assert all(c in pasted for c in cells), "%r holds not all of %r" % (pasted, cells)


# --- Files ---

@step
def export_charts(self):
    window = self.window
    window.click(self.row("First run"))
    self.until(lambda: "First run" in window.frame.get_name(), "the first run alone")
    path = os.path.join(self.top, "curves.png")
    self.about_to_choose()
    window.key("ctrl+e")
    self.choose_file(path, "Export")
    numbers = path[:-4] + ".csv"
    self.until(lambda: os.path.exists(path) and os.path.exists(numbers), "the exported files")
    self.says("Saved as curves.png")
    with open(path, "rb") as f:
        head = f.read(24)
    width, height = struct.unpack(">II", head[16:24])
    assert head.startswith(b"\x89PNG") and width >= 600 and height > width / 2, (width, height)
    shutil.copy(path, os.path.join(self.pictures, "exported.png"))
    with open(numbers, encoding="utf-8") as f:
        lines = f.read().splitlines()
    assert len(lines) > self.store.run("First run")["steps_done"], len(lines)


@step
def try_a_picture(self):
    window = self.window
    with gzip.open(os.path.join(self.options.sample, "t10k-images-idx3-ubyte.gz")) as f:
        good, bad = os.path.join(self.top, "piece.png"), os.path.join(self.top, "letter.png")
        write_png(good, 28, f.read()[16:16 + 784])
    with open(bad, "w", encoding="utf-8") as f:
        f.write("not a picture")
    window.key("ctrl+shift+p")
    window.find("push button", "Choose a Picture")
    for path, button in ((bad, "Choose a Picture"), (good, "Choose Another")):
        self.about_to_choose()
        window.click("push button", button)
        self.choose_file(path, "Choose")
        if path == bad:
            self.says("neither a PNG nor a JPEG")
            self.shot("09-wrong-picture")
    best = json.loads(self.store.ask("predict", "First run", good, "--json"))[0]["classes"][0]["name"]
    self.says("Most likely: %s" % best)
    self.shot("10-picture")
    window.key("Escape")
    window.gone("push button", "Choose Another")


# --- The list ---

@step
def rename(self):
    window = self.window
    window.click(self.row("By hand"))
    window.key("F2")
    window.find("text", "Name")
    window.key("ctrl+a")
    window.type("From the terminal")
    window.key("Return")
    self.row("From the terminal", "finished")
    self.until(lambda: self.store.run("From the terminal") and not self.store.run("By hand"), "the name in the store")


@step
def trash_and_undo(self):
    window = self.window
    window.click(self.row("From the terminal"))
    window.key("Delete")
    self.says("moved to the trash")
    self.until(lambda: "From the terminal" not in self.rows(), "the row gone")
    assert not self.store.run("From the terminal"), "the store has it among the runs still"
    self.shot("11-trashed")
    window.click("push button", "Undo")
    self.row("From the terminal", "finished")
    self.until(lambda: self.store.run("From the terminal"), "the run back in the store")


# --- Looks ---

@step
def looks(self):
    views = {"curves": ("First run", None), "recipe": ("First run", "ctrl+1"), "comparison": (None, None), "draft": (None, "ctrl+n")}
    variants = [(name, {}, size) for name, size in SCREENS.items()]
    variants += [("dark", {"ADW_DEBUG_COLOR_SCHEME": "prefer-dark"}, SCREENS["light"]),
                 ("contrast", {"ADW_DEBUG_HIGH_CONTRAST": "1"}, SCREENS["light"])]
    if self.options.locale:
        variants += [("zh-cn", {"LANGUAGE": "zh_CN", "THAW_LOCALEDIR": self.options.locale}, SCREENS["light"]),
                     ("zh-cn-narrow", {"LANGUAGE": "zh_CN", "THAW_LOCALEDIR": self.options.locale}, SCREENS["narrow"])]
    for name, environment, size in variants:
        self.close()
        window = self.open(**environment)
        self.row_anywhere()
        window.resize(*size)
        for view, (run, key) in views.items():
            if not self.go_to(view, run, key, size[0] < 700):
                continue
            self.shot("look-%s-%s" % (name, view))
    self.close()
    self.open()


def row_anywhere(self):
    return self.until(lambda: self.window.all("list item"), "any row")


def go_to(self, view, run, key, narrow):
    """Brings a view to the screen; in a narrow window the list lies over it until it is put away."""
    window = self.window
    if view == "comparison" and narrow:
        return False
    first = lambda: self.until(lambda: [n for n in window.all("list item") if n.get_name().startswith("First run")],
                               "the row of the first run")[0]
    if view == "comparison":
        window.click(first())
        window.click([n for n in window.all("list item") if n.get_name().startswith("Larger")][0], modifier="ctrl")
        self.until(lambda: len(window.all("image")) > 3, "charts that compare")
    elif run is not None and not narrow:
        window.click(first())
    if key:
        window.key(key)
    if view == "curves":
        window.key("ctrl+2")
        self.until(lambda: len([n for n in window.all("image") if n.get_description()]) >= 4, "charts")
    elif view == "recipe":
        self.until(lambda: window.all("push button", "ResNet18"), "the recipe")
    elif view == "draft":
        self.until(lambda: window.all("spin button"), "the form")
    time.sleep(1)
    return True


Journey.row_anywhere, Journey.go_to = row_anywhere, go_to


# --- The end ---

@step
def quit_while_training(self):
    window = self.window
    process = self.store.start("train", "--preset", "one-minute-sample", "--name", "Last", "--set", "epochs=40")
    self.row("Last", "running")
    window.key("ctrl+q")
    self.until(lambda: not window.all("frame"), "the window gone")
    steps_done = self.store.run("Last")["steps_done"]
    assert self.store.state("Last") == "running"
    drive.until(lambda: self.store.run("Last")["steps_done"] > steps_done, "the run goes on without the window")
    self.store.ask("stop", "Last")
    process.wait(120)
    status = window.process.wait(60)
    assert status == 0, "the window's process ended with %s" % status
    assert self.store.state("Last") == "stopped"


def complaints(log):
    """What the toolkit or a sanitizer said in the window's log."""
    with open(log, encoding="utf-8", errors="replace") as f:
        return [l.rstrip() for l in f
                if any(w in l for w in ("CRITICAL", "WARNING", "ERROR:", "runtime error")) and not any(n in l for n in NOISE)]


def travel(options, top):
    journey = Journey(options, top)
    begun = time.monotonic()
    with drive.Desk():
        try:
            for number, function in enumerate(steps, 1):
                at = time.monotonic()
                function(journey)
                print("ok %2d  %-22s %5.1f s" % (number, function.__name__.replace("_", " "), time.monotonic() - at), flush=True)
        except BaseException:
            traceback.print_exc()
            print("FAILED at: %s" % function.__name__.replace("_", " "), flush=True)
            with contextlib.suppress(Exception):
                journey.shot("failure")
                print("\n".join(line for node in drive.children(journey.window.root) for line in journey.window.tree(node)))
            with contextlib.suppress(Exception):
                print(journey.store.ask("runs"))
            return 1
        finally:
            with contextlib.suppress(Exception):
                journey.close()
            with contextlib.suppress(Exception):
                for run in journey.store.runs():
                    if run["state"] in ("running", "paused", "starting"):
                        journey.store.ask("stop", run["id"])
            bad = complaints(journey.log)
            for line in bad:
                print("log: " + line)
    print("the whole journey: %.0f s; pictures in %s" % (time.monotonic() - begun, options.pictures))
    return 1 if bad else 0


def main():
    here = os.path.dirname(os.path.abspath(__file__))
    parser = argparse.ArgumentParser()
    parser.add_argument("workbench")
    parser.add_argument("thaw")
    parser.add_argument("--pictures", default=os.environ.get("THAW_TEST_PICTURES"))
    parser.add_argument("--whole", action="store_true")
    parser.add_argument("--locale", default=os.environ.get("THAW_LOCALEDIR"))
    parser.add_argument("--sample", default=os.path.join(here, "..", "..", "resources", "sample"))
    options = parser.parse_args()
    why = drive.why_not()
    if why:
        print("SKIP: %s" % why)
        return drive.SKIP
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
