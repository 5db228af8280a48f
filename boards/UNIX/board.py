"""The UNIX board: what the set's firmware needs from a host process.

For firmware/phone; frozen as `board`. DESIGN.md sections 6 and 8.

A board module has: NAME, FEATURES, flash(), mac(), start_time(), jitter(), net(), console(),
idle(), memory(), traceback(), reset(). The same names on every board; each docstring here is the
contract. ONE_TLS is optional: True where there is room for one TLS connection at a time
(MICROSCEP_TLS_ROOM in mpconfigboard.h), so that 802.1X and HTTPS take turns. heap() is optional,
too. A board that makes its own device secret and factory key (port/rp2/provision.py) has
secret(make) -> bool, and SPAN: erase blocks in a sector of the store.

What an emulated board finds in its boot-parameter block stands in the environment here:
MICROSCEP_FLASH (file), MICROSCEP_SECRET (file, read by the C core), MICROSCEP_TIME (seconds since
1970), MICROSCEP_MAC (12 hex digits), MICROSCEP_POWER_CUT (flash step).
"""

import gc
import io
import os
import select
import sys
import time

from errors import Error

NAME = "UNIX"
# What this board has, for status and the menu.
FEATURES = ("repl", "ipv6")
# What the image holds beside what all do (names of licences.COMPONENTS).
LINKED = ()

SECTOR = 65536
SECTORS = 5

# A set to which nothing comes looks at its clock this often.
_REST_MS = 20


class BoardError(Error):
    """The board does not have what the set needs."""


class FileFlash:
    """A file as NOR flash: MicroPython's block device, extended form; a block is a sector.

    Invariant: a program only clears bits, as on NOR; a word of 4 bytes and an erase are the steps
    that `power_cut` counts, from 1. At step `power_cut` half of the word is programmed (or half
    of the sector erased), and then the power is gone: nothing more is written.
    """

    program_unit = 4

    def __init__(self, path, power_cut=None):
        """Open `path`, a file of exactly SECTORS * SECTOR bytes. Raises BoardError."""
        try:
            self._file = open(path, "r+b")
        except OSError:
            raise BoardError("flash-io", "the flash file cannot be opened")
        size = self._file.seek(0, 2)
        if size != SECTOR * SECTORS:
            raise BoardError(
                "flash-corrupt",
                "the flash file holds %d bytes, this board has %d" % (size, SECTOR * SECTORS),
                size,
            )
        self._cut = power_cut
        self._left = None if power_cut is None else power_cut - 1

    def readblocks(self, n, buf, off=0):
        """Read len(buf) bytes at offset `off` of sector `n`."""
        self._file.seek(n * SECTOR + off)
        self._file.readinto(buf)

    def writeblocks(self, n, buf, off=0):
        """Program `buf`, whole words, at `off` of sector `n`; OSError if it would set a bit."""
        size = len(buf)
        if off % 4 or size % 4 or off + size > SECTOR:
            raise OSError(22)  # EINVAL
        old = bytearray(size)
        self.readblocks(n, old, off)
        # as two numbers: octet by octet it took a tenth of an enrolment's time
        if int.from_bytes(buf, "little") & ~int.from_bytes(old, "little"):
            raise OSError(1)  # EPERM: 0 -> 1 needs an erase
        words = self._steps(size // 4)
        self._put(n, off, memoryview(buf)[: 4 * words])
        if words < size // 4:
            at = 4 * words
            self._put(n, off + at, bytes(buf[at : at + 2]))
            self._power_off()

    def ioctl(self, op, arg):
        """Answer 3 (sync), 4 (number of sectors), 5 (sector size), 6 (erase sector `arg`)."""
        if op == 4:
            return SECTORS
        if op == 5:
            return SECTOR
        if op == 6:
            whole = self._steps(1)
            piece = b"\xff" * 1024
            for at in range(0, SECTOR if whole else SECTOR // 2, len(piece)):
                self._put(arg, at, piece)
            if not whole:
                self._power_off()
            return 0
        return 0 if op == 3 else None

    # -- private

    def _put(self, n, off, data):
        self._file.seek(n * SECTOR + off)
        self._file.write(data)

    def _steps(self, wanted):
        """Return how many of `wanted` steps happen before the power goes."""
        if self._left is None:
            return wanted
        if self._left < 0:
            self._power_off()
        done = min(wanted, self._left)
        self._left -= done
        return done

    def _power_off(self):
        if self._left >= 0:
            sys.stdout.write("!power-cut %d\n" % self._cut)
        self._left = -1
        # no `except` clause and no buffer holds this up: the process ends as power does
        sys.exit(3)


class Line:
    """Standard input and output as the set's serial line."""

    def __init__(self):
        """Watch standard input."""
        self._in = sys.stdin.buffer
        self._out = sys.stdout.buffer
        self._poll = select.poll()
        self._poll.register(sys.stdin, select.POLLIN)
        self._one = bytearray(1)  # a longer read would wait until it is full

    def readinto(self, buf):
        """Fill `buf` with what has come in; return the number of bytes. Ends the set at EOF."""
        n = 0
        while n < len(buf) and self._poll.poll(0):
            if not self._in.readinto(self._one):
                sys.exit(0)
            buf[n] = self._one[0]
            self._one[0] = 0
            n += 1
        return n

    def write(self, data):
        """Write all of bytes-like `data`."""
        self._out.write(data)


def flash():
    """Return the block device that holds the key store."""
    cut = os.getenv("MICROSCEP_POWER_CUT")
    path = os.getenv("MICROSCEP_FLASH")
    if not path:
        raise BoardError("flash-io", "MICROSCEP_FLASH names no file")
    return FileFlash(path, int(cut) if cut else None)


def mac():
    """Return the MAC address that the board itself has (bytes), or None: the factory record's."""
    text = os.getenv("MICROSCEP_MAC")
    return bytes([int(text[i : i + 2], 16) for i in range(0, 12, 2)]) if text else None


def start_time():
    """Return the time that the network will tell, in seconds since 1970, or None."""
    text = os.getenv("MICROSCEP_TIME")
    return int(text) if text else None


def jitter():
    """Return bytes that differ from boot to boot (timing), for the seed; never counted as noise."""
    # with given noise (--seed) a run repeats
    return b"" if os.getenv("MICROSCEP_NOISE") else b"%d" % time.time_ns()


def net(mac_address, static=None, renew=False):
    """Generator: bring the network up; return {"ip": str, "dns": list of str}. Yields None.

    A board that speaks DHCP also returns "option": function (code) -> bytes or None, what the
    server said of an option; code 0: its next server's address, code 1: the header's boot file. A
    board with "ipv6" in FEATURES whose address comes later than this returns "ipv6": function () ->
    bool, whether there is one.

    renew: ask for an address anew. A board with "dot1x" in FEATURES also has frames(mac_address):
    its 802.1X frames, receive(buf) -> octets of the oldest one (0: none), send(frame) -> bool.
    """
    servers = []
    try:
        with open("/etc/resolv.conf") as f:
            for line in f:
                words = line.split()
                if len(words) > 1 and words[0] == "nameserver":
                    servers.append(words[1])
    except OSError:
        pass
    yield None
    return {"ip": "127.0.0.1", "dns": servers}


def console():
    """Return the serial line: readinto(buf) -> bytes there now (0: none), write(data)."""
    return Line()


def idle():
    """Wait a moment: nothing is to do until something comes in or time passes."""
    # in the host's poll(): a turn each millisecond cost more than what a server's answer says
    import unixboard  # here: the wheel has this file, and no such module

    unixboard.wait(_REST_MS)


def memory():
    """Return {"heap": bytes in use, "stack": most bytes of C stack in use, or None}."""
    return {"heap": gc.mem_alloc(), "stack": None}


def heap():
    """Return the octets of the heap. Optional: without it phone/main.py counts them, slowly."""
    import unixboard

    return unixboard.heap()


def traceback(error):
    """Write the lines of a traceback, without the exception's text: that may hold a value."""
    text = io.StringIO()
    sys.print_exception(error, text)
    for line in text.getvalue().split("\n")[:-2]:
        sys.stdout.write(line + "\n")


def reset():
    """Start the set anew (here: end the process)."""
    sys.exit(0)
