"""A tap on a TLS connection: everything that both sides send, as records; and a line to bend.

For tests of TLS against any server: what a client sent is known here, whatever the server says.
RFC 5246 section 6.2.1.
"""

import contextlib
import socket
import threading

from loopback import Listener

# ContentType
CHANGE_CIPHER_SPEC, ALERT, HANDSHAKE, APPLICATION = 20, 21, 22, 23
# HandshakeType
CLIENT_HELLO, SERVER_HELLO, CERTIFICATE, CLIENT_KEY_EXCHANGE = 1, 2, 11, 16


def records(data):
    """Return [(content type, body)] of a byte stream; the last one may be cut."""
    found = []
    while data:
        length = int.from_bytes(data[3:5], "big")
        found.append((data[0], data[5 : 5 + length]))
        data = data[5 + length :]
    return found


def messages(data):
    """Return [(type, body)] of the handshake messages in clear: before ChangeCipherSpec."""
    stream = b""
    for kind, body in records(data):
        if kind == CHANGE_CIPHER_SPEC:
            break
        if kind == HANDSHAKE:
            stream += body
    found = []
    while stream:
        length = int.from_bytes(stream[1:4], "big")
        found.append((stream[0], stream[4 : 4 + length]))
        stream = stream[4 + length :]
    return found


class Hello:
    """A ClientHello taken apart. suites: list of int; extensions: {type: value}."""

    def __init__(self, body):
        """body: of the handshake message."""
        at = 34 + 1 + body[34]
        length = int.from_bytes(body[at : at + 2], "big")
        suites = body[at + 2 : at + 2 + length]
        self.suites = [int.from_bytes(suites[i : i + 2], "big") for i in range(0, length, 2)]
        at += 2 + length
        at += 1 + body[at] + 2
        self.extensions = {}
        while at < len(body):
            length = int.from_bytes(body[at + 2 : at + 4], "big")
            self.extensions[int.from_bytes(body[at : at + 2], "big")] = body[
                at + 4 : at + 4 + length
            ]
            at += 4 + length


class Tap(Listener):
    """Listens on loopback, forwards to `port`; use as a context manager.

    sent, came: octets of the client and of the server, all connections one after the other; bend:
    None, or a function (data: bytes) -> bytes to pass on instead of what the server sent, None to
    cut the connection.
    """

    def __init__(self, port, bend=None):
        """Start to listen."""
        self._to, self._bend = port, bend
        self.sent, self.came = b"", b""
        super().__init__()

    def client(self):
        """Return [(content type, body)] that the client sent."""
        return records(self.sent)

    def server(self):
        """Return [(content type, body)] that the server sent."""
        return records(self.came)

    def hello(self):
        """Return the client's Hello."""
        kind, body = messages(self.sent)[0]
        assert kind == CLIENT_HELLO
        return Hello(body)

    def assert_nothing_was_told(self):
        """Assert that nothing but a ClientHello left the client: no certificate, no data."""
        assert APPLICATION not in [kind for kind, _ in self.client()]
        told = [kind for kind, _ in messages(self.sent)]
        assert told in ([], [CLIENT_HELLO]), told

    def serve(self, connection, peer):
        """Pass on what both sides send."""
        with socket.create_connection(("127.0.0.1", self._to), 10) as server:
            self._carry(connection, server)

    def _carry(self, client, server):
        back = threading.Thread(target=self._back, args=(server, client), daemon=True)
        back.start()
        with contextlib.suppress(OSError):
            while data := client.recv(65536):
                self.sent += data
                server.sendall(data)
        with contextlib.suppress(OSError):
            server.shutdown(socket.SHUT_WR)
        back.join(10)

    def _back(self, server, client):
        with contextlib.suppress(OSError):
            while data := server.recv(65536):
                self.came += data
                if self._bend is not None:
                    data = self._bend(data)
                if data is None:
                    break
                client.sendall(data)
        with contextlib.suppress(OSError):
            client.shutdown(socket.SHUT_WR)
