"""HTTPS: a TLS connection over a transport's connection, with the same face.

For transport.py (its `tls` hook). RFC 5246, RFC 9525 (names), RFC 9110 section 4.2.2.
scepcore.tls is the engine; here the server's chain is judged and octets are moved.
"""

import scepcore
from errors import Error
from scep import hosts, oid, paths
from scep.der import SEQUENCE, Reader
from scep.x509 import Certificate

# scepcore's state bits
CLOSED, SENDREC, RECVREC, SENDAPP, RECVAPP = 1, 2, 4, 8, 16
# scepcore's own error numbers, and the bases of alerts that came and went
_UNTRUSTED, _LONG_CHAIN = 1000, 1001
_ALERT_CAME, _ALERT_WENT = 256, 512
_HASHES = {16: "md5", 20: "sha1", 32: "sha256", 64: "sha512"}
_MOST_CERTIFICATES = 8
_CHUNK = 1024


class TlsError(Error):
    """The connection is not authentic or broke: code `tls`; evidence: scepcore's error number."""

    def __init__(self, message, evidence=None):
        """Keep both."""
        Error.__init__(self, "tls", message, evidence)


# Octets of a record buffer that takes any record of a server that does not know
# max_fragment_length: 16 KiB and BearSSL's room around it. A quarter of it holds the server's chain
# at first. With the engine's context below 24 KiB.
BUFFER = 16709
# The room for the chain: two or three certificates of 2048 bits. A small buffer has less of it:
# what stands beside short records (4 KiB).
_CHAIN = 4096
_SHORT = 4096 + 325


class Trust:
    """Whom a server may be.

    anchors: list of x509.Certificate; fingerprint: bytes or None, of a certificate in the
    server's chain that is trusted for it; clock: function () -> int seconds since 1970 or None
    (then dates are not judged); legacy: bool, MD5 signatures and TLS 1.0 are allowed.
    """

    def __init__(self, anchors=(), fingerprint=None, clock=None, legacy=False):
        """Keep the parts."""
        self.anchors = list(anchors)
        self.fingerprint = fingerprint
        self.clock = clock
        self.legacy = legacy

    def judge(self, chain, host):
        """Raise TlsError unless `chain` (DER certificates one behind the other) is `host`'s.

        host: str, or None where no name is known (EAP-TLS): any server of the anchors will do.
        """
        try:
            found = self._read(chain)
            anchors = self.anchors + self._pinned(found)
            if not anchors:
                raise TlsError("no certificate of the server has the configured fingerprint")
            time = self.clock() if self.clock else None
            paths.validate(found[0], found[1:], anchors, time, oid.SERVER_AUTH, self.legacy)
        except TlsError:
            raise
        except Error as e:
            raise TlsError("the server's certificate is refused: " + e.message, e.code)
        if host is not None and not hosts.matches(found[0], host):
            raise TlsError("the server's certificate is not for " + host, host)

    def _read(self, chain):
        reader = Reader(chain)
        found = []
        while not reader.empty():
            if len(found) == _MOST_CERTIFICATES:
                raise TlsError("the server sends too many certificates")
            found.append(Certificate(bytes(reader.tlv(SEQUENCE))))
        if not found:
            raise TlsError("the server sends no certificate")
        return found

    def _pinned(self, found):
        if self.fingerprint is None:
            return []
        name = _HASHES[len(self.fingerprint)]
        return [c for c in found if scepcore.equal(c.fingerprint(name), self.fingerprint)]


class Anyone:
    """In place of a Trust: any server, for what is proved otherwise.

    A CA's certificate that a person compares is: RFC 8894 section 2.2 fetches it in clear.
    """

    legacy = False

    def judge(self, chain, host):
        """Accept."""


def hook(trust, key=None, chain=(), buffer=BUFFER, made=None):
    """Return a generator function (connection, host, deadline) -> connection for Transport.

    trust: Trust or Anyone; key: scepcore.RSAKey of a client certificate or None, chain: its DER
    certificates; buffer: bytes of the record buffer (see scepcore.tls); made: None, or a function
    that gets each TlsConnection before its handshake.
    """

    def put_on(connection, host, deadline):
        secured = TlsConnection(connection, host, trust, key, chain, buffer)
        if made is not None:
            made(secured)
        try:
            yield from secured.handshake(deadline)
        except BaseException:
            secured.wipe()  # its memory may be all that the board has
            raise
        return secured

    return put_on


class TlsConnection:
    """As transport.Connection. Invariant: no application data goes before the chain was judged."""

    def __init__(self, connection, host, trust, key=None, chain=(), buffer=BUFFER):
        """Take over `connection`; handshake() comes next. host: str, as in the URL."""
        self.peer = connection.peer
        self._connection = connection
        self._verdict = None
        # a literal address is no server_name [RFC 6066 section 3]
        name = None if _is_literal(host) else host

        def judge(certificates):
            try:
                trust.judge(certificates, host)
            except TlsError as e:
                self._verdict = e
                return False
            return True

        room = min(_CHAIN, buffer - _SHORT)
        self._tls = scepcore.tls(name, judge, key, chain, trust.legacy, buffer, room)
        # one buffer serves both ways: the record layer is half-duplex
        self._chunk = bytearray(_CHUNK)
        self._came = memoryview(b"")
        self._leaves = memoryview(b"")

    def handshake(self, deadline):
        """Generator: shake hands; yields None while it waits, False between two steps of work.

        Raises TlsError, DeadlineError.
        """
        while not self._tls.state() & SENDAPP:
            deadline.check()
            yield False if self._move() else None
        # the private key is needed no more; what is left to send goes with the first data

    def recv_into(self, buffer):
        """Read application data; as Connection.recv_into. An end without close_notify raises."""
        while True:
            count = self._tls.read(buffer)
            if count:
                return count
            if self._tls.state() & CLOSED:
                self._check()
                return 0
            if not self._move():
                return None

    def send(self, data):
        """Hand over application data; return the octets taken, perhaps 0."""
        while self._move_out():
            pass
        count = self._tls.write(data)
        self._tls.flush()
        while self._move_out():
            pass
        if not count:
            self._check()
        return count

    def close(self):
        """Say goodbye as far as it goes at once, and end the connection; idempotent."""
        if self._connection is None:
            return
        try:
            self._tls.close()
            while self._move_out():
                pass
        except Error:
            pass
        self._tls.wipe()
        self._connection.close()
        self._connection = None

    def wipe(self):
        """Give the engine's memory up, and say nothing to the server; idempotent."""
        self._tls.wipe()
        self._connection = None

    def is_open(self):
        """Tell whether the connection holds its memory."""
        return self._connection is not None

    def agreed(self):
        """Return (version, suite) numbers."""
        return self._tls.agreed()

    # -- private, in the order of use

    def _move(self):
        """Move octets one way; return whether any moved. Raises TlsError at a failed end."""
        if self._move_out():
            return True
        state = self._tls.state()
        if state & CLOSED:
            self._check()
            raise TlsError("the server ended the connection during the handshake")
        if not state & RECVREC:
            return False
        if not len(self._came):
            count = self._connection.recv_into(self._chunk)
            if count is None:
                return False
            if not count:
                raise TlsError("the connection was cut without a close_notify")
            self._came = memoryview(self._chunk)[:count]
        taken = self._tls.push(self._came)
        self._came = self._came[taken:]
        return True

    def _move_out(self):
        """Send records; return whether any left. What came and was not read yet stays."""
        if not len(self._leaves):
            if not self._tls.state() & SENDREC:
                return False
            out = bytearray(_CHUNK)
            self._leaves = memoryview(out)[: self._tls.pull(out)]
        count = self._connection.send(self._leaves)
        self._leaves = self._leaves[count:]
        return count > 0

    def _check(self):
        """Raise the TlsError of an end that was not an orderly one."""
        number = self._tls.error()
        if not number:
            return
        if number == _UNTRUSTED:
            raise self._verdict or TlsError("the server's key cannot be used", number)
        if number == _LONG_CHAIN:
            raise TlsError("the server's certificate chain is too long", number)
        if number >= _ALERT_WENT:
            raise TlsError("the handshake failed (alert %d sent)" % (number - _ALERT_WENT), number)
        if number >= _ALERT_CAME:
            raise TlsError(
                "the server refused the connection (alert %d)" % (number - _ALERT_CAME), number
            )
        raise TlsError("the server does not speak TLS as it should (error %d)" % number, number)


def _is_literal(host):
    return ":" in host or all(c.isdigit() or c == "." for c in host)
