"""The front of an emulated NOE set: its keys and its display, through QEMU's monitor.

For test_mmi_noe.py and host_tests/screens/shoot.py. The screen is read with the product's own font:
what a test finds there was drawn.
"""

import os
import tempfile
import time
from pathlib import Path

from emulator.monitor import Monitor
from phone.mmi import font

# firmware/phone/mmi/lcd.py's layout on 320 x 240: where the text of title, lines, softkeys begins.
WIDTH, HEIGHT = 320, 240
TITLE, LINES, SOFTKEYS = 5, [28 + 21 * i for i in range(9)], 221
_NAMES = {
    " ": "spc", "-": "minus", "=": "equal", "/": "slash", ".": "dot", ",": "comma",
    ";": "semicolon", ":": "shift-semicolon", "?": "shift-slash", "_": "shift-minus",
    "\n": "ret",
}  # fmt: skip


class Front:
    """A running set; use as a context manager: it is switched off at the end."""

    def __init__(self, path, pid):
        """path: the monitor's socket; pid: the emulator's process."""
        self._monitor = Monitor(path)
        self._pid = pid
        self._folder = tempfile.TemporaryDirectory()

    def __enter__(self):
        """Return the front."""
        return self

    def __exit__(self, *exception):
        """Switch off."""
        self._monitor.quit(self._pid)
        self._folder.cleanup()

    def press(self, *keys):
        """Press keys by QEMU's names, each released before the next."""
        for key in keys:
            answer = self._monitor.command(f"sendkey {key} 10")
            assert "invalid" not in answer, answer
            time.sleep(0.04)

    def type(self, text):
        """Type text on the keyboard."""
        for c in text:
            if c in _NAMES:
                self.press(_NAMES[c])
            else:
                self.press(f"shift-{c.lower()}" if c.isupper() else c)

    def dump(self):
        """Return the display's picture (RGB bytes, 320 x 240)."""
        path = Path(self._folder.name) / "screen.ppm"
        self._monitor.command(f"screendump {path}")
        head, size, _, pixels = path.read_bytes().split(b"\n", 3)
        assert (head, size) == (b"P6", b"320 240")
        return pixels

    def memory(self, path, address, size):
        """Write `size` bytes of RAM from `address` on to a file."""
        self._monitor.command(f'pmemsave {address:#x} {size:#x} "{os.fspath(path)}"')

    def wait(self, *texts, seconds=60):
        """Wait until every text is on the screen; return the picture, drawn to its end."""
        end = time.monotonic() + seconds
        while True:
            pixels = self.dump()
            if all(shows(pixels, text) for text in texts):
                time.sleep(0.1)
                return self.dump()
            assert time.monotonic() < end, f"{texts} did not come: " + " / ".join(words(pixels))
            time.sleep(0.05)


def shows(pixels, text):
    """Tell whether a picture shows `text` in one of its lines."""
    wanted = _columns(text)
    for top in [TITLE, *LINES, SOFTKEYS]:
        band = _band(pixels, top)
        for x in range(WIDTH - len(wanted) + 1):
            if band[x : x + len(wanted)] == wanted:
                return True
    return False


def words(pixels):
    """Return the lines of a picture as text, as well as they can be read."""
    return [_read(_band(pixels, top)) for top in [TITLE, *LINES, SOFTKEYS]]


def bar(pixels):
    """Return how many pixels of the progress bar are filled."""
    y = LINES[8] + 6
    row = [pixels[3 * (y * WIDTH + x) :][:3] for x in range(WIDTH)]
    return sum(pixel[2] > 150 > pixel[0] for pixel in row)


# -- private


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
    rows = [pixels[3 * WIDTH * y :][: 3 * WIDTH] for y in range(top, top + font.HEIGHT)]
    # the right margin's last but few pixels hold no text
    paper = rows[0][3 * (WIDTH - 4) :][:3]
    found = []
    for x in range(WIDTH):
        column = 0
        for bit, row in enumerate(rows):
            if row[3 * x : 3 * x + 3] != paper:
                column |= 1 << bit
        found.append(column)
    return found


_GLYPHS = sorted(
    ((_glyph(chr(code)), chr(code)) for code in [*range(0x21, 0x7F), *range(0xA1, 0x100)]),
    key=lambda pair: -len(pair[0]),
)


def _read(band):
    text, x, blank = "", 0, 0
    while x < WIDTH:
        for glyph, c in _GLYPHS:
            if band[x : x + len(glyph)] == glyph and band[x + len(glyph) : x + len(glyph) + 1] == [
                0
            ]:
                text += (" " if blank > 2 and text else "") + c
                x, blank = x + len(glyph) + 1, 0
                break
        else:
            x, blank = x + 1, blank + 1
    return text
