"""The VLE board: an emulated small phone, two lines of text on its serial line.

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

NAME = "VLE"
FEATURES = ("dot1x", "ipv6") + DEVELOPMENT_FEATURES
# What the image holds beside what all do (names of licences.COMPONENTS).
LINKED = ("lwIP", "fdlibm", "libgcc")
# Its heap does not hold a TLS connection beside what is done with it: the memory of one is reserved
# (mpconfigboard.h).
ONE_TLS = True


def flash():
    """Return the block device that holds the key store: 3 sectors of 256 KiB."""
    return region(0, 3)
