"""What goes over the wire, shown on the line while `--trace` asks for it.

For network.py. No secret passes here: the challenge travels in an encrypted envelope, keys never.
"""

import binascii


class Tracer:
    """A transport that shows what the transport behind it sends and receives."""

    def __init__(self, transport, console):
        """transport: as scep.transport.Transport; console: Console, which gets `trace` events."""
        self._transport = transport
        self._console = console

    def connect(self, host, port, secure, deadline):
        """Generator: as Transport.connect; returns a connection that is shown."""
        connection = yield from self._transport.connect(host, port, secure, deadline)
        self._console.event("trace", {"what": "connected", "peer": connection.peer})
        return _Traced(connection, self._console)


class _Traced:
    """A connection whose data is shown in base64."""

    def __init__(self, connection, console):
        self._connection = connection
        self._console = console
        self.peer = connection.peer

    def recv_into(self, buffer):
        n = self._connection.recv_into(buffer)
        if n:
            self._show("received", memoryview(buffer)[:n])
        return n

    def send(self, data):
        n = self._connection.send(data)
        if n:
            self._show("sent", memoryview(data)[:n])
        return n

    def close(self):
        self._connection.close()

    def _show(self, what, data):
        text = str(binascii.b2a_base64(data), "ascii").strip()
        self._console.event("trace", {"what": what, "data": text})
