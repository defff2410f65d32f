# SPDX-License-Identifier: GPL-3.0-or-later
"""Pictures of the views: light, dark, high contrast, Chinese, narrow, small and wide. People look at them."""
SIZES = {"light": (1180, 760), "wide": (1560, 960), "small": (1024, 600), "narrow": (360, 700)}
NARROW = 700


def variants(locale):
    for name, size in SIZES.items():
        yield name, {}, size
    yield "dark", {"ADW_DEBUG_COLOR_SCHEME": "prefer-dark"}, SIZES["light"]
    yield "contrast", {"ADW_DEBUG_HIGH_CONTRAST": "1"}, SIZES["light"]
    if locale:
        for name, size in (("zh-cn", SIZES["light"]), ("zh-cn-narrow", SIZES["narrow"])):
            yield name, {"LANGUAGE": "zh_CN", "THAW_LOCALEDIR": locale}, size


def row(self, name):
    return self.until(lambda: next((n for n in self.window.all("list item") if n.name.startswith(name)), None),
                      "the row of '%s'" % name)


def charts(self, least):
    self.until(lambda: len([n for n in self.window.all("image") if n.description]) >= least, "%d charts" % least)


def compare(self):
    """Two runs side by side; a click that met rows on the move is made again."""
    if self.window.title() in ("First run", "Larger"):
        self.window.click(row(self, "First run"))
        self.window.click(row(self, "Larger"), modifier="ctrl")
    return self.window.title() not in ("First run", "Larger")


def views(self, narrow):
    """Brings one view after the other to the screen. In a narrow window the list lies over the page."""
    window = self.window
    if narrow:
        window.key("F9")
        row(self, "First run")
        yield "list"
        window.key("F9")
    else:
        self.until(lambda: window.title() == "First run" or window.click(row(self, "First run")), "the page of 'First run'")
    window.key("ctrl+2")
    charts(self, 4)
    yield "curves"
    window.key("ctrl+1")
    self.until(lambda: window.all("push button", "ResNet18"), "the recipe")
    yield "recipe"
    if not narrow:
        self.until(lambda: compare(self), "the comparison")
        charts(self, 3)
        yield "comparison"
    window.key("ctrl+n")
    self.until(lambda: window.all("spin button"), "the form")
    yield "draft"


def take(self, name, environment, size):
    self.close()
    self.open(**environment)
    self.until(lambda: self.window.all("list item"), "any row")
    self.window.resize(*size)
    for view in views(self, size[0] < NARROW):
        self.shot("look-%s-%s" % (name, view))


def plain_again(self):
    self.close()
    self.open()
    self.until(lambda: self.window.all("list item"), "any row")


def steps(locale):
    """A step for each way to look at the window; then it is as it was."""
    made = []
    for name, environment, size in variants(locale):
        def look(self, name=name, environment=environment, size=size):
            take(self, name, environment, size)
        look.__name__ = "look_" + name.replace("-", "_")
        made.append(look)
    return made + [plain_again]
