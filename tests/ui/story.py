# SPDX-License-Identifier: GPL-3.0-or-later
"""What happens in the journey, step by step. Each takes the journey; what it waits for is a condition, never a time."""
import contextlib
import gzip
import json
import os
import shutil
import signal
import struct
import subprocess
import zlib

import drive
import tree

LONG = 400  # epochs of runs that must not end by themselves


def write_png(path, side, grey):
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    rows = b"".join(b"\0" + grey[y * side:(y + 1) * side] for y in range(side))
    with open(path, "wb") as f:
        f.write(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)) +
                chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))


# --- First start ---

def welcome(self):
    window = self.open()
    for name in ("Try a One-Minute Run", "Open a", "Import Data"):
        window.find("push button", name)
    assert self.store.runs() == [], "a first start has no runs"
    self.shot("01-welcome")
    self.read("welcome")


def one_minute_run(self):
    self.window.click("push button", "Try a One-Minute Run")
    self.in_state("First run", "starting", "running")
    self.row("First run", "running", "MobileNetV3-Small")
    self.window.find("push button", "Pause")
    self.says("Epoch ")
    run = self.store.run("First run")
    assert run["data_title"] == "Fashion-MNIST sample" and run["model"] == "mobilenet_v3_small", run


def curves_grow(self):
    self.grows("Iteration Loss")
    self.grows("Accuracy")
    assert "validation starts at" in self.chart("Accuracy"), self.chart("Accuracy")
    assert self.store.state("First run") == "running", "the run ended before its curves were seen to grow"
    self.shot("02-running")
    self.read("running", tree.CHARTS)
    self.let_go()


# --- A second run, set up while the first one trains ---

def draft(self):
    window = self.window
    window.key("ctrl+n")
    self.until(lambda: window.title() == "New Run", "the page of a draft")
    window.menu("Start From", "One minute on the built-in sample")
    self.until(lambda: window.find("text", "Name of the experiment").text() == "One minute on the built-in sample",
               "the preset's name in the form")
    choose_backbone(self, "ResNet18")
    self.fill("spin button", "Epochs", str(LONG))
    self.fill("text", "Name of the experiment", "Larger")
    self.shot("03-draft")
    self.read("draft")


def press(self, field, done, what):
    """Clicks a button of the form until it has done something: the page may still have moved under the pointer."""
    def pressed():
        self.window.click(field())
        with contextlib.suppress(drive.Missing):
            return self.window.until(done, what, seconds=5) or True
    self.until(pressed, what)


def choose_backbone(self, name):
    window = self.window
    press(self, lambda: self.field("push button", name),
          lambda: any(window.find("push button", name).has(s) for s in ("CHECKED", "PRESSED")), name + " chosen")


def fix(self, remedy):
    window = self.window
    window.click("push button", "finding")
    press(self, lambda: self.field("push button", remedy), lambda: not window.all("push button", remedy), "end of '%s'" % remedy)


def findings_fixed(self):
    """A backbone that no starter weights come with cannot start; random weights learn nothing while frozen."""
    choose_backbone(self, "ShuffleNetV2 ×0.5")
    fix(self, "Begin With Random Weights")
    choose_backbone(self, "ResNet18")
    fix(self, "Do Not Freeze")
    self.shot("04-check")


def second_run(self):
    self.window.click(next(n for n in self.window.all("push button", "Start") if n.name == "Start"))
    self.until(lambda: len(self.store.runs()) == 2, "a second run in the store")
    run = next(r for r in self.store.runs() if r["model"] == "resnet18")
    recipe = run["recipe"]
    assert run["name"] == "Larger" and recipe["epochs"] == LONG, (run["name"], recipe["epochs"])
    assert recipe["freeze"]["epochs"] == 0, recipe["freeze"]
    self.row("Larger", "ResNet18")


def first_run_ends(self):
    self.select("First run")
    self.in_state("First run", "finished")
    run = self.store.run("First run")
    self.row("First run", "finished", "%.1f %%" % (100 * run["best_accuracy"]))
    self.says("best %.2f %%" % (100 * run["best_accuracy"]))
    assert run["epochs_done"] == run["epochs"] and run["best_accuracy"] > 0.2, run["best_accuracy"]
    self.shot("05-finished")
    self.read("finished", tree.CHARTS)


def second_run_follows(self):
    self.select("Larger")
    self.in_state("Larger", "running")
    self.row("Larger", "running")
    self.grows("Iteration Loss")
    self.reached("Larger", "epochs_done", 1)
    assert self.store.run("Larger")["attempt"] == 1


# --- Pausing ---

def pause_and_resume(self):
    window = self.window
    window.click("push button", "Pause")
    self.in_state("Larger", "paused")
    self.row("Larger", "paused")
    window.find("push button", "Resume")
    steps_done = self.store.run("Larger")["steps_done"]
    self.shot("06-paused")
    assert self.store.run("Larger")["steps_done"] == steps_done, "a paused run goes on"
    window.key("ctrl+shift+r")
    self.in_state("Larger", "running")
    self.row("Larger", "running")
    self.reached("Larger", "steps_done", steps_done + 1)
    kinds = [e["kind"] for e in self.store.show("Larger")["events"]]
    assert "paused" in kinds and kinds.index("paused") < len(kinds) - 1, kinds


# --- Closing ---

def is_as_left(self, run):
    """The window shows a run that trains, and nobody started it anew."""
    self.row("Larger", "running")
    self.select("Larger")
    self.window.find("push button", "Pause")
    assert self.store.run("Larger")["attempt"] == run["attempt"], "somebody started the run anew"
    self.grows("Iteration Loss")


def closed_and_reopened(self):
    """By hand: the process stays without a window until the run ends, and shows one again when it is started again."""
    window, run = self.window, self.store.run("Larger")
    window.key("ctrl+w")
    self.until(lambda: not window.all("frame"), "the window gone")
    assert window.process.poll() is None, "nobody is left to tell of the end"
    self.goes_on("Larger")
    window.again()
    is_as_left(self, run)


def killed_and_reopened(self):
    run = self.store.run("Larger")
    self.window.end(signal.SIGKILL)
    self.close()
    drive.until(lambda: self.store.run("Larger")["steps_done"] > run["steps_done"], "the run goes on without its window")
    assert self.store.state("Larger") == "running", "the run went with the window"
    self.open()
    is_as_left(self, run)


# --- The queue ---

def queue(self):
    """One trains at a time: the next waits, and follows when the first is stopped."""
    window = self.window
    self.select("First run")
    window.key("ctrl+u")
    self.says("Draft")
    self.fill("spin button", "Epochs", "3")
    self.fill("text", "Name of the experiment", "Again")
    window.key("ctrl+Return")
    self.row("Again", "queued")
    self.select("Again")
    self.says("Next in the queue")
    assert self.store.run("Again")["recipe"]["epochs"] == 3
    self.shot("07-queued")
    self.read("queued")
    self.select("Larger")
    window.click("push button", "Stop")
    self.in_state("Larger", "stopped")
    self.row("Larger", "stopped")
    self.in_state("Again", "finished")
    self.row("Again", "finished")


# --- A run of the terminal ---

def from_the_terminal(self):
    process = self.store.start("train", "--preset", "one-minute-sample", "--name", "By hand", "--set", "epochs=%d" % LONG,
                               "--set", "freeze.epochs=2")
    self.row("By hand", "running")
    self.select("By hand")
    self.grows("Iteration Loss")
    self.grows("Accuracy")
    self.window.click("push button", "Stop")
    self.in_state("By hand", "stopped")
    self.row("By hand", "stopped")
    drive.until(lambda: process.poll() is not None, "the terminal's engine ends")


# --- The list ---

def filter_rows(self):
    window = self.window
    window.key("ctrl+f")
    window.type("resnet")
    self.until(lambda: self.rows() == ["Larger"], "one row that the filter leaves")
    self.shot("08-filter")
    window.key("ctrl+a")
    window.type("nobody")
    self.says("No Runs Found")
    self.read("filter")
    window.key("Escape")
    self.until(lambda: len(self.rows()) == 4, "all rows again")


def rename(self):
    window = self.window
    self.select_in_list("By hand")
    window.key("F2")
    window.find("text", "Name")
    self.read("renaming")
    window.key("ctrl+a")
    window.type("From the terminal")
    window.key("Return")
    self.row("From the terminal", "stopped")
    self.until(lambda: self.store.run("From the terminal") and not self.store.run("By hand"), "the name in the store")


def trash(self, name):
    self.select_in_list(name)
    self.window.key("Delete")
    self.until(lambda: not self.store.run(name), "'%s' out of the runs" % name)


def trash_and_undo(self):
    """Taken back by the toast's button, and by its key. A toast stays five seconds: on a slow machine it is asked for again."""
    window, name = self.window, "From the terminal"

    def taken_back_by_button():
        if self.store.run(name):
            trash(self, name)
        button = window.all("push button", "Undo")
        if not button:
            window.key("ctrl+z")
            return False
        window.click(button[0])
        return True
    self.until(taken_back_by_button, "a toast with Undo")
    self.until(lambda: self.store.run(name), "the run back in the store")
    self.row(name, "stopped")
    trash(self, name)
    self.until(lambda: name not in self.rows(), "the row gone")
    self.shot("09-trashed")
    window.key("ctrl+z")
    self.until(lambda: self.store.run(name), "the run back in the store")
    self.row(name, "stopped")


# --- Several runs ---

def comparison(self):
    window = self.window

    def both():
        if window.title() != "Comparison of 2 Runs":
            window.click(self.row("First run"))
            window.click(self.row("Larger"), modifier="ctrl")
        return window.title() == "Comparison of 2 Runs"
    self.until(both, "the comparison of two runs")
    self.says("Verdict")
    self.until(lambda: self.chart("Accuracy"), "a chart that compares")
    runs = json.loads(self.store.ask("compare", "First run", "Larger", "--json"))
    best = "%.2f" % (100 * max(r["best_accuracy"] for r in runs if r.get("best_accuracy") is not None))
    self.until(lambda: any(best in text for text in self.labels()), "the better accuracy, %s, in the table" % best)
    self.shot("10-comparison")
    self.read("comparison")


def copy_as_table(self):
    window = self.window
    window.bring("push button", "Export, table, copy")
    window.menu("Export, table, copy", "Markdown")
    window.key("ctrl+f")
    entry = window.find("entry", "Filter runs")
    rows = self.store.ask("compare", "Larger", "First run", "--format", "markdown").splitlines()[1:]
    assert any(line.startswith("| Test set") for line in rows), rows

    def pasted():
        window.key("ctrl+a", "ctrl+v")
        return all(line in entry.text() for line in rows)
    self.until(pasted, "the command line's table in the clipboard: %s" % rows)
    window.key("Escape")
    self.until(lambda: len(self.rows()) == 4, "all rows again")


# --- Files ---

def export_charts(self):
    window = self.window
    self.select("First run")
    path = os.path.join(self.top, "curves.png")
    self.about_to_choose()
    window.key("ctrl+e")
    self.choose_file(path, "Export")
    numbers = path[:-4] + ".csv"
    self.until(lambda: os.path.exists(path) and os.path.exists(numbers), "the exported files")
    with open(path, "rb") as f:
        head = f.read(24)
    width, height = struct.unpack(">II", head[16:24])
    assert head.startswith(b"\x89PNG") and width >= 600 and height > width / 2, (width, height)
    shutil.copy(path, os.path.join(self.pictures, "exported.png"))
    with open(numbers, encoding="utf-8") as f:
        lines = f.read().splitlines()
    assert len(lines) > self.store.run("First run")["steps_done"], len(lines)


def pictures_to_try(self):
    with gzip.open(os.path.join(self.options.sample, "t10k-images-idx3-ubyte.gz")) as f:
        good, bad = os.path.join(self.top, "piece.png"), os.path.join(self.top, "letter.png")
        write_png(good, 28, f.read()[16:16 + 784])
    with open(bad, "w", encoding="utf-8") as f:
        f.write("not a picture")
    return good, bad


def try_a_picture(self):
    window = self.window
    good, bad = pictures_to_try(self)
    window.key("ctrl+shift+p")
    window.find("push button", "Choose a Picture")
    self.read("picture")
    self.about_to_choose()
    window.click("push button", "Choose a Picture")
    self.choose_file(bad, "Choose")
    self.says("neither a PNG nor a JPEG")
    self.shot("11-wrong-picture", whole=True)
    best = json.loads(self.store.ask("predict", "First run", good, "--json"))[0]["classes"][0]["name"]
    self.about_to_choose()
    window.click("push button", "Choose Another")
    self.choose_file(good, "Choose")
    self.says("Most likely: %s" % best)
    self.shot("12-picture", whole=True)
    self.read("picture-answers")
    window.click("page tab", "Validation Samples")
    self.says("of 24 right")
    self.until(lambda: any(", First run: " in n.name for n in window.all("table cell")), "what the run says of each sample")
    self.shot("13-samples", whole=True)
    self.read("samples")
    window.key("Escape")
    window.gone("push button", "Choose Another")


def drop_a_picture(self):
    """From another program's window onto the run's page."""
    window = self.window
    good = os.path.join(self.top, "piece.png")
    source = subprocess.Popen([self.options.drag_source, good], env=dict(os.environ, **self.environment),
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        def dropped():
            if window.all("push button", "Choose Another"):
                return True
            window.drop_from(source.pid, self.says("best ", "label"))
            return window.all("push button", "Choose Another")
        self.until(dropped, "the window for pictures, opened by a drop")
        self.says("Most likely: ")
    finally:
        source.kill()
        source.wait()
    window.key("Escape")
    window.gone("push button", "Choose Another")


# --- Menus and dialogs ---

def menus(self):
    window = self.window
    for key, role, words, view in (("F10", "menu item", "About", "menu"), ("ctrl+question", "list item", "Move to trash", "shortcuts")):
        window.key(key)
        window.find(role, words)
        self.read(view)
        window.key("Escape")
        window.gone(role, words)


# --- The end ---

def quit_while_training(self):
    window = self.window
    process = self.store.start("train", "--preset", "one-minute-sample", "--name", "Last", "--set", "epochs=%d" % LONG)
    self.row("Last", "running")
    window.key("ctrl+q")
    drive.until(lambda: window.process.poll() is not None, "the window's process ends though a run trains")
    assert window.process.returncode == 0, "the window's process ended with %s" % window.process.returncode
    steps_done = self.store.run("Last")["steps_done"]
    assert self.store.state("Last") == "running"
    drive.until(lambda: self.store.run("Last")["steps_done"] > steps_done, "the run goes on without the window")
    self.store.ask("stop", "Last")
    drive.until(lambda: process.poll() is not None, "the engine ends")
    assert self.store.state("Last") == "stopped"


STEPS = [welcome, one_minute_run, curves_grow, draft, findings_fixed, second_run, first_run_ends, second_run_follows,
         pause_and_resume, closed_and_reopened, killed_and_reopened, queue, from_the_terminal, filter_rows, rename,
         trash_and_undo, comparison, copy_as_table, export_charts, try_a_picture, drop_a_picture, menus]
