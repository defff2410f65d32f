# SPDX-License-Identifier: GPL-3.0-or-later
"""What the Debian package says of itself, without building it: check-deb builds on it and installs it.

usage: test-deb.py SOURCE"""
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

SOURCE = os.path.abspath(sys.argv.pop(1))
NEEDED = ("Package", "Version", "Architecture", "Maintainer", "Installed-Size", "Depends", "Section", "Priority", "Description")


def output(*command, **more):
    done = subprocess.run(command, capture_output=True, text=True, **more)
    return done.returncode, done.stdout, done.stderr


class Deb(unittest.TestCase):
    def setUp(self):
        self.top = tempfile.mkdtemp(prefix="thaw-deb-")
        self.addCleanup(shutil.rmtree, self.top)
        self.source = os.path.join(self.top, "source")
        os.makedirs(self.source)
        shutil.copy(os.path.join(SOURCE, "meson.build"), self.source)
        shutil.copytree(os.path.join(SOURCE, "data", "debian"), os.path.join(self.source, "data", "debian"))
        shutil.copy(os.path.join(SOURCE, "data", "make-deb"), os.path.join(self.source, "data"))

    def metadata(self):
        return output(os.path.join(self.source, "data", "make-deb"), "--metadata")

    def change(self, name, was, instead):
        path = os.path.join(self.source, name)
        with open(path, encoding="utf-8") as f:
            text = f.read()
        self.assertIn(was, text)
        with open(path, "w", encoding="utf-8") as f:
            f.write(text.replace(was, instead, 1))

    def packed(self):
        """A package of nothing but these words, as dpkg takes it or not."""
        status, text, errors = self.metadata()
        self.assertEqual(status, 0, errors)
        tree = os.path.join(self.top, "tree", "DEBIAN")
        os.makedirs(tree)
        with open(os.path.join(tree, "control"), "w", encoding="utf-8") as f:
            f.write(text)
        return output("dpkg-deb", "--root-owner-group", "--build", os.path.dirname(tree), os.path.join(self.top, "thaw.deb"))

    def test_dpkg_takes_it(self):
        status, _, errors = self.packed()
        self.assertEqual((status, errors), (0, ""))
        for field in NEEDED:
            self.assertTrue(output("dpkg-deb", "-f", os.path.join(self.top, "thaw.deb"), field)[1].strip(), field)

    def test_the_version_is_the_projects(self):
        with open(os.path.join(SOURCE, "meson.build"), encoding="utf-8") as f:
            version = re.search(r"^  version: '(.*)',$", f.read(), re.M).group(1)
        self.assertIn("\nVersion: %s\n" % version, self.metadata()[1])

    def test_its_words_keep_to_the_rules(self):
        text = self.metadata()[1]
        self.assertNotIn("@", re.sub(r"<.*?>", "", text))  # each place was filled
        title, rest = re.search(r"^Description: (.*)\n((?: .*\n)+)", text, re.M).groups()
        self.assertLess(len(title), 80)
        self.assertFalse(title.endswith(".") or title[0].isupper())
        for line in rest.splitlines():
            self.assertLessEqual(len(line), 80, line)

    def test_who_has_rights_in_what(self):
        with open(os.path.join(SOURCE, "data/debian/copyright"), encoding="utf-8") as f:
            text = f.read()
        import glob
        for pattern in re.findall(r"^Files: (.*)$", text, re.M):
            self.assertTrue(glob.glob(os.path.join(SOURCE, pattern)), pattern)
        for name in set(re.findall(r"^License: (\S+)$", text, re.M)):
            self.assertRegex(text, r"(?m)^License: %s\n " % re.escape(name))

    def test_another_version_in_the_changelog_is_refused(self):
        self.change("data/debian/changelog", "thaw (", "thaw (9.")
        status, _, errors = self.metadata()
        self.assertNotEqual(status, 0)
        self.assertIn("9.", errors)

    def test_what_dpkg_does_not_take_is_found(self):
        """The test of the test."""
        self.change("data/debian/control.in", "Maintainer: ", "Maintainer ")
        self.assertNotEqual(self.packed()[0], 0)


if __name__ == "__main__":
    if not shutil.which("dpkg-deb"):
        print("no dpkg-deb here")
        sys.exit(77)
    unittest.main()
