# SPDX-License-Identifier: GPL-3.0-or-later
"""What is written about the program against what the program says of itself: manual pages and bash completion.

usage: test-man.py THAW PAGES COMPLETION"""
import json
import os
import re
import shutil
import subprocess
import sys

from cli import THAW, Home, main, test

PAGES, COMPLETION = (os.path.abspath(p) for p in sys.argv[2:4])
MAN = shutil.which("man.REAL") or "man"  # Ubuntu's small images have a stand-in under the plain name
C = dict(os.environ, LC_ALL="C.UTF-8", LANGUAGE="", MANWIDTH="240")


def output(*arguments, env=C):
    return subprocess.run(arguments, env=env, capture_output=True, text=True, check=True).stdout


def commands():
    listed = output(THAW, "--help").split("Commands:\n")[1].split("\n\n")[0]
    found = re.findall(r"^  ([a-z-]+)", listed, re.M)
    assert len(found) >= 15, found
    return found


def options(command):
    """Long options, and the short one of each or None, that --help prints."""
    found = re.findall(r"^ +(?:-(\w), )?--([\w-]+)(?:=[\w.=]+)? ", output(THAW, command, "--help"), re.M)
    assert ("h", "help") in found, found
    return {long: short or None for short, long in found}


def rendered(page):
    text = output(MAN, "-E", "UTF-8", "-l", "-Tutf8", "--no-hyphenation", "-P", "cat", os.path.join(PAGES, page))
    return re.sub("\x1b\\[[0-9;]*m|.\b", "", text).replace("\u2010", "-").replace("\u2212", "-")


def section(page, title):
    found = re.search(r"^%s\n(.*?)(?=^[A-Z]|\Z)" % title, rendered(page), re.M | re.S)
    assert found, "%s has no section %s" % (page, title)
    return found.group(1)


@test
def every_command_has_a_page_and_no_page_is_left_over():
    wanted = {"thaw.1", "thaw-workbench.1"} | {"thaw-%s.1" % c for c in commands()}
    assert {f for f in os.listdir(PAGES) if f.endswith(".1")} == wanted
    assert set(os.listdir(os.path.join(PAGES, "zh_CN"))) == {"thaw.zh_CN.1", "thaw-workbench.zh_CN.1"}
    with open(os.path.join(PAGES, "meson.build"), encoding="utf-8") as f:
        installed = set(re.findall(r"'(thaw[\w-]*\.1)'", f.read()))
    assert installed == wanted, installed ^ wanted
    listed = re.findall(r"thaw-([a-z-]+)\(1\)", section("thaw.1", "COMMANDS"))
    assert listed == commands(), listed


@test
def pages_are_well_formed():
    with Home() as home:
        chinese = os.path.join(home.top, "zh_CN", "man1")  # by its place man knows where lines may break
        os.makedirs(chinese)
        for page in os.listdir(os.path.join(PAGES, "zh_CN")):
            shutil.copy(os.path.join(PAGES, "zh_CN", page), os.path.join(chinese, page.replace(".zh_CN", "")))
        for folder in PAGES, chinese:
            for page in sorted(os.listdir(folder)):
                if page.endswith(".1"):
                    done = subprocess.run([MAN, "--warnings", "-E", "UTF-8", "-l", "-Tutf8", "-Z", os.path.join(folder, page)],
                                          env=C, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
                    assert done.returncode == 0 and done.stderr == "", "%s: %s" % (page, done.stderr)


@test
def the_chinese_overview_has_the_commands_of_the_english_one():
    with open(os.path.join(PAGES, "zh_CN", "thaw.zh_CN.1"), encoding="utf-8") as f:
        chinese = f.read().split(".SH 命令")[1].split(".SH")[0]
    with open(os.path.join(PAGES, "thaw.1"), encoding="utf-8") as f:
        english = f.read().split(".SH COMMANDS")[1].split(".SH")[0]
    pattern = r"thaw\\-([a-z\\-]+?)\"? ?\(1\)"
    found = [re.findall(pattern, text) for text in (english, chinese)]
    assert len(found[0]) >= 15 and found[1] == found[0] + ["workbench"], found


@test
def pages_have_the_options_of_the_program():
    for command in commands():
        tags = re.findall(r"^ {7}(?:-(\w), )?--([\w-]+)", section("thaw-%s.1" % command, "OPTIONS"), re.M)
        assert {long: short or None for short, long in tags} == options(command), (command, tags, options(command))


@test
def names_match_the_help_of_the_program():
    for command in commands():
        summary = re.search(r"thaw-%s - (.*)" % command, section("thaw-%s.1" % command, "NAME")).group(1)
        line = re.search(r"^  %s .*?  +(\S.*)$" % command, output(THAW, "--help"), re.M).group(1)
        assert summary.lower() == line.lower(), (summary, line)


def flattened(value, path=""):
    if isinstance(value, dict):
        return {k: v for name in value for k, v in flattened(value[name], path + "." + name if path else name).items()}
    return {path: value}


@test
def recipe_fields_and_defaults_are_those_of_the_program():
    text = section("thaw.1", "THE RECIPE")
    named = {}
    for path, value in re.findall(r"^ {7}([a-z_]+(?:\.[a-z_]+)*) \(([^)]*?)(?:, \w+ [\d.]+)?\)$", text, re.M):
        named[path] = None if value == "required" else json.loads(value)
    with Home() as home:
        recipe = os.path.join(home.top, "empty.json")
        with open(recipe, "w") as f:
            f.write('{"format": "thaw-recipe/1"}')
        home.run("train", "--recipe", recipe, "--data", home.data, "--set", "epochs=1", "--set", "evaluate.clean_train=false")
        real = flattened(json.loads(home.run("show", "latest", "--recipe")))
        home.run("train", "--recipe", recipe, "--data", home.data, "--set", "epochs=1", "--set", "optimizer.name=SGD")
        more = flattened(json.loads(home.run("show", "latest", "--recipe")))
    real["format"] = None
    real.update({"epochs": 40, "evaluate.clean_train": True})  # the two that the run had otherwise
    real.update({k: v for k, v in more.items() if k.startswith("optimizer.") and k not in real})
    assert named == real, {k: (named.get(k), real.get(k)) for k in set(named) | set(real) if named.get(k) != real.get(k)}


@test
def later_fields_and_defaults_are_those_of_the_program():
    text = section("thaw.1", "FIELDS THAT CAME LATER")
    named = re.findall(r"^ {7}([a-z_]+(?:\.[a-z_]+)*) \(([^)]*)\)$", text, re.M)
    assert len(named) >= 17, named
    with Home() as home:
        for path, value in named:
            json.loads(value)
            home.run("plot-schedule", "--set", "%s=%s" % (path, value))
        base = os.path.join(home.top, "plain.json")
        with open(base, "w") as f:
            f.write('{"format": "thaw-recipe/1"}')
        sets = [word for path, value in named for word in ("--set", "%s=%s" % (path, value))]
        home.run("train", "--recipe", base, "--data", home.data, "--set", "epochs=1", *sets)
        written = flattened(json.loads(home.run("show", "latest", "--recipe")))
        assert not {path for path, _ in named} & set(written), written  # at their defaults


def completed(home, *words, completion=COMPLETION):
    """What the completion offers for the last of the words."""
    script = '. "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _thaw; printf "%s\\n" "${COMPREPLY[@]}"'
    folder = os.path.join(home.top, "bin")
    if not os.path.exists(folder):
        os.makedirs(folder)
        os.symlink(THAW, os.path.join(folder, "thaw"))
    env = dict(home.env, LANGUAGE="", PATH=folder + ":" + os.environ["PATH"])
    return output("bash", "-c", script, "bash", completion, "thaw", *words, env=env).split()


def faults(home, completion, only=None):
    """Where the completion offers something else than the program takes: commands, or one of them."""
    found = []
    if sorted(completed(home, "", completion=completion)) != sorted(commands() + ["--help", "--version"]):
        found.append("commands")
    for command in only or commands():
        offered = completed(home, command, "--", completion=completion)
        if sorted(offered) != sorted("--" + o for o in options(command)):
            found.append(command)
    return found


@test
def completion_offers_the_commands_and_their_options():
    with Home() as home:
        assert faults(home, COMPLETION) == []


@test
def a_wrong_completion_is_found():
    """The test of the test: what is missing, and what there is not, is told by its command."""
    with open(COMPLETION, encoding="utf-8") as f:
        good = f.read()
    with Home() as home:
        for was, instead, tells in (("export) options=\"--output --which", "export) options=\"--output", "export"),
                                    ("star) options=\"--off", "star) options=\"--off --on", "star"),
                                    ("predict export models", "predict models", "commands")):
            assert good.count(was) == 1, was
            wrong = os.path.join(home.top, "wrong")
            with open(wrong, "w", encoding="utf-8") as f:
                f.write(good.replace(was, instead))
            assert faults(home, wrong, ["export", "star"]) == [tells], (was, faults(home, wrong, ["export", "star"]))


@test
def completion_offers_what_there_is():
    with Home() as home:
        presets = [p["name"] for p in home.json("presets")]
        assert completed(home, "presets", "") == presets
        assert completed(home, "train", "--preset", "") == presets
        models = [m["name"] for m in home.json("models")]
        assert completed(home, "models", "") == models
        fetched = completed(home, "weights", "fetch", "")
        assert set(fetched) <= set(models) and len(fetched) == len([w for w in home.json("weights", "list") if w["url"]]), fetched
        assert completed(home, "show", "") == ["latest"]
        home.train("--set", "epochs=1")
        assert completed(home, "show", "") == [home.json("runs")[0]["id"][:8], "latest"]


if __name__ == "__main__":
    main()
