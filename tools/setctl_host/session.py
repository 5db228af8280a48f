"""One command on a running set: its line out, its events in, and how it may go down.

For main.py and tools/demo; firmware/phone/console.py is the other end.
"""

import collections
import json
import time

from tools.setctl_host.errors import Down, Failure

_READY_SECONDS = 30  # from power on to the first command; emulators on busy machines are slow
_SILENCE_SECONDS = 60  # a set that works says `alive` every few seconds
_TAIL = 4096  # bytes of what the set last said, for the report of a crash


def command_line(name, words=(), pairs=()):
    """Return the bytes of a command; pairs: (key, str value). Raises Failure(config)."""
    parts = [name, *words]
    for key, value in pairs:
        if any(ord(c) < 0x20 or ord(c) == 0x7F for c in value):
            raise Failure("config", f"{key} holds a control character")
        escaped = value.replace("\\", "\\\\").replace('"', '\\"')
        parts.append(f'{key}="{escaped}"')
    return (" ".join(parts) + "\n").encode()


class Session:
    """Talks to a machine. `log`: None, or a binary file that gets all the set prints.

    early: list of the events (dict) that came before the set was ready.
    """

    def __init__(self, machine, log=None):
        """Attach to a machine that was just started."""
        self.machine = machine
        self.early = []
        self._log = log
        self._lines = collections.deque()  # whole lines that nobody has looked at yet
        self._rest = b""
        self._tail = b""

    def wait_ready(self):
        """Return the `ready` event; raise Down or Failure if the set does not come up."""
        deadline = time.monotonic() + _READY_SECONDS
        for event in self._events(lambda: deadline - time.monotonic()):
            if event["event"] == "ready":
                self.machine.ready()
                return event
            if event["event"] == "error":
                raise Failure(event["error"], event["message"])
            if event["event"] != "alive":
                self.early.append(event)
        raise Down("the set does not come up", self._report())

    def run(self, line, timeout=None):
        """Send a command line; yield its events, the result or error last. Raises Down.

        An event that came right behind the result is told before it.
        """
        self.machine.write(line)
        end = None if timeout is None else time.monotonic() + timeout
        heard = [time.monotonic()]

        def left():
            now = time.monotonic()
            silence = heard[0] + _SILENCE_SECONDS - now
            return silence if end is None else min(silence, end - now)

        for event in self._events(left):
            heard[0] = time.monotonic()
            if event["event"] in ("alive", "ready"):
                continue
            if event["event"] in ("result", "error"):
                yield from self._behind()
                yield event
                return
            yield event
        if end is not None and time.monotonic() >= end:
            raise Down("the set did not end within the time given", self._report())
        raise Down("the set hangs", self._report())

    # -- private, in the order of use

    def _events(self, left):
        """Yield the events (dict) that come; return when left() is used up. Raises Down."""
        while True:
            while self._lines:
                line = self._lines.popleft()
                self._watch(line)
                event = _event(line)
                if event is not None:
                    yield event
            patience = left()
            if patience <= 0:
                return
            data = self.machine.read(patience)
            if data is None:
                continue
            if self._log is not None:
                self._log.write(data)
                self._log.flush()
            self._tail = (self._tail + data)[-_TAIL:]
            if not data:
                raise Down("the set went down", self._report())
            *lines, self._rest = (self._rest + data).split(b"\n")
            self._lines.extend(lines)

    def _behind(self):
        """Yield the events that stand on the line already; how the set ended is not looked at."""
        while self._lines and not self._lines[0].startswith(b"!"):
            event = _event(self._lines.popleft())
            if event is not None and event["event"] not in ("alive", "ready"):
                yield event

    def _watch(self, line):
        """Raise Down where the firmware says that it ends (firmware/port/crash.c)."""
        line = line.strip()
        if line.startswith(b"!power-cut"):
            raise Down("the set lost power at flash step " + line[10:].decode().strip())
        if line in (b"!crash end", b"!off", b"!reset"):
            raise Down(
                "the set crashed" if b"crash" in line else "the set restarted", self._report()
            )

    def _report(self):
        lines = self._tail.decode("utf-8", "replace").splitlines()
        return "\n".join(line for line in lines if line.strip() and not line.startswith("{"))


def _event(line):
    """Return the event of a line, or None: what else stands on the line is for the log."""
    line = line.strip()
    if not line.startswith(b"{"):
        return None
    try:
        event = json.loads(line.decode("utf-8", "replace"))
    except ValueError:
        return None
    return event if isinstance(event, dict) and isinstance(event.get("event"), str) else None
