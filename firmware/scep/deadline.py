"""Deadlines of an exchange, on every port's millisecond counter.

For http.py, transport.py and resolve.py.  No wall clock: a set may have none.
"""

import time

from errors import Error

if hasattr(time, "ticks_ms"):
    _now = time.ticks_ms
    _since = time.ticks_diff
else:

    def _now():
        return int(time.monotonic() * 1000)

    def _since(later, earlier):
        return later - earlier


class DeadlineError(Error):
    """Time is up: code `timeout`."""


class Deadline:
    """The moment by which something must have ended.

    Invariant: `span` is at most a day: the counter wraps after some days, and differences over
    a day are not used.
    """

    def __init__(self, milliseconds, what):
        """Begin now.  milliseconds: int; what: str, named in the error."""
        self.span = min(milliseconds, 86400000)
        self.what = what
        self._start = _now()

    def restart(self):
        """Begin anew, with the same span."""
        self._start = _now()

    def left(self):
        """Return the milliseconds that are left, 0 if none."""
        return max(0, self.span - _since(_now(), self._start))

    def check(self):
        """Raise DeadlineError if time is up."""
        if _since(_now(), self._start) >= self.span:
            raise DeadlineError(
                "timeout", "%s took longer than %d s" % (self.what, self.span // 1000), self.what
            )
