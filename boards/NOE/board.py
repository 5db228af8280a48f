"""The NOE board: an emulated desk phone with a colour display and keys.

For firmware/phone; frozen as `board`. boards/UNIX/board.py documents the contract of each name.
"""

import framebuf
from baremetal import (  # noqa: F401
    DEVELOPMENT_FEATURES,
    BoardError,
    console,
    frames,
    idle,
    jitter,
    mac,
    memory,
    net,
    region,
    reset,
    start_time,
    traceback,
)

import noe
from noe import keys_read  # noqa: F401

NAME = "NOE"
FEATURES = ("lcd", "keys", "dot1x", "ipv6") + DEVELOPMENT_FEATURES
# What the image holds beside what all do (names of licences.COMPONENTS).
LINKED = ("lwIP", "fdlibm", "libgcc")


def flash():
    """Return the block device that holds the key store: 5 sectors of 256 KiB."""
    return region(0, 5)


class _Display:
    """The colour panel: fb, width, height, mono, show(y, height) as phone/mmi/lcd.py wants them."""

    mono = False
    width = noe.lcd.WIDTH
    height = noe.lcd.HEIGHT

    def __init__(self):
        noe.lcd.start()
        self.fb = framebuf.FrameBuffer(noe.lcd.memory(), self.width, self.height, framebuf.RGB565)

    def show(self, y, height):
        """What is drawn stands on the panel already."""


def display():
    """Switch the display on and return it."""
    return _Display()
