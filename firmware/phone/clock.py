"""The set's clock: told by the call server or SNTP, believed only where it can be true.

For lifecycle, enrolment and status; a set has no battery clock.
DESIGN.md section 7 (Clock).
"""

import time

from errors import Error
from phone import release
from scep import asn1time

DAY = 86400
# 25 years of 365.25 days: no set lives longer, and a certificate's dates are judged by this clock
LONGEST_LIFE = 9131 * DAY + DAY // 4

if hasattr(time, "ticks_ms"):
    ticks = time.ticks_ms
    between = time.ticks_diff
else:

    def ticks():
        """Return a count of milliseconds that only grows."""
        return int(time.monotonic() * 1000)

    def between(later, earlier):
        """Return the milliseconds from one count to another."""
        return later - earlier


class ClockError(Error):
    """A time that cannot be true was offered; code `clock`, the time as evidence."""


class Clock:
    """Seconds since 1970 UTC, or nothing before somebody told a believable time.

    Invariant: `now()` is None, or at least the build date. Counted by the port's millisecond
    counter, whose differences over a day are not used: `tick()` runs at least once a day.
    """

    def __init__(self, committed=None, build_time=release.BUILD_TIME):
        """Start unset. committed: int seconds of the last time that was stored, or None."""
        self.committed = committed
        self.source = None
        self.build_time = build_time
        self._up_ms = 0
        self._seconds = None
        self._ms = 0
        self._last = ticks()

    def tick(self):
        """Take the milliseconds that passed into account."""
        now = ticks()
        passed = between(now, self._last)
        self._last = now
        if passed <= 0:
            return
        self._up_ms += passed
        if self._seconds is None:
            return
        self._ms += passed
        self._seconds += self._ms // 1000
        self._ms %= 1000

    def believable(self, seconds):
        """Return None, or one sentence why `seconds` (int since 1970) cannot be the time."""
        if seconds < self.build_time:
            return "%s is before this firmware was built" % asn1time.iso(seconds)
        if seconds > self.build_time + LONGEST_LIFE:
            return "%s is 25 years after this firmware was built" % asn1time.iso(seconds)
        if self.committed is not None and seconds < self.committed - DAY:
            return "%s is more than a day before %s, which was stored" % (
                asn1time.iso(seconds),
                asn1time.iso(self.committed),
            )
        return None

    def set(self, seconds, source):
        """Believe `seconds` as told by `source` (str, for the log). Raises ClockError.

        A time that is not believed leaves the clock as it was.
        """
        wrong = self.believable(seconds)
        if wrong:
            raise ClockError("clock", "%s (%s)" % (wrong, source), seconds)
        self.tick()
        self._seconds = seconds
        self._ms = 0
        self.source = source

    def now(self):
        """Return int seconds since 1970 UTC, or None while no time is known."""
        self.tick()
        return self._seconds

    def uptime(self):
        """Return int seconds since power on."""
        self.tick()
        return self._up_ms // 1000

    def iso(self):
        """Return the time as `2031-12-31T23:59:59Z`, or None."""
        now = self.now()
        return None if now is None else asn1time.iso(now)
