"""A TLS server that can be told to misbehave: tlslite-ng, a pure Python TLS, with a deed a row.

For host_tests/peers/test_tls_bad_server.py. A deed is a function (message) -> the list of what goes
out in place of a message; None in it cuts the connection there.
"""

from tlslite.api import HandshakeSettings, TLSConnection, X509CertChain, parsePEMKey
from tlslite.constants import AlertDescription, AlertLevel, ContentType
from tlslite.messages import Alert
from tlslite.x509 import X509

from loopback import Listener
from tls_world import DER, PEM, private

ANSWER = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: %d\r\n\r\n"
PAGE = b"a page behind TLS" * 2000


class Record:
    """A message of any content type and octets, through the record layer as it stands."""

    def __init__(self, kind, data):
        """kind: content type."""
        self.contentType, self._data = kind, bytearray(data)

    def write(self):
        """Return the octets."""
        return self._data


class Wire:
    """Octets for the socket as they are."""

    def __init__(self, data):
        """data: with a record's header, or without."""
        self.data = data


def alert(description, level=AlertLevel.fatal):
    """Return an Alert; description: a name of AlertDescription."""
    return Alert().create(getattr(AlertDescription, description), level)


class Cut(Exception):
    """The deed wants the connection cut."""


class _Connection(TLSConnection):
    """A TLSConnection whose messages go through the deed."""

    deed = None

    def _sendMsg(self, message, *arguments, **words):  # noqa: N802 - tlslite's name
        for each in [message] if self.deed is None else self.deed(message):
            if each is None:
                self.sock.flush()
                raise Cut
            if isinstance(each, Wire):
                self.sock.send(bytearray(each.data))
            else:
                yield from super()._sendMsg(each, *arguments, **words)


class BadServer(Listener):
    """Serves one connection after the other on loopback; use as a context manager.

    heard: octets of application data that came; error: what the last handshake ended with.
    """

    def __init__(self, key, certificates, deed=None, settings=None, **words):
        """key: private key of `cryptography`; certificates: list of them, the server's first;
        settings: dict of HandshakeSettings' attributes; words: of handshakeServer.
        """
        self._key = parsePEMKey(private(key, PEM).decode(), private=True)
        self._chain = X509CertChain([_read(each) for each in certificates])
        self._deed, self._words = deed, words
        self._settings = HandshakeSettings()
        self._settings.maxVersion = (3, 3)
        self._settings.minVersion = (3, 3)
        for name, value in (settings or {}).items():
            setattr(self._settings, name, value)
        self.heard, self.error = b"", None
        super().__init__()

    def serve(self, connection, peer):
        """Keep what the handshake ends with."""
        connection.settimeout(5)
        try:
            self._talk(connection)
        except Exception as e:  # a client that hangs up is what most deeds are for
            self.error = e

    def _talk(self, plain):
        connection = _Connection(plain)
        connection.closeSocket = False
        connection.deed = self._deed
        # whole records, whatever was asked: tlslite-ng does not know max_fragment_length
        connection.handshakeServer(
            certChain=self._chain, privateKey=self._key, settings=self._settings, **self._words
        )
        while b"\r\n\r\n" not in self.heard:
            data = connection.read(max=4096, min=1)
            if not data:
                return
            self.heard += bytes(data)
        connection.write(ANSWER % len(PAGE) + PAGE)
        connection.close()


def _read(certificate):
    one = X509()
    one.parseBinary(bytearray(certificate.public_bytes(DER)))
    return one


def is_kind(message, name):
    """Tell whether a message is of tlslite's class `name`."""
    return type(message).__name__ == name


def on(name, make):
    """Return the deed that sends make(message) in place of messages of class `name`."""
    return lambda message: make(message) if is_kind(message, name) else [message]


def change(name, edit):
    """Return the deed that alters messages of class `name` by edit(message)."""

    def altered(message):
        edit(message)
        return [message]

    return on(name, altered)


def before(name, *extra):
    """Return the deed that sends something before messages of class `name`."""
    return on(name, lambda message: [*extra, message])


def instead(name, *others):
    """Return the deed that sends something in place of messages of class `name`."""
    return on(name, lambda message: list(others))


HANDSHAKE, APPLICATION = ContentType.handshake, ContentType.application_data
