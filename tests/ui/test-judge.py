#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Holds what judges the real window against trees made by hand: that it finds a button without a name, a chart without its
sentence, a control without a role, and nothing where all is well; and that a wait for what never comes ends as a failure."""
import os
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import atspi  # noqa: E402
import drive  # noqa: E402
import journey  # noqa: E402
import tree  # noqa: E402


def node(role, name="", *children, description="", states=("VISIBLE",), size=(0, 0, 20, 20)):
    made = atspi.Node(None, None)
    made.role, made.name, made.description, made.children = role, name, description, list(children)
    made.states = sum(1 << atspi.STATES[s] for s in states)
    made.extents = atspi.Place(size)
    for child in children:
        child.parent = made
    return made


def control(role, name="", *children, **more):
    return node(role, name, *children, states=("VISIBLE", "FOCUSABLE"), **more)


def frame(*children):
    return [node("frame", "Thaw", *children)]


class Judge(unittest.TestCase):
    def test_all_is_well(self):
        controls, wrong = tree.read(frame(control("push button", "Start"), node("label", "Runs"), node("filler"),
                                          control("image", "Accuracy", description="Accuracy, from 1 to 12.")), ["Accuracy"])
        self.assertEqual((controls, wrong), (2, []))

    def test_nameless(self):
        for role, name in (("push button", ""), ("push button", "  "), ("menu button", "GtkMenuButton"), ("list item", "AdwActionRow"),
                           ("spin button", ""), ("menu item", "")):
            controls, wrong = tree.read(frame(node("filler", "", control(role, name))))
            self.assertEqual(controls, 1)
            self.assertEqual(len(wrong), 1, (role, name))
            self.assertIn("no name: %s" % role, wrong[0])

    def test_names_that_say_nothing(self):
        for name in ("_Stop Stop", "Stop _Stop", "Stop Stop"):
            self.assertEqual(len(tree.read(frame(control("push button", name)))[1]), 1, name)
        self.assertEqual(tree.read(frame(control("push button", "Stop")))[1], [])

    def test_no_role(self):
        for role in ("", "filler", "panel", "unknown"):
            self.assertEqual(len(tree.read(frame(control(role, "Something")))[1]), 1, role)

    def test_chart_without_sentence(self):
        silent = frame(control("image", "Accuracy"))
        self.assertEqual(len(tree.read(silent)[1]), 1)
        self.assertEqual(len(tree.read(frame(), ["Accuracy"])[1]), 1)
        self.assertEqual(len(tree.read(frame(node("image", "Accuracy")), ["Accuracy"])[1]), 1)

    def test_parts_of_a_named_widget(self):
        part = control("push button")
        self.assertEqual(tree.read(frame(node("spin button", "Epochs", part)))[1], [])
        self.assertEqual(len(tree.read(frame(node("spin button", "", part)))[1]), 2)

    def test_hidden_is_not_read(self):
        self.assertEqual(tree.read(frame(node("push button", states=())))[1], [])
        self.assertEqual(tree.read(frame(node("push button", size=(0, 0, 0, 0))))[1], [])

    def test_waits_end(self):
        with self.assertRaises(drive.Missing):
            drive.until(lambda: False, "never", 0.01)
        with self.assertRaises(drive.Missing), drive.no_longer_than(0.1):
            drive.until(lambda: False, "never")
        self.assertEqual(drive.until(lambda: 5, "at once"), 5)

    def test_a_program_that_ended_is_noticed(self):
        ended = type("Ended", (), {"poll": lambda self: 3, "returncode": 3})()
        with self.assertRaisesRegex(drive.Missing, "status 3"):
            drive.until(lambda: False, "a window", process=ended)

    def test_complaints_of_the_window(self):
        log = os.path.join(os.environ.get("TMPDIR", "/tmp"), "thaw-judge-%d.log" % os.getpid())
        with open(log, "w", encoding="utf-8") as f:
            f.write("(w:1): Gtk-CRITICAL **: gtk_widget_show: assertion failed\n(w:1): dbind-WARNING **: bus\nloaded\n")
        try:
            self.assertEqual(len(journey.complaints(log)), 1)
        finally:
            os.unlink(log)


if __name__ == "__main__":
    unittest.main()
