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
FEATURES = ("dot1x",) + DEVELOPMENT_FEATURES
# What the image holds beside what all do (names of licences.COMPONENTS).
LINKED = ("lwIP", "fdlibm", "libgcc")
# Octets of a TLS connection's record buffer: 3 KiB of them hold the server's chain, and are given
# back once it was judged. Servers are asked for records of 4 KiB (RFC 6066 section 4); of those
# that do not listen, answers of up to 4 KiB are taken.
TLS_BUFFER = 7493


def flash():
    """Return the block device that holds the key store: 3 sectors of 256 KiB."""
    return region(0, 3)
