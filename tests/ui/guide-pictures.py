#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The pictures of the student's guide, taken of the real window in each of its languages.

  tests/ui/with-display -g 1400x1000 /usr/bin/python3 tests/ui/guide-pictures.py --build BUILD --home HOME --data FOLDER [--out docs/guide] [--only NAME] [LANGUAGE...]

HOME holds a store with two finished runs of the lesson, 'ResNet18' and 'MobileNetV3-Small'; the window works on a copy. FOLDER
holds CIFAR-10. The window is driven as in journey.py; controls are found by their translated names. The one-minute run is
trained for the picture of it.
"""
import argparse
import contextlib
import gettext
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import drive  # noqa: E402

LANGUAGES = "en", "zh_CN"
PAGE = 940, 640
FORM = 720, 640
FIRST, SECOND = "ResNet18", "MobileNetV3-Small"
EXACT = "Day 44: MobileNetV3-Small, exactly"
COLOURS = 64
BAR = 50
# The run of the first start on the built-in sample, whatever this computer has, and shorter.
ENGINE = """#!/bin/bash
words=()
for word in "$@"; do
  case $word in one-minute|one-minute-sample) words+=(one-minute-sample --set epochs=24 --set freeze.epochs=6) ;; *) words+=("$word") ;; esac
done
exec %s "${words[@]}"
"""


class Taker:
    def __init__(self, options, language, top):
        self.options, self.language, self.top = options, language, top
        self.locale = os.path.join(os.path.abspath(options.build), "po")
        self.say = gettext.translation("thaw", self.locale, [language], fallback=language == "en").gettext
        self.folder = os.path.join(options.out, language, "pictures")
        os.makedirs(self.folder, exist_ok=True)

    def t(self, text):
        """A text of the program in this language, as it stands on a control."""
        return re.sub(r"\(_\w\)|_", "", self.say(text)).rstrip("…")

    def wants(self, *names):
        return not self.options.only or self.options.only in names

    @contextlib.contextmanager
    def window(self, home, data):
        environment = {"THAW_HOME": home, "THAW_DATA": data, "HOME": self.top, "XDG_CONFIG_HOME": os.path.join(self.top, "config"),
                       "XDG_CACHE_HOME": os.path.join(self.top, "cache"), "XDG_DATA_HOME": os.path.join(self.top, "share"),
                       "LANG": "C.UTF-8", "LC_ALL": "", "LANGUAGE": self.language, "THAW_LOCALEDIR": self.locale,
                       "THAW_READER": os.path.join(os.path.abspath(self.options.build), "app", "thaw-reader"),
                       "GSETTINGS_SCHEMA_DIR": os.path.join(os.path.abspath(self.options.build), "data")}
        self.environment = dict(os.environ, **environment)
        with drive.Window([self._beside_an_engine()], "thaw-workbench", environment, os.path.join(self.top, "log")) as window:
            self.w = window
            yield window

    def _beside_an_engine(self):
        """The window looks for `thaw` beside itself."""
        folder, real = os.path.join(self.top, "bin"), os.path.join(os.path.abspath(self.options.build), "app")
        os.makedirs(folder, exist_ok=True)
        with open(os.path.join(folder, "thaw"), "w", encoding="utf-8") as f:
            f.write(ENGINE % json.dumps(os.path.join(real, "thaw")))
            os.fchmod(f.fileno(), 0o755)
        return shutil.copy(os.path.join(real, "thaw-workbench"), os.path.join(folder, "thaw-workbench"))

    def thaw(self, *arguments):
        return subprocess.run([os.path.join(os.path.abspath(self.options.build), "app", "thaw"), *arguments], env=self.environment,
                              capture_output=True, text=True, check=True).stdout

    def shot(self, name, form=False):
        """With few colours a picture of a window is a tenth of its size, and looks the same. What a run costs on this computer,
        at the bottom of the form, is of no use to others."""
        path = os.path.join(self.folder, name + ".png")
        self.w.point("frame", fx=0.5, fy=0.995)
        self.w.shot(path)
        subprocess.run(["convert", path, *(["-gravity", "south", "-chop", "0x%d" % BAR] if form else []), "+dither", "-colors", str(COLOURS), "-strip", "-define", "png:compression-level=9",
                        "PNG8:" + path], check=True)
        print("%s %s: %d bytes" % (self.language, name, os.path.getsize(path)), flush=True)

    def row(self, name):
        return self.w.until(lambda: next((n for n in self.w.all("list item") if n.name.startswith(name)), None), "the row of '%s'" % name)

    def charts(self, n):
        self.w.until(lambda: sum(bool(i.description) for i in self.w.all("image")) >= n, "charts")

    def bring_to_top(self, role, name):
        """Turns the wheel until a control is at the top of what scrolls."""
        node = self.w.bring(role, name)
        pane = node.parent
        while pane.role != "scroll pane":
            pane = pane.parent
        x, y = self.w.place(pane, 0.5, 0.15)
        for _ in range(40):
            if node.place().y - pane.place().y < 170:
                break
            drive.run("xdotool", "mousemove", str(x), str(y), "click", "5")
        return node

    # --- what is taken ---

    def from_nothing(self):
        """The first start, and the run that it offers."""
        if not self.wants("welcome", "first-run"):
            return
        with self.window(os.path.join(self.top, "new-" + self.language), os.path.join(self.top, "none")) as window:
            button = window.find("push button", self.t("Try a One-Minute Run"))
            window.resize(*PAGE)
            self.shot("welcome")
            if not self.wants("first-run"):
                return
            window.click(button)
            self.charts(4)

            def trained():
                runs = json.loads(self.thaw("runs", "--json"))
                return runs and runs[0]["epochs_done"] >= 14
            window.until(trained, "a run that has thawed", 600)
            self.shot("first-run")
            self.thaw("stop", "latest")

    def form(self):
        window = self.w
        window.key("ctrl+n")
        window.until(lambda: window.all("spin button"), "the form")
        window.until(lambda: [i for i in window.all("image") if i.description], "the drawn plan")
        window.until(lambda: any(re.search(r"10.?000", n.name) for n in window.all("label")), "the data read", 300)
        window.key("F9")
        window.resize(*FORM)
        if self.wants("form"):
            self.shot("form", form=True)
        if self.wants("backbone"):
            self.bring_to_top("push button", "ResNet18")
            self.shot("backbone", form=True)
        if self.wants("freeze"):
            self.bring_to_top("spin button", self.t("Frozen epochs"))
            self.shot("freeze", form=True)
        if self.wants("strip"):
            window.bring("image", self.t("Freeze plan and learning rate"))
            self.shot("strip", form=True)

    def check(self):
        """What the check says of the lesson as it is."""
        window = self.w
        window.key("F9")
        window.resize(1180, 760)
        window.click("push button", self.t("Start From…"))
        window.click(window.find("menu item", EXACT))
        window.until(lambda: window.all("push button", self.t("Use Validation")), "the findings", 60)
        window.bring("push button", self.t("Hold Statistics"))
        self.shot("check", form=True)

    def runs(self):
        if not self.wants("form", "backbone", "freeze", "strip", "check", "curves", "kink", "comparison"):
            return
        home = shutil.copytree(self.options.home, os.path.join(self.top, "home-" + self.language))
        with self.window(home, self.options.data) as window:
            window.click(self.row(FIRST))
            window.resize(*PAGE)
            window.key("ctrl+2")
            self.charts(4)
            if self.wants("curves"):
                self.shot("curves")
            if self.wants("kink"):
                window.bring([i for i in window.all("image") if i.description][2])
                self.shot("kink")
            if self.wants("comparison"):
                window.click(self.row(SECOND), modifier="ctrl")
                window.until(lambda: window.title() not in (FIRST, SECOND), "the comparison")
                self.charts(3)
                window.resize(1000, 720)
                self.shot("comparison")
                window.click(self.row(FIRST))
                window.resize(*PAGE)
            if self.wants("form", "backbone", "freeze", "strip"):
                self.form()
            if self.wants("check"):
                self.check()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", required=True)
    parser.add_argument("--home", required=True)
    parser.add_argument("--data", required=True, help="a folder with CIFAR-10")
    parser.add_argument("--out", default=os.path.join(os.path.dirname(__file__), "..", "..", "docs", "guide"))
    parser.add_argument("--only", help="one picture")
    parser.add_argument("languages", nargs="*")
    options = parser.parse_args()
    reason = drive.why_not()
    if reason:
        sys.exit(reason)
    top = tempfile.mkdtemp(prefix="thaw-guide-")
    try:
        drive.furnish(os.path.join(top, "config"))
        with drive.Desk():
            for language in options.languages or LANGUAGES:
                taker = Taker(options, language, top)
                taker.runs()
                taker.from_nothing()
    finally:
        shutil.rmtree(top, ignore_errors=True)


if __name__ == "__main__":
    main()
