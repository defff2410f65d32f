#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a screen reader meets in each view: writes the accessibility tree of every view into a folder, and fails where a
control that takes the focus has no name, or is named after its type, or a chart has no sentence.

  tree.py [--pictures FOLDER] WORKBENCH FILL_STORE

Run it under tests/ui/with-display. What it says is TAP; it skips where something is missing to drive a window.
"""
import argparse
import contextlib
import os
import re
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import drive  # noqa: E402

PART_S = 180 * drive.SLOWNESS
# Of the home that fill-store tells as a story.
FIRST, SECOND = "Day 44: ResNet18", "Day 44: MobileNetV3-Small"
STATES = (("Tonight: ResNet18, longer", "queued"), ("Power went", "interrupted"), ("Damaged archive", "failed"),
          ("ResNet18, head only", "stopped"), ("First try", "diverged"))
CHARTS = ("Iteration Loss", "Epoch Loss", "Accuracy", "Learning Rate", "Thaw Map")
TYPE_NAME = re.compile(r"(Gtk|Adw|Thaw)[A-Z][A-Za-z]+$")
TWICE = re.compile(r"(.+) _?\1$")  # a label that was taken together with itself
ACCESS_KEY = re.compile(r"(^|\s)_\w")
# What people act on, whether it takes the focus just now or not.
CONTROLS = ("push button", "toggle button", "check box", "radio button", "combo box", "spin button", "text", "slider", "entry",
            "list item", "menu item", "page tab", "link", "menu button", "switch", "password text")
# What says nothing of itself: where it takes the focus, a reader is lost.
NO_ROLE = ("", "unknown", "invalid", "filler", "panel", "redundant object")
# Holders of rows and pages: the toolkit lets them take the focus, and it goes on to what they hold, which is named.
SILENT = ("scroll pane", "list", "table")
# Parts of a widget that has a name itself: readers stop at the whole.
PARTS = {"combo box": ("push button", "list item", "filler"), "push button": ("push button",), "menu button": ("push button",),
         "spin button": ("push button",), "text": ("text",)}


def nameless(node):
    name = (node.name).strip()
    return not name or TYPE_NAME.match(name) is not None


def part_of(node):
    """The named widget that a node is a part of."""
    parent = node.parent
    for _ in range(6):
        if parent is None:
            return None
        if node.role in PARTS.get(parent.role, ()) and not nameless(parent):
            return parent
        parent = parent.parent
    return None


def path_of(node):
    parts = []
    while node is not None and node.role not in ("application", "desktop frame"):
        if not nameless(node) or not parts:
            parts.append("%s '%s'" % (node.role, node.name))
        node = node.parent
    return " in ".join(parts[:4])


def wrong_with(node):
    """What a reader would miss of one node, as a sentence; None where it is well."""
    role, focusable = node.role, node.has("FOCUSABLE")
    if role in SILENT or not (focusable or role in CONTROLS):
        return None
    if role in NO_ROLE and not part_of(node):
        return "no role: " + path_of(node)
    if nameless(node) and not part_of(node):
        return "no name: " + path_of(node)
    if TWICE.match(node.name.strip()) or ACCESS_KEY.search(node.name):
        return "a name that says itself twice, or an access key: " + path_of(node)
    if role == "image" and not node.description:
        return "no sentence: " + path_of(node)
    return None


def read(tops, charts=()):
    """How many controls a program's windows show in all, and what is wrong with them."""
    found, controls = [], 0
    for top in tops:
        for node in top.walk():
            controls += node.has("FOCUSABLE") or node.role in CONTROLS
            wrong = wrong_with(node)
            if wrong and wrong not in found:
                found.append(wrong)
    for chart in charts:
        if not any(n.description for top in tops for n in top.walk() if n.role == "image" and chart in n.name):
            found.append("no sentence: chart '%s'" % chart)
    return controls, found


class Reader:
    def __init__(self, options, top):
        self.options, self.top = options, top
        self.wrong, self.seen, self.controls = [], 0, 0

    @contextlib.contextmanager
    def missed(self, window, view):
        """What does not come is told, and the next view looked for."""
        try:
            yield
        except drive.Missing as error:
            self.seen += 1
            self.wrong.append("%s: %s" % (view, error))
            print("not ok %d - %s\n# %s" % (self.seen, view, error), flush=True)
            window.shot(os.path.join(self.options.pictures, "missed-%s.png" % view), whole=True)

    def look(self, window, view, charts=()):
        tops = window.tops()
        with open(os.path.join(self.options.pictures, view + ".txt"), "w", encoding="utf-8") as f:
            f.write("\n".join(window.tree(tops)) + "\n")
        window.shot(os.path.join(self.options.pictures, view + ".png"), whole=True)
        controls, wrong = read(tops, charts)
        self.seen += 1
        print("%sok %d - %s: %d controls, %d without a role, a name or a sentence" %
              ("not " if wrong else "", self.seen, view, controls, len(wrong)), flush=True)
        for line in wrong:
            print("# " + line)
        self.controls += controls
        self.wrong += wrong

    def open(self, home):
        environment = {"THAW_HOME": os.path.join(self.top, home), "THAW_DATA": os.path.join(self.top, "none"), "HOME": self.top,
                       "XDG_DATA_HOME": os.path.join(self.top, "share"), "XDG_CONFIG_HOME": os.path.join(self.top, "config"),
                       "LANG": "C.UTF-8", "LC_ALL": "", "LANGUAGE": "en"}
        return drive.Window([self.options.workbench], "thaw-workbench", environment, os.path.join(self.top, "log"))

    def row(self, window, name):
        return window.until(lambda: next((n for n in window.all("list item") if n.name.startswith(name + ", ")), None),
                            "the row of '%s'" % name)

    def show(self, window, name):
        """Opens a run. Rows move while they come: a click that met another one is made again."""
        window.until(lambda: window.title() == name or window.click(self.row(window, name)), "the page of '%s'" % name)

    def over(self, window, view, opening, *what, closing="Escape"):
        """Something that comes over the page, and goes with Escape."""
        with self.missed(window, view):
            opening()
            window.find(*what)
            self.look(window, view)
        window.key(closing)
        window.gone(*what)

    def empty(self):
        with self.open("empty") as window:
            window.find("push button", "Try a One-Minute Run")
            self.look(window, "welcome")

    def run_and_its_windows(self, window):
        menu = "Export, table, copy"
        self.show(window, FIRST)
        window.until(lambda: len([n for n in window.all("image") if n.description]) >= len(CHARTS), "charts")
        self.look(window, "curves", CHARTS)
        self.over(window, "curves-menu", lambda: window.click("push button", menu), "menu item", "Export Charts")
        self.over(window, "chart-table", lambda: window.menu(menu, "Show as Table"), "table row", "epochs")
        self.over(window, "picture", lambda: window.key("ctrl+shift+p"), "push button", "Choose a Picture")
        self.over(window, "compare-menu", lambda: window.click("push button", "Compare"), "menu item")
        window.key("ctrl+1")
        window.find("push button", "ResNet18")
        self.look(window, "recipe")

    def draft(self, window):
        window.key("ctrl+n")
        window.find("push button", "Start")
        window.find("spin button", "Epochs")
        self.look(window, "draft")
        self.over(window, "import-menu", lambda: window.click("push button", "Import"), "menu item")

    def comparison(self, window):
        self.show(window, FIRST)

        def both():
            if not window.title().startswith("Comparison"):
                window.click(self.row(window, FIRST))
                window.click(self.row(window, SECOND), modifier="ctrl")
            return window.title().startswith("Comparison")
        window.until(both, "the comparison")
        window.until(lambda: len([n for n in window.all("image") if n.description]) >= 4, "charts that compare")
        self.look(window, "comparison", ("Accuracy", "Epoch Loss", "Iteration Loss", "Accuracy and Cost"))

    def the_list(self, window):
        window.key("ctrl+f")
        window.find("entry", "Filter runs")
        self.look(window, "filter")
        window.key("Escape")
        window.key("ctrl+shift+s")
        window.find("check box")
        self.look(window, "choosing")
        window.key("ctrl+shift+s")
        window.gone("check box")
        self.show(window, FIRST)
        window.key("ctrl+2")
        window.click(self.row(window, FIRST))
        self.over(window, "renaming", lambda: window.key("F2"), "text", "Name")
        self.over(window, "tags", lambda: window.key("ctrl+t"), "text", "Tags")
        self.over(window, "run-menu", lambda: window.click(self.row(window, FIRST), button=3), "menu item", "Rename")
        self.over(window, "group-menu", lambda: window.click("push button", "Group runs"), "radio menu item")

    def menus(self, window):
        self.over(window, "menu", lambda: window.key("F10"), "menu item", "About")
        self.over(window, "shortcuts", lambda: window.key("ctrl+question"), "list item", "Move to trash")
        self.over(window, "guide", lambda: window.key("F1"), "list item", "Your First Run in a Minute")
        self.over(window, "about", lambda: window.menu("Main menu", "About"), "list item", "Legal")

    def states(self, window):
        for name, state in STATES:
            self.show(window, name)
            window.until(lambda: window.all("label", state), state)
            self.look(window, state)

    def narrow(self, window):
        window.resize(360, 700)
        window.key("F9")
        self.row(window, FIRST)
        self.look(window, "narrow-list")
        window.key("F9")
        self.look(window, "narrow")

    def views(self):
        with drive.no_longer_than(PART_S):
            self.empty()
        subprocess.run([self.options.fill, os.path.join(self.top, "story"), "story"], check=True)
        with self.open("story") as window:
            window.resize(1560, 960)
            for part in (self.run_and_its_windows, self.draft, self.comparison, self.the_list, self.menus, self.states, self.narrow):
                with self.missed(window, part.__name__), drive.no_longer_than(PART_S):
                    part(window)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("workbench")
    parser.add_argument("fill")
    parser.add_argument("--pictures")
    options = parser.parse_args()
    why = drive.why_not()
    if why:
        print("1..0 # SKIP %s" % why)
        return 0
    options.pictures = options.pictures or os.path.join(os.path.dirname(os.path.abspath(options.workbench)), "tree")
    os.makedirs(options.pictures, exist_ok=True)
    for name in ("GTK_A11Y", "THAW_LOCALEDIR", "G_DEBUG"):
        os.environ.pop(name, None)
    top = tempfile.mkdtemp(prefix="thaw-tree-")
    try:
        drive.furnish(os.path.join(top, "config"))
        with drive.Desk():
            reader = Reader(options, top)
            reader.views()
    finally:
        shutil.rmtree(top, ignore_errors=True)
    print("1..%d" % reader.seen)
    print("# %d controls, %d without a role, a name or a sentence; trees in %s" %
          (reader.controls, len(reader.wrong), options.pictures))
    return 1 if reader.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
