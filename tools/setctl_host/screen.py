"""The set's screen and keys in this terminal (`setctl mmi`).

For main.py; firmware/phone/mmi/panel.py is the other end. Ctrl-] ends it.
"""

import os
import select
import sys
import termios
import time
import tty

from tools.setctl_host.errors import Down

_LEAVE = 0x1D  # Ctrl-]
_PATIENCE = 5  # seconds for the set to give the line back
_PIECE = 8  # octets sent at once: a paste must not overrun a set's line
_MARKS = (b"!crash end", b"!reset", b"!off", b"!power-cut")
_RESULT = b'{"event": "result"'


def run(machine, line, log=None):
    """Show the menus until Ctrl-], or the end of piped input. Raises Down.

    line: the command line that lends the set's line to its menus; log: binary file or None.
    """
    fd = sys.stdin.fileno()
    saved = termios.tcgetattr(fd) if os.isatty(fd) else None
    if saved:
        tty.setraw(fd)
    try:
        machine.write(line)
        _carry(machine, fd, log)
    finally:
        if saved:
            termios.tcsetattr(fd, termios.TCSADRAIN, saved)
            print()


def _carry(machine, fd, log):
    tail, typed, leaving = b"", b"", None
    while leaving is None or time.monotonic() < leaving:
        data = machine.read(0.02)
        if data:
            if log is not None:
                log.write(data)
                log.flush()
            tail = (tail + data)[-4096:]
            if any(mark in tail for mark in _MARKS):
                raise Down("the set went down", tail.decode("utf-8", "replace"))
            end = tail.find(_RESULT)
            _show(data if end < 0 else data[: data.find(b"{")])
            if end >= 0:
                return
        if data == b"":
            raise Down("the set went down", tail.decode("utf-8", "replace"))
        if not typed and leaving is None and select.select([fd], [], [], 0)[0]:
            typed = os.read(fd, 256) or bytes((_LEAVE,))
        if typed:
            piece, typed = typed[:_PIECE], typed[_PIECE:]
            machine.write(piece)
            if _LEAVE in piece:
                typed, leaving = b"", time.monotonic() + _PATIENCE
    raise Down("the set does not give its line back", tail.decode("utf-8", "replace"))


def _show(data):
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()
