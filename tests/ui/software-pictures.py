#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The pictures that software centres show, which the metainfo names: of real runs, in both languages.

  tests/ui/with-display -g 1200x900 /usr/bin/python3 tests/ui/software-pictures.py --build BUILD --home HOME [--data FOLDER]
      [--out docs/images/software] FIRST SECOND

HOME holds a store with two finished runs of those names; the window works on a copy. Taken are the curves of FIRST
(curves.png), both compared (comparison.png), a new run (recipe.png), each 1000 by 700 as software centres want them, and the
same in Chinese (…-zh_CN.png). --data is a folder with the data set of the lesson's presets, for what a new run will cost.
"""
import argparse
import os
import shutil
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import drive  # noqa: E402

SIZE = 1000, 700
OUT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "docs", "images", "software")
LANGUAGES = {"": "en", "-zh_CN": "zh_CN"}


def row(window, name):
    return window.until(lambda: next((n for n in window.all("list item") if n.name.startswith(name)), None), "the row of '%s'" % name)


def charts(window, n):
    return window.until(lambda: sum(bool(i.description) for i in window.all("image")) >= n, "charts")


def take(window, options, ending):
    def shot(name):
        window.point("frame", fx=0.1, fy=0.97)
        window.shot(os.path.join(options.out, name + ending + ".png"))

    window.resize(*SIZE)
    window.click(row(window, options.first))
    window.key("ctrl+2")
    charts(window, 3)
    shot("curves")
    window.click(row(window, options.second), modifier="ctrl")
    window.until(lambda: window.title() not in (options.first, options.second), "the comparison")
    charts(window, 2)
    shot("comparison")
    window.key("ctrl+n")
    window.until(lambda: window.all("spin button"), "the form")
    charts(window, 1)
    said = window.until(lambda: [n for n in window.all("label") if " minute" in n.name or "分钟" in n.name], "what it costs", 240)
    print("cost: " + "; ".join(n.name for n in said))
    shot("recipe")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", required=True)
    parser.add_argument("--home", required=True)
    parser.add_argument("--data")
    parser.add_argument("--out", default=OUT)
    parser.add_argument("first")
    parser.add_argument("second")
    options = parser.parse_args()
    reason = drive.why_not()
    if reason:
        sys.exit(reason)
    os.makedirs(options.out, exist_ok=True)
    build = os.path.abspath(options.build)
    for ending, language in LANGUAGES.items():
        top = tempfile.mkdtemp(prefix="thaw-pictures-")
        try:
            environment = {"THAW_HOME": shutil.copytree(options.home, os.path.join(top, "home")), "HOME": top,
                           "THAW_DATA": options.data or os.path.join(top, "none"), "THAW_LOCALEDIR": os.path.join(build, "po"),
                           "XDG_CONFIG_HOME": os.path.join(top, "config"), "XDG_CACHE_HOME": os.path.join(top, "cache"),
                           "XDG_DATA_HOME": os.path.join(top, "share"), "LANG": "C.UTF-8", "LC_ALL": "", "LANGUAGE": language,
                           "GSETTINGS_SCHEMA_DIR": os.path.join(build, "data")}
            drive.furnish(environment["XDG_CONFIG_HOME"])
            with drive.Desk(), drive.Window([os.path.join(build, "app", "thaw-workbench")], "thaw-workbench", environment,
                                            os.path.join(top, "log")) as window:
                take(window, options, ending)
        finally:
            shutil.rmtree(top, ignore_errors=True)


if __name__ == "__main__":
    main()
