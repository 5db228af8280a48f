"""The NOE board: an emulated desk phone with a colour display and keys.

For firmware/phone; frozen as `board`. boards/UNIX/board.py documents the contract of each name.
"""

from arm926 import (  # noqa: F401
    DEVELOPMENT_FEATURES,
    BoardError,
    console,
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

NAME = "NOE"
FEATURES = ("lcd", "keys") + DEVELOPMENT_FEATURES


def flash():
    """Return the block device that holds the key store: 5 sectors of 256 KiB."""
    return region(0, 5)
