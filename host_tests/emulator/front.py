"""The front of an emulated NOE set: its keys and its display, through QEMU's monitor.

For test_mmi_noe.py and host_tests/screens/shoot.py. The screen is read as tools/panel reads it,
with the product's own font: what a test finds there was drawn.
"""

import os
import tempfile
import time
from pathlib import Path

from emulator.monitor import Monitor
from tools.webpanel.picture import HEIGHT, LINES, WIDTH, pixels_of, shows, words

__all__ = ["HEIGHT", "WIDTH", "Front", "bar", "shows", "words"]
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
        return pixels_of(path.read_bytes())

    def frames(self, title):
        """Yield the display's pictures while `title` heads them; the set stands still meanwhile.

        So how many there are depends on what the set draws, not on how fast the reader is.
        """
        while True:
            self._monitor.command("stop")
            pixels = self.dump()
            if not words(pixels)[0].startswith(title):
                self._monitor.command("cont")
                return
            yield pixels
            self._monitor.command("cont")

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


def bar(pixels):
    """Return how many pixels of the progress bar are filled."""
    y = LINES[8] + 6
    row = [pixels[3 * (y * WIDTH + x) :][:3] for x in range(WIDTH)]
    return sum(pixel[2] > 150 > pixel[0] for pixel in row)
