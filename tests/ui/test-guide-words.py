#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The words of the student's guide held against the program: each command in it exists, with its options and presets; each
name of a control, which stands in bold, is a text of the program in that language; the list of resources is the folder.

  test-guide-words.py THAW

Then the same is asked of pages with planted faults, each of which has to be found.
"""
import glob
import json
import os
import re
import shlex
import subprocess
import sys

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
GUIDE = os.path.join(TOP, "docs", "guide")
LANGUAGES = "en", "zh_CN"


def read(*path):
    with open(os.path.join(TOP, *path), encoding="utf-8") as f:
        return f.read()


# --- Commands ---

class Program:
    def __init__(self, thaw):
        self.thaw, self.helps = thaw, {}

    def ask(self, *arguments):
        environment = dict(os.environ, LC_ALL="C.UTF-8", LANGUAGE="en")
        return subprocess.run([self.thaw, *arguments], capture_output=True, text=True, env=environment)

    def options(self, command):
        """The options of a command; None when there is no such command."""
        if command not in self.helps:
            done = self.ask(command, "--help")
            self.helps[command] = set(re.findall(r"(?<![\w-])--?[a-z][a-z-]*", done.stdout)) if done.returncode == 0 else None
        return self.helps[command]

    def presets(self):
        return self.ask("presets").stdout.split()


def commands_of(markdown):
    """Each line of a block of code, and each code among words, that begins with `thaw `."""
    blocks = re.findall(r"^```[^\n]*\n(.*?)^```", markdown, re.M | re.S)
    lines = [line for block in blocks for line in block.split("\n")]
    words = re.findall(r"`([^`\n]+)`", re.sub(r"^```.*?^```", "", markdown, flags=re.M | re.S))
    return [line.strip() for line in lines + words if line.strip().startswith("thaw ")]


def wrong_with_command(program, line):
    words = shlex.split(line)[1:]
    if words[0] == "--help":
        return []
    options = program.options(words[0])
    if options is None:
        return ["no such command: %s" % line]
    wrong = ["%s has no option %s: %s" % (words[0], w, line) for w in words[1:]
             if re.match(r"--?[a-z]", w) and w.split("=")[0] not in options | {"--help"}]
    for option, value in zip(words, words[1:]):
        if option == "--preset" and value not in program.presets():
            wrong.append("no such preset: %s" % line)
    return wrong


# --- Names of controls ---

def plain(text):
    """As it stands on a control: without access key and dots at the end."""
    return re.sub(r"\(_\w\)|_", "", text).strip().rstrip("….:：")


def texts(language):
    """All that the program says in a language."""
    known = {plain(json.loads(read("resources", "presets", os.path.basename(path)))["name"])
             for path in glob.glob(os.path.join(TOP, "resources", "presets", "*.json"))}
    for path in glob.glob(os.path.join(TOP, "core", "models", "*.c")):
        known |= set(re.findall(r'"([^"\n]+)"', read("core", "models", os.path.basename(path))))
    for entry in read("po", "zh_CN.po").split("\n\n"):
        parts = re.findall(r'^(msgid|msgid_plural|msgstr(?:\[\d\])?) ((?:".*"\n?)+)', entry, re.M)
        for keyword, quoted in parts:
            if keyword.startswith("msgid") == (language == "en"):
                known.add(plain("".join(json.loads(q) for q in re.findall(r'"(?:[^"\\]|\\.)*"', quoted))))
    return known


def wrong_names(markdown, known):
    words = re.sub(r"^```.*?^```", "", markdown, flags=re.M | re.S)
    return ["no such control: %s" % name for name in re.findall(r"\*\*([^*\n]+)\*\*", words) if plain(name) not in known]


# --- Files ---

def wrong_files(manifest, names):
    listed = re.findall(r"<file>([^<]+)</file>", manifest)
    return ["in the folder, not in the list: %s" % n for n in sorted(set(names) - set(listed))] + \
        ["in the list, not in the folder: %s" % n for n in sorted(set(listed) - set(names))] + \
        ["listed twice: %s" % n for n in set(listed) if listed.count(n) > 1]


def names_in_guide():
    return [os.path.relpath(os.path.join(folder, name), GUIDE) for folder, _, names in os.walk(GUIDE) for name in names]


# --- All of it ---

def look(program):
    wrong = wrong_files(read("ui", "help", "guide.gresource.xml"), names_in_guide())
    n_commands = n_names = 0
    for language in LANGUAGES:
        known = texts(language)
        for path in sorted(glob.glob(os.path.join(GUIDE, language, "*.md"))):
            markdown, where = read(path), os.path.relpath(path, GUIDE)
            lines = commands_of(markdown)
            n_commands, n_names = n_commands + len(lines), n_names + markdown.count("**") // 2
            found = [w for line in lines for w in wrong_with_command(program, line)] + wrong_names(markdown, known)
            wrong += ["%s: %s" % (where, w) for w in found]
    size = sum(os.path.getsize(os.path.join(GUIDE, n)) for n in names_in_guide() if n.endswith(".png"))
    if size > 1500000:
        wrong.append("the pictures have %d bytes together, expected 1500000 at most" % size)
    print("%d commands, %d names of controls, %d bytes of pictures" % (n_commands, n_names, size))
    return wrong


def planted(program):
    """Faults that have to be found."""
    missed = []
    for line in ("thaw trane --preset day44-resnet18", "thaw train --prest day44-resnet18", "thaw train --preset day45",
                 "thaw export latest -z weights.pth"):
        for markdown in ("```\n%s\n```\n" % line, "words `%s` words" % line):
            if not [w for c in commands_of(markdown) for w in wrong_with_command(program, c)]:
                missed.append(markdown)
    for language, good, bad in (("en", "**Import Data…**", "**Import Date…**"), ("zh_CN", "**导入数据…**", "**倒入数据…**"),
                                ("zh_CN", "**开始**", "**Start**")):
        known = texts(language)
        if wrong_names(good, known) or not wrong_names(bad, known):
            missed.append("%s: %s and %s" % (language, good, bad))
    if len(wrong_files("<file>a</file><file>a</file><file>b</file>", ["a", "c"])) != 3:
        missed.append("files")
    return ["planted, and not found: %s" % m for m in missed]


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    program = Program(os.path.abspath(sys.argv[1]))
    wrong = look(program) + planted(program)
    for line in wrong:
        print(line)
    sys.exit(1 if wrong else 0)


main()
