"""The pieces of a sector as fields: header blocks, marks, record headers, boot entries.

For image.py. FORMAT.md, sections Geometry, A sector, A record, Boot entries.
"""

import struct
import zlib
from dataclasses import dataclass

VERSION = 1
CLAIM = bytes.fromhex("3c6996c3")
COMPLETE = bytes.fromhex("5a96a53c")
COMMIT = bytes.fromhex("a53c695a")
SEALED, KEY, DELETED, COPIED = 1, 2, 4, 128


def up(n, m):
    """Return n rounded up to a multiple of m."""
    return -(-n // m) * m


@dataclass(frozen=True)
class Geometry:
    """What the born block of sector 0 says, and what follows from it."""

    unit: int
    block: int
    span: int
    sectors: int

    @property
    def size(self):
        """Bytes of a sector."""
        return self.block * self.span

    @property
    def words(self):
        """Whether this is the word geometry."""
        return self.unit < 32

    @property
    def cell(self):
        """Bytes that a mark takes."""
        return max(self.unit, 4)

    @property
    def marks(self):
        """Copies of commit and complete marks."""
        return 2 if self.words else 1

    @property
    def entry(self):
        """Bytes that a boot entry takes."""
        return self.cell

    @property
    def grain(self):
        """Alignment of records."""
        grain = max(16, self.unit)
        while self.words and grain * 4096 < self.size:
            grain *= 2
        return grain

    @property
    def ahead(self):
        """Erased bytes that end the table of boot entries."""
        return (16 if self.words else 4) * self.entry

    @property
    def at(self):
        """Offsets (claim, open, complete, kill, log)."""
        claim = up(64, self.cell)
        opened = claim + self.cell
        complete = opened + up(64, self.cell)
        kill = complete + self.marks * self.cell
        return claim, opened, complete, kill, up(kill + self.cell, self.grain)

    def extent(self, length, flags):
        """Bytes from a record to the next."""
        marks = 0 if flags & COPIED else self.marks * self.cell
        return up(up(20 + length, self.cell) + marks, self.grain)


def born(data):
    """Return (version, role, Geometry, erases) of a born block, or None."""
    if len(data) < 24:
        return None
    magic, version, role, bits, span, block, sectors, _, erases, crc = struct.unpack(
        "<4sBBBBIHHII", data[:24]
    )
    if magic != b"MSKS" or crc != zlib.crc32(data[:20]) or bits > 8:
        return None
    return version, role, Geometry(1 << bits, block, span, sectors), erases


def opened(data):
    """Return (seq, salt, boots, version, erases) of an open block, or None."""
    if len(data) < 28:
        return None
    magic, *fields, crc = struct.unpack("<4sIIIIII", data[:28])
    if magic != b"MSKO" or crc != zlib.crc32(data[:24]):
        return None
    return tuple(fields)


@dataclass
class Record:
    """A record header, where it stands, and what was found out about it."""

    at: int
    slot: int
    tag: int
    flags: int
    version: int
    length: int
    trailer: int
    crc: int
    status: str = "current"


def record(data, at, salt):
    """Return the Record whose header stands at `at`, or None."""
    head = data[at : at + 20]
    if len(head) < 20 or head[0] != 0x52:
        return None
    _, slot, tag, flags, version = struct.unpack_from("<BBBBI", head)
    length = int.from_bytes(head[8:11], "little")
    crc, own = struct.unpack_from("<II", head, 12)
    if own != zlib.crc32(head[:16], salt) or head[11] > length:
        return None
    return Record(at, slot, tag, flags, version, length, head[11], crc)


def boot_entry(geometry, data, at, salt):
    """Return None where erased, False where torn, else (x, y, first or boot count)."""
    if geometry.words:
        a, b, c, check = data[at : at + 4]
        if (a, b, c, check) == (255, 255, 255, 255):
            return None
        ones = sum(byte.bit_count() for byte in (a, b, c))
        parity = a ^ b ^ c
        if check >> 3 != 24 - ones or check & 3 != (parity ^ parity >> 4) & 3:
            return False
        x, y = a | (b & 15) << 8, b >> 4 | c << 4
        return x * geometry.grain, y * geometry.grain, not check & 4
    block = data[at : at + 24]
    magic, boots, x, y, _, crc = struct.unpack("<4sIIIII", block)
    if magic == b"MSKB" and crc == zlib.crc32(block[:20], salt):
        return x, y, boots
    return None if block == b"\xff" * 24 else False
