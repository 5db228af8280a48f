"""A menu on the screen: its items, the focus, and what choosing one does.

For control.py and views.py; menus.py is the data.
"""

from errors import Error
from phone.mmi.editviews import ConfirmView, EditView, NewPasswordView, PasswordView
from phone.mmi.menus import items
from phone.mmi.scene import CHECK, VALUE, Row, Scene
from phone.mmi.views import PAGES, MessageView, PageView, ProgressView, View

_WORDS = {"check": "change", "text": "edit", "secret": "edit", "password": "edit"}


class ListView(View):
    """A menu. Invariant: `_focus` is the index of one of its items."""

    def __init__(self, name):
        """name: a menu of MENUS."""
        self._name = name
        self._items = items(name)
        self._focus = 0

    def softkeys(self, control):
        """Return back and what choosing the focused item does."""
        return ("back", None, _WORDS.get(self._items[self._focus][0], "select"))

    def act(self, control, word):
        """Leave, or choose the focused item; an admin's one asks for the password first."""
        if word == "back":
            control.leave()
            return
        item = self._items[self._focus]
        if item[3] and not control.is_admin():
            if control.subject.has_password():
                control.show(PasswordView(lambda: self._choose(control, item)))
            else:
                control.show(NewPasswordView(lambda: self._choose(control, item)))
            return
        self._choose(control, item)

    def key(self, control, name):
        """Move the focus; digits choose an item by its place."""
        count = len(self._items)
        if name == "down":
            self._focus = (self._focus + 1) % count
        elif name == "up":
            self._focus = (self._focus - 1) % count
        elif name == "right":
            self.act(control, "select")
        elif name == "left":
            control.leave()

    def scene(self, control):
        """Return the items with their values."""
        rows, subject = [], control.subject
        for i in range(len(self._items)):
            kind, label, binding, _access = self._items[i]
            row = Row(VALUE, control.say(label), focus=i == self._focus)
            if kind == "language":
                row.kind, row.on = CHECK, subject.language == binding
            elif kind == "check":
                row.kind, row.on = CHECK, subject.get(binding) == "yes"
            elif kind == "text":
                row.value = subject.get(binding) or "-"
            elif kind == "secret":
                row.value = control.say("set" if subject.get(binding) else "empty")
            elif kind in ("menu", "page"):
                row.value = "\xbb"
            rows.append(row)
        return Scene(control.say(self._name), rows, ())

    def _choose(self, control, item):
        kind, label, binding, _access = item
        subject = control.subject
        if kind == "menu":
            control.show(ListView(binding))
        elif kind == "page":
            control.show(PageView(label, PAGES[binding]))
        elif kind == "language":
            subject.language = binding
        elif kind == "password":
            control.show(NewPasswordView(lambda: None))
        elif kind == "check":
            value = "no" if subject.get(binding) == "yes" else "yes"
            control.show(ConfirmView(label, value, lambda: store(control, binding, value)))
        elif kind == "text":
            control.show(EditView(label, binding, (subject.get(binding) or "").encode()))
        elif kind == "secret":
            control.show(EditView(label, binding, b"", masked=True))
        elif kind == "action":
            try:
                subject.start(binding)
                control.show(ProgressView())
            except Error as e:
                control.show(MessageView("failed", said=e.message))


def store(control, key, value):
    """Store `value` (str) under a configuration key; what is refused is said."""
    try:
        control.subject.put(key, bytearray(value.encode()))
    except Error as e:
        control.show(MessageView("not_saved", said=e.message))
