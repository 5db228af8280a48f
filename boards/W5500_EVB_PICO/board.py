"""The W5500_EVB_PICO board: an RP2040 with wired Ethernet, its line over USB.

For firmware/phone; frozen as `board`. boards/UNIX/board.py documents the contract of each name.
"""

from rp2port import (  # noqa: F401
    DEVELOPMENT_FEATURES,
    FRONT,
    SPAN,
    BoardError,
    console,
    display,
    flash,
    frames,
    idle,
    jitter,
    keys_read,
    mac,
    memory,
    net,
    reset,
    secret,
    start_time,
    traceback,
)

NAME = "W5500_EVB_PICO"
FEATURES = ("dot1x",) + FRONT + DEVELOPMENT_FEATURES
# What the image holds beside what all do (names of licences.COMPONENTS).
LINKED = ("lwIP", "TinyUSB", "Pico SDK", "newlib", "fdlibm", "libgcc")
