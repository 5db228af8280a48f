"""What an STM32 board with Ethernet offers the set: over modules stm32board, network, pyb.

For boards/NUCLEO_H743ZI/board.py; frozen. boards/UNIX/board.py documents the contract of each name.
DESIGN.md sections 6 and 8.
"""

import gc
import io
import sys
import time

import machine
import network
import pyb
import stm32board

from errors import Error

DEVELOPMENT_FEATURES = ("repl",)  # MicroPython's stm32 port always has its prompt
SPAN = 1  # erase blocks of the flash that make one sector of the key store: 128 KiB

_DHCP_MS = 64000  # RFC 2131 4.1 resends at 4, 8, 16, 32 s
_IDLE_MS = 20
_NO_ADDRESS = "0.0.0.0"

_lan = network.LAN()


class BoardError(Error):
    """The board does not have what the set needs."""


class _Console:
    """The USB serial line: readinto(buf) -> bytes there now (0: none), write(data)."""

    def __init__(self):
        self._line = line = pyb.USB_VCP()
        line.setinterrupt(-1)  # Ctrl-C is the set's, not the interpreter's
        self.write = line.write

    def readinto(self, buf):
        """Fill buf with what has come."""
        waiting = self._line.any()
        return (self._line.readinto(buf) or 0) if waiting else 0


class _Region:
    """Internal flash as block device: sectors of 128 KiB, programmed in words of 32 bytes."""

    program_unit = 32
    readblocks = staticmethod(stm32board.readblocks)
    writeblocks = staticmethod(stm32board.writeblocks)
    ioctl = staticmethod(stm32board.ioctl)


def flash():
    """Return the block device that holds the key store: 3 sectors."""
    if not stm32board.secret(False):
        raise BoardError("wrong-device", "the board has no device secret yet: setctl factory")
    return _Region()


def secret(make):
    """Tell whether the board has its device secret; make: give it one where it has none."""
    return stm32board.secret(make)


def mac():
    """Return the controller's own address, made from the chip's serial number (6 bytes)."""
    return _lan.config("mac")


def start_time():
    """Return None: nobody tells this board the time before the network does."""
    return None


def jitter():
    """Return bytes that differ from boot to boot (timing), for the seed; never counted as noise."""
    return b"%d" % time.ticks_us()


def net(mac_address, static=None, renew=False):
    """Generator: bring the network up; return {"ip": str, "dns": list of str}. Yields None.

    static: (ip, mask, gateway, dns) as str, None = DHCP; renew: ask DHCP anew. Raises BoardError.
    """
    if not _lan.active():
        _lan.active(True)
    if renew:
        _lan.ipconfig(dhcp4=False)
    if static is not None:
        _lan.ifconfig(static)
    elif _lan.ifconfig()[0] == _NO_ADDRESS:
        _lan.ipconfig(dhcp4=True)
        start = time.ticks_ms()
        while _lan.ifconfig()[0] == _NO_ADDRESS:
            if time.ticks_diff(time.ticks_ms(), start) > _DHCP_MS:
                _lan.ipconfig(dhcp4=False)
                raise BoardError("timeout", "no DHCP server answers")
            yield None
    ip, _, _, dns = _lan.ifconfig()
    return {"ip": ip, "dns": [dns] if dns != _NO_ADDRESS else []}


def console():
    """Return the USB serial line."""
    return _Console()


def idle():
    """Sleep until something comes in, at most a few milliseconds."""
    time.sleep_ms(_IDLE_MS)


def memory():
    """Return {"heap": bytes in use, "stack": None}."""
    return {"heap": gc.mem_alloc(), "stack": None}


def traceback(error):
    """Write the lines of a traceback, without the exception's text: that may hold a value."""
    text = io.StringIO()
    sys.print_exception(error, text)
    for line in text.getvalue().split("\n")[:-2]:
        sys.stdout.write(line + "\r\n")


def reset():
    """Start the set anew."""
    machine.reset()
