"""A display's picture: as PNG for a browser, as text for a reader (a screen reader, a test).

For stage.py and host_tests/emulator/front.py. The text is read with the product's own font: what is
found here was drawn. PNG: ISO/IEC 15948.
"""

import os
import struct
import sys
import zlib

from tools.setctl_host.errors import REPO

FIRMWARE = os.path.join(REPO, "firmware")
if FIRMWARE not in sys.path:
    sys.path.append(FIRMWARE)

from phone.mmi import font  # noqa: E402

WIDTH, HEIGHT = 320, 240
# firmware/phone/mmi/lcd.py's layout on 320 x 240: where the text of title, lines, softkeys begins.
TITLE, LINES, SOFTKEYS = 5, [28 + 21 * i for i in range(9)], 221
_BLANK = 3  # blank columns that a reader takes for a blank
# Signs of the font, as they are read aloud and by vt100.py.
_SIGNS = {"\x80": "[ ]", "\x81": "[x]"}
_WIDE = 30  # blank columns that set two texts of one line apart


def pixels_of(ppm):
    """Return the RGB bytes of a PPM file's content (bytes) of 320 x 240. Raises ValueError."""
    head, size, depth, pixels = (ppm.split(b"\n", 3) + [b""] * 4)[:4]
    if (head, size, depth) != (b"P6", b"320 240", b"255") or len(pixels) != 3 * WIDTH * HEIGHT:
        raise ValueError("not a whole picture of 320 x 240")
    return pixels


def png(pixels):
    """Return a picture (RGB bytes) as PNG."""
    stride = 3 * WIDTH
    rows = b"".join(b"\0" + pixels[y : y + stride] for y in range(0, len(pixels), stride))
    head = struct.pack(">IIBBBBB", WIDTH, HEIGHT, 8, 2, 0, 0, 0)
    parts = (b"IHDR", head), (b"IDAT", zlib.compress(rows, 1)), (b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(*part) for part in parts)


def shows(pixels, text):
    """Tell whether a picture shows `text` in one of its lines."""
    wanted = _columns(text)
    for top in [TITLE, *LINES, SOFTKEYS]:
        band = _band(pixels, top)
        for x in range(WIDTH - len(wanted) + 1):
            if band[x : x + len(wanted)] == wanted:
                return True
    return False


def words(pixels, apart=None):
    """Return the lines of a picture as text, as well as they can be read.

    apart: str that stands between texts far from each other in a line (default: a blank).
    """
    return [_read(_band(pixels, top), apart) for top in [TITLE, *LINES, SOFTKEYS]]


# -- private


def _chunk(name, data):
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def _glyph(c):
    at = 2 * (ord(c) - font.FIRST)
    start, end = (int.from_bytes(font.STARTS[at + i : at + i + 2], "little") for i in (0, 2))
    size = end - start
    upper = font.GLYPHS[2 * start : 2 * start + size]
    lower = font.GLYPHS[2 * start + size : 2 * end]
    return [a | b << 8 for a, b in zip(upper, lower, strict=True)]


def _columns(text):
    """Return the columns of a text, an int of 13 bits each."""
    found = []
    for c in text:
        found += [*_glyph(c), 0]
    return found[:-1]


def _band(pixels, top):
    """Return the columns of a line of the picture: where it differs from its background."""
    stride = 3 * WIDTH
    rows = [pixels[stride * y : stride * (y + 1)] for y in range(top, top + font.HEIGHT)]
    # the right margin's last but few pixels hold no text
    paper = rows[0][3 * (WIDTH - 4) :][:3]
    found = [0] * WIDTH
    for bit, row in enumerate(rows):
        if row == paper * WIDTH:
            continue
        for x in range(WIDTH):
            if row[3 * x : 3 * x + 3] != paper:
                found[x] |= 1 << bit
    return found


def _first_columns():
    """Return {first column: [(columns, character)]}, the widest glyphs first."""
    found = {}
    for c in [*_SIGNS, *map(chr, range(0x21, 0x7F)), *map(chr, range(0xA1, 0x100))]:
        columns = _glyph(c)
        if columns:
            found.setdefault(columns[0], []).append((columns, _SIGNS.get(c, c)))
    for glyphs in found.values():
        glyphs.sort(key=lambda pair: -len(pair[0]))
    return found


_GLYPHS = _first_columns()


def _read(band, apart):
    text, x, blank = "", 0, 0
    while x < WIDTH:
        for glyph, c in _GLYPHS.get(band[x], ()):
            if band[x : x + len(glyph)] == glyph and band[x + len(glyph)] == 0:
                if text and blank >= _BLANK:
                    text += apart if apart and blank >= _WIDE else " "
                text += c
                x, blank = x + len(glyph) + 1, 0
                break
        else:
            x, blank = x + 1, blank + 1
    return text
