"""An SNTP server, true or false: what a SIP set asks for the time.

For tools/callserver; RFC 5905 section 7.3. Debian's ntpsec is the other server in the tests.
"""

import asyncio
import struct
import time

EPOCH = 2208988800
FAULTS = (
    "stratum-0",
    "stratum-16",
    "unsynchronised",
    "zero",
    "originate",
    "mode",
    "short",
    "silent",
)


class SntpServer(asyncio.DatagramProtocol):
    """Answers requests with the lab's time; `fault` (FAULTS) bends one field."""

    def __init__(self, weather, clock=None, fault=None):
        """clock: function () -> int seconds since 1970."""
        self._weather = weather
        self._clock = clock or (lambda: int(time.time()))
        self._fault = fault

    def connection_made(self, transport):
        """Keep the socket."""
        self._transport = transport

    def datagram_received(self, data, address):
        """Answer one request."""
        if len(data) < 48 or data[0] & 7 != 3 or self._fault == "silent":
            return
        self._weather.send(self._transport, answer(data, self._clock(), self._fault), address)


def answer(request, now, fault=None):
    """Return the answer to a 48-octet request at `now` (int seconds since 1970)."""
    leap, mode = (3 if fault == "unsynchronised" else 0), (3 if fault == "mode" else 4)
    stratum = {"stratum-0": 0, "stratum-16": 16}.get(fault, 2)
    seconds = 0 if fault == "zero" else (now + EPOCH) & 0xFFFFFFFF
    originate = b"\x11" * 8 if fault == "originate" else request[40:48]
    head = struct.pack(">BBbbII4s", leap << 6 | 4 << 3 | mode, stratum, 6, -20, 0, 0, b"LAB\0")
    stamp = struct.pack(">II", seconds, 0)
    message = head + stamp + originate + stamp + stamp
    return message[:40] if fault == "short" else message
