# SPDX-License-Identifier: GPL-3.0-or-later
"""Drives the real window: finds widgets by role and name in the accessibility tree, touches them with the pointer and the
keys of the X server, and takes pictures.

Widgets' places in the tree are relative to their window; where the window is, and how wide its shadow, the X server says.
"""
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import warnings

SKIP = 77  # what meson takes for "skipped"
try:
    import gi
    gi.require_version("Atspi", "2.0")
    from gi.repository import Atspi, GLib
except (ImportError, ValueError) as error:
    print("SKIP: no AT-SPI for Python (%s); packages python3-gi, gir1.2-atspi-2.0" % error)
    sys.exit(SKIP)

warnings.simplefilter("ignore", DeprecationWarning)
PATIENCE = 30.0 * float(os.environ.get("THAW_TEST_PATIENCE", "1"))
BUTTONS = ("push button", "toggle button")
NEEDED = {"xdotool": "xdotool", "xprop": "x11-utils", "import": "imagemagick", "openbox": "openbox"}
A11Y_SERVICE = "/usr/share/dbus-1/services/org.a11y.Bus.service"


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
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def until(condition, what, seconds=None, process=None):
    """Waits until condition () is true; gives its value."""
    end = time.monotonic() + (seconds or PATIENCE)
    while True:
        try:
            value = condition()
        except GLib.Error:  # the tree changed while it was read
            value = None
        if value:
            return value
        if process is not None and process.poll() is not None:
            raise Missing("the program ended with status %s before: %s" % (process.returncode, what))
        if time.monotonic() > end:
            raise Missing("not within %g s: %s" % (seconds or PATIENCE, what))
        time.sleep(0.05)


def children(node):
    for i in range(node.get_child_count()):
        child = node.get_child_at_index(i)
        if child is not None:
            yield child


def walk(node):
    yield node
    for child in children(node):
        yield from walk(child)


def extents(node):
    if "Component" not in node.get_interfaces():
        return None
    return Atspi.Component.get_extents(node, Atspi.CoordType.WINDOW)


def visible(node):
    if not node.get_state_set().contains(Atspi.StateType.VISIBLE):
        return False
    place = extents(node)
    return place is None or (place.width > 0 and place.height > 0)


def has_state(node, name):
    return node.get_state_set().contains(getattr(Atspi.StateType, name))


def text_of(node):
    if "Text" in node.get_interfaces():
        return Atspi.Text.get_text(node, 0, Atspi.Text.get_character_count(node))
    return node.get_name() or ""


class Window:
    """The program under test, from its start to its end."""

    def __init__(self, command, name, environment=None, log=None):
        self.command, self.name, self.log = command, name, log
        self.environment = dict(os.environ, **(environment or {}))
        self.process = self.root = self.frame = None

    def __enter__(self):
        Atspi.init()
        Atspi.get_desktop(0).set_cache_mask(Atspi.Cache.NONE)  # nothing here serves the events that would keep it true
        out = open(self.log, "a", encoding="utf-8") if self.log else None
        self.began = time.monotonic()
        self.process = subprocess.Popen(self.command, env=self.environment, stdout=out, stderr=out, start_new_session=True)
        self.root = self.until(self._application, "the program in the accessibility tree")
        self.frame = self.find("frame")
        self.shown_after = time.monotonic() - self.began
        return self

    def __exit__(self, *unused):
        self.end(signal.SIGTERM)

    def end(self, how):
        """Ends the window's process alone: what it started has sessions of its own."""
        if self.process.poll() is None:
            self.process.send_signal(how)
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()

    def _application(self):
        for node in children(Atspi.get_desktop(0)):
            if node.get_name() == self.name and node.get_process_id() == self.process.pid:
                return node
        return None

    def until(self, condition, what, seconds=None):
        return until(condition, what, seconds, self.process)

    # --- looking ---

    def all(self, role=None, name="", within=None):
        roles = (role,) if isinstance(role, str) else role
        return [n for n in walk(within or self.root)
                if (roles is None or n.get_role_name() in roles) and name in (n.get_name() or "") and visible(n)]

    def find(self, role=None, name="", within=None, seconds=None):
        return self.until(lambda: next(iter(self.all(role, name, within)), None), "%s '%s'" % (role, name), seconds)

    def shows(self, role=None, name=""):
        return bool(self.all(role, name))

    def gone(self, role, name="", seconds=None):
        self.until(lambda: not self.all(role, name), "end of %s '%s'" % (role, name), seconds)

    def tree(self, node=None, depth=0):
        """The visible tree as text: role, name and description of each."""
        node = node or self.root
        lines = []
        if visible(node):
            description = node.get_description() or ""
            lines.append("%s%s '%s'%s" % ("  " * depth, node.get_role_name(), node.get_name() or "",
                                          " (%s)" % description if description else ""))
            for child in children(node):
                lines += self.tree(child, depth + 1)
        return lines

    # --- touching ---

    def _origin(self, node):
        """Where on the screen the coordinates of a node begin. A popover is a window of its own, whose place in the tree is
        that of the button it belongs to."""
        top = node
        while top.get_parent() is not None and not TOP_NAME.match(top.get_name() or "") and \
                top.get_role_name() not in ("frame", "dialog", "alert", "window"):
            top = top.get_parent()
        size = extents(top)
        best = None
        for wid in run("xdotool", "search", "--onlyvisible", "--pid", str(self.process.pid)).split():
            g = dict(l.split("=") for l in run("xdotool", "getwindowgeometry", "--shell", wid).split())
            x, y, w, h = (int(g[k]) for k in ("X", "Y", "WIDTH", "HEIGHT"))
            frame = run("xprop", "-id", wid, "_GTK_FRAME_EXTENTS")
            left, right, up, down = [int(v) for v in frame.split("=")[1].split(",")] if "=" in frame else (0, 0, 0, 0)
            off = abs(w - left - right - size.width) + abs(h - up - down - size.height)
            if best is None or off < best[0]:
                best = (off, x + left, y + up)
        if best is None:
            raise Missing("no window on the screen")
        return best[1] - size.x, best[2] - size.y

    def place(self, node, fx=0.5, fy=0.5):
        x, y = self._origin(node)
        e = extents(node)
        return round(x + e.x + e.width * fx), round(y + e.y + e.height * fy)

    def _node(self, what, name):
        return what if isinstance(what, Atspi.Accessible) else self.find(what, name)

    def point(self, what, name="", fx=0.5, fy=0.5):
        x, y = self.place(self._node(what, name), fx, fy)
        run("xdotool", "mousemove", str(x), str(y))

    def bring(self, what, name="", within=None):
        """Turns the wheel over the scrolled pane that holds a node until all of the node is in it; gives the node."""
        node = self._node(what, name)
        pane = node.get_parent()
        while pane is not None and pane.get_role_name() != "scroll pane":
            pane = pane.get_parent()
        if pane is None:
            return node
        for _ in range(100):
            inner, outer = extents(node), extents(pane)
            above = inner.y < outer.y + 4
            below = inner.y + min(inner.height, outer.height - 8) > outer.y + outer.height - 4
            if not above and not below:
                return node
            x, y = self.place(pane, 0.5, 0.1)
            run("xdotool", "mousemove", str(x), str(y), "click", "4" if above else "5")
            time.sleep(0.12)
            if extents(node).y == inner.y:
                time.sleep(0.3)
        raise Missing("%s could not be scrolled to" % (node.get_name() or node.get_role_name()))

    def click(self, what, name="", fx=0.5, fy=0.5, button=1, times=1, modifier=None, settle=0.25):
        self.point(what, name, fx, fy)
        time.sleep(0.05)
        keys = ["keydown", modifier] if modifier else []
        keys += ["click", "--repeat", str(times), "--delay", "60", str(button)]
        keys += ["keyup", modifier] if modifier else []
        run("xdotool", *keys)
        time.sleep(settle)

    def drag(self, what, name, begin, end, settle=0.25):
        node = self._node(what, name)
        (x0, y0), (x1, y1) = self.place(node, *begin), self.place(node, *end)
        run("xdotool", "mousemove", str(x0), str(y0), "mousedown", "1")
        for k in range(1, 11):
            run("xdotool", "mousemove", str(x0 + (x1 - x0) * k // 10), str(y0 + (y1 - y0) * k // 10))
            time.sleep(0.02)
        run("xdotool", "mouseup", "1")
        time.sleep(settle)

    def wheel(self, what, name="", clicks=3, up=True, fx=0.5, fy=0.5):
        self.click(what, name, fx, fy, button=4 if up else 5, times=clicks)

    def key(self, *keys, settle=0.25):
        run("xdotool", "key", "--delay", "40", *keys)
        time.sleep(settle)

    def type(self, text, settle=0.25):
        run("xdotool", "type", "--delay", "20", text)
        time.sleep(settle)

    def do(self, what, name="", settle=0.4):
        """The first accessible action of a widget; `settle` covers the animation of a press."""
        node = self._node(what, name)
        if not Atspi.Action.do_action(node, 0):
            raise Missing("%s has no action" % node.get_name())
        time.sleep(settle)

    def set_text(self, what, name, text):
        if not Atspi.EditableText.set_text_contents(self._node(what, name), text):
            raise Missing("%s takes no text" % name)

    def set_value(self, what, name, value):
        if not Atspi.Value.set_current_value(self._node(what, name), value):
            raise Missing("%s takes no value" % name)

    # --- pictures ---

    def resize(self, width, height, settle=0.6):
        """Makes the frame's content so large, as far as the window manager and the window's least size allow."""
        wid = run("xdotool", "search", "--onlyvisible", "--pid", str(self.process.pid)).split()[-1]
        now = extents(self.frame)
        g = dict(l.split("=") for l in run("xdotool", "getwindowgeometry", "--shell", wid).split())
        border = int(g["WIDTH"]) - now.width, int(g["HEIGHT"]) - now.height
        run("xdotool", "windowsize", wid, str(width + border[0]), str(height + border[1]), "windowmove", wid, "0", "0")
        self.until(lambda: extents(self.frame).width == width and extents(self.frame).height == height,
                   "a window of %d by %d, not %d by %d" % (width, height, now.width, now.height))
        time.sleep(settle)

    def shot(self, path):
        run("import", "-window", "root", path)
