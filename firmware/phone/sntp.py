"""An SNTP client: how a SIP set learns date and time.

For the boot procedure, between steps 3 and 4. RFC 5905 (packet, section 7.3; client rules of
section 14), RFC 4330. The answer is not authenticated: clock.py judges it.
"""

from errors import Error
from phone.datagram import Datagram
from scep.deadline import Deadline

PORT = 123
_SIZE = 48
# LI 0, version 4, mode 3 (client) [RFC 5905 figure 8]
_FIRST = 0x23
# Seconds from 1900 to 1970.
_EPOCH = 2208988800
_ERA = 1 << 32
_PATIENCE_MS = 2000
_TRIES = 3


class SntpError(Error):
    """No believable time came: code `clock`."""


def request(nonce):
    """Return a request; nonce: 8 random bytes in place of our transmit time, which is private."""
    message = bytearray(_SIZE)
    message[0] = _FIRST
    message[40:48] = nonce
    return bytes(message)


def read(message, nonce, pivot):
    """Return (int seconds since 1970, None) of an answer, or (None, what is wrong with it).

    nonce: what request() carried; pivot: int seconds since 1970 of a moment that has passed (the
    build date): the era of the 32-bit seconds is the first that is not before it (2036).
    """
    if len(message) < _SIZE:
        return None, "is too short"
    if message[0] & 7 != 4:
        return None, "is not a server's answer"
    if bytes(message[24:32]) != nonce:
        return None, "belongs to another request"
    if message[0] >> 6 == 3:
        return None, "says that the server's clock is not set"
    if not 1 <= message[1] <= 15:
        return None, "has stratum %d" % message[1]
    seconds = int.from_bytes(bytes(message[40:44]), "big")
    if not seconds and not any(message[44:48]):
        return None, "holds no time"
    time = seconds - _EPOCH
    while time < pivot:
        time += _ERA
    return time, None


def ask(host, random, pivot, deadline, port=PORT):
    """Generator: ask the server `host` (a literal) for the time; return int seconds since 1970.

    random: function (n) -> n bytes; pivot: as read(). Yields None while it waits. Raises
    SntpError where no usable answer came, DeadlineError.
    """
    wrong = "does not answer"
    for _ in range(_TRIES):
        # A fresh port and nonce each time: an off-path forger has to guess both.
        socket = Datagram(host)
        try:
            nonce = random(8)
            socket.send(request(nonce), port)
            patience = Deadline(_PATIENCE_MS, "SNTP")
            while patience.left():
                deadline.check()
                got = socket.receive(_SIZE + 20)
                if got is None or got[1] != host or got[2] != port:
                    yield None
                    continue
                time, wrong = read(got[0], nonce, pivot)
                if time is not None:
                    return time
        finally:
            socket.close()
    raise SntpError("clock", "the SNTP server %s %s" % (host, wrong), host)
