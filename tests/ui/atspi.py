# SPDX-License-Identifier: GPL-3.0-or-later
"""The accessibility tree of a program, read over its bus a level at a time: all questions of a level are under way at once,
so that a tree of hundreds of widgets is read in a blink even on a busy machine.
"""
import gi  # noqa: F401  (says by its absence that python3-gi is missing)
from gi.repository import Gio, GLib

ACCESSIBLE, COMPONENT, TEXT = ("org.a11y.atspi." + name for name in ("Accessible", "Component", "Text"))
ROOT = "/org/a11y/atspi/accessible/root"
REGISTRY = "org.a11y.atspi.Registry"
WINDOW_COORDINATES = 1
ANSWER_MS = 20000  # a program that stands still for so long hangs
STATES = {name: number for number, name in enumerate((
    "INVALID", "ACTIVE", "ARMED", "BUSY", "CHECKED", "COLLAPSED", "DEFUNCT", "EDITABLE", "ENABLED", "EXPANDABLE", "EXPANDED",
    "FOCUSABLE", "FOCUSED", "HAS_TOOLTIP", "HORIZONTAL", "ICONIFIED", "MODAL", "MULTI_LINE", "MULTISELECTABLE", "OPAQUE",
    "PRESSED", "RESIZABLE", "SELECTABLE", "SELECTED", "SENSITIVE", "SHOWING", "SINGLE_LINE", "STALE", "TRANSIENT", "VERTICAL",
    "VISIBLE"))}

# The protocol's roles in their order.
ROLES = """
invalid, accelerator label, alert, animation, arrow, calendar, canvas, check box, check menu item, color chooser,
column header, combo box, date editor, desktop icon, desktop frame, dial, dialog, directory pane, drawing area, file
chooser, filler, focus traversable, font chooser, frame, glass pane, html container, icon, image, internal frame,
label, layered pane, list, list item, menu, menu bar, menu item, option pane, page tab, page tab list, panel, password
text, popup menu, progress bar, push button, radio button, radio menu item, root pane, row header, scroll bar, scroll
pane, separator, slider, spin button, split pane, status bar, table, table cell, table column header, table row
header, tearoff menu item, terminal, text, toggle button, tool bar, tool tip, tree, tree table, unknown, viewport,
window, extended, header, footer, paragraph, ruler, application, autocomplete, editbar, embedded, entry, chart,
caption, document frame, heading, page, section, redundant object, form, link, input method window, table row, tree
item, document spreadsheet, document presentation, document text, document web, document email, comment, list box,
grouping, image map, notification, info bar, level bar, title bar, block quote, audio, video, definition, article,
landmark, log, marquee, math, rating, timer, static, math fraction, math root, subscript, superscript, description
list, description term, description value, footnote, content deletion, content insertion, mark, suggestion, push
button menu
""".replace("\n", " ").strip().split(", ")


class Place:
    def __init__(self, numbers):
        self.x, self.y, self.width, self.height = numbers

    def __eq__(self, other):
        return isinstance(other, Place) and vars(self) == vars(other)


class Node:
    """A widget as it was when it was read."""

    def __init__(self, bus, address, parent=None):
        self.bus, self.address, self.parent = bus, address, parent
        self.role = self.name = self.description = ""
        self.states, self.extents, self.children, self.leaf = 0, None, [], False

    def has(self, state):
        return bool(self.states >> STATES[state] & 1)

    @property
    def visible(self):
        """Pages that are hidden say that they are visible, but have no size."""
        return self.has("VISIBLE") and (self.extents is None or (self.extents.width > 0 and self.extents.height > 0))

    def walk(self):
        """All that is visible, from a visible node down."""
        if self.visible:
            yield self
            for child in self.children:
                yield from child.walk()

    # --- as it is now ---

    def _now(self, interface, method, arguments=None):
        return self.bus.ask(self.address, interface, method, arguments)

    def place(self):
        return Place(self._now(COMPONENT, "GetExtents", GLib.Variant("(u)", (WINDOW_COORDINATES,)))[0])

    def name_now(self):
        return self.bus.get(self.address, ACCESSIBLE, "Name")

    def description_now(self):
        return self.bus.get(self.address, ACCESSIBLE, "Description")

    def text(self):
        """What an entry holds; of others the name."""
        try:
            count = self.bus.get(self.address, TEXT, "CharacterCount")
            return self._now(TEXT, "GetText", GLib.Variant("(ii)", (0, count)))[0]
        except GLib.Error:
            return self.name_now()


class Bus:
    def __init__(self):
        session = Gio.bus_get_sync(Gio.BusType.SESSION, None)
        self.where = session.call_sync("org.a11y.Bus", "/org/a11y/bus", "org.a11y.Bus", "GetAddress", None, None, 0, ANSWER_MS,
                                       None).unpack()[0]
        self.connection = Gio.DBusConnection.new_for_address_sync(
            self.where, Gio.DBusConnectionFlags.AUTHENTICATION_CLIENT | Gio.DBusConnectionFlags.MESSAGE_BUS_CONNECTION, None, None)
        self.roles = {}  # of an address: it never gets another

    def ask(self, address, interface, method, arguments=None):
        name, path = address
        return self.connection.call_sync(name, path, interface, method, arguments, None, 0, ANSWER_MS, None).unpack()

    def get(self, address, interface, name):
        return self.ask(address, "org.freedesktop.DBus.Properties", "Get", GLib.Variant("(ss)", (interface, name)))[0]

    def ask_all(self, questions):
        """Answers to (address, interface, method, arguments), in order; None where there is none."""
        answers, open_questions = [None] * len(questions), len(questions)

        def answered(connection, result, index):
            nonlocal open_questions
            open_questions -= 1
            try:
                answers[index] = connection.call_finish(result).unpack()
            except GLib.Error:  # it went while it was asked, or knows nothing of this
                pass
        for index, ((name, path), interface, method, arguments) in enumerate(questions):
            self.connection.call(name, path, interface, method, arguments, None, 0, ANSWER_MS, None, answered, index)
        while open_questions:
            GLib.MainContext.default().iteration(True)
        return answers

    def _programs(self):
        try:
            return self.ask((REGISTRY, ROOT), ACCESSIBLE, "GetChildren")[0]
        except GLib.Error:
            return []

    def application(self, pid):
        """The program with this process id; None while it is not there."""
        for name, path in self._programs():
            try:
                if self.ask(("org.freedesktop.DBus", "/org/freedesktop/DBus"), "org.freedesktop.DBus", "GetConnectionUnixProcessID",
                            GLib.Variant("(s)", (name,)))[0] == pid:
                    return Node(self, (name, path))
            except GLib.Error:
                pass
        return None

    def application_named(self, words):
        """The program that calls itself so: behind a proxy it has the proxy's process id."""
        for address in self._programs():
            try:
                if self.get(address, ACCESSIBLE, "Name") == words:
                    return Node(self, address)
            except GLib.Error:
                pass
        return None

    def read(self, root):
        """Reads what is below a node, as far as it is visible; gives its children."""
        level, top = [root], root
        root.children = []
        while level:
            answers = self.ask_all([(node.address, ACCESSIBLE, "GetChildren", None) for node in level])
            nodes = []
            for node, answer in zip(level, answers):
                node.children = [Node(self, tuple(address), node) for address in (answer[0] if answer else [])]
                nodes += node.children
            self._fill(nodes)
            level = [node for node in nodes if node.visible and not node.leaf]
        return top.children

    def _fill(self, nodes):
        all_properties, place = GLib.Variant("(s)", (ACCESSIBLE,)), GLib.Variant("(u)", (WINDOW_COORDINATES,))
        questions = []
        new = [node for node in nodes if node.address not in self.roles]
        for node, role in zip(new, self.ask_all([(node.address, ACCESSIBLE, "GetRole", None) for node in new])):
            if role and role[0] < len(ROLES):
                self.roles[node.address] = ROLES[role[0]]
        for node in nodes:
            questions += [(node.address, "org.freedesktop.DBus.Properties", "GetAll", all_properties),
                          (node.address, ACCESSIBLE, "GetState", None), (node.address, COMPONENT, "GetExtents", place)]
        answers = iter(self.ask_all(questions))
        for node in nodes:
            properties, states, extents = (next(answers) for _ in range(3))
            known = properties[0] if properties else {}
            node.name, node.description = known.get("Name") or "", known.get("Description") or ""
            node.leaf = known.get("ChildCount") == 0
            node.role = self.roles.get(node.address, "")
            node.states = states[0][0] | states[0][1] << 32 if states else 0
            node.extents = Place(extents[0]) if extents else None
