"""A SCEP CA in memory, behind a stand-in for the transport: for client tests, both Pythons.

It answers with certrep.py's messages; each of its habits can be changed by an attribute.
"""

import certrep
from certrep import tlv
from rsa_keys import key
from scep import cms, names, oid
from scep.der import CONTEXT_C, SEQUENCE, SET, Reader
from scep.signatures import finish
from scep.transport import TransportError
from scep.x509 import Certificate
from small_pki import Authority, purposes

MODERN = b"AES\nPOSTPKIOperation\nSHA-256\nSCEPStandard\nRenewal\nGetNextCACert\n"


def http(body, status=200, kind="application/x-pki-message"):
    """Return an HTTP response as bytes."""
    head = "HTTP/1.1 %d X\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n"
    return (head % (status, kind, len(body))).encode() + bytes(body)


class Connection:
    """Takes one request, hands out one response, octets at a time."""

    def __init__(self, serve, piece):
        self._serve = serve
        self._piece = piece
        self._request = b""
        self._response = None

    def send(self, data):
        self._request += bytes(data)
        return len(data)

    def recv_into(self, buffer):
        if self._response is None:
            self._response = self._serve(self._request)
            return None
        size = min(len(buffer), self._piece, len(self._response))
        buffer[:size] = self._response[:size]
        self._response = self._response[size:]
        return size

    def close(self):
        self._serve = None


class Network:
    """Stands where a Transport stands."""

    def __init__(self, ca, piece=600):
        self.ca = ca
        self.piece = piece
        self.urls = []

    def connect(self, host, port, secure, deadline):
        yield None
        if self.ca is None:
            raise TransportError("connect", "no server", {"phase": "open"})
        return Connection(self.serve, self.piece)

    def serve(self, request):
        head, _, body = request.partition(b"\r\n\r\n")
        method, url, _ = str(head.split(b"\r\n")[0], "ascii").split(" ")
        self.urls.append(method + " " + url[:60])
        return self.ca.answer(method, url, body)


class Request:
    """A pkiMessage as the CA reads it."""

    def __init__(self, body, recipient_key, recipient):
        body = bytearray(body)
        signed = cms.SignedData(body)
        self.signer_certificate = Certificate(bytes(signed.certificates[0]))
        by = signed.verify([self.signer_certificate])
        self.kind = int(str(bytes(Reader(by.attribute(oid.MESSAGE_TYPE)).body()), "ascii"))
        self.transaction = bytes(Reader(by.attribute(oid.TRANSACTION_ID)).body())
        self.nonce = bytes(Reader(by.attribute(oid.SENDER_NONCE)).body())
        self.digest = by.digest
        plain, self.cipher = finish(cms.open_enveloped(signed.content, recipient_key, recipient))
        self.payload = bytes(plain)

    def csr(self):
        """Return (subject Name, key's (n, e), challenge or None) of a PKCS #10."""
        info = Reader(self.payload).enter(SEQUENCE).enter(SEQUENCE)
        info.integer()
        subject = bytes(info.tlv(SEQUENCE))
        spki = info.enter(SEQUENCE)
        spki.skip(SEQUENCE)
        pair = Reader(spki.bit_string()).enter(SEQUENCE)
        public = (bytes(pair.unsigned()), pair.integer())
        challenge = None
        attributes = info.enter(CONTEXT_C | 0)
        while not attributes.empty():
            attribute = attributes.enter(SEQUENCE)
            if attribute.oid() == oid.CHALLENGE_PASSWORD:
                challenge = bytes(attribute.enter(SET).body())
        return subject, public, challenge


class Public:
    """What small_pki needs of a subject's key."""

    def __init__(self, public):
        self._public = public
        self.bits = 8 * len(public[0])

    def public(self):
        return self._public


class Ca:
    """A CA and its habits; requests: list of Request, as they came."""

    def __init__(self, name="CN=CA", number=0):
        self.authority = Authority(name, number)
        self.caps = MODERN  # bytes, or an int status, or None: hangs up
        self.certificates = [self.authority.certificate]
        self.recipient = self.authority.certificate
        self.recipient_key = self.authority.key
        self.requests = []
        self.serial = 0x10
        self.knobs = {}  # of certrep for each answer
        self.script = []  # functions (ca, request) -> response bytes or None; one a request
        self.habit = Ca.grant  # what comes after the script
        self.next = None  # GetNextCACert's body

    def answer(self, method, url, body):
        query = url.partition("?")[2]
        operation = query.partition("operation=")[2].partition("&")[0]
        if operation == "GetCACaps":
            if self.caps is None:
                return b""
            if isinstance(self.caps, int):
                return http(b"no", self.caps, "text/plain")
            return http(self.caps, 200, "text/plain")
        if operation == "GetCACert":
            if len(self.certificates) == 1:
                return http(self.certificates[0].der)
            return http(certrep.certs_only([c.der for c in self.certificates]))
        if operation == "GetNextCACert":
            return http(self.next)
        if method == "GET":
            body = unquoted(query.partition("message=")[2])
        request = Request(body, self.recipient_key, self.recipient)
        request.method = method
        self.requests.append(request)
        if self.script:
            response = self.script.pop(0)(self, request)
            if response is not None:
                return response
        return self.habit(self, request)

    def common(self, request):
        knobs = {"transaction": request.transaction, "nonce": request.nonce}
        knobs.update({"digest": request.digest, "cipher": request.cipher})
        knobs.update(self.knobs)
        return knobs

    def grant(self, request):
        """Issue what is asked for."""
        subject, public, _ = request.csr()
        return self.give(request, [self.issue(subject, public)])

    def issue(self, subject, public, **fields):
        self.serial += 1
        fields.setdefault("exts", (purposes(oid.CLIENT_AUTH),))
        return self.authority.issue(subject, Public(public), bytes((self.serial,)), **fields)

    def give(self, request, certificates, crls=()):
        ders = [c.der for c in certificates]
        recipient = request.signer_certificate
        body = certrep.success(self.authority, recipient, ders, crls, **self.common(request))
        return http(body)

    def refuse(self, request, fail=b"2", **knobs):
        common = self.common(request)
        common.update(knobs)
        return http(certrep.refusal(self.authority, fail=fail, **common))

    def wait(self, request):
        return http(certrep.refusal(self.authority, b"3", **self.common(request)))


def unquoted(text):
    """Return the octets of a percent-encoded base64 text."""
    from binascii import a2b_base64

    plain = text.replace("%2B", "+").replace("%2F", "/").replace("%3D", "=")
    assert "%" not in plain
    return a2b_base64(plain)


def drive(steps, events=None):
    """Run a generator; return its value, collect its events in a list."""
    while True:
        try:
            event = next(steps)
        except StopIteration as stop:
            return stop.value
        if event is not None and events is not None:
            events.append(event)


OWN_SUBJECT = names.encode("CN=00809F59E1A0,O=Lab")
OWN_KEY = key(2)
__all__ = ("Ca", "Network", "Request", "drive", "http", "tlv", "OWN_KEY", "OWN_SUBJECT")
