# SPDX-License-Identifier: GPL-3.0-or-later
"""What `meson install` leaves: all of it, nothing else, and it works from wherever it was put.

usage: test-install.py BUILD window|no-window"""
import os
import shutil
import subprocess
import sys
import traceback

from installed import CJK, HERE, ID, MIME, Installed, desktop_faults, file_faults, language_faults, picture_faults

BUILD, WINDOW = os.path.abspath(sys.argv[1]), sys.argv[2] == "window"
MESSAGES = "share/locale/zh_CN/LC_MESSAGES/thaw.mo"
METAINFO = "share/metainfo/%s.metainfo.xml" % ID
PACKAGE = "share/mime/packages/%s.xml" % ID
DESKTOP = "share/applications/%s.desktop" % ID
TEXTS = {METAINFO: ("summary", "p", "li", "caption", "image", "developer_name"), PACKAGE: ("comment",)}
tests = []


def test(function):
    tests.append(function)
    return function


def window_test(function):
    return test(function) if WINDOW else function


@test
def all_files_and_no_others(tree):
    assert tree.left == [], tree.left
    assert file_faults(tree.prefix, WINDOW) == []


@test
def a_missing_file_and_a_stray_one_are_found(tree):
    """The test of the test."""
    copy = shutil.copytree(tree.prefix, tree.path("..", "copy"))
    os.remove(os.path.join(copy, MESSAGES))
    os.rename(os.path.join(copy, "share/bash-completion/completions/thaw"), os.path.join(copy, "share/bash-completion/thaw"))
    open(os.path.join(copy, "share/man/man1/thaw-train.1"), "w").close()
    assert file_faults(copy, WINDOW) == [
        "share/bash-completion/completions/thaw is missing", MESSAGES + " is missing",
        "share/bash-completion/thaw is not in files.txt", "share/man/man1/thaw-train.1 is empty"], file_faults(copy, WINDOW)
    shutil.rmtree(copy)


@test
def programs_speak_chinese_there(tree):
    for more in {"LANGUAGE": "zh_CN"}, {"LANGUAGE": "zh_CN:en"}:
        assert CJK.search(tree.run("thaw", "--help", **more)), more
    assert not CJK.search(tree.run("thaw", "--help"))
    os.rename(tree.path(MESSAGES), tree.path("..", "thaw.mo"))
    try:  # nobody else's catalogue was read
        assert not CJK.search(tree.run("thaw", "--help", LANGUAGE="zh_CN"))
    finally:
        os.rename(tree.path("..", "thaw.mo"), tree.path(MESSAGES))


@test
def starter_weights_are_those_beside_the_program(tree):
    listed = tree.run("thaw", "weights", "list", "--json")
    for name in os.listdir(tree.path("share/thaw/weights")):
        if name.endswith(".safetensors"):
            assert name in listed, listed
    weights = tree.path("share/thaw/weights")
    trained = "thaw", "train", "--preset", "one-minute-sample", "--set", "epochs=1", "--set", "freeze.epochs=1", "--set", "model.weights=starter"
    os.rename(weights, tree.path("..", "weights"))
    try:
        assert weights in tree.run(*trained, status=1)
    finally:
        os.rename(tree.path("..", "weights"), weights)
    tree.run(*trained)
    assert "finished" in tree.run("thaw", "show", "latest")


@test
def the_reader_is_the_one_beside_the_program(tree):
    weights = tree.path("share/thaw/weights/mobilenet_v3_small-tiny-imagenet-32.safetensors")
    assert "features.0.0.weight" in tree.run("thaw", "weights", "inspect", weights)
    reader = tree.path("libexec/thaw/thaw-reader")
    if os.path.exists("/usr/libexec/thaw/thaw-reader") or os.path.exists("/usr/local/libexec/thaw/thaw-reader"):
        return  # one that is installed for good stands in
    os.rename(reader, reader + "-away")
    try:
        assert "thaw-reader" in tree.run("thaw", "weights", "inspect", weights, status=1)
    finally:
        os.rename(reader + "-away", reader)


@window_test
def the_desktop_is_told_in_chinese_as_well(tree):
    assert desktop_faults(tree.path(DESKTOP)) == []
    for name, tags in TEXTS.items():
        assert language_faults(tree.path(name), tags) == [], name


@window_test
def the_pictures_are_there(tree):
    assert picture_faults(tree.path(METAINFO), os.path.join(HERE, "..", "..")) == []
    with open(tree.path(METAINFO), encoding="utf-8") as f:  # the test of the test
        text = f.read().replace('width="1000"', 'width="999"', 1).replace("recipe.png", "recipes.png", 1)
    with open(tree.path("..", "altered"), "w", encoding="utf-8") as f:
        f.write(text)
    found = picture_faults(tree.path("..", "altered"), os.path.join(HERE, "..", ".."))
    assert found == ["software/curves.png is 1000 by 700", "software/recipes.png is not there"], found


@window_test
def a_text_that_is_not_translated_is_found(tree):
    """The test of the test."""
    def altered(name, was, instead):
        with open(tree.path(name), encoding="utf-8") as f:
            text = f.read()
        assert was in text, (name, was)
        path = tree.path("..", "altered")
        with open(path, "w", encoding="utf-8") as f:
            f.write(text.replace(was, instead, 1))
        return path

    assert desktop_faults(altered(DESKTOP, "Comment[zh_CN]=", "Comment[de]=")) == ["Comment is not said in Chinese"]
    assert desktop_faults(altered(DESKTOP, MIME, "text/plain")) == ["recipes are not among what is opened"]
    assert len(language_faults(altered(METAINFO, '<summary xml:lang="zh_CN"', '<summary xml:lang="de"'), TEXTS[METAINFO])) == 1
    assert len(language_faults(altered(PACKAGE, '<comment xml:lang="zh_CN"', '<comment xml:lang="de"'), TEXTS[PACKAGE])) == 1


@window_test
def recipes_belong_to_thaw(tree):
    tree.run("update-mime-database", tree.path("share/mime"))
    tree.run("update-desktop-database", "-q", tree.path("share/applications"))
    for name, mime in ("mine.thaw-recipe", MIME), ("mine.json", "application/json"), ("thaw-recipe", "text/plain"):
        path = tree.path("..", name)
        with open(path, "w", encoding="utf-8") as f:
            f.write('{"format": "thaw-recipe/1"}\n')
        assert mime in tree.run("gio", "info", "-a", "standard::content-type", path).split(), (name, mime)
    assert ID + ".desktop" in tree.run("gio", "mime", MIME)
    assert ID not in tree.run("gio", "mime", "application/json")


@window_test
def the_standards_tools_have_nothing_to_say(tree):
    tree.run("desktop-file-validate", tree.path(DESKTOP))
    tree.run("appstreamcli", "validate", "--no-net", tree.path(METAINFO))
    tree.run("glib-compile-schemas", "--strict", "--dry-run", tree.path("share/glib-2.0/schemas"))


def main():
    missing = [p for p in ("meson", *(("gio", "update-mime-database", "update-desktop-database", "desktop-file-validate", "appstreamcli")
                                      if WINDOW else ())) if not shutil.which(p)]
    if missing:
        print("1..0 # SKIP there is no " + ", no ".join(missing))
        return 0
    failed = 0
    with Installed(BUILD) as tree:
        print("1..%d" % len(tests), flush=True)
        for number, function in enumerate(tests, 1):
            try:
                function(tree)
                print("ok %d - %s" % (number, function.__name__), flush=True)
            except (AssertionError, OSError, subprocess.SubprocessError):
                failed += 1
                print("".join("# %s\n" % line for line in traceback.format_exc().split("\n")), end="")
                print("not ok %d - %s" % (number, function.__name__), flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
