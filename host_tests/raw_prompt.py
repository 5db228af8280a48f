"""MicroPython's raw prompt for the unix port, which has none: what mpremote talks to on a board.

For test_own_board.py; runs on MicroPython. MicroPython docs, "The MicroPython Interactive
Interpreter Mode": Ctrl-A raw, Ctrl-B friendly, Ctrl-D runs what was sent or restarts.
"""

import io
import sys

BANNER = b"raw REPL; CTRL-B to exit\r\n>"
NO_RAW_PASTE = b"R\x00"  # the question is understood, the mode is not there


def put(octets):
    """Send octets."""
    sys.stdout.buffer.write(octets)


def run(code, names):
    """Run code as a board does: OK, its output, Ctrl-D, a traceback or nothing, Ctrl-D, >."""
    put(b"OK")
    text = io.StringIO()
    try:
        exec(code, names)
    except BaseException as error:
        sys.print_exception(error, text)
    put(b"\x04" + text.getvalue().encode() + b"\x04>")


def main():
    """Serve until the line ends."""
    names, line, raw = {"__name__": "__main__"}, bytearray(), False
    while True:
        octet = sys.stdin.buffer.read(1)
        if not octet:
            return
        if octet == b"\x01":
            raw, line = True, bytearray()
            put(BANNER)
        elif octet == b"\x02":
            raw = False
            put(b"\r\n>>> ")
        elif octet == b"\x03":
            line = bytearray()
        elif octet == b"\x05" and raw and not line:
            sys.stdin.buffer.read(2)  # A, Ctrl-A
            put(NO_RAW_PASTE)
        elif octet == b"\x04" and raw:
            if line:
                code, line = str(line, "utf-8"), bytearray()
                run(code, names)
            else:
                names = {"__name__": "__main__"}
                put(b"OK\r\nMPY: soft reboot\r\n" + BANNER)
        elif raw:
            line.extend(octet)


main()
