"""The MPS2_AN505 board: an emulated development board with a Cortex-M33 and Ethernet.

For firmware/phone; frozen as `board`. boards/UNIX/board.py documents the contract of each name.
"""

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

NAME = "MPS2_AN505"
FEATURES = ("dot1x", "ipv6") + DEVELOPMENT_FEATURES
# What the image holds beside what all do (names of licences.COMPONENTS).
LINKED = ("lwIP", "fdlibm", "libgcc")


def flash():
    """Return the block device that holds the key store: 5 sectors of 64 KiB."""
    return region(0, 5)
