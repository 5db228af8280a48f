"""The set behind the page: switched on, off, cut, typed on; what it says and shows.

For stage.py. It runs as under tools/setctl. A set with a display (NOE) is looked at and typed on
through QEMU's monitor, its line carries the events; another shows its menus on its line.
"""

import asyncio
import contextlib
import json
import os
import signal
import tempfile
import threading
import time

from tools.setctl_host import arguments, machines
from tools.setctl_host.errors import Failure
from tools.setctl_host.session import command_line
from tools.webpanel import monitor, picture
from tools.webpanel.terminal import Terminal

DISPLAY = ("NOE",)
_PERIOD = 0.05  # seconds between two looks at the display, and how long it stays at that pace
_CALM_PERIOD, _LIVELY = 0.25, 3.0
_SETTLED = 0.12  # a picture that stands for so long is read as text
_MOST_TYPED = 600
_ESCAPES = {
    "up": b"\x1b[A", "down": b"\x1b[B", "right": b"\x1b[C", "left": b"\x1b[D", "ok": b"\r",
    "back": b"\x7f", "delete": b"\x1b[3~", "soft1": b"\x1bOP", "soft2": b"\x1bOQ",
    "soft3": b"\x1bOR",
}  # fmt: skip


class Device:
    """A set. hear(name, **fields) gets what happens, always in the event loop:

    power (state "off", "starting" or "on"; why: sentence or None), event (event: dict of the set),
    picture (png: bytes), text (lines: [(text, kind)]).
    Invariant: `_machine` is None exactly while the state is "off".
    """

    def __init__(self, board, flash, hear):
        """board: UNIX, NOE, VLE; flash: path of its image, `flash`.secret beside it."""
        self.board, self.flash = board, flash
        self.state, self.why = "off", None
        self.host = "10.0.2.2" if board != "UNIX" else "127.0.0.1"
        self.has_display = board in DISPLAY
        self.watched = False  # nobody looks: the display is not read
        self._hear = hear
        self._machine = self._monitor = self._folder = None
        self._keys = asyncio.Queue(_MOST_TYPED)
        self._tasks = []
        self._touched = 0.0

    # -- power ---------------------------------------------------------------------------------

    async def power_on(self, cut=None, pairs=()):
        """Start the set; cut: flash step at which it loses power, or None. Raises Failure.

        pairs: what its boot command is told more, as command_line() takes them.
        """
        if self._machine is not None:
            return
        loop = asyncio.get_running_loop()
        self._folder = tempfile.TemporaryDirectory(prefix="panel-")
        flags = ["--board", self.board, "--flash", self.flash, "status"]
        socket = os.path.join(self._folder.name, "monitor")
        flags += ["--monitor", socket] if self.has_display else []
        flags += ["--power-cut", str(cut)] if cut else []
        args = arguments.parse(flags)
        args.time = int(time.time())
        try:
            machine = self._machine = machines.start(args)
        except Failure:
            self._folder.cleanup()
            raise
        self._keys = asyncio.Queue(_MOST_TYPED)
        self._power("starting")
        events = [("until", "idle"), *pairs]
        if self.has_display:
            begin = command_line("boot", pairs=events)
        else:
            begin = command_line("mmi", pairs=[*events, ("events", "yes")])
        reader = threading.Thread(target=self._read, args=(loop, machine, begin), daemon=True)
        reader.start()
        if self.has_display:
            try:
                found = await monitor.Monitor.connect(socket, self._folder.name)
            except monitor.MonitorError:
                await self._end("the emulator does not come up", signal.SIGKILL)
                raise
            if self._machine is not machine:  # it was switched off meanwhile
                found.close()
                return
            self._monitor = found
            self._tasks.append(loop.create_task(self._watch()))
        self._tasks.append(loop.create_task(self._type()))

    async def power_off(self, why=None):
        """Switch off in an orderly way, as far as a set knows one."""
        await self._end(why, signal.SIGTERM)

    async def cut(self):
        """Pull the plug: the set gets no time for anything."""
        await self._end("the plug was pulled", signal.SIGKILL)

    # -- keys ----------------------------------------------------------------------------------

    def press(self, *names):
        """Press keys (names of firmware/phone/mmi/control.py), one after the other."""
        self._touched = time.monotonic()
        for name in names:
            with contextlib.suppress(asyncio.QueueFull):
                self._keys.put_nowait(name)

    # -- private, in the order of use

    def _power(self, state, why=None):
        self.state, self.why = state, why
        self._hear("power", state=state, why=why)

    def _read(self, loop, machine, begin):
        """Thread: carry what the set writes into the loop until its line ends."""
        while True:
            try:
                data = machine.read(0.25)
            except (OSError, ValueError):  # closed by _end()
                return
            if data is None:
                continue
            loop.call_soon_threadsafe(self._take, machine, data, begin)
            if not data:
                return

    def _take(self, machine, data, begin):
        if machine is not self._machine:
            return
        if not data:
            self._tasks.append(asyncio.ensure_future(self._end(self._last, signal.SIGTERM)))
            return
        if self.state == "starting":
            self._rest, self._last, self._terminal = b"", "the set went down", Terminal()
            if b'"ready"' not in data:
                self._rest = data
            self._power("on")
        lines = []
        if self.has_display:
            *lines, self._rest = (self._rest + data).split(b"\n")
        else:
            *lines, self._rest = self._terminal_lines(data)
        for line in lines:
            self._line(machine, line.strip(), begin)

    def _terminal_lines(self, data):
        """Return the lines and asides of what came; frames are shown."""
        drawn, asides = self._terminal.feed(data)
        if drawn:
            self._hear("text", lines=self._terminal.frame)
        *lines, rest = (self._rest + data).split(b"\n") if self._terminal.frame is None else [b""]
        return [*lines, *asides, rest]

    def _line(self, machine, line, begin):
        if line.startswith(b"!power-cut"):
            self._last = "power was cut at flash step " + line[10:].decode().strip()
        elif line.startswith(b"!crash"):
            self._last = "the set crashed"
        if not line.startswith(b"{"):
            return
        with contextlib.suppress(ValueError):
            event = json.loads(line.decode("utf-8", "replace"))
            if isinstance(event, dict) and "event" in event:
                if event["event"] == "ready":
                    machine.ready()
                    machine.write(begin)
                elif event["event"] != "alive":
                    self._hear("event", event=event)

    async def _watch(self):
        """Look at the display for as long as the set is on."""
        shown, read, since = None, None, 0.0
        with contextlib.suppress(monitor.MonitorError, OSError):
            while True:
                now = time.monotonic()
                if self.watched:
                    try:
                        pixels = picture.pixels_of(await self._monitor.picture())
                    except ValueError:  # the display is not on yet
                        pixels = None
                    if pixels is not None and pixels != shown:
                        shown, since, self._touched = pixels, now, now
                        self._hear("picture", png=picture.png(pixels))
                    elif shown is not read and now - since >= _SETTLED:
                        read = shown
                        self._hear("text", lines=_named(picture.words(shown, "  ")))
                lively = now - self._touched < _LIVELY
                await asyncio.sleep(_PERIOD if lively else _CALM_PERIOD)

    async def _type(self):
        """Hand the keys on, at a pace that the set takes."""
        with contextlib.suppress(monitor.MonitorError):
            while True:
                name = await self._keys.get()
                if self._monitor is not None:
                    key = monitor.key_of(name)
                    if key is not None:
                        await self._monitor.press(key)
                    continue
                code = _ESCAPES.get(name)
                if code is None:
                    code = b"\x1bk" + name[1:].encode() if name[0] == "k" else name[1:].encode()
                self._machine.write(code)
                await asyncio.sleep(0.01)

    async def _end(self, why, how):
        machine, self._machine = self._machine, None
        if machine is None:
            return
        current = asyncio.current_task()
        for task in self._tasks:
            if task is not current:
                task.cancel()
        self._tasks = []
        with contextlib.suppress(ProcessLookupError):
            os.kill(machine.pid, how)
        await asyncio.to_thread(machine.stop)
        if self._monitor is not None:
            self._monitor.close()
            self._monitor = None
        self._folder.cleanup()
        self._power("off", why)


def _named(lines):
    """Return a picture's lines as a terminal's frame has them: [(text, kind)]."""
    kinds = ["title", *[""] * (len(lines) - 2), "keys"]
    return list(zip(lines, kinds, strict=True))
