# SPDX-License-Identifier: GPL-3.0-or-later
"""Drives the real window: finds widgets by role and name in the accessibility tree, touches them with the pointer and the
keys of the X server, and takes pictures.

Widgets' places in the tree are relative to their window; where the window is, and how wide its shadow, the X server says.
"""
import contextlib
import faulthandler
import os
import re
import shutil
import signal
import subprocess
import sys
import time

try:
    from gi.repository import GLib
    import atspi
except (ImportError, ValueError) as error:
    print("1..0 # SKIP Python cannot read the accessibility tree (%s); package python3-gi" % error)
    sys.exit(0)

SLOWNESS = float(os.environ.get("THAW_TEST_PATIENCE", "1"))
PATIENCE = 60.0 * SLOWNESS  # seconds until what is waited for counts as missing
COMMAND_S = 30 * SLOWNESS  # no program that touches the screen takes longer
LOOKS = 40  # and so many looks at least: a machine that stood still proves nothing
NEEDED = {"xdotool": "xdotool", "xprop": "x11-utils", "import": "imagemagick", "openbox": "openbox"}
A11Y_SERVICE = "/usr/share/dbus-1/services/org.a11y.Bus.service"


WHEEL_PX = 90  # no click of the wheel scrolls further
TOP_ROLES = ("frame", "dialog", "alert", "window")
TOP_NAME = re.compile("GtkPopover(Menu)?$")


class Missing(AssertionError):
    pass


def why_not():
    """What is missing to drive a window, as a sentence; None when nothing is."""
    missing = ["%s (package %s)" % (program, package) for program, package in NEEDED.items() if not shutil.which(program)]
    if not os.environ.get("DISPLAY"):
        missing.append("a display (package xvfb)")
    if not os.environ.get("DBUS_SESSION_BUS_ADDRESS"):
        missing.append("a session bus (package dbus-daemon)")
    if not os.path.exists(A11Y_SERVICE):
        missing.append("the accessibility bus (package at-spi2-core)")
    return "there is no " + ", no ".join(missing) if missing else None


def furnish(folder):
    """Settings of the toolkit for a test's home: GNOME's font, and nothing that moves by itself."""
    os.makedirs(os.path.join(folder, "gtk-4.0"))
    with open(os.path.join(folder, "gtk-4.0", "settings.ini"), "w", encoding="utf-8") as f:
        f.write("[Settings]\ngtk-font-name=Cantarell 11\ngtk-enable-animations=0\ngtk-cursor-blink=0\n")


class Desk:
    """A window manager, which gives windows the keys, and a compositor for shadows where there is one."""

    def __enter__(self):
        self.started = [subprocess.Popen([program], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
                        for program in ("openbox", "xcompmgr") if shutil.which(program)]
        return self

    def __exit__(self, *unused):
        for process in self.started:
            process.terminate()
            process.wait()


def run(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=COMMAND_S).stdout


deadline = None  # of the step that is taken


@contextlib.contextmanager
def no_longer_than(seconds):
    """Ends what is waited for when its time is over; what cannot even notice this ends the test, and tells where it stood."""
    global deadline
    deadline = time.monotonic() + seconds
    faulthandler.dump_traceback_later(seconds + 4 * COMMAND_S, exit=True)
    try:
        yield
    finally:
        deadline = None
        faulthandler.cancel_dump_traceback_later()


def until(condition, what, seconds=None, process=None):
    """Waits until condition () is true; gives its value."""
    end = time.monotonic() + (seconds or PATIENCE)
    looks = 0
    while True:
        looks += 1
        try:
            value = condition()
        except (GLib.Error, subprocess.SubprocessError):  # what was looked at went in that moment
            value = None
        if value:
            return value
        if process is not None and process.poll() is not None:
            raise Missing("the program ended with status %s before: %s" % (process.returncode, what))
        if deadline and time.monotonic() > deadline:
            raise Missing("the step took too long, at last waiting for: %s" % what)
        if time.monotonic() > end and looks > LOOKS:
            raise Missing("not within %g s: %s" % (seconds or PATIENCE, what))
        time.sleep(0.05)


class Window:
    """The program under test, from its start to its end."""

    def __init__(self, command, name, environment=None, log=None):
        self.command, self.name, self.log = command, name, log
        self.environment = dict(os.environ, **(environment or {}))
        self.process = self.root = self.frame = None

    def __enter__(self):
        self.bus = atspi.Bus()
        out = open(self.log, "a", encoding="utf-8") if self.log else None
        self.process = subprocess.Popen(self.command, env=self.environment, stdout=out, stderr=out, start_new_session=True)
        self.root = self.until(self._application, "the program in the accessibility tree")
        self.frame = self.find("frame")
        return self

    def __exit__(self, *unused):
        self.end(signal.SIGTERM)

    def again(self):
        """Starts the program once more, which is what a click on its icon does: the one that runs shows its window."""
        subprocess.run(self.command, env=self.environment, check=True, timeout=10 * PATIENCE, stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL)
        self.frame = self.find("frame")

    def end(self, how):
        """Ends the window's process alone: what it started has sessions of its own."""
        if self.process.poll() is None:
            self.process.send_signal(how)
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()

    def until(self, condition, what, seconds=None):
        return until(condition, what, seconds, self.process)

    # --- which windows are its own ---

    def _application(self):
        return self.bus.application(self.process.pid)

    def _windows(self):
        return run("xdotool", "search", "--onlyvisible", "--pid", str(self.process.pid)).split()

    def _has_keys(self):
        """Whether keys go to one of the program's windows."""
        done = subprocess.run(["xdotool", "getactivewindow", "getwindowpid"], capture_output=True, text=True)
        return done.stdout.strip() == str(self.process.pid)

    # --- looking ---

    def tops(self):
        """Its windows, read anew with all that is in them."""
        return self.bus.read(self.root)

    def again_read(self, node):
        """Reads what is below a node anew; false where there is nothing any more."""
        return bool(self.bus.read(node))

    def all(self, role=None, name="", within=None):
        roles = (role,) if isinstance(role, str) else role
        tops = [within] if within is not None else self.tops()
        return [n for top in tops for n in top.walk() if (roles is None or n.role in roles) and name in n.name]

    def find(self, role=None, name="", within=None, seconds=None):
        return self.until(lambda: next(iter(self.all(role, name, within)), None), "%s '%s'" % (role, name), seconds)

    def gone(self, role, name="", seconds=None):
        self.until(lambda: not self.all(role, name), "end of %s '%s'" % (role, name), seconds)

    def title(self):
        return self.frame.name_now()

    def tree(self, tops=None):
        """The visible tree as text: role, name and description of each."""
        lines = []

        def tell(node, depth):
            if node.visible:
                lines.append("%s%s '%s'%s" % ("  " * depth, node.role, node.name,
                                              " (%s)" % node.description if node.description else ""))
                for child in node.children:
                    tell(child, depth + 1)
        for top in tops or self.tops():
            tell(top, 0)
        return lines

    # --- touching ---

    def _origin(self, node):
        """Where on the screen the coordinates of a node begin. A popover is a window of its own, whose place in the tree is
        that of the button it belongs to."""
        top = node
        while top.parent is not None and not TOP_NAME.match(top.name) and top.role not in TOP_ROLES:
            top = top.parent
        size = top.place()
        best = None
        for wid in self._windows():
            g = dict(l.split("=") for l in run("xdotool", "getwindowgeometry", "--shell", wid).split())
            x, y, w, h = (int(g[k]) for k in ("X", "Y", "WIDTH", "HEIGHT"))
            frame = run("xprop", "-id", wid, "_GTK_FRAME_EXTENTS")
            left, right, up, down = [int(v) for v in frame.split("=")[1].split(",")] if "=" in frame else (0, 0, 0, 0)
            rest = w - left - right - size.width, h - up - down - size.height
            if "=" not in frame:  # without a compositor the border is as wide on all sides
                left, up = max(0, rest[0]) // 2, max(0, rest[1]) // 2
            off = abs(rest[0]) + abs(rest[1])
            if best is None or off < best[0]:
                best = (off, x + left, y + up)
        return best and (best[1] - size.x, best[2] - size.y)

    def _at_rest(self, node):
        """The place of a node once it is the same twice."""
        seen = [None, None]

        def same():
            seen[:] = seen[1], node.place()
            time.sleep(0.02)
            return seen[1] if seen[0] == seen[1] else None
        return self.until(same, "%s at rest" % (node.name or node.role))

    def place(self, node, fx=0.5, fy=0.5):
        x, y = self.until(lambda: self._origin(node), "a window of the program on the screen")
        e = self._at_rest(node)
        return round(x + e.x + e.width * fx), round(y + e.y + e.height * fy)

    def _node(self, what, name):
        return what if isinstance(what, atspi.Node) else self.find(what, name)

    def point(self, what, name="", fx=0.5, fy=0.5):
        x, y = self.place(self._node(what, name), fx, fy)
        run("xdotool", "mousemove", str(x), str(y))

    def bring(self, what, name="", within=None):
        """Turns the wheel over the scrolled pane that holds a node until all of the node is in it; gives the node."""
        node = self._node(what, name)
        pane = node.parent
        while pane is not None and pane.role != "scroll pane":
            pane = pane.parent
        if pane is None:
            return node
        x, y = self.place(pane, 0.5, 0.1)
        for _ in range(200):
            inner, outer = self._at_rest(node), pane.place()
            above = outer.y + 4 - inner.y
            below = inner.y + min(inner.height, outer.height - 8) - (outer.y + outer.height - 4)
            if above <= 0 and below <= 0:
                return node
            run("xdotool", "mousemove", str(x), str(y), "click", "--repeat", str(max(1, max(above, below) // WHEEL_PX)), "--delay",
                "10", "4" if above > 0 else "5")
            time.sleep(0.05)
        raise Missing("%s could not be scrolled to" % (node.name or node.role))

    def click(self, what, name="", fx=0.5, fy=0.5, button=1, times=1, modifier=None, settle=0.25):
        self.point(what, name, fx, fy)
        time.sleep(0.05)
        keys = ["keydown", modifier] if modifier else []
        keys += ["click", "--repeat", str(times), "--delay", "60", str(button)]
        keys += ["keyup", modifier] if modifier else []
        run("xdotool", *keys)
        time.sleep(settle)

    def menu(self, button, item):
        """Opens a menu and chooses from it. One that something else closed in that moment is opened anew."""
        def opened():
            self.click("push button", button)
            with contextlib.suppress(Missing):
                return self.find("menu item", item, seconds=3)
        self.click(self.until(opened, "the menu with '%s'" % item))

    def drop_from(self, pid, node, settle=0.5):
        """Drags from the middle of another program's window onto a node."""
        wid = self.until(lambda: subprocess.run(["xdotool", "search", "--onlyvisible", "--pid", str(pid)], capture_output=True,
                                                text=True).stdout.split(), "the window to drag from")[0]
        run("xdotool", "windowmove", "--sync", wid, "0", "0")
        run("xdotool", "windowraise", wid)
        (x0, y0), (x1, y1) = (40, 40), self.place(node)
        run("xdotool", "mousemove", str(x0), str(y0), "mousedown", "1")
        for k in range(1, 21):
            run("xdotool", "mousemove", str(x0 + (x1 - x0) * k // 20), str(y0 + (y1 - y0) * k // 20))
            time.sleep(0.03)
        time.sleep(settle)
        run("xdotool", "mouseup", "1")
        time.sleep(settle)

    def wheel(self, what, name="", clicks=3, up=True, fx=0.5, fy=0.5):
        self.click(what, name, fx, fy, button=4 if up else 5, times=clicks)

    def key(self, *keys, settle=0.25):
        self.until(self._has_keys, "a window that takes the keys")
        run("xdotool", "key", "--delay", "40", *keys)
        time.sleep(settle)

    def type(self, text, settle=0.25):
        self.until(self._has_keys, "a window that takes the keys")
        run("xdotool", "type", "--delay", "20", text)
        time.sleep(settle)

    # --- pictures ---

    def resize(self, width, height, settle=0.6):
        """Makes the frame's content so large, as far as the window manager and the window's least size allow."""
        wid = self.until(self._windows, "a window of the program on the screen")[-1]
        now = self.frame.place()
        g = dict(l.split("=") for l in run("xdotool", "getwindowgeometry", "--shell", wid).split())
        border = int(g["WIDTH"]) - now.width, int(g["HEIGHT"]) - now.height

        def resized():
            """Asked again: a window that has become narrower may find that it can become narrower still."""
            run("xdotool", "windowsize", wid, str(width + border[0]), str(height + border[1]), "windowmove", wid, "0", "0")
            time.sleep(0.1)
            place = self.frame.place()
            return place.width == width and place.height == height
        self.until(resized, "a window of %d by %d" % (width, height))
        time.sleep(settle)

    def shot(self, path, whole=False):
        """A picture of the window, or of the whole screen."""
        crop = []
        if not whole:
            (x, y), e = self.until(lambda: self._origin(self.frame), "the window on the screen"), self.frame.place()
            crop = ["-crop", "%dx%d+%d+%d" % (e.width, e.height, x + e.x, y + e.y), "+repage"]
        run("import", "-window", "root", *crop, path)
