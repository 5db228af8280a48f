"""This process as a board: a file as its flash, the system's clock and network, an inner line.

For command.py; boards/UNIX/board.py (here `board_unix`) has the contract of a board.
"""

import contextlib
import fcntl
import json
import os
import sys
import time
import traceback as traces

import board_unix

# Turns of the set's loop after an answer: the store erases ahead, so that no commit waits for it.
_TIDY_TURNS = 8


class HangUp(SystemExit):
    """The line's other end is gone, and the set goes off."""


class HostFlash(board_unix.FileFlash):
    """The store's file, for one process at a time; what was programmed is on the disk.

    Invariant: a call returns after its octets reached the disk: the key store's order of writes
    is the disk's too, so that the host's power may go at any moment.
    """

    def __init__(self, path):
        """Open and lock `path`. Raises BoardError, also where another process has it."""
        board_unix.FileFlash.__init__(self, path)
        self._file.close()
        self._file = open(path, "r+b", buffering=0)  # noqa: SIM115
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise board_unix.BoardError("flash-io", "another process uses the store") from None

    def writeblocks(self, n, buf, off=0):
        """As FileFlash."""
        board_unix.FileFlash.writeblocks(self, n, buf, off)
        os.fsync(self._file.fileno())

    def ioctl(self, op, arg):
        """As FileFlash."""
        answer = board_unix.FileFlash.ioctl(self, op, arg)
        if op == 6:
            os.fsync(self._file.fileno())
        return answer

    def close(self):
        """Let another process have the file."""
        self._file.close()


class Line:
    """The set's serial line, to this very process: command lines in, events out.

    lines: bytearrays, one command line each; each is handed over when the one before was
    answered, and wiped. An error hangs up. show: function (event dict) for each event.
    last: the event that answered last.
    """

    def __init__(self, lines, show):
        """Nothing is sent before the set is ready."""
        self.last = None
        self._lines = list(lines)
        self._show = show
        self._at = 0
        self._open = False  # the set may have the first line's next octets
        self._turns = 0

    def readinto(self, buf):
        """Fill `buf` with what the set may have now; HangUp where all is said."""
        if not self._lines:
            self._turns += 1
            if self._turns > _TIDY_TURNS:
                raise HangUp(0)
            return 0
        if not self._open:
            return 0
        line = self._lines[0]
        size = min(len(buf), len(line) - self._at)
        for i in range(size):
            buf[i] = line[self._at + i]
        self._at += size
        if self._at == len(line):
            self._open = False
        return size

    def write(self, data):
        """Take one event, a line of JSON."""
        event = json.loads(bytes(data))
        name = event["event"]
        if name == "ready":
            self._open = True
        elif name in ("result", "error"):
            self.last = event
            self._next(name)
        if name not in ("ready", "alive"):
            self._show(event, len(self._lines) == 0)

    def wipe(self):
        """Forget what was not sent."""
        for line in self._lines:
            line[:] = bytes(len(line))
        self._lines = []

    def _next(self, name):
        if not self._lines:
            return
        done = self._lines.pop(0)
        done[:] = bytes(len(done))
        if name == "error":
            self.wipe()
        self._at, self._open = 0, True


class Board:
    """A board module's names as an object; what is not told apart here is the UNIX board's."""

    NAME = "HOST"
    FEATURES = ("ipv6",)

    def __init__(self, flash, line):
        """flash: HostFlash; line: Line."""
        self._flash, self._line = flash, line

    def __getattr__(self, name):
        """Return what the UNIX board has: the system's network, for one."""
        return getattr(board_unix, name)

    def flash(self):
        """Return the block device that holds the key store."""
        return self._flash

    def mac(self):
        """Return None: the store knows."""
        return None

    def start_time(self):
        """Return the system's time, in seconds since 1970."""
        return int(time.time())

    def jitter(self):
        """Return bytes that differ from run to run."""
        return b"%d" % time.time_ns()

    def console(self):
        """Return the line."""
        return self._line

    def idle(self):
        """Wait a moment."""
        time.sleep(0.001)

    def memory(self):
        """Return what a set tells of its memory: nothing is known here."""
        return {"heap": None, "stack": None}

    def traceback(self, error):
        """Write the lines of a traceback, without the exception's text: it may hold a value."""
        with contextlib.suppress(OSError):
            sys.stderr.writelines(traces.format_tb(error.__traceback__))

    def reset(self):
        """Go off."""
        raise HangUp(0)
