"""HTTP servers on loopback that misbehave on purpose: one thread, one script a connection.

For test_http_sockets.py.
"""

import socket
import struct
import time

from loopback import Listener

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"


class Server(Listener):
    """Hands each connection to `script(connection, request)`."""

    patience = 0  # a script may stall for longer than its client waits

    def __init__(self, script, host="127.0.0.1", read=True):
        self._script = script
        self._read = read
        self.requests = []
        super().__init__(host)
        shown = f"[{host}]" if ":" in host else host
        self.url = f"http://{shown}:{self.port}/x?operation=X"

    def serve(self, connection, peer):
        """Read one request, unless told not to, and play the script."""
        request = self._request(connection) if self._read else b""
        self.requests.append(request)
        self._script(connection, request)

    def _request(self, connection):
        request = b""
        while b"\r\n\r\n" not in request:
            part = connection.recv(4096)
            if not part:
                return request
            request += part
        head, _, body = request.partition(b"\r\n\r\n")
        for line in head.split(b"\r\n"):
            name, _, value = line.partition(b":")
            if name.lower() == b"content-length":
                while len(body) < int(value):
                    body += connection.recv(65536)
        return head + b"\r\n\r\n" + body


def reset(connection):
    """Close with RST instead of FIN."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def answer(octets):
    return lambda connection, request: connection.sendall(octets)


def reset_after(octets):
    def script(connection, request):
        connection.sendall(octets)
        time.sleep(0.05)
        reset(connection)

    return script


def stall(octets=b"", seconds=5):
    def script(connection, request):
        connection.sendall(octets)
        time.sleep(seconds)

    return script


def slow(octets, pause):
    def script(connection, request):
        for octet in octets:
            connection.sendall(bytes([octet]))
            time.sleep(pause)

    return script


def endless(head):
    def script(connection, request):
        connection.sendall(head)
        while True:
            connection.sendall(b"x" * 4096)

    return script
