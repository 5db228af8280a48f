"""Views that take text or a decision: text entry, passwords, confirmation.

For listview.py. What was typed is wiped when its view goes.
"""

import scepcore
from errors import Error
from phone import charset
from phone.mmi import const
from phone.mmi.entry import MODES, Entry
from phone.mmi.scene import CHECK, FIELD, Row, Scene
from phone.mmi.views import MessageView, View

_SHORTEST_PASSWORD = const(6)
_LONGEST_PASSWORD = const(32)


class EditView(View):
    """Edits the value of a configuration key; `save` stores it, anything else does not."""

    edits = True

    def __init__(self, title, key, value, masked=False):
        """title: text id; key: configuration key; value: UTF-8 bytes to begin with."""
        self._title = title
        self._key = key
        self._entry = Entry(_latin1(value), 255 if masked else 512, masked)

    def softkeys(self, control):
        """Return cancel, delete and save."""
        return ("cancel", "delete", "save")

    def act(self, control, word):
        """Cancel, delete a character, or save."""
        if word == "delete":
            self._entry.key("delete")
        elif word == "save":
            self.save(control)
        else:
            control.leave()

    def key(self, control, name):
        """Edit."""
        self._entry.key(name)

    def tick(self, control, ms):
        """Let a multi-tap end."""
        return self._entry.tick(ms)

    def save(self, control):
        """Store the value and leave; a value that is refused stays to be corrected."""
        raw = self._entry.utf8()
        try:
            control.subject.put(self._key, raw)
        except Error as e:
            control.show(MessageView("not_saved", said=e.message))
            return
        finally:
            charset.wipe(raw)
        control.leave()
        control.show(MessageView(self._title, "saved"))

    def scene(self, control):
        """Return the line being edited."""
        entry = self._entry
        field = Row(FIELD, value=entry.shown(), focus=True, cursor=entry.cursor)
        return Scene(control.say(self._title), [field], (), mode=MODES[entry.mode])

    def close(self):
        """Wipe what was typed."""
        self._entry.wipe()


class PasswordView(EditView):
    """Asks for the admin password, then goes on with `then`."""

    def __init__(self, then):
        """then: function () called once the password was right."""
        self._title = "enter_password"
        self._entry = Entry(b"", _LONGEST_PASSWORD, True, MODES.index("123"))
        self._then = then

    def softkeys(self, control):
        """Return cancel, delete and ok."""
        return ("cancel", "delete", "ok")

    def act(self, control, word):
        """As EditView; `ok` tries the password."""
        EditView.act(self, control, "save" if word == "ok" else word)

    def save(self, control):
        """Try the password."""
        if control.locked_ms():
            control.show(MessageView("enter_password", "password_wait"))
            return
        raw = self._entry.utf8()
        right = control.password(raw)
        charset.wipe(raw)
        self._entry.wipe()
        if not right:
            control.show(MessageView("enter_password", "password_wrong", code="access"))
            return
        control.leave()
        self._then()


class NewPasswordView(PasswordView):
    """Has an admin password chosen, typed twice, then goes on with `then`."""

    def __init__(self, then):
        """then: function () called once the password was stored."""
        PasswordView.__init__(self, then)
        self._title = "choose_password"
        self._first = None

    def save(self, control):
        """Take the first or the second of the two."""
        raw = self._entry.utf8()
        self._entry.wipe()
        if self._first is None:
            if len(raw) < _SHORTEST_PASSWORD:
                charset.wipe(raw)
                control.show(MessageView("choose_password", "password_short"))
                return
            self._first = raw
            self._title = "repeat_password"
            return
        same = scepcore.equal(raw, self._first)
        try:
            if same:
                control.subject.set_password(raw)
                control.admit()
        except Error as e:
            control.leave()
            control.show(MessageView("not_saved", said=e.message))
            return
        finally:
            charset.wipe(raw)
            self._forget()
        if not same:
            control.show(MessageView("choose_password", "password_differs"))
            return
        control.leave()
        self._then()

    def close(self):
        """Wipe what was typed."""
        self._entry.wipe()
        self._forget()

    def _forget(self):
        if self._first is not None:
            charset.wipe(self._first)
            self._first = None
        self._title = "choose_password"


class ConfirmView(View):
    """Asks before a check box changes."""

    def __init__(self, label, value, then):
        """label: text id of the key; value: `yes` or `no`, the new one; then: function ()."""
        self._label, self._value, self._then = label, value, then

    def softkeys(self, control):
        """Return no and yes, apart."""
        return ("no", None, "yes")

    def act(self, control, word):
        """Decide."""
        control.leave()
        if word == "yes":
            self._then()

    def scene(self, control):
        """Return the question with the new state."""
        box = Row(CHECK, control.say(self._label), on=self._value == "yes")
        return Scene(control.say("confirm_save"), [box], ())


def _latin1(value):
    """Return UTF-8 bytes as Latin-1; what it does not have becomes `?`."""
    return bytes([ord(c) if ord(c) < 0x100 else 0x3F for c in str(value, "utf-8")])
