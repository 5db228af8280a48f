"""An SSD1306 display of 128 x 64 on I2C and four buttons: the optional front of an rp2 board.

For the board modules, as phone/mmi/panel.py wants display and keys. SSD1306 data sheet 1.1,
section 9 (commands). GPIO4 is SDA, GPIO5 SCL; buttons to ground: up 6, down 7, OK 8, back 9.
"""

import framebuf
from machine import I2C, Pin

_ADDRESS = 0x3C
_SDA, _SCL = 4, 5
# A button's pin, and the scan codes (PC keyboard, set 2) that phone/mmi/keyboard.py knows it by.
_BUTTONS = ((6, b"\xe0\x75"), (7, b"\xe0\x72"), (8, b"\x5a"), (9, b"\x66"))
_COMMANDS = 0x00  # control octets in front of what is sent
_DATA = b"\x40"
# Off, clock, 64 rows, no offset, first line 0, charge pump on, horizontal addressing, mirrored both
# ways as the modules are mounted, COM pins, contrast, pre-charge, VCOMH, from memory, not inverted.
_START = (
    b"\xae\xd5\x80\xa8\x3f\xd3\x00\x40\x8d\x14\x20\x00"
    b"\xa1\xc8\xda\x12\x81\xcf\xd9\xf1\xdb\x40\xa4\xa6"
)
_ON = b"\xaf"


def find():
    """Return the I2C bus with a display on it, or None."""
    bus = I2C(0, sda=Pin(_SDA), scl=Pin(_SCL), freq=400000, timeout=2000)
    try:
        bus.writeto(_ADDRESS, bytes((_COMMANDS, 0xE3)))  # NOP
    except OSError:
        return None
    return bus


class Display:
    """fb, width, height, mono, show(y, height), as phone/mmi/lcd.py says."""

    mono = True
    width = 128
    height = 64

    def __init__(self, bus):
        """Switch the display on, dark."""
        self._bus = bus
        self._memory = bytearray(self.width * self.height // 8)
        self.fb = framebuf.FrameBuffer(self._memory, self.width, self.height, framebuf.MONO_VLSB)
        self._command(_START)
        self.show(0, self.height)
        self._command(_ON)

    def show(self, y, height):
        """Send the pages (8 rows each) that hold rows y .. y + height - 1."""
        first, last = y // 8, (y + height - 1) // 8
        self._command(bytes((0x21, 0, self.width - 1, 0x22, first, last)))
        view = memoryview(self._memory)
        for page in range(first, last + 1):
            row = view[page * self.width : (page + 1) * self.width]
            self._bus.writevto(_ADDRESS, (_DATA, row))

    def _command(self, octets):
        self._bus.writevto(_ADDRESS, (bytes((_COMMANDS,)), octets))


class Buttons:
    """read(buf): scan codes of the buttons pressed since the last call; released ones give none.

    A button bounces for some milliseconds; one that was down a call ago is down still.
    """

    def __init__(self):
        """Pull the pins up."""
        self._pins = [Pin(pin, Pin.IN, Pin.PULL_UP) for pin, _ in _BUTTONS]
        self._down = [False] * len(_BUTTONS)

    def read(self, buf):
        """Fill buf with codes; return how many octets."""
        count = 0
        for i, (_, code) in enumerate(_BUTTONS):
            down = not self._pins[i].value()
            if down and not self._down[i] and count + len(code) <= len(buf):
                buf[count : count + len(code)] = code
                count += len(code)
            self._down[i] = down
        return count
