"""The SCEP client of the sets as a command for Linux sets, soft phones and servers.

Installed by `pip install .`; command.py is the command. RFC 8894.

What the firmware is stands unchanged under `_firmware`: protocol, key store, actions, and the C
core bound through cffi. A process is a set that is switched on, does one thing, and goes off.
"""

import os
import sys

__all__ = ("FIRMWARE",)

FIRMWARE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "_firmware")
if FIRMWARE not in sys.path:
    # The firmware's modules have their own names (`errors`, `scep`, `phone`): they come first.
    sys.path.insert(0, FIRMWARE)
