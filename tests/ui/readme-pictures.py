#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The pictures of the README and of software centres, taken of real runs.

  tests/ui/with-display -g 1400x1000 /usr/bin/python3 tests/ui/readme-pictures.py --build BUILD --home HOME [--out docs/images] FIRST SECOND

HOME holds a store with two finished runs of those names; the window works on a copy. It is driven as in journey.py. Taken are
the curves of FIRST (workbench.png), both compared (comparison.png), a new run's recipe (recipe.png).
"""
import argparse
import os
import shutil
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import drive  # noqa: E402

SIZE = 1180, 780


def row(window, name):
    return window.until(lambda: next((n for n in window.all("list item") if n.name.startswith(name)), None),
                        "the row of '%s'" % name)


def charts(window, n):
    return window.until(lambda: sum(bool(i.description) for i in window.all("image")) >= n, "charts")


def take(window, options):
    def shot(name):
        window.shot(os.path.join(options.out, name + ".png"))

    window.resize(*SIZE)
    window.click(row(window, options.first))
    window.key("ctrl+2")
    charts(window, 4)
    window.point("frame", fx=0.1, fy=0.9)
    shot("workbench")
    window.click(row(window, options.second), modifier="ctrl")
    window.until(lambda: window.title() not in (options.first, options.second), "the comparison")
    charts(window, 3)
    shot("comparison")
    window.key("ctrl+n")
    window.until(lambda: window.all("spin button"), "the form")
    window.until(lambda: len([i for i in window.all("image") if i.description]) >= 1, "the drawn plan", 30)
    window.until(lambda: any(n.name.startswith("About ") and " minute" in n.name for n in window.all("label")), "what it costs", 120)
    window.point("frame", fx=0.1, fy=0.9)
    shot("recipe")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", required=True)
    parser.add_argument("--home", required=True)
    parser.add_argument("--data", help="a folder with data sets, for the new run's recipe")
    parser.add_argument("--out", default=os.path.join(os.path.dirname(__file__), "..", "..", "docs", "images"))
    parser.add_argument("first")
    parser.add_argument("second")
    options = parser.parse_args()
    reason = drive.why_not()
    if reason:
        sys.exit(reason)
    top = tempfile.mkdtemp(prefix="thaw-pictures-")
    try:
        home = shutil.copytree(options.home, os.path.join(top, "home"))
        environment = {"THAW_HOME": home, "THAW_DATA": options.data or os.path.join(top, "none"), "HOME": top,
                       "XDG_CONFIG_HOME": os.path.join(top, "config"), "XDG_CACHE_HOME": os.path.join(top, "cache"),
                       "XDG_DATA_HOME": os.path.join(top, "share"), "LANG": "C.UTF-8", "LC_ALL": "", "LANGUAGE": "en"}
        environment["GSETTINGS_SCHEMA_DIR"] = os.path.join(os.path.abspath(options.build), "data")
        drive.furnish(environment["XDG_CONFIG_HOME"])
        with drive.Desk(), drive.Window([os.path.join(os.path.abspath(options.build), "app", "thaw-workbench")], "thaw-workbench",
                          environment, os.path.join(top, "log")) as window:
            take(window, options)
    finally:
        shutil.rmtree(top, ignore_errors=True)


if __name__ == "__main__":
    main()
