"""A hostile middle between a set and a SCEP server: passes on, and bends answers.

For host_tests/peers and host_tests/emulator. `mangle` sees the whole HTTP answer to an operation.
"""

import re
import socket

from loopback import Listener


class Proxy(Listener):
    """Listens on loopback and forwards each connection to `port`; use as a context manager.

    host: where it listens; mangle: None, or a function (operation: str, answer: bytes) -> bytes to
    send in its place.
    seen: the operations that came by, in order; peers: the (address, port) that connected.
    """

    def __init__(self, port, mangle=None, host="127.0.0.1"):
        self._to = port
        self._mangle = mangle
        self.seen = []
        self.peers = []
        self.requests = []
        self.answers = []
        super().__init__(host)

    def serve(self, connection, peer):
        """Pass on one exchange."""
        self.peers.append(peer)
        connection.settimeout(30)
        request = _whole(connection)
        self.requests.append(request)
        operation = re.search(rb"operation=(\w+)", request.split(b"\r\n", 1)[0])
        operation = operation.group(1).decode() if operation else ""
        self.seen.append(operation)
        with socket.create_connection(("127.0.0.1", self._to), 30) as server:
            server.sendall(request)
            answer = b""
            while data := server.recv(65536):
                answer += data
        answer = _in_one_piece(answer)
        self.answers.append((operation, answer))
        if self._mangle:
            answer = self._mangle(operation, answer)
        connection.sendall(answer)


def _whole(client):
    """Read one HTTP request: its head, and a body of Content-Length."""
    data = b""
    while b"\r\n\r\n" not in data:
        piece = client.recv(65536)
        if not piece:
            return data
        data += piece
    head, _, body = data.partition(b"\r\n\r\n")
    length = re.search(rb"(?i)content-length: *(\d+)", head)
    missing = int(length.group(1)) - len(body) if length else 0
    while missing > 0:
        piece = client.recv(65536)
        if not piece:
            break
        data += piece
        missing -= len(piece)
    return data


def _in_one_piece(answer):
    """Return an answer whose body came in chunks with Content-Length in their place."""
    head, gap, body = answer.partition(b"\r\n\r\n")
    if not re.search(rb"(?i)transfer-encoding: *chunked", head):
        return answer
    whole = b""
    while body:
        size, _, body = body.partition(b"\r\n")
        length = int(size.split(b";")[0], 16)
        whole += body[:length]
        body = body[length + 2 :] if length else b""
    length = b"Content-Length: %d" % len(whole)
    return re.sub(rb"(?i)transfer-encoding: *chunked", length, head) + gap + whole


def truncate(operation, answer):
    """Cut the answer to a PKIOperation in the middle of its body, Content-Length kept."""
    if operation != "PKIOperation":
        return answer
    head, gap, body = answer.partition(b"\r\n\r\n")
    return head + gap + body[: len(body) // 2]


def truncate_quietly(operation, answer):
    """Cut the body of a PKIOperation and make the head agree: a truncated CMS structure."""
    if operation != "PKIOperation":
        return answer
    head, gap, body = answer.partition(b"\r\n\r\n")
    body = body[: len(body) // 2]
    head = re.sub(rb"(?i)content-length: *\d+", b"Content-Length: %d" % len(body), head)
    return head + gap + body


def flip_signature(operation, answer):
    """Flip a bit near the end of the answer to a PKIOperation: inside its signature."""
    if operation != "PKIOperation":
        return answer
    bent = bytearray(answer)
    bent[-20] ^= 1
    return bytes(bent)


class Replay:
    """Answers every PKIOperation with the first one's answer: another request's, another key's."""

    def __init__(self):
        self.first = None

    def __call__(self, operation, answer):
        if operation != "PKIOperation":
            return answer
        if self.first is None:
            self.first = answer
        return self.first
