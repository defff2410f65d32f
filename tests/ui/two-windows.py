#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Two copies of the window on one home that know nothing of each other, each on a session bus of its own: what one does the other
shows, what both do at once is done twice, and nothing is lost.

usage: two-windows.py WORKBENCH THAW     (under tests/ui/with-display)
"""
import contextlib
import json
import os
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import drive  # noqa: E402

NOISE = ("dbind-WARNING", "Openbox-Message", "Unable to acquire session bus", "xcompmgr",
         "org.freedesktop.Notifications")  # no desktop here shows any
RUN = ["--preset", "one-minute-sample", "--set", "epochs=2", "--set", "freeze.epochs=1"]


class OtherBus:
    """A session bus that is not the one of the test."""

    def __enter__(self):
        self.process = subprocess.Popen(["dbus-daemon", "--session", "--nofork", "--print-address=1"], stdout=subprocess.PIPE, text=True,
                                        stderr=subprocess.DEVNULL)
        return self.process.stdout.readline().strip()

    def __exit__(self, *unused):
        self.process.kill()
        self.process.wait()


class Copy:
    def __init__(self, name, program, environment, top):
        self.name, self.log = name, os.path.join(top, name + ".log")
        self.window = drive.Window([program], "thaw-workbench", environment, self.log)

    def __enter__(self):
        self.window.__enter__()
        return self

    def __exit__(self, *unused):
        self.window.__exit__()

    def rows(self):
        """The runs that the list shows, with what it says of each."""
        lists = self.window.all("list", "Runs")
        return sorted(n.name for n in self.window.all("list item", within=lists[0])) if lists else []

    def keys(self, *keys):
        """To this window, whichever had them."""
        drive.run("xdotool", "windowactivate", "--sync", self.window._windows()[-1])
        self.window.key(*keys)


def finished(rows):
    return [r for r in rows if "finished" in r]


class Story:
    def __init__(self, thaw, environment, copies):
        self.thaw, self.environment, self.copies = thaw, environment, copies

    def ask(self, *arguments):
        return subprocess.run([self.thaw, *arguments], env=self.environment, check=True, capture_output=True, text=True).stdout

    def runs(self):
        return json.loads(self.ask("runs", "--json"))

    def until(self, condition, what):
        drive.until(condition, what, 3 * drive.PATIENCE)

    def two_programs(self):
        pids = {copy.window.process.pid for copy in self.copies}
        assert len(pids) == 2 and all(copy.window.process.poll() is None for copy in self.copies)

    def one_bus_would_be_one_program(self):
        """A third one, on the bus of the first, only asks that one to show itself."""
        self.copies[0].window.again()

    def both_show_a_run_of_the_terminal(self):
        self.ask("train", *RUN, "--name", "Base")
        for copy in self.copies:
            self.until(lambda: len(finished(copy.rows())) == 1, "the run of the terminal in window %s" % copy.name)

    def both_start_at_once(self):
        for copy in self.copies:
            copy.keys("ctrl+u")
            self.until(lambda: copy.window.title() == "New Run", "a draft in window %s" % copy.name)
        for copy in self.copies:
            copy.keys("ctrl+Return")
        self.until(lambda: len(self.runs()) == 3, "a run of each window")
        self.until(lambda: all(r["state"] == "finished" for r in self.runs()), "the ends of all")
        for copy in self.copies:
            self.until(lambda: len(finished(copy.rows())) == 3, "all three in window %s" % copy.name)
        first, second = (copy.rows() for copy in self.copies)
        assert first == second, (first, second)

    def both_mark(self):
        """One moves a run to the trash, the other takes note and does the same with another."""
        for left, copy in zip((2, 1), self.copies):
            copy.keys("ctrl+f")
            copy.keys("Escape")
            copy.window.click(copy.window.find("list item", within=copy.window.find("list", "Runs")))
            copy.keys("Delete")
            self.until(lambda: len(self.runs()) == left, "a run in the trash")
            for each in self.copies:
                self.until(lambda: len(each.rows()) == left, "%d runs in window %s" % (left, each.name))

    def one_is_killed(self):
        """The other goes on."""
        self.copies[0].window.process.kill()
        self.copies[0].window.process.wait()
        self.ask("train", *RUN, "--name", "Later")
        self.until(lambda: any(r.startswith("Later,") for r in finished(self.copies[1].rows())), "a later run in the other window")

    def nothing_is_wrong(self):
        said = self.ask("doctor")
        assert "Nothing is wrong." in said, said
        for copy in self.copies:
            with open(copy.log, encoding="utf-8", errors="replace") as f:
                lines = [l for l in f.read().split("\n") if l.strip() and not any(n in l for n in NOISE)]
            bad = [l for l in lines if "locked" in l or "CRITICAL" in l or "WARNING" in l]
            assert not bad, bad


def play(workbench, thaw, top):
    environment = dict(os.environ, THAW_HOME=os.path.join(top, "home"), THAW_DATA=os.path.join(top, "none"), HOME=top,
                       XDG_DATA_HOME=os.path.join(top, "share"), XDG_CONFIG_HOME=os.path.join(top, "config"),
                       XDG_CACHE_HOME=os.path.join(top, "cache"), LC_ALL="", LANG="C.UTF-8", LANGUAGE="en", AT_SPI_BUS_ADDRESS=drive.atspi.Bus().where)
    drive.furnish(environment["XDG_CONFIG_HOME"])
    with contextlib.ExitStack() as stack:
        stack.enter_context(drive.Desk())
        other = dict(environment, DBUS_SESSION_BUS_ADDRESS=stack.enter_context(OtherBus()))
        copies = [stack.enter_context(Copy(name, workbench, where, top)) for name, where in (("A", environment), ("B", other))]
        story = Story(thaw, environment, copies)
        steps = [story.two_programs, story.one_bus_would_be_one_program, story.both_show_a_run_of_the_terminal, story.both_start_at_once, story.both_mark,
                 story.one_is_killed, story.nothing_is_wrong]
        print("1..%d" % len(steps))
        for number, step in enumerate(steps, 1):
            try:
                with drive.no_longer_than(180 * drive.SLOWNESS):
                    step()
            except (AssertionError, subprocess.SubprocessError) as error:
                print("not ok %d - %s\n# %s" % (number, step.__name__, str(error).replace("\n", "\n# ")))
                for copy in copies:
                    print("# window %s shows: %s" % (copy.name, "; ".join(copy.rows())))
                return 1
            print("ok %d - %s" % (number, step.__name__.replace("_", " ")), flush=True)
    return 0


def main():
    workbench, thaw = (os.path.abspath(p) for p in sys.argv[1:3])
    why = drive.why_not()
    if why:
        print("1..0 # SKIP %s" % why)
        return 0
    for name in ("GTK_A11Y", "G_DEBUG"):
        os.environ.pop(name, None)
    top = tempfile.mkdtemp(prefix="thaw-two-")
    try:
        return play(workbench, thaw, top)
    finally:
        shutil.rmtree(top, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
