"""QEMU's human monitor on a UNIX socket: the display's picture, keys.

For device.py. Commands follow one another; an answer ends with the next prompt.
"""

import asyncio
import contextlib
import os

_PROMPT = b"(qemu) "
_HOLD_MS = 10
_APART = 0.035  # seconds between keys: the emulated keyboard's queue holds 16 scan codes
# The set's keys by QEMU's names (firmware/phone/mmi/keyboard.py has the scan codes).
KEYS = {
    "up": "up", "down": "down", "left": "left", "right": "right", "ok": "ret", "back": "backspace",
    "delete": "delete", "soft1": "f1", "soft2": "f2", "soft3": "f3", "k*": "kp_multiply",
    "k#": "kp_decimal", **{f"k{n}": f"kp_{n}" for n in range(10)},
}  # fmt: skip
# Text on a keyboard of US layout: plain keys, and what shift makes of them.
_PLAIN = {
    " ": "spc", "-": "minus", "=": "equal", "[": "bracket_left", "]": "bracket_right",
    "\\": "backslash", ";": "semicolon", "'": "apostrophe", "`": "grave_accent", ",": "comma",
    ".": "dot", "/": "slash", **{c: c for c in "abcdefghijklmnopqrstuvwxyz0123456789"},
}  # fmt: skip
_SHIFTED = dict(
    zip('!@#$%^&*()_+{}|:"~<>?', "1234567890-=[]\\;'`,./", strict=True),
    **{c.upper(): c for c in "abcdefghijklmnopqrstuvwxyz"},
)


def key_of(name):
    """Return QEMU's name for a key of the set (`up`, `k5`, `ta`, ...), or None."""
    if name in KEYS:
        return KEYS[name]
    if len(name) == 2 and name[0] == "t":
        if name[1] in _SHIFTED:
            return "shift-" + _PLAIN[_SHIFTED[name[1]]]
        return _PLAIN.get(name[1])
    return None


class MonitorError(Exception):
    """The emulator's monitor is gone."""


class Monitor:
    """A connection to the monitor. Raises MonitorError where it is gone."""

    def __init__(self, reader, writer, folder):
        """What connect() made; folder: where pictures are written."""
        self._reader, self._writer = reader, writer
        self._lock = asyncio.Lock()
        self._picture = os.path.join(folder, "screen.ppm")

    @classmethod
    async def connect(cls, path, folder, patience=5.0):
        """Return a Monitor on the socket `path`, which QEMU makes soon after its start."""
        end = asyncio.get_running_loop().time() + patience
        while True:
            try:
                monitor = cls(*await asyncio.open_unix_connection(path), folder)
                await monitor._answer()
                return monitor
            except OSError as e:
                if asyncio.get_running_loop().time() > end:
                    raise MonitorError(f"the emulator's monitor: {e}") from e
                await asyncio.sleep(0.02)

    async def command(self, text):
        """Run a command; return what the monitor printed."""
        async with self._lock:
            try:
                self._writer.write(text.encode() + b"\n")
                await self._writer.drain()
                return await self._answer()
            except OSError as e:
                raise MonitorError("the emulator is gone") from e

    async def press(self, key):
        """Press and release a key by QEMU's name."""
        await self.command(f"sendkey {key} {_HOLD_MS}")
        await asyncio.sleep(_APART)

    async def picture(self):
        """Return the display's picture as the bytes of a PPM file."""
        await self.command(f"screendump {self._picture}")
        with open(self._picture, "rb") as file:
            return file.read()

    def close(self):
        """Hang up."""
        with contextlib.suppress(OSError):
            self._writer.close()

    async def _answer(self):
        try:
            data = await self._reader.readuntil(_PROMPT)
        except (asyncio.IncompleteReadError, asyncio.LimitOverrunError) as e:
            raise MonitorError("the emulator is gone") from e
        return data.decode("utf-8", "replace")
