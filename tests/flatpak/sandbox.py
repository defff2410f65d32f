#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The essential part of the journey with an installed Flatpak: the real window inside its sandbox, driven by pointer and keys.

  sandbox.py --id ID --home HOME --pictures FOLDER

Run it under tests/ui/with-display, with FLATPAK_USER_DIR the installation and, for files through the desktop's chooser,
THAW_TEST_RUNTIME_DIR the folder that a login makes (/run/user/UID). HOME is what the application sees; the desktop around it
has another, so that what it writes is not taken for the application's.

From the first start, without a network: the one-minute run at its full length, whose window is closed, quit and started anew
while it trains, and whose sandbox is killed once; then its result and what it says of pictures are looked at. `thaw` is asked in
sandboxes of its own, which see nothing of the others but the files: what it says of a run is what locks tell. It says TAP.
"""
import argparse
import contextlib
import os
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "ui"))
import drive  # noqa: E402
import journey  # noqa: E402
import story  # noqa: E402
import tree  # noqa: E402

RUN = "First run"
PORTAL = "xdg-desktop-portal-gtk"
STEP_S = 1200 * drive.SLOWNESS  # the one-minute run on a machine with other things to do


class Window(drive.Window):
    """A window whose process has another number inside than outside, and whose accessibility comes over flatpak's proxy."""

    def _application(self):
        return self.bus.application_named(self.name)

    def _windows(self):
        done = subprocess.run(["xdotool", "search", "--onlyvisible", "--class", self.name], capture_output=True, text=True,
                              timeout=drive.COMMAND_S)
        return done.stdout.split()

    def _has_keys(self):
        active = subprocess.run(["xdotool", "getactivewindow"], capture_output=True, text=True).stdout.strip()
        return active in self._windows()


class Store(journey.Store):
    """What the command line says in a sandbox of its own."""

    def __init__(self, command, environment):
        self.command, self.environment = command, dict(os.environ, **environment)

    def ask(self, *arguments):
        done = subprocess.run([*self.command, *arguments], env=self.environment, capture_output=True, text=True)
        assert done.returncode == 0, "thaw %s: %s" % (" ".join(arguments), done.stderr)
        return done.stdout


class Journey(journey.Journey):
    def __init__(self, options, top):
        self.id, self.top, self.pictures = options.id, top, options.pictures
        self.options = options
        self.log, self.calls = os.path.join(top, "window.log"), os.path.join(top, "calls.log")
        self.environment = {"LC_ALL": "", "LANG": "C.UTF-8", "LANGUAGE": "en", "G_DEBUG": "", "HOME": options.home}
        self.store = Store(self.command("thaw"), self.environment)
        settings = os.path.join(options.home, ".var", "app", self.id, "config")
        if not os.path.exists(os.path.join(settings, "gtk-4.0")):
            drive.furnish(settings)
        self.window = self.list = None
        self.read_of, self.unreadable = {}, []
        self.stack = contextlib.ExitStack()

    def command(self, program):
        return ["flatpak", "run", "--user", "--unshare=network", "--command=" + program, self.id]

    def open(self, **more):
        window = Window(self.command("thaw-workbench"), "thaw-workbench", self.environment, self.log)
        self.window, self.list = self.stack.enter_context(window), None
        return self.window

    def let_go(self):
        """Nobody holds the run back here."""


def desktop_was_asked(self):
    """Whether the application may go on without a window: a desktop may end all of a sandbox otherwise."""
    def asked():
        with open(self.calls, encoding="utf-8") as f:
            said = f.read()
        return "member=RequestBackground" in said and "Training goes on" in said
    self.until(asked, "a call of the background portal")


def sandboxes(self):
    said = subprocess.run(["flatpak", "ps", "--columns=application,pid"], capture_output=True, text=True, check=True).stdout
    return [line.split()[1] for line in said.splitlines() if line.split()[:1] == [self.id]]


def window_closed_by_hand(self):
    """The process stays without a window until the run ends, and the icon shows one again. Each time: a proxy that ends with the
    sandbox of the second start may take what it should have passed on with it."""
    window = self.window
    for _ in range(5):
        window.key("ctrl+w")
        self.until(lambda: not window.all("frame"), "the window gone")
        assert window.process.poll() is None, "nobody is left to tell of the end"
        window.again()
    self.goes_on(RUN)
    self.select(RUN)
    self.grows("Iteration Loss")


def window_quit_while_training(self):
    """The first process of the sandbox ends, the one that trains does not."""
    window = self.window
    window.key("ctrl+q")
    drive.until(lambda: window.process.poll() is not None, "the window's process ends though a run trains")
    assert window.process.returncode == 0, "it ended with %s" % window.process.returncode
    self.close()
    assert self.store.state(RUN) == "running", self.store.state(RUN)
    drive_further(self)
    assert sandboxes(self), "the sandbox is gone"


def drive_further(self):
    steps = self.store.run(RUN)["steps_done"]
    drive.until(lambda: self.store.run(RUN)["steps_done"] > steps, "the run goes on without a window", 3 * drive.PATIENCE)


def window_opened_again(self):
    """In a second sandbox, where the process that trains cannot be seen."""
    attempt = self.store.run(RUN)["attempt"]
    self.open()
    self.row(RUN, "running")
    self.select(RUN)
    self.window.find("push button", "Pause")
    self.grows("Iteration Loss")
    assert self.store.run(RUN)["attempt"] == attempt, "somebody started the run anew"
    self.shot("02-running-again")


def sandbox_killed(self):
    """All of it, as at a power cut; no lock is left."""
    subprocess.run(["flatpak", "kill", self.id], check=True)
    drive.until(lambda: not sandboxes(self), "no sandbox left")
    self.close()
    run = self.store.run(RUN)
    assert run["state"] == "interrupted", run["state"]


def resumed(self):
    attempt = self.store.run(RUN)["attempt"]
    self.open()
    self.row(RUN, "interrupted")
    self.select(RUN)
    self.window.click("push button", "Resume")
    self.in_state(RUN, "running")
    self.row(RUN, "running")
    assert self.store.run(RUN)["attempt"] == attempt + 1
    drive_further(self)


def run_ends(self):
    self.until(lambda: self.store.state(RUN) == "finished", "'%s' finished" % RUN, STEP_S)
    run = self.store.run(RUN)
    self.row(RUN, "finished", "%.1f %%" % (100 * run["best_accuracy"]))
    self.says("best %.2f %%" % (100 * run["best_accuracy"]))
    assert run["epochs_done"] == run["epochs"] and run["best_accuracy"] > 0.7, run["best_accuracy"]
    self.shot("03-finished")
    self.read("finished", tree.CHARTS)
    journey.tell("best %.2f %%" % (100 * run["best_accuracy"]))


def picture_tried(self):
    """The weights of the run are read again, in a process of its own that can do nothing else: a sandbox in the sandbox."""
    window = self.window
    window.key("ctrl+shift+p")
    window.find("push button", "Choose a Picture")
    window.click("page tab", "Validation Samples")
    self.says("of 24 right")
    self.until(lambda: any(", %s: " % RUN in n.name for n in window.all("table cell")), "what the run says of each sample")
    self.shot("04-samples", whole=True)
    window.key("Escape")
    window.gone("push button", "Choose a Picture")


# --- Files of the home, through the desktop's file chooser ---

def answer_chooser(self, path):
    """Types a path into the chooser of the desktop, which is a program of its own outside the sandbox."""
    def chooser():
        said = subprocess.run(["xdotool", "search", "--onlyvisible", "--class", PORTAL], capture_output=True, text=True)
        return said.stdout.split()
    wid = self.until(chooser, "the desktop's file chooser")[-1]
    drive.run("xdotool", "windowactivate", "--sync", wid)
    time.sleep(1)
    drive.run("xdotool", "key", "--window", "0", "ctrl+a")
    drive.run("xdotool", "type", "--delay", "30", path)
    time.sleep(0.5)
    drive.run("xdotool", "key", "Return")
    self.until(lambda: not chooser(), "the desktop's file chooser gone")


def saved_through_the_portal(self):
    """Pictures, numbers and weights come to where they were asked for, whole, and nothing else does."""
    window, folder = self.window, os.path.join(self.options.home, "Documents")
    before = set(os.listdir(folder))
    self.select(RUN)
    for name, key in (("curves.png", "ctrl+e"), ("curves.csv", "ctrl+e")):
        window.key(key)
        answer_chooser(self, os.path.join(folder, name))
        self.says("Saved as " + name)
    with open(os.path.join(folder, "curves.png"), "rb") as f:
        assert f.read(8) == b"\x89PNG\r\n\x1a\n"
    with open(os.path.join(folder, "curves.csv"), encoding="utf-8") as f:
        assert len(f.readlines()) > self.store.run(RUN)["steps_done"]
    assert set(os.listdir(folder)) - before == {"curves.png", "curves.csv"}, os.listdir(folder)
    window.key("ctrl+e")
    answer_chooser(self, os.path.join(folder, "noending"))
    self.says("says no format by its ending")
    assert set(os.listdir(folder)) - before == {"curves.png", "curves.csv"}, os.listdir(folder)
    self.shot("05-exported")
    for name in ("curves.png", "curves.csv"):
        os.remove(os.path.join(folder, name))


def window_quit(self):
    self.window.key("ctrl+q")
    drive.until(lambda: self.window.process.poll() is not None, "the window's process ends")
    assert self.window.process.returncode == 0, self.window.process.returncode
    self.close()
    drive.until(lambda: not sandboxes(self), "no sandbox left")


STEPS = [story.welcome, story.one_minute_run, desktop_was_asked, story.curves_grow, window_closed_by_hand, window_quit_while_training,
         window_opened_again, sandbox_killed, resumed, run_ends, picture_tried]
if os.environ.get("THAW_TEST_RUNTIME_DIR"):
    STEPS.append(saved_through_the_portal)
STEPS.append(window_quit)


@contextlib.contextmanager
def listening(path):
    """Writes down who calls the background portal."""
    with open(path, "w", encoding="utf-8") as f:
        process = subprocess.Popen(["dbus-monitor", "--session", "interface='org.freedesktop.portal.Background'"], stdout=f,
                                   stderr=subprocess.DEVNULL)
        try:
            yield
        finally:
            process.terminate()
            process.wait()


def travel(options, top):
    self, begun = Journey(options, top), time.monotonic()
    journey.STEP_S = STEP_S
    print("1..%d" % (len(STEPS) + 1))
    with drive.Desk(), listening(self.calls):
        try:
            arrived = all(journey.step(self, number, function) for number, function in enumerate(STEPS, 1))
        finally:
            self.close()
            subprocess.run(["flatpak", "kill", self.id], capture_output=True)
    bad = journey.complaints(self.log)
    journey.tell(*bad, *self.unreadable)
    journey.tell("the whole journey: %.0f s; pictures in %s" % (time.monotonic() - begun, options.pictures))
    if not arrived:
        return 1
    wrong = bool(bad or self.unreadable)
    print("%sok %d - nothing to complain of, every control has a name" % ("not " if wrong else "", len(STEPS) + 1))
    return 1 if wrong else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--id", required=True)
    parser.add_argument("--home", required=True)
    parser.add_argument("--pictures", required=True)
    options = parser.parse_args()
    why = drive.why_not()
    if why:
        sys.exit(why)
    os.makedirs(options.pictures, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="thaw-sandbox-") as top:
        return travel(options, top)


if __name__ == "__main__":
    sys.exit(main())
