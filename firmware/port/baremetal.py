"""What every board of the bare-metal port offers the set's firmware, over module noe.

For boards/NOE/board.py and boards/VLE/board.py; frozen. boards/UNIX/board.py documents the
contract of each name. DESIGN.md sections 6 and 8.
"""

import gc
import io
import sys
import time

import noe
from errors import Error

# What a development image has besides.
DEVELOPMENT_FEATURES = ("repl",) if noe.DEVELOPMENT else ()

# A DHCP server that has not answered by then will not: RFC 2131 4.1 resends at 4, 8, 16, 32 s.
_DHCP_MS = 64000
# The longest sleep between two looks at what the set waits for; events end it earlier.
_IDLE_MS = 20
# What a set without a factory record and without a MAC of its own uses: locally administered.
_NO_MAC = b"\x02\x00\x5e\x00\x53\x01"


class BoardError(Error):
    """The board does not have what the set needs."""


class _Console:
    """The serial line: readinto(buf) -> bytes there now (0: none), write(data)."""

    readinto = staticmethod(noe.console_read)
    write = staticmethod(noe.console_write)


def region(first, count):
    """Return sectors `first` .. of the NOR flash as a block device. Raises BoardError."""
    try:
        return noe.Flash(first, count)
    except OSError:
        raise BoardError("flash-io", "no NOR flash answers")


def mac():
    """Return the MAC address that the board itself has (6 bytes), or None."""
    return noe.mac()


def start_time():
    """Return the time that the network will tell, in seconds since 1970, or None."""
    return noe.start_time()


def jitter():
    """Return bytes that differ from boot to boot (timing), for the seed; never counted as noise."""
    return b"%d" % noe.uptime_us()


class _Frames:
    """802.1X: receive(buf) -> octets of the oldest frame (0: none), send(frame) -> bool."""

    receive = staticmethod(noe.net.receive_frame)
    send = staticmethod(noe.net.send_frame)


def frames(mac_address):
    """Switch the network controller on without an address; return its 802.1X frames."""
    _start(mac_address)
    return _Frames()


def _start(mac_address):
    if not noe.net.link():
        try:
            noe.net.start(mac_address or _NO_MAC)
        except OSError:
            raise BoardError("connect", "no Ethernet controller answers")


def net(mac_address, static=None, renew=False):
    """Generator: bring the network up; return "ip", "dns", "option" and "ipv6". Yields None.

    mac_address: 6 bytes or None; static: (ip, mask, gateway, dns) as str, None = DHCP; renew:
    ask DHCP anew, another network may be there. Raises BoardError.
    """
    _start(mac_address)
    if renew:
        noe.net.dhcp(False)
    if static is not None:
        noe.net.ifconfig(static)
    elif noe.net.ifconfig()[0] == "0.0.0.0":
        noe.net.dhcp(True)
        start = time.ticks_ms()
        while noe.net.ifconfig()[0] == "0.0.0.0":
            if time.ticks_diff(time.ticks_ms(), start) > _DHCP_MS:
                noe.net.dhcp(False)
                raise BoardError("timeout", "no DHCP server answers")
            yield None
    told = {"ip": noe.net.ifconfig()[0], "dns": noe.net.dns()}
    told["option"] = noe.net.dhcp_option
    told["ipv6"] = _has_global_address
    return told


def _has_global_address():
    """Tell whether there is an IPv6 address beside the link-local one."""
    return len(noe.net.ip6()) > 1


def console():
    """Return the serial line."""
    return _Console()


def idle():
    """Sleep until something comes in, at most a few milliseconds."""
    noe.idle(_IDLE_MS)


def memory():
    """Return {"heap": bytes in use, "stack": most bytes of C stack in use}."""
    return {"heap": gc.mem_alloc(), "stack": noe.stack()[1]}


def traceback(error):
    """Write the lines of a traceback, without the exception's text: that may hold a value."""
    text = io.StringIO()
    sys.print_exception(error, text)
    for line in text.getvalue().split("\n")[:-2]:
        noe.console_write(line.encode() + b"\r\n")


def reset():
    """Start the set anew."""
    noe.reset()
