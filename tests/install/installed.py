# SPDX-License-Identifier: GPL-3.0-or-later
"""An installation in a folder of its own, and what is wrong with one.

Faults are lists of sentences, empty for an installation as it should be."""
import json
import os
import re
import shutil
import struct
import subprocess
import tempfile
import xml.etree.ElementTree as xml

ID = "io.github.thaw_workbench.Thaw"
HERE = os.path.dirname(os.path.abspath(__file__))
LANG = "{http://www.w3.org/XML/1998/namespace}lang"
MIME = "application/vnd.thaw-recipe+json"
OF_THE_BUILD = "THAW_", "XDG_DATA", "XDG_CONFIG", "XDG_CACHE", "GSETTINGS_SCHEMA", "GTK_A11Y", "G_DEBUG", "LC_", "LANG"
CJK = re.compile("[\u4e00-\u9fff]")


class Installed:
    """What a build folder installs, moved away from the prefix it was configured for."""

    def __init__(self, build):
        self.build = build
        self.top = tempfile.mkdtemp(prefix="thaw-install-")
        options = {o["name"]: o["value"] for o in json.loads(subprocess.run(
            ["meson", "introspect", build, "--buildoptions"], capture_output=True, text=True, check=True).stdout)}
        done = subprocess.run(["meson", "install", "-C", build, "--no-rebuild", "--destdir", os.path.join(self.top, "d")],
                              capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr
        self.prefix = os.path.join(self.top, "elsewhere")
        os.rename(os.path.join(self.top, "d", options["prefix"].lstrip("/")), self.prefix)
        self.left = [os.path.join(d, f) for d, _, fs in os.walk(os.path.join(self.top, "d")) for f in fs]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        shutil.rmtree(self.top, ignore_errors=True)

    def path(self, *parts):
        return os.path.join(self.prefix, *parts)

    def environment(self, **more):
        """Of somebody for whom Thaw is installed there, and nothing of the build."""
        kept = {k: v for k, v in os.environ.items() if not k.startswith(OF_THE_BUILD)}
        home = self.path("..", "home")
        os.makedirs(home, exist_ok=True)
        return dict(kept, HOME=home, XDG_DATA_DIRS=self.path("share") + ":/usr/local/share:/usr/share", LANG="C.UTF-8",
                    PATH=self.path("bin") + ":" + os.environ["PATH"], GSETTINGS_BACKEND="memory", **more)

    def run(self, *command, status=0, **more):
        done = subprocess.run(command, env=self.environment(**more), capture_output=True, text=True, cwd=self.top)
        assert done.returncode == status, "%s: status %d\n%s%s" % (" ".join(command), done.returncode, done.stdout, done.stderr)
        return done.stdout + done.stderr


def files(prefix):
    return {os.path.relpath(os.path.join(d, f), prefix) for d, _, fs in os.walk(prefix) for f in fs}


def expected(window):
    with open(os.path.join(HERE, "files.txt"), encoding="utf-8") as f:
        lines = [line.split() for line in f if not line.startswith("#")]
    return {name for when, name in lines if when == "always" or window}


def file_faults(prefix, window):
    there, wanted = files(prefix), expected(window)
    return (["%s is missing" % f for f in sorted(wanted - there)] + ["%s is not in files.txt" % f for f in sorted(there - wanted)] +
            ["%s is empty" % f for f in sorted(there & wanted) if os.path.getsize(os.path.join(prefix, f)) == 0])


def desktop_faults(path):
    with open(path, encoding="utf-8") as f:
        entry = dict(line.rstrip("\n").split("=", 1) for line in f if "=" in line)
    found = ["%s is not said in Chinese" % key for key in ("GenericName", "Comment", "Keywords") if not CJK.search(entry.get(key + "[zh_CN]", ""))]
    if MIME not in entry.get("MimeType", "").split(";"):
        found.append("recipes are not among what is opened")
    if "%f" not in entry.get("Exec", "").lower():
        found.append("no file is handed on")
    return found


def picture_faults(path, source):
    """Pictures that software centres fetch from the project's page are in the source, as large as was said."""
    found = []
    for image in (e for e in xml.parse(path).getroot().iter() if e.tag == "image"):
        name = image.text.split("/docs/images/")[-1]
        try:
            with open(os.path.join(source, "docs", "images", name), "rb") as f:
                size = struct.unpack(">II", f.read(24)[16:])
        except OSError:
            found.append("%s is not there" % name)
            continue
        if size != (int(image.get("width")), int(image.get("height"))):
            found.append("%s is %d by %d" % (name, *size))
    return found


def language_faults(path, tags):
    """Each of the elements that is there has a Chinese brother."""
    root = xml.parse(path).getroot()
    found = []
    for tag in tags:
        # the name of an application is its name everywhere
        all_of = [e for e in root.iter() if e.tag.split("}")[-1] == tag]
        plain = [e for e in all_of if LANG not in e.attrib]
        chinese = [e for e in all_of if e.get(LANG) == "zh_CN"]
        if not plain or len(chinese) != len(plain):
            found.append("%s: %d in English, %d in Chinese" % (tag, len(plain), len(chinese)))
    return found
