"""What every rp2 board offers the set's firmware, over modules _rp2, network and rp2board.

For boards/W5500_EVB_PICO/board.py and its like; frozen. boards/UNIX/board.py documents the
contract of each name. DESIGN.md sections 6 and 8.
"""

import gc
import io
import sys
import time

import _rp2
import network
import ssd1306

import rp2board
from errors import Error

# What a development image has besides.
DEVELOPMENT_FEATURES = ("repl",) if rp2board.DEVELOPMENT else ()

# A DHCP server that has not answered by then will not: RFC 2131 4.1 resends at 4, 8, 16, 32 s.
_DHCP_MS = 64000
# The longest sleep between two looks at what the set waits for; events end it earlier.
_IDLE_MS = 20
_NO_ADDRESS = "0.0.0.0"

_nic = network.W5500()
_bus = ssd1306.find()
# A board with a display has buttons, too.
FRONT = ("lcd", "keys") if _bus else ()


class BoardError(Error):
    """The board does not have what the set needs."""


class _Console:
    """The USB serial line: readinto(buf) -> bytes there now (0: none), write(data)."""

    readinto = staticmethod(rp2board.console_read)
    write = staticmethod(rp2board.console_write)


class _Region:
    """Flash of the chip as block device: sectors of 4 KiB, programmed in whole pages of 256 bytes.

    Flash hands an odd length on to the boot ROM, which then programs what stands behind the
    buffer: here it is refused.
    """

    program_unit = 256

    def __init__(self, start, size):
        """start: offset in the chip; size: bytes; both whole sectors."""
        self._flash = flash = _rp2.Flash(start=start, len=size)
        self.readblocks = flash.readblocks
        self.ioctl = flash.ioctl

    def memory(self):
        """Return the whole region as it stands in the chip's address space."""
        return memoryview(self._flash)

    def writeblocks(self, n, buf, off=0):
        """Program `buf`, whole pages, at `off` of sector `n`."""
        if off % 256 or len(buf) % 256:
            raise OSError(22)  # EINVAL
        self._flash.writeblocks(n, buf, off)


# Erase blocks of the flash that make one sector of the key store: 32 KiB.
SPAN = 8


def flash():
    """Return the block device that holds the key store: behind the image, before the secret."""
    if not rp2board.secret():
        raise BoardError("wrong-device", "the board has no device secret yet: setctl factory")
    return _Region(0, rp2board.STORE_BYTES)


def secret(make):
    """Tell whether the board has its device secret; make: give it one where it has none."""
    return rp2board.secret(make)


def mac():
    """Return None: the address is in the factory record."""
    return None


def start_time():
    """Return None: nobody tells this board the time before the network does."""
    return None


def jitter():
    """Return bytes that differ from boot to boot (timing), for the seed; never counted as noise."""
    return b"%d" % rp2board.uptime_us()


class _Frames:
    """802.1X: receive(buf) -> octets of the oldest frame (0: none), send(frame) -> bool."""

    receive = staticmethod(_nic.receive_frame)
    send = staticmethod(_nic.send_frame)


def frames(mac_address):
    """Switch the network controller on without an address; return its 802.1X frames."""
    _start(mac_address)
    return _Frames()


def _start(mac_address):
    if not _nic.active():
        if mac_address:
            _nic.config(mac=mac_address)
        try:
            _nic.active(True)
        except OSError:
            raise BoardError("connect", "no W5500 answers")


def net(mac_address, static=None, renew=False):
    """Generator: bring the network up; return "ip", "dns" and "option". Yields None.

    mac_address: 6 bytes or None; static: (ip, mask, gateway, dns) as str, None = DHCP; renew:
    ask DHCP anew, another network may be there. Raises BoardError.
    """
    _start(mac_address)
    if renew:
        _nic.ipconfig(dhcp4=False)
    if static is not None:
        _nic.ifconfig(static)
    elif _nic.ifconfig()[0] == _NO_ADDRESS:
        _nic.ipconfig(dhcp4=True)
        start = time.ticks_ms()
        while _nic.ifconfig()[0] == _NO_ADDRESS:
            if time.ticks_diff(time.ticks_ms(), start) > _DHCP_MS:
                _nic.ipconfig(dhcp4=False)
                if _nic.status() == 0:
                    raise BoardError("connect", "no network cable is in")
                raise BoardError("timeout", "no DHCP server answers")
            yield None
    return {"ip": _nic.ifconfig()[0], "dns": _nic.dns(), "option": _nic.dhcp_option}


def display():
    """Switch the display on and return it."""
    return ssd1306.Display(_bus)


keys_read = ssd1306.Buttons().read if _bus else None


def console():
    """Return the USB serial line."""
    return _Console()


def idle():
    """Sleep until something comes in, at most a few milliseconds."""
    rp2board.idle(_IDLE_MS)


def memory():
    """Return {"heap": bytes in use, "stack": most bytes of C stack in use}."""
    return {"heap": gc.mem_alloc(), "stack": rp2board.stack()[1]}


def traceback(error):
    """Write the lines of a traceback, without the exception's text: that may hold a value."""
    text = io.StringIO()
    sys.print_exception(error, text)
    for line in text.getvalue().split("\n")[:-2]:
        rp2board.console_write(line.encode() + b"\r\n")


def reset():
    """Start the set anew."""
    rp2board.reset()
