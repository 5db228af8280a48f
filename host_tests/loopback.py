"""A TCP server on loopback that serves one connection after the other, for tests to build on."""

import contextlib
import socket
import threading


class Listener:
    """Listens on a free port (`port`) and hands each connection to serve(); a context manager."""

    patience = 10  # seconds that the end waits for a connection under way

    def __init__(self, host="127.0.0.1"):
        """Start to listen; host: an IPv4 or IPv6 address."""
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self._listening = socket.create_server((host, 0), family=family)
        self.port = self._listening.getsockname()[1]
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def __enter__(self):
        """Return the server."""
        return self

    def __exit__(self, *exception):
        """End it."""
        with contextlib.suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        self._thread.join(self.patience)

    def serve(self, connection, peer):
        """Talk to the client at the address `peer`; an OSError is its right to hang up."""
        raise NotImplementedError

    def _run(self):
        while True:
            try:
                connection, peer = self._listening.accept()
            except OSError:
                return
            with connection, contextlib.suppress(OSError):
                self.serve(connection, peer)
