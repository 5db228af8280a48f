"""The menus' subject, fulfilled by the real set.

For panel.py. DESIGN.md section 7 (MMI); subject.py is the contract.
"""

from errors import Error
from phone import actions
from phone.config import checked, mac_text
from phone.console import Command
from phone.mmi import const, introduce, password
from phone.mmi.strings import LANGUAGES
from phone.mmi.subject import Subject

# Jobs that the progress screen shows. `boot` is one once its five steps are done.
_SHOWN = const(("enroll", "renew", "check", "poll", "rollover"))
_STEPS = const(5)
# Share of an enrolment (of 1000) that is done when an HTTP request is answered.
_HTTP = const((("GetCACaps", 50), ("GetCACert", 100), ("PKIOperation", 950)))
_KEY_BEGINS = const(100)
_KEY_ENDS = const(850)
# So many candidates fill half of what is left of a prime's part of the bar.
_HALF_WAY = const(60)
# Events that leave what `status` says as it was.
_QUIET = const(("http", "keygen", "progress", "alive", "trace", "boot"))


class Binding(Subject):
    """A set as its menus see it.

    Invariant: `_status` is None or what `status` says now, but for the clock; `_job` is the job
    that `_step`, `_what` and `_share` tell of.
    """

    def __init__(self, set_):
        """set_: phone.main.Set, its records open or not."""
        self.question = None
        self.answered = None
        self._set = set_
        self._status = None
        self._outcome = None
        self._job = None
        self._step = 0
        self._what = "working"
        self._share = None
        self._language = LANGUAGES[0]
        if self._writable() is None:
            self._language = set_.records.language() or LANGUAGES[0]
        set_.listeners.append(self._heard)

    # -- what the set is and does --------------------------------------------------------------

    @property
    def language(self):
        """The language of the menus (of LANGUAGES); it outlives a power cut."""
        return self._language

    @language.setter
    def language(self, word):
        self._language = word
        if self._writable() is None:
            try:
                self._set.records.keep_language(word)
            except Error:
                pass  # shown in it until the set is switched off

    @property
    def boot_step(self):
        """The step of the boot procedure that is being worked on, 0 while none is."""
        job = self._track()
        return self._step if job is not None and job.name == "boot" else 0

    @property
    def running(self):
        """The action at work, or None."""
        job = self._track()
        if job is None:
            return None
        if job.name == "boot":
            return "enroll" if not self._step and self._share is not None else None
        return job.name if job.name in _SHOWN else None

    def progress(self):
        """Return (text id, share) of the action at work."""
        self._track()
        return self._what, self._share

    def outcome(self):
        """Return how the action that the menu started ended, once."""
        outcome, self._outcome = self._outcome, None
        return outcome

    def status(self):
        """Return what `setctl status` says, parsed once a change."""
        if self._status is None:
            self._status = self._read_status()
        self._status["clock"] = self._set.clock.iso()
        return self._status

    def next_poll(self):
        """Return the seconds until the CA is asked again, or None."""
        scheduler = self._set.scheduler
        if scheduler is None or not self.status()["pending"]:
            return None
        return max(0, scheduler.state.poll_at - self._set.clock.uptime())

    def licences(self):
        """Return the licence texts."""
        return actions.start(self._set, _command("licences"))["text"]

    def number(self):
        """Return the MAC address: NOE's directory number comes with telephony."""
        mac = self._set.mac() if self._set.records is not None else self._set.board.mac()
        return mac_text(mac) if mac else "-"

    # -- actions -------------------------------------------------------------------------------

    def start(self, action):
        """Begin an action; its failure is kept as the last error, as the line's is."""
        set_ = self._set
        self._need()
        steps = actions.start(set_, _command(action))
        if action == "enroll" and introduce.needed(set_.records.config):
            steps = self._introduced(steps)
        self._outcome = None
        set_.begin(action, steps, self._done)

    def cancel(self):
        """End the job that runs at its next step."""
        self._set.cancel()

    def answer(self, yes):
        """Answer the question."""
        self.question = None
        self.answered = yes

    # -- configuration -------------------------------------------------------------------------

    def get(self, key):
        """Return a value in force; of the challenge, whether there is one."""
        if self._set.records is None:
            return None
        records = self._set.records
        if key == "scep_psk":
            return records.has_challenge()
        value = records.config.get(key)
        if value is None and key == "scep_challenge_password":
            # not configured: it goes with a challenge where there is one
            sealed = records.config.get("scep_psk_cms")
            return "yes" if records.has_challenge() or sealed else "no"
        return value

    def put(self, key, raw):
        """Check a value and put it in force, in one commit; `raw` stays the caller's to wipe."""
        self._need()
        self._set.configured(self._set.records.configure([(key, checked(key, raw))]))

    # -- the admin password --------------------------------------------------------------------

    def has_password(self):
        """Tell whether an admin password is set."""
        return self._writable() is None and self._set.records.password() is not None

    def password_is(self, raw):
        """Tell whether bytearray `raw` is the admin password."""
        if self._writable() is not None:
            return False
        kept = self._set.records.password()
        right = kept is not None and password.matches(raw, kept)
        if not right:
            self._set.warn(Error("access", "a wrong password was entered in the menu"))
        return right

    def set_password(self, raw):
        """Store bytearray `raw` as the admin password."""
        self._need()
        self._set.records.keep_password(password.record(raw))

    # -- private -------------------------------------------------------------------------------

    def _writable(self):
        """Return None, or the Error why the key store takes no changes."""
        set_ = self._set
        return set_.fault if set_.fault is not None else set_.records.damaged

    def _need(self):
        wrong = self._writable()
        if wrong is not None:
            raise wrong

    def _read_status(self):
        wrong = self._writable()
        if wrong is None:
            try:
                return actions.start(self._set, _command("status"))
            except Error as e:
                wrong = e
        empty = {"state": "factory", "pending": None}
        for key in ("subject", "issuer", "serial", "not_before", "not_after", "sha256"):
            empty[key] = None
        empty["last_error"] = {"code": wrong.code, "message": wrong.message, "time": None}
        return empty

    def _introduced(self, steps):
        """Generator: have a person accept the CA, then do `steps`."""
        try:
            yield from introduce.ask(self._set, self)
            return (yield from steps)
        finally:
            steps.close()

    def _done(self, result, failure):
        """Take the end of an action that the menu started."""
        self._status = None
        self._outcome = (failure is None, failure)
        if failure is not None:
            self._set.keep_error(failure)
            self._set.warn(failure)

    def _track(self):
        """Return the job that runs; a new one begins at its beginning."""
        job = self._set.job
        if job is not self._job:
            self._job = job
            self._status = None
            self._step = 1 if job is not None and job.name == "boot" else 0
            self._what, self._share = "working", None
            if job is not None and job.name in _SHOWN:
                self._what = "work." + job.name
        return job

    def _heard(self, name, fields):
        """Follow the set's events: what the line shows, the screen shows."""
        self._track()
        if name not in _QUIET:
            self._status = None
        if name == "boot" and self._step:
            # a step's event comes at its end; link and address are one wait
            self._step = 0 if fields["step"] == _STEPS else fields["step"] + 1
        elif name == "keygen":
            self._what = "work.keygen"
            half = (_KEY_ENDS - _KEY_BEGINS) // 2
            tried = fields["candidates"]
            within = half * tried // (tried + _HALF_WAY)
            self._advance(_KEY_BEGINS + min(half * fields["primes"] + within, 2 * half))
        elif name == "http":
            self._what = "work.http"
            for operation, share in _HTTP:
                if operation == fields["op"]:
                    self._advance(share)
        elif name == "slot":
            self._advance(1000)

    def _advance(self, share):
        """Move the bar on, never back."""
        if self._share is None or share > self._share:
            self._share = share


def _command(name):
    return Command([(name, None)])
