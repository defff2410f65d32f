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


def told(self):
    """The charts that tell themselves."""
    return [n for n in self.window.all("image") if n.description]


def list_is_open(self):
    return any(n.name.startswith("First run") for n in self.window.all("list item"))


def turn_list(self, opened):
    """In a narrow window the list lies over the page, and goes when a run was chosen."""
    self.until(lambda: list_is_open(self) == opened or self.window.key("F9"), "the list %s" % ("opened" if opened else "gone"))


def choose(self, name, narrow, **how):
    if narrow:
        turn_list(self, True)
    self.window.click(row(self, name), **how)


def show(self, name, narrow):
    self.until(lambda: self.window.title() == name or choose(self, name, narrow), "the page of '%s'" % name)


def compare(self, narrow):
    """Two runs side by side; a click that met rows on the move is made again."""
    if self.window.title() in ("First run", "Larger"):
        choose(self, "First run", narrow)
        choose(self, "Larger", narrow, modifier="ctrl")
    return self.window.title() not in ("First run", "Larger")


def views(self, narrow):
    """Brings one view after the other to the screen."""
    window = self.window
    if narrow:
        turn_list(self, True)
        yield "list"
    show(self, "First run", narrow)
    if narrow:
        turn_list(self, False)
    window.key("ctrl+2")
    self.until(lambda: len(told(self)) >= 4, "charts")
    yield "curves"
    window.bring(told(self)[2])
    yield "charts"
    window.key("ctrl+1")
    self.until(lambda: window.all("push button", "ResNet18"), "the recipe")
    yield "recipe"
    self.until(lambda: compare(self, narrow), "the comparison")
    if narrow:
        turn_list(self, False)
    self.until(lambda: len(told(self)) >= 3, "charts that compare")
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
