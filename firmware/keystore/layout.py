"""The written format: blocks, record headers, marks and boot entries as bytes.

For sector.py, log.py and factory.py; nothing here touches a device.
The standard is FORMAT.md beside this file (format version 1).
"""

import struct
from binascii import crc32

VERSION = 1
MAGIC_BORN = b"MSKS"
MAGIC_OPEN = b"MSKO"
MAGIC_BOOT = b"MSKB"
MAGIC_RECORD = 0x52

ROLE_FACTORY = 0
ROLE_LOG = 1

# A mark is right when all of its bits are: a torn one has ones left and is another word.
MARK_CLAIM = b"\x3c\x69\x96\xc3"
MARK_COMPLETE = b"\x5a\x96\xa5\x3c"
MARK_COMMIT = b"\xa5\x3c\x69\x5a"
MARK_KILL = b"\x00\x00\x00\x00"
ERASED = b"\xff\xff\xff\xff"
KILLED_FROM = 8  # zero bits from which a kill mark counts: half an erase does not undo it

# Record flags.
SEALED = 1  # the payload is scepcore.seal() of the value
KEY = 2  # the payload is RSAKey.seal()
DELETED = 4  # no value: the tag is gone
COPIED = 0x80  # brought by compaction: committed by the sector's mark, has none of its own
BOUND = SEALED | KEY | DELETED  # the flags that a record's seal covers

# crc32() of any bytes and their own little-endian CRC behind them, whatever it started with.
CRC_OF_WHOLE = 0x2144DF1C

BLOCK = 32  # room of one copy of a born or open block
HEADER = 20
CHUNK = 256

_BORN = "<4sBBBBIHHI"
_OPEN = "<4sIIIII"
_BOOT = "<4sIIII"
_HEADER = "<BBBBIII"
_WORD = "<I"
_ONES = b"\x00\x01\x01\x02\x01\x02\x02\x03\x01\x02\x02\x03\x02\x03\x03\x04"


def align(n, unit):
    """Return n rounded up to a multiple of unit."""
    return (n + unit - 1) // unit * unit


def _sealed_by_crc(block):
    return block + struct.pack(_WORD, crc32(block))


def _crc_holds(buf, size):
    return struct.unpack_from(_WORD, buf, size)[0] == crc32(memoryview(buf)[:size])


class Layout:
    """Where things stand in a sector of one geometry.

    unit: bytes, the device's program unit (1 to 256); sector: bytes, block * span.
    Units below 32 are the word geometry (boot entries of one word, each commit mark twice),
    units from 32 on the page geometry (boot entries of one page, one commit mark).
    """

    def __init__(self, unit, block, span, sectors):
        """Work out the offsets; sizes in bytes."""
        self.unit, self.block, self.span, self.sectors = unit, block, span, sectors
        self.size = block * span
        self.cell = max(unit, 4)
        self.words = unit < 32
        self.marks = 2 if self.words else 1
        self.entry = self.cell if self.words else align(24, unit)
        grain = max(16, unit)
        while self.words and grain * 4096 < self.size:
            grain *= 2
        self.grain = grain
        self.ahead = (16 if self.words else 4) * self.entry
        self.at_claim = align(2 * BLOCK, self.cell)
        self.at_open = self.at_claim + self.cell
        self.at_complete = self.at_open + align(2 * BLOCK, self.cell)
        self.at_kill = self.at_complete + self.marks * self.cell
        self.at_log = align(self.at_kill + self.cell, grain)
        # What a record's first program call may have touched without a trace.
        self.skip = align(HEADER, grain)
        # Kept free in a full store: power-ons, two decisions, an activation and a deletion.
        self.reserve = 8 * self.entry + 2 * self.skip + 2 * self.extent(40, 0)

    def body(self, length):
        """Return the bytes of header and payload, rounded to units."""
        return align(HEADER + length, self.cell)

    def extent(self, length, flags):
        """Return the bytes from a record of that payload length to the next one."""
        marks = 0 if flags & COPIED else self.marks * self.cell
        return align(self.body(length) + marks, self.grain)

    def born(self, role, erases):
        """Return the born block: the erase of this sector completed, and the geometry."""
        unit_bits = 0
        while 1 << unit_bits < self.unit:
            unit_bits += 1
        return _sealed_by_crc(
            struct.pack(
                _BORN,
                MAGIC_BORN,
                VERSION,
                role,
                unit_bits,
                self.span,
                self.block,
                self.sectors,
                0,
                erases,
            )
        )


def read_born(buf):
    """Return (version, role, unit, span, block, sectors, erases) or None; buf: 24 bytes."""
    magic, version, role, bits, span, block, sectors, _, erases = struct.unpack_from(_BORN, buf)
    if bytes(magic) != MAGIC_BORN or not _crc_holds(buf, 20) or bits > 8:
        return None
    return version, role, 1 << bits, span, block, sectors, erases


def open_block(seq, salt, boots, version, erases):
    """Return the open block: this sector carries the log; all numbers 32 bits."""
    return _sealed_by_crc(struct.pack(_OPEN, MAGIC_OPEN, seq, salt, boots, version, erases))


def read_open(buf):
    """Return (seq, salt, boots, version, erases) or None; buf: 28 bytes."""
    fields = struct.unpack_from(_OPEN, buf)
    if bytes(fields[0]) != MAGIC_OPEN or not _crc_holds(buf, 24):
        return None
    return fields[1:]


def header_into(buf, salt, slot, tag, flags, trailer, version, length, crc):
    """Write a record header into buf[0:20]; trailer: bytes of the seal behind a clear value."""
    lead = (trailer << 24) | length
    struct.pack_into(_HEADER, buf, 0, MAGIC_RECORD, slot, tag, flags, version, lead, crc)
    struct.pack_into(_WORD, buf, 16, crc32(memoryview(buf)[:16], salt))


def read_header(buf, at, salt):
    """Return (slot, tag, flags, version, length, trailer, crc) or None for the 20 bytes at `at`."""
    if buf[at] != MAGIC_RECORD:
        return None
    if struct.unpack_from(_WORD, buf, at + 16)[0] != crc32(memoryview(buf)[at : at + 16], salt):
        return None
    _, slot, tag, flags, version, lead, crc = struct.unpack_from(_HEADER, buf, at)
    return slot, tag, flags, version, lead & 0xFFFFFF, lead >> 24, crc


def word_entry(x, y, boot):
    """Return a boot entry of the word geometry; x, y: 12-bit grain numbers; boot: a power-on's.

    Berger code: the check counts the zero bits, so that no tear (zeros missing) passes.
    """
    a, b, c = x & 255, (x >> 8) | ((y & 15) << 4), y >> 4
    low = (0 if boot else 4) | (a ^ b ^ c ^ (a ^ b ^ c) >> 4) & 3
    return bytes((a, b, c, (zero_bits((a, b, c)) << 3) | low))


def read_word_entry(buf, at):
    """Return (x, y, boot) of the word entry at `at`, or None where it is torn or damaged."""
    a, b, c, check = buf[at], buf[at + 1], buf[at + 2], buf[at + 3]
    if check >> 3 != zero_bits((a, b, c)) or (check ^ a ^ b ^ c ^ (a ^ b ^ c) >> 4) & 3:
        return None
    return a | (b & 15) << 8, b >> 4 | c << 4, not check & 4


def page_entry(salt, boots, x, y):
    """Return a boot entry of the page geometry; boots: the count; x, y: offsets in bytes."""
    block = struct.pack(_BOOT, MAGIC_BOOT, boots, x, y, 0)
    return block + struct.pack(_WORD, crc32(block, salt))


def read_page_entry(buf, salt):
    """Return (boots, x, y) or None; buf: 24 bytes."""
    magic, boots, x, y, _ = struct.unpack_from(_BOOT, buf)
    if bytes(magic) != MAGIC_BOOT:
        return None
    if struct.unpack_from(_WORD, buf, 20)[0] != crc32(memoryview(buf)[:20], salt):
        return None
    return boots, x, y


def zero_bits(word):
    """Return the number of zero bits in a short buffer."""
    n = 8 * len(word)
    for byte in word:
        n -= _ONES[byte & 15] + _ONES[byte >> 4]
    return n
