"""The NUCLEO_H743ZI board: an STM32H743 with wired Ethernet, its line over USB.

For firmware/phone; frozen as `board`. boards/UNIX/board.py documents the contract of each name.
"""

from stm32port import (  # noqa: F401
    DEVELOPMENT_FEATURES,
    SPAN,
    BoardError,
    console,
    flash,
    idle,
    jitter,
    mac,
    memory,
    net,
    reset,
    secret,
    start_time,
    traceback,
)

NAME = "NUCLEO_H743ZI"
FEATURES = () + DEVELOPMENT_FEATURES
# What the image holds beside what all do (names of licences.COMPONENTS).
LINKED = ("lwIP", "fdlibm", "libgcc")
