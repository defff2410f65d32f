# SPDX-License-Identifier: GPL-3.0-or-later
"""A recipe that is double-clicked: the installed window, found by the type of the file, opens it in the form of a new run.

usage: test-opening.py BUILD     (under tests/ui/with-display)"""
import os
import shutil
import subprocess
import sys
import traceback

from installed import ID, OF_THE_BUILD, Installed

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "ui"))
import drive  # noqa: E402

VALUE = "org.a11y.atspi.Value"
EPOCHS = 7  # of no preset


def write(tree, name, epochs):
    path = tree.path("..", name)
    with open(path, "w", encoding="utf-8") as f:
        f.write('{"format": "thaw-recipe/1", "name": "From a friend", "epochs": %d}\n' % epochs)
    return path


def shows(window, epochs):
    """Once the form has so many epochs."""
    def there():
        spins = [n for n in window.all("spin button", "Epochs") if n.name == "Epochs"]
        return any(window.bus.get(n.address, VALUE, "CurrentValue") == epochs for n in spins)
    window.until(there, "a form with %d epochs" % epochs)


def from_the_command_line(tree, environment, log):
    with drive.Desk(), drive.Window([tree.path("bin/thaw-workbench"), write(tree, "first.thaw-recipe", EPOCHS)], "thaw-workbench",
                                    environment, log) as window:
        shows(window, EPOCHS)


def from_the_file_manager(tree, environment, log):
    """`gio open` does what a double click does; the window that is open gets the file."""
    with drive.Desk(), drive.Window([tree.path("bin/thaw-workbench")], "thaw-workbench", environment, log) as window:
        window.until(lambda: not window.all("spin button"), "no form")
        path = write(tree, "Second.Thaw-Recipe", EPOCHS + 1)
        done = subprocess.run(["gio", "open", path], env=environment, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        shows(window, EPOCHS + 1)
        identify(window)


def identify(window):
    """What desktops without the shell's protocol find the entry and its icon by."""
    wid = drive.run("xdotool", "search", "--onlyvisible", "--pid", str(window.process.pid)).split()[-1]
    said = drive.run("xprop", "-id", wid, "WM_CLASS", "_GTK_APPLICATION_ID")
    print("# " + said.strip().replace("\n", "\n# "))
    assert ID in said, said


def main():
    reason = drive.why_not() or next(("there is no " + p for p in ("gio", "meson", "update-mime-database", "update-desktop-database")
                                      if not shutil.which(p)), None)
    if reason:
        print("1..0 # SKIP " + reason)
        return 0
    tests, failed = (from_the_command_line, from_the_file_manager), 0
    print("1..%d" % len(tests), flush=True)
    with Installed(os.path.abspath(sys.argv[1])) as tree:
        tree.run("glib-compile-schemas", tree.path("share/glib-2.0/schemas"))
        tree.run("update-mime-database", tree.path("share/mime"))
        tree.run("update-desktop-database", "-q", tree.path("share/applications"))
        environment = tree.environment(XDG_CONFIG_HOME=tree.path("..", "config"))
        drive.furnish(environment["XDG_CONFIG_HOME"])
        for name in [n for n in os.environ if n.startswith(OF_THE_BUILD) and n not in environment]:
            del os.environ[name]  # what the window is given is added to what there is
        for number, function in enumerate(tests, 1):
            log = tree.path("..", function.__name__ + ".log")
            try:
                function(tree, environment, log)
                print("ok %d - %s" % (number, function.__name__), flush=True)
            except (AssertionError, OSError, subprocess.SubprocessError):
                failed += 1
                with open(log, encoding="utf-8") as f:
                    said = f.read()
                print("".join("# %s\n" % line for line in (traceback.format_exc() + said).split("\n")), end="")
                print("not ok %d - %s" % (number, function.__name__), flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
