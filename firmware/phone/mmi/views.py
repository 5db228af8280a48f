"""The views that the menus are made of, but for text entry (editviews.py).

For control.py. A view has: scene(control) -> Scene (softkeys are filled in by the controller),
softkeys(control) -> three words or None, act(control, word), key(control, name),
tick(control, ms) -> whether it changed, close(); edits: whether `back` deletes a character.
"""

from errors import HELP
from phone.mmi import help_fr
from phone.mmi.scene import BIG, CHECK, NOTE, TEXT, VALUE, Row, Scene
from phone.mmi.strings import line

_ICONS = {"active": "good", "suspended": "bad", "pending": "wait", "enrolling": "wait"}


def help_of(code, language):
    """Return what to do about an error code, in a language."""
    return line(help_fr.HELP, code) if language == "fr" else HELP[code]


class View:
    """A view without keys of its own."""

    edits = False

    def softkeys(self, control):
        """Return the words behind the three softkeys."""
        return ("back", None, None)

    def act(self, control, word):
        """Do what a softkey says."""
        if word in ("back", "cancel", "ok"):
            control.leave()

    def key(self, control, name):
        """Act on any other key."""

    def tick(self, control, ms):
        """Let time pass; return whether the scene changed."""
        return False

    def close(self):
        """Forget what was held."""


class IdleView(View):
    """The idle screen: time, number, state of the certificate."""

    def __init__(self):
        """Nothing was shown yet."""
        self._shown = None

    def softkeys(self, control):
        """Return the way into the menu."""
        return (None, None, "menu")

    def act(self, control, word):
        """Open the menu."""
        from phone.mmi.listview import ListView

        control.show(ListView("menu"))

    def tick(self, control, ms):
        """Follow the clock, to the minute, and the certificate."""
        status = control.subject.status()
        now = (status["clock"] and status["clock"][:16], status["state"])
        changed, self._shown = now != self._shown, now
        return changed

    def scene(self, control):
        """Return the idle scene."""
        status = control.subject.status()
        clock = status["clock"]
        rows = [
            Row(BIG, clock[11:16] if clock else "--:--"),
            Row(NOTE, control.subject.number()),
            Row(NOTE, control.say("state." + status["state"])),
        ]
        icon = _ICONS.get(status["state"], "none")
        return Scene("microscep", rows, (), icon=icon, mode=clock[:10] if clock else None)


class BootView(View):
    """The five steps of the boot procedure; it leaves by itself."""

    def __init__(self):
        """Nothing was shown yet."""
        self._shown = 0

    def softkeys(self, control):
        """Return nothing: the boot is not to be stopped."""
        return (None, None, None)

    def tick(self, control, ms):
        """Follow the steps."""
        step = control.subject.boot_step
        if not step:
            control.leave()
            return True
        changed, self._shown = step != self._shown, step
        return changed

    def scene(self, control):
        """Return the steps, those done ticked, the present one marked."""
        step = control.subject.boot_step
        rows = []
        for number in range(1, 6):
            label = control.say("step.%d" % number)
            rows.append(Row(CHECK, label, on=number < step, focus=number == step))
        return Scene(control.say("boot"), rows, (), bar=max(step - 1, 0) * 200)


class ScrollView(View):
    """What scrolls by lines. How many fit is the renderer's: it tells in the scene that it drew."""

    _top = 0
    _drawn = None

    def key(self, control, name):
        """Scroll."""
        end = self._drawn.end if self._drawn is not None else 0
        if name == "down":
            self._top = min(self._top + 1, end)
        elif name == "up":
            self._top = max(min(self._top, end) - 1, 0)

    def page(self, title, rows, icon=None):
        """Return a scene of these rows, scrolled."""
        self._drawn = Scene(title, rows, (), top=self._top, icon=icon)
        return self._drawn


class PageView(ScrollView):
    """Running text: status, certificate, licences, messages."""

    def __init__(self, title, make):
        """title: text id; make: function (control) -> list of (label or None, text)."""
        self._title = title
        self._make = make

    def scene(self, control):
        """Return the page."""
        rows = []
        for label, value in self._make(control):
            rows.append(Row(VALUE, label, value) if label else Row(TEXT, value))
        return self.page(control.say(self._title), rows)


class ProgressView(ScrollView):
    """An action at work: what it does, a bar, a way to stop it; then its outcome."""

    def __init__(self):
        """Nothing was shown yet."""
        self._shown = None
        self._outcome = None

    def softkeys(self, control):
        """Return `stop` while it runs, then `ok`."""
        return (None, None, "ok") if self._outcome else ("stop", None, None)

    def act(self, control, word):
        """Stop the action, or leave."""
        if word == "stop":
            control.subject.cancel()
        else:
            control.leave()

    def tick(self, control, ms):
        """Follow the action; one that the menu did not start has no outcome to be read."""
        subject = control.subject
        if self._outcome is None:
            self._outcome = subject.outcome()
            if self._outcome is not None:
                return True
            if subject.running is None:
                control.leave()
                return True
        now = subject.progress() if subject.running else None
        changed, self._shown = now != self._shown, now
        return changed

    def scene(self, control):
        """Return what the action does, or how it ended."""
        if self._outcome is not None:
            return self._ended(control)
        running = control.subject.running
        title = control.say("work." + running) if running else control.say("working")
        what, share = control.subject.progress() if running else ("working", None)
        return Scene(title, [Row(TEXT, control.say(what))], (), bar=share or 0)

    def _ended(self, control):
        good, error = self._outcome
        if good:
            return self.page(control.say("done"), [Row(TEXT, control.say("done"))], "good")
        code = error.code
        rows = [
            Row(VALUE, code, error.message),
            Row(VALUE, control.say("what_to_do"), help_of(code, control.subject.language)),
        ]
        return self.page(control.say("cancelled" if code == "cancelled" else "failed"), rows, "bad")


class QuestionView(ScrollView):
    """Is this the CA? Its subject and fingerprint, grouped; a person must say yes."""

    def __init__(self, question):
        """question: (subject text, SHA-256 bytes)."""
        self._question = question

    def softkeys(self, control):
        """Return no and yes, apart."""
        return ("no", None, "yes")

    def act(self, control, word):
        """Answer."""
        control.subject.answer(word == "yes")
        control.leave()

    def tick(self, control, ms):
        """Leave where nobody waits for the answer any more."""
        if control.subject.question is not None:
            return False
        control.leave()
        return True

    def scene(self, control):
        """Return subject and fingerprint in groups of four digits."""
        subject, sha256 = self._question
        digits = "".join(["%02X" % b for b in sha256])
        rows = [
            Row(VALUE, control.say("subject"), subject),
            Row(VALUE, control.say("sha256"), grouped(digits)),
        ]
        return self.page(control.say("confirm_ca"), rows)


class MessageView(PageView):
    """A short message to be read and left."""

    def __init__(self, title, key=None, said=None, code=None):
        """title, key: text ids; said: text as it is, in place of key; code: of an error, or None.

        With a code, what to do stands below the text.
        """

        def rows(control):
            found = [(code, said or control.say(key))]
            if code:
                advice = help_of(code, control.subject.language)
                found.append((control.say("what_to_do"), advice))
            return found

        PageView.__init__(self, title, rows)

    def softkeys(self, control):
        """Return `ok`."""
        return (None, None, "ok")


def status_page(control):
    """Return the rows of the status page: state, last error in words and what to do."""
    status = control.subject.status()
    rows = [(control.say("state"), control.say("state." + status["state"]))]
    if status["pending"]:
        rows.append((control.say("polls"), str(status["pending"]["polls"])))
        wait = control.subject.next_poll()
        if wait is not None:
            rows.append((control.say("next_poll"), "%d:%02d" % (wait // 60, wait % 60)))
    error = status["last_error"]
    if error:
        rows.append((control.say("last_error"), error["code"] + ": " + error["message"]))
        rows.append((control.say("what_to_do"), help_of(error["code"], control.subject.language)))
    else:
        rows.append((control.say("last_error"), control.say("none")))
    rows.append((control.say("clock"), _when(status["clock"]) or control.say("clock.unknown")))
    return rows + certificate_page(control)


def certificate_page(control):
    """Return the rows of the certificate's page."""
    status = control.subject.status()
    rows = [(control.say(key), status[key] or "-") for key in ("subject", "issuer", "serial")]
    for key in ("not_before", "not_after"):
        rows.append((control.say(key), _when(status[key]) or "-"))
    return rows + [(control.say("sha256"), grouped((status["sha256"] or "-").upper()))]


def grouped(digits):
    """Return hex digits in groups of four, as people compare them."""
    return " ".join([digits[i : i + 4] for i in range(0, len(digits), 4)])


def _when(iso):
    """Return an ISO time as a person reads it, to the minute, UTC; None stays None."""
    return iso and iso[:16].replace("T", " ")


def licences_page(control):
    """Return the licence texts, a row a line."""
    return [(None, line) for line in control.subject.licences().split("\n")]


PAGES = {"status": status_page, "certificate": certificate_page, "licences": licences_page}
