"""The set's main loop: comes up, says so, and does what its line, its menu or the time asks.

For firmware/main.py. DESIGN.md sections 7 and 10; boards/UNIX/board.py documents a board module.
Nothing in a turn of the loop waits: an action is a generator that the loop steps.
"""

import gc

from errors import HELP, Error
from phone import actions, network, release
from phone.clock import Clock, ClockError, between, ticks
from phone.console import Console
from phone.identity import keys
from phone.identity.records import Records

# While an action works without an event, the set shows this often that it has not hung.
_ALIVE_MS = 2000
# A step that took longer than this computed: the next one follows at once.
_COMPUTED_MS = 2
# The heap is collected each time this part of it was allocated, not only when it is full: what
# lives long then stands close together, and the RSA operations find their 5 KiB in one piece. A
# collection takes 0.6 M instructions on NOE, so a heap with room is collected less often.
_COLLECTIONS = 24
_ROOMY = 192 * 1024
# A heap of this size (a host's) is collected when it is full: an enrolment allocates less.
_AMPLE = 448 * 1024
# What a handshake of 802.1X may take of the heap, with chains of three certificates.
_HANDSHAKE = 20 * 1024
# How often an idle set asks whether something is due.
_DUE_MS = 1000
# Actions whose failure `status` goes on showing; a mistyped command is none of them.
_LASTING = ("boot", "enroll", "renew", "poll", "rollover", "check")
# Commands that are answered while an action runs; others wait for its end.
_AT_ONCE = ("ready", "status", "cert", "licences", "mmi")


def run():
    """Run the set on this image's board; returns only where the prompt was asked for."""
    import board

    if hasattr(gc, "threshold"):  # MicroPython's
        size = board.heap() if hasattr(board, "heap") else gc.mem_alloc() + gc.mem_free()
        if size < _AMPLE:
            gc.threshold(size // (_COLLECTIONS if size < _ROOMY else _COLLECTIONS // 4))

    Set(board).run()


class Job:
    """An action that runs. name: str; steps: generator; done: function (result, Error or None)."""

    def __init__(self, name, steps, done):
        """Keep the three."""
        self.name = name
        self.steps = steps
        self.done = done


class Set:
    """The set's state while it is on.

    board: the board module; records: what the key store holds (Records) or None;
    fault: the Error why there are no records, or None (invariant: one of the two is None);
    job: the Job that runs, or None: there is one at a time, so one user of the `next` slot;
    listeners: functions (name, fields) that get every event, as the line does;
    scheduler: after a boot, what does what is due;
    access: dot1x.Access once the set has spoken 802.1X, or None; may_be_cut: whether what the job
    does now begins again after network.CutOff.
    """

    def __init__(self, board):
        """Open the line first, so that whatever fails can be said."""
        self.board = board
        self.console = Console(board.console())
        self.listeners = []
        self.records = None
        self.fault = None
        self.newborn = None  # of a board that is being born (port/rp2/provision.py), or None
        self.network = None  # what board.net() returned, once it is up
        self.access = None
        self.may_be_cut = False
        self.clock = Clock()
        self.trace = False
        self.scheduler = None
        self.log = None  # remotelog.RemoteLog, once it is configured and reachable
        self.version = release.VERSION
        self.job = None
        self.panel = None  # mmi.panel.Panel, where there is a display or the line shows the menus
        self._connection = None  # the last tls.TlsConnection, where there is room for one
        self._command = None  # a command that waits for the job's end
        self._said_at = ticks()
        self._due_at = ticks()
        self._cancel = self._leave = self._untidy = self._cut = False

    # -- for the loop --------------------------------------------------------------------------

    def run(self):
        """Come up, then turn for ever (or until the prompt is asked for)."""
        self._open()
        self._say_ready()
        if "lcd" in self.board.FEATURES:
            self._front()
        while not self._leave:
            try:
                if self.turn():
                    self.board.idle()
            except KeyboardInterrupt:  # development builds
                self._cancel = True

    def turn(self):
        """Do one bounded piece of work; return whether there is nothing to do but wait."""
        self.clock.tick()
        self._authenticate()
        if self.panel is not None:
            self.panel.turn()
        self._listen()
        if self.job is not None:
            if self.access is not None and self.access.goes_first():
                return True
            return self._step()
        if self.panel is None or self.panel.at_rest():
            self._tidy()
        self._background()
        return self.job is None

    # -- for actions, the boot procedure and the menu ------------------------------------------

    def begin(self, name, steps, done):
        """Let the loop run an action: `steps` (generator) to its end, then done(result, Error).

        The steps yield events, None where they wait, False where they have more to compute.
        """
        if self.job is not None:
            steps.close()
            raise Error("cancelled", "the set is busy with " + self.job.name)
        self._cancel = self._cut = False
        self._said_at = ticks()
        self.job = Job(name, steps, done)

    def cancel(self):
        """End the job that runs at its next step."""
        self._cancel = True

    def say(self, name, fields=None):
        """Write an event to the line and to every listener."""
        self._said_at = ticks()
        self.console.event(name, fields)
        for listener in self.listeners:
            listener(name, fields or {})

    def report(self, error):
        """Write the error event of `error` (Error)."""
        fields = {"error": error.code, "message": error.message, "help": HELP[error.code]}
        self.say("error", fields)

    def warn(self, error):
        """Write a warning event."""
        self.say("warning", {"code": error.code, "message": error.message})

    def keep_error(self, error):
        """Keep `error` as the last one that `status` shows."""
        try:
            self.records.keep_error(error.code, error.message, self.clock.now())
        except Error:
            pass  # a store that does not take the note must not hide what it is about

    def configured(self, said):
        """Say what a change of configuration changed: list of (key, old, new) of configure()."""
        for key, old, new in said:
            self.say("config", {"key": key, "old": old, "new": new})
        if said and self.scheduler is not None:
            self.scheduler.configured()
        if self.access is not None and not self.records.config.yes("dot1x"):
            self.access.leave()
            self.access = None

    def mac(self):
        """Return the set's MAC address (6 bytes): the board's own, else the factory record's."""
        return self.board.mac() or self.records.mac()

    # -- for 802.1X, whose handshake and the job's own take turns where memory is short ----------

    def has_one_room(self):
        """Tell whether the board has room for one TLS connection at a time."""
        return getattr(self.board, "ONE_TLS", False)

    def keep_connection(self, connection):
        """Take note of the TLS connection (tls.TlsConnection) that the job has made."""
        self._connection = connection

    def is_crowded(self):
        """Tell whether the job leaves no room for a handshake."""
        if self.job is None or not self.has_one_room():
            return False
        if self._connection is not None and self._connection.is_open():
            return True
        gc.collect()
        return gc.mem_free() < _HANDSHAKE

    def cut_off(self):
        """Let what the job does end at its next step, and begin again later."""
        self._cut = self.may_be_cut

    # -- private, in the order of use ----------------------------------------------------------

    def _open(self):
        try:
            self.records = Records(self.board.flash())
            self.clock = Clock(self.records.committed_time())
        except Error as e:
            self.fault = e
            return
        keys.seed(b"%d" % self.records.store.counter + self.board.jitter())
        told = self.board.start_time()
        if told is not None:
            try:
                self.clock.set(told, "board")
            except ClockError as e:
                self.warn(e)

    def _say_ready(self):
        self.say("ready", {"board": self.board.NAME, "version": self.version})

    def _listen(self):
        """Take a command from the line, and perform it if it does not have to wait."""
        if self.console.lent:
            return
        if self._command is None:
            try:
                self._command = self.console.poll()
            except Error as e:
                self.report(e)
        if self.console.take_cancel():
            self._cancel = True
        command = self._command
        if command is None or (self.job is not None and command.name not in _AT_ONCE):
            return
        self._command = None
        if command.name == "ready":
            self._say_ready()
        elif command.name == "mmi":
            self._menus(command)
        elif command.name == "repl" and "repl" in self.board.FEATURES:
            self.say("result")
            self._leave = True
        else:
            self._perform(command)

    def _authenticate(self):
        """Let 802.1X have its turn, whatever else goes on; its faults never stop the set."""
        if self.access is None:
            return
        try:
            self.access.turn()
        except Exception as e:
            self.warn(self.failure(e))

    def _front(self):
        from phone.mmi.panel import Panel  # a set that nobody looks at does without

        self.panel = Panel(self)

    def _menus(self, command):
        """Show the menus on the line; a set that was only switched on boots, as before a person."""
        if self.panel is None:
            self._front()
        self.console.aside = ("events", b"yes") in command.pairs
        self.panel.attach()
        if self.scheduler is None and self.job is None:
            command.name = "boot"
            self._perform(command)

    def _perform(self, command):
        """Start a command; its values are wiped when it has ended."""

        def done(result, failure):
            command.wipe()
            self._answer(command.name, result, failure)

        try:
            result = actions.start(self, command)
            if not isinstance(result, dict):
                self.begin(command.name, result, done)
                return
            failure = None
        except Exception as e:
            result, failure = None, self.failure(e)
        done(result, failure)

    def _answer(self, name, result, failure):
        """Write the result or error event of a command."""
        if failure is None:
            if self.trace:
                self.say("trace", dict(self.board.memory(), what="memory"))
            self.say("result", result)
            return
        if name in _LASTING and self.fault is None:
            self.keep_error(failure)
        self.report(failure)

    def _step(self):
        """Take one step of the job; return whether it waits for something."""
        job = self.job
        began = ticks()
        result = failure = None
        try:
            if self._cancel:
                raise Error("cancelled", "the action was cancelled")
            if self._cut:
                self._cut = False
                event = job.steps.throw(network.CutOff())
            else:
                event = next(job.steps)
            if event:
                self.say(event.pop("event"), event)
                return False
            if between(ticks(), self._said_at) >= _ALIVE_MS:
                self._said_at = ticks()
                self.console.event("alive")
            return event is None and between(ticks(), began) < _COMPUTED_MS
        except StopIteration as e:
            result = e.value
        except KeyboardInterrupt:
            failure = Error("cancelled", "the action was cancelled")
        except Exception as e:
            failure = self.failure(e)
        done = job.done
        job.steps.close()
        # nothing may hold the action's locals any more: the collection wipes what they held
        job = self.job = None
        self._untidy = True
        gc.collect()
        done(result, failure)
        if self.access is not None:
            self.access.consider()
        return False

    def failure(self, exception):
        """Return the Error that an exception is to the user."""
        if isinstance(exception, Error):
            return exception
        if isinstance(exception, MemoryError):
            gc.collect()
            return Error("memory", "the set ran out of memory")
        # a traceback names lines, never values; the exception's text may be a value's
        self.board.traceback(exception)
        return Error("internal", "fault of the firmware: " + type(exception).__name__)

    def _tidy(self):
        """Let the store erase ahead, one block a call: no commit ever waits for an erase."""
        if self._untidy and self.records is not None:
            try:
                self._untidy = self.records.store.tidy()
            except Error:
                self._untidy = False

    def _background(self):
        """Begin what is due, on a set that has booted."""
        if self.scheduler is None or between(ticks(), self._due_at) < _DUE_MS:
            return
        self._due_at = ticks()
        if self.access is not None and self.access.wants_address():
            from phone import boot  # as actions.py does: loaded where it is used

            self.begin("network", boot.catch_up(self), self._background_done)
            return
        action = self.scheduler.due()
        if action != self.scheduler.NOTHING:
            self.begin(action, self.scheduler.perform(action), self._background_done)

    def _background_done(self, result, failure):
        if failure is not None:  # perform() has said what an action of its own may say
            self.warn(failure)
