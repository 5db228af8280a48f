"""A UDP socket that never blocks, the same on CPython, MicroPython unix and lwIP.

For tftp.py, sntp.py, callsession.py and remotelog.py. RFC 768.
"""

import errno
import socket

from errors import Error

_AGAIN = (getattr(errno, "EAGAIN", 11), getattr(errno, "EINTR", 4))


class DatagramError(Error):
    """The datagram cannot be sent: code `connect`, the address as evidence."""


class Datagram:
    """One unconnected UDP socket on a port that the system picks.

    Invariant: after close() it is not used. The port differs from boot to boot, so that answers
    to an earlier life of the set do not arrive here.
    """

    def __init__(self, host):
        """host: str, an IPv4 or IPv6 literal of the peer; decides the address family."""
        info = socket.getaddrinfo(host, 9)[0]
        self._sock = socket.socket(info[0], socket.SOCK_DGRAM)
        self._sock.setblocking(False)
        self.host = host

    def send(self, data, port):
        """Send bytes-like `data` to `port` of the peer. Raises DatagramError."""
        try:
            self._sock.sendto(data, socket.getaddrinfo(self.host, port)[0][-1])
        except OSError as e:
            if not e.args or e.args[0] not in _AGAIN:
                raise DatagramError(
                    "connect", "no way to %s port %d" % (self.host, port), self.host
                )

    def receive(self, size):
        """Return (bytes of at most `size`, host str, port int) of one datagram, or None.

        An ICMP refusal, which sockets report as an error of the next call, is None too: it is
        not authenticated, and the retransmission's clock decides.
        """
        try:
            data, address = self._sock.recvfrom(size)
        except OSError:
            return None
        return data, _host(address), _port(address)

    def close(self):
        """Give the socket back; idempotent."""
        if self._sock is not None:
            self._sock.close()
            self._sock = None


# MicroPython's unix port hands out packed sockaddr structures, all others tuples.


def _packed(address):
    return not isinstance(address, tuple)


def _host(address):
    if not _packed(address):
        return address[0]
    decoded = socket.sockaddr(address)
    return socket.inet_ntop(decoded[0], decoded[1])


def _port(address):
    return socket.sockaddr(address)[2] if _packed(address) else address[1]
