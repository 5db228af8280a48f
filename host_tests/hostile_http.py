"""HTTP servers on loopback that misbehave on purpose: one thread, one script a connection.

For test_http_sockets.py.
"""

import contextlib
import socket
import struct
import threading
import time

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"


class Server:
    """Listens on a free port; each connection is handed to `script(connection, request)`."""

    def __init__(self, script, host="127.0.0.1", read=True):
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self._socket = socket.socket(family, socket.SOCK_STREAM)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._socket.bind((host, 0))
        self._socket.listen()
        self.port = self._socket.getsockname()[1]
        shown = f"[{host}]" if ":" in host else host
        self.url = f"http://{shown}:{self.port}/x?operation=X"
        self._script = script
        self._read = read
        self.requests = []
        threading.Thread(target=self._serve, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._socket.close()

    def _serve(self):
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            with connection, contextlib.suppress(OSError):
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
