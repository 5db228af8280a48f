"""A set as the menus see it, in memory, and every screen that the menus can show on it.

For the tests of firmware/phone/mmi, on both Pythons, and for the pictures of host_tests/screens.
"""

from errors import Error
from phone.mmi.control import Control
from phone.mmi.menus import items
from phone.mmi.subject import Subject


class SmallSet(Subject):
    """A set in memory; `log` holds what was asked of it."""

    def __init__(self, password=None):
        """password: bytes of the admin password, or None."""
        self.values = {"scep_run": "no"}
        self.log = []
        self.password = password
        self.refuse = None
        self.ended = None
        self.state = "factory"
        self.error = None
        self.share = ("work.keygen", 250)
        self.clock = None
        self.pending = None

    def get(self, key):
        if key == "scep_psk":
            return key in self.values
        return self.values.get(key)

    def put(self, key, raw):
        if self.refuse:
            raise self.refuse
        value = str(bytes(raw), "utf-8")
        self.log.append(("put", key, value))
        self.values[key] = value

    def start(self, action):
        self.log.append(("start", action))
        self.running = action

    def cancel(self):
        self.log.append(("cancel",))
        self.running = None
        self.ended = (False, Error("cancelled", "the action was cancelled"))

    def answer(self, yes):
        self.log.append(("answer", yes))
        self.question = None

    def progress(self):
        return self.share

    def outcome(self):
        ended, self.ended = self.ended, None
        return ended

    def status(self):
        return {
            "state": self.state, "slot": "factory", "subject": "CN=00809F59E1A0,O=x",
            "issuer": "CN=CA", "serial": "1a2b", "not_before": "2026-01-01T00:00:00Z",
            "not_after": "2027-01-01T00:00:00Z", "sha256": "ab" * 32, "pending": self.pending,
            "last_error": self.error, "clock": self.clock, "boots": 1, "wear": {"min": 0, "max": 0},
        }  # fmt: skip

    def next_poll(self):
        return 754 if self.pending else None

    def licences(self):
        return "microscep: MIT\nBearSSL: MIT"

    def number(self):
        return "00809F59E1A0"

    def has_password(self):
        return self.password is not None

    def password_is(self, raw):
        return bytes(raw) == self.password

    def set_password(self, raw):
        self.password = bytes(raw)


def keys(control, *names):
    """Press keys; a name that begins with `"` is text to type."""
    for name in names:
        if name[0] == '"':
            for c in name[1:]:
                control.key("t" + c)
        else:
            control.key(name)


def screens(language):
    """Return [(name, Control, lines)] of every view that the menus can show, in a language.

    lines: how far to scroll down once it was drawn.
    """
    found = []

    def add(name, small, *pressed, lines=0):
        small.language = language
        control = Control(small)
        control.admit()
        keys(control, *pressed)
        found.append((name, control, lines))
        return control

    for state in ("factory", "enrolling", "pending", "active", "suspended"):
        small = SmallSet()
        small.state, small.clock = state, "2026-11-25T09:41:07Z"
        add("idle-" + state, small)
    add("idle-noclock", SmallSet())
    for step in range(1, 6):
        small = SmallSet()
        small.boot_step = step
        add("boot-%d" % step, small)
    ways = {"menu": [], "scep": ["ok"], "language": ["down"] * 3 + ["ok"]}
    for name in ("menu", "scep", "language"):
        for place in range(len(items(name))):
            for chosen in (False, True):
                small = SmallSet(b"123456")
                small.values["scep_url"] = "http://pki.example/cgi-bin/pkiclient.exe"
                pressed = ["soft3"] + ways[name] + ["down"] * place + ["ok"] * chosen
                add("%s-%d%s" % (name, place + 1, "-chosen" if chosen else ""), small, *pressed)
    small = SmallSet(b"123456")
    add("secret", small, "soft3", "ok", "down", "down", "down", "down", "down", "ok", '"Secret')
    small = SmallSet()
    small.error = {"code": "fail-badRequest", "message": "the CA refused: badRequest", "time": None}
    small.state, small.pending = "pending", {"transaction_id": "41", "polls": 3}
    for lines in (0, 3, 6, 40):
        add("status-%d" % lines, small, "soft3", "down", "ok", lines=lines)
    small = SmallSet(b"123456")
    add("password", small).home()
    keys(found[-1][1], "soft3", "ok", "ok", '"12')
    small = SmallSet()
    add("password-new", small).home()
    keys(found[-1][1], "soft3", "ok", "ok")
    small = SmallSet()
    small.running, small.share = "enroll", ("work.keygen", 420)
    add("progress", small)
    for name, ended in (
        ("done", (True, None)),
        ("failed", (False, Error("connect", "pki.example:80 does not answer"))),
        ("cancelled", (False, Error("cancelled", "the action was cancelled"))),
    ):
        small = SmallSet()
        small.running = "enroll"
        control = add(name, small)
        control.scene()
        small.running, small.ended = None, ended
        control.tick(10)
    small = SmallSet()
    small.refuse = Error("config", "scep_url must hold one URL, or two with a blank between")
    add("refused", small, "soft3", "ok", "down", "down", "ok", '"x', "soft3")
    small = SmallSet()
    small.question = (
        "CN=Lab Issuing CA,O=Ministère des Affaires Etrangères,C=FR",
        bytes(range(32)),
    )
    add("question", small)
    add("question-end", small, lines=40)
    return found
