"""The set's main program: comes up, says so, and does what its line asks, one action at a time.

For firmware/main.py. DESIGN.md sections 7 and 10; boards/UNIX/board.py documents a board module.
"""

import gc

from errors import HELP, Error
from phone import actions, release
from phone.clock import Clock, ClockError, between, ticks
from phone.console import Console
from phone.identity import keys
from phone.identity.records import Records

# While an action works without an event, the set shows this often that it has not hung.
_ALIVE_MS = 2000
# A step that took longer than this computed: the next one follows at once.
_COMPUTED_MS = 2
# Actions whose failure `status` goes on showing; a mistyped command is none of them.
_LASTING = ("boot", "enroll", "renew", "poll", "rollover", "check")


def run():
    """Run the set on this image's board; returns only where the prompt was asked for."""
    import board

    Set(board).run()


class Set:
    """The set's state while it is on.

    board: the board module; records: what the key store holds (Records) or None;
    fault: the Error why there are no records, or None. Invariant: one of the two is None.
    """

    def __init__(self, board):
        """Open the line first, so that whatever fails can be said."""
        self.board = board
        self.console = Console(board.console())
        self.records = None
        self.fault = None
        self.network = None  # what board.net() returned, once it is up
        self.clock = Clock()
        self.trace = False
        self.scheduler = None  # after a boot
        self.version = release.VERSION
        self._untidy = False

    def run(self):
        """Come up, then serve the line for ever."""
        self._open()
        ready = {"board": self.board.NAME, "version": self.version}
        self.console.event("ready", ready)
        while True:
            try:
                command = self.console.poll()
            except Error as e:
                self.report(e)
                continue
            except KeyboardInterrupt:  # development builds: Ctrl-C on an idle set
                continue
            if command is None:
                self._tidy()
                self.board.idle()
                self.clock.tick()
            elif command.name == "ready":
                self.console.event("ready", ready)
            elif command.name == "repl" and "repl" in self.board.FEATURES:
                self.console.event("result")
                return
            else:
                self.perform(command)

    def perform(self, command):
        """Run one command to its result or error event; its values are wiped."""
        try:
            result = actions.start(self, command)
            if not isinstance(result, dict):
                result = self._drive(result)
            if self.trace:
                self.console.event("trace", dict(self.board.memory(), what="memory"))
            self.console.event("result", result)
            return
        except Error as e:
            failure = e
        except MemoryError:
            failure = Error("memory", "the set ran out of memory")
        except KeyboardInterrupt:
            failure = Error("cancelled", "the action was cancelled")
        except Exception as e:
            # a traceback names lines, never values; the exception's text may be a value's
            failure = Error("internal", "fault of the firmware: " + type(e).__name__)
            self.board.traceback(e)
        finally:
            command.wipe()
            self._untidy = self.fault is None
            gc.collect()
        if command.name in _LASTING and self.fault is None:
            self.keep_error(failure)
        self.report(failure)

    def report(self, error):
        """Write the error event of `error` (Error)."""
        self.console.event(
            "error",
            {"error": error.code, "message": error.message, "help": HELP[error.code]},
        )

    def warn(self, error):
        """Write a warning event."""
        self.console.event("warning", {"code": error.code, "message": error.message})

    def keep_error(self, error):
        """Keep `error` as the last one that `status` shows."""
        try:
            self.records.keep_error(error.code, error.message, self.clock.now())
        except Error:
            pass  # a store that does not take the note must not hide what it is about

    def mac(self):
        """Return the set's MAC address (6 bytes): the board's own, else the factory record's."""
        return self.board.mac() or self.records.mac()

    # -- private, in the order of use

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

    def _tidy(self):
        """Let the store erase ahead, one block a call: no commit ever waits for an erase."""
        if self._untidy:
            try:
                self._untidy = self.records.store.tidy()
            except Error:
                self._untidy = False

    def _drive(self, action):
        """Step a generator to its end and return its value; write the events that it yields.

        It yields None where it waits, False where it just has more to compute.
        """
        last = ticks()
        try:
            while True:
                began = ticks()
                try:
                    event = next(action)
                except StopIteration as e:
                    return e.value
                if event:
                    name = event.pop("event")
                    self.console.event(name, event)
                    last = ticks()
                    continue
                if self.console.cancelled():
                    raise Error("cancelled", "the action was cancelled")
                if between(ticks(), last) >= _ALIVE_MS:
                    self.console.event("alive")
                    last = ticks()
                if event is None and between(ticks(), began) < _COMPUTED_MS:
                    self.board.idle()
        finally:
            action.close()
