"""Non-blocking TCP for the HTTP client, the same on CPython, MicroPython unix and lwIP.

For http.py; a TLS layer and a test's fake network stand behind the same two classes.
RFC 9293; generators yield None whenever they wait, so that the driver can idle.
"""

import errno
import socket

from errors import Error
from scep import resolve
from scep.deadline import Deadline

# errno's numbers differ from port to port (Linux 115, newlib 119): never compare with literals
_AGAIN = (
    getattr(errno, "EAGAIN", 11),
    getattr(errno, "EWOULDBLOCK", 11),
    getattr(errno, "EINTR", 4),
)
_CONNECTING = _AGAIN + (
    getattr(errno, "EINPROGRESS", 115),
    getattr(errno, "EALREADY", 114),
)


# How long an IPv6 address may take after the link: duplicate address detection twice, a second
# each, and a router's answer.
_AUTOCONFIGURATION_MS = 6000


class TransportError(Error):
    """No connection (`connect`), no such name (`dns`), or none of that kind (`unsupported`).

    evidence: dict with `phase`, "open" (nothing was sent yet) or "io" (the connection broke).
    """


class Connection:
    """A connected byte stream that never blocks.  Invariant: after `close` it is not used."""

    def __init__(self, sock, peer):
        """Take over a connected, non-blocking socket.  peer: str, named in errors."""
        self._sock = sock
        self.peer = peer
        # MicroPython's sockets are streams and have readinto; CPython's have recv_into
        self._receive = getattr(sock, "recv_into", None) or sock.readinto

    def recv_into(self, buffer):
        """Read what has arrived into a writable buffer.

        Returns the number of octets, 0 at the end of the stream, None if nothing is there yet.
        Raises TransportError("connect") where the connection was reset.
        """
        try:
            return self._receive(buffer)
        except OSError as e:
            if e.args and e.args[0] in _AGAIN:
                return None
            raise self._broken(e)

    def send(self, data):
        """Hand over bytes-like data.  Returns the octets taken (may be 0); raises as recv_into."""
        try:
            return self._sock.send(data) or 0
        except OSError as e:
            if e.args and e.args[0] in _AGAIN:
                return 0
            raise self._broken(e)

    def close(self):
        """End the connection; idempotent."""
        if self._sock is not None:
            self._sock.close()
            self._sock = None

    def _broken(self, error):
        return TransportError(
            "connect",
            "the connection to %s broke" % self.peer,
            {"phase": "io", "errno": error.args[0] if error.args else None},
        )


class Transport:
    """Opens connections.  One per set; an object with the same `connect` may stand in for it."""

    def __init__(self, dns_servers=(), tls=None, connect_ms=20000, ipv6=True):
        """Configure.

        dns_servers: sequence of str, or a function that returns one (DHCP may change it);
        tls: None, or a generator function (connection, host, deadline) -> connection that puts
        TLS on top; connect_ms: int, how long one address is tried; ipv6: whether the network knows
        IPv6 (a stack without it might take the address for a name, and wait for it): bool, or a
        function () -> bool, the set has an address of its own, which is waited for a little.
        """
        self._dns_servers = dns_servers
        self._tls = tls
        self._connect_ms = connect_ms
        self._ipv6 = ipv6
        self._known = (None, ())  # the last name and its addresses

    def connect(self, host, port, secure, deadline):
        """Generator: open a connection.

        host: str, a name, an IPv4 or IPv6 literal (without brackets); port: int; secure: bool,
        TLS; deadline: Deadline of the whole exchange.
        Returns a Connection.  Raises TransportError, DeadlineError, and what the TLS layer does.
        """
        if secure and self._tls is None:
            raise TransportError("unsupported", "this image has no TLS", {"phase": "open"})
        addresses = yield from self._addresses(host, deadline)
        failure = None
        for address in addresses:
            try:
                connection = yield from self._open(address, port, deadline)
            except TransportError as e:
                failure = e
                continue
            if secure:
                try:
                    connection = yield from self._tls(connection, host, deadline)
                except BaseException:
                    connection.close()
                    raise
            return connection
        self._known = (None, ())
        raise failure

    def _addresses(self, host, deadline):
        if resolve.is_literal(host):
            if ":" in host and not self._ipv6:
                raise TransportError("unsupported", "this board has no IPv6", {"phase": "open"})
            return (host,)
        if self._known[0] == host:
            return self._known[1]
        servers = self._dns_servers
        if callable(servers):
            servers = servers()
        addresses = yield from resolve.lookup(host, servers, deadline, bool(self._ipv6))
        self._known = (host, addresses)
        return addresses

    def _open(self, address, port, deadline):
        peer = "%s port %d" % (address, port)
        if ":" in address and callable(self._ipv6):
            patience = Deadline(_AUTOCONFIGURATION_MS, peer)
            while not self._ipv6() and patience.left():
                deadline.check()
                yield None
        patience = Deadline(self._connect_ms, "connecting to " + peer)
        sock = None
        try:
            # a literal: no resolver is asked, so this does not block
            info = socket.getaddrinfo(address, port)[0]
            sock = socket.socket(info[0], socket.SOCK_STREAM)
            sock.setblocking(False)
            yield from _dial(sock, info[-1], patience, deadline)
            connection = Connection(sock, peer)
            sock = None
            return connection
        except OSError as e:
            raise TransportError(
                "connect",
                "no connection to " + peer,
                {"phase": "open", "errno": e.args[0] if e.args else None},
            )
        finally:
            if sock is not None:
                sock.close()


def _dial(sock, address, patience, deadline):
    try:
        sock.connect(address)
        return
    except OSError as e:
        if not e.args or e.args[0] not in _CONNECTING:
            raise
    while True:
        # writing nothing tells whether the connection stands, without select
        try:
            sock.send(b"")
            return
        except OSError as e:
            if not e.args or e.args[0] not in _CONNECTING:
                raise
        deadline.check()
        if not patience.left():
            raise OSError(getattr(errno, "ETIMEDOUT", 110))
        yield None
