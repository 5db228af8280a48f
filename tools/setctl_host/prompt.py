"""The MicroPython prompt of a development build, in this terminal.

For main.py (`setctl repl`). Ctrl-] ends it; piped input is sent as it comes.
"""

import os
import select
import sys
import termios
import time
import tty

_LEAVE = 0x1D  # Ctrl-]


def run(machine):
    """Carry bytes between standard input and the set until either ends; return exit status 0."""
    fd = sys.stdin.fileno()
    saved = termios.tcgetattr(fd) if os.isatty(fd) else None
    if saved:
        tty.setraw(fd)
        print("Ctrl-] leaves", end="\r\n", file=sys.stderr)
    try:
        _carry(machine, fd)
    finally:
        if saved:
            termios.tcsetattr(fd, termios.TCSADRAIN, saved)
        machine.stop()
    return 0


def _carry(machine, fd):
    # piped input may end before the set has answered: then wait for a second of silence
    open_input = True
    last = time.monotonic()
    while open_input or time.monotonic() - last < 1:
        data = machine.read(0.02)
        if data == b"":
            return
        if data:
            last = time.monotonic()
            if b">>>" in data:  # what comes before may be the emulator, still starting
                machine.ready()
            os.write(sys.stdout.fileno(), data)
        if open_input and select.select([fd], [], [], 0)[0]:
            typed = os.read(fd, 256)
            if _LEAVE in typed:
                return
            open_input = bool(typed)
            machine.write(typed.replace(b"\n", b"\r\n") if not os.isatty(fd) else typed)
