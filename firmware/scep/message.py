"""SCEP messages: build a pkiMessage, verify and open a CertRep.

For client.py.  RFC 8894 sections 3.1 to 3.4; INTEROP's item 8 in its order.
"""

import gc

from errors import Error
from scep import asn1time, cms, cms_build, oid, registry
from scep.cms_algorithms import CmsError
from scep.der import (
    IA5_STRING,
    OCTET_STRING,
    PRINTABLE_STRING,
    SEQUENCE,
    UTC_TIME,
    UTF8_STRING,
    DerError,
    Encoder,
    Reader,
)
from scep.http_response import excerpt_text
from scep.x509 import Certificate

NONCE = 16  # octets of a senderNonce, RFC 8894 section 3.2.1.5
# octets of a message beside payload, certificate, names and RSA values: OIDs, lengths, attributes
_FRAME = 560
_TEXT_TAGS = (PRINTABLE_STRING, UTF8_STRING, IA5_STRING)


class MessageError(Error):
    """A CertRep that does not answer our request, or a refusal.

    Codes: `transaction-id`, `nonce`, `message-type`, `pki-status`, `fail-*`.
    """


class Signer:
    """Who signs a message and decrypts its answer.

    key: scepcore.RSAKey; certificate: x509.Certificate of that key.
    """

    def __init__(self, key, certificate):
        """Keep both; the key stays the caller's."""
        self.key = key
        self.certificate = certificate


def build(kind, transaction_id, nonce, signer, recipient, choice, payload, time=None):
    """Generator: build a pkiMessage.

    kind: int of registry; transaction_id: bytes, printable; nonce: NONCE bytes; signer: Signer;
    recipient: x509.Certificate, whose key the payload is encrypted to; choice: policy.Choice;
    payload: object with `size`, the octets it needs at most, and `put(e)`, a generator that
    prepends it to an Encoder; time: int seconds since 1970 or None, for signingTime.
    Yields None between the steps of RSA operations.  Returns the message as memoryview.
    Raises DerError, what `payload` raises.  The payload may hold a secret: on failure the buffer
    is wiped, on success it stands there only encrypted.
    """
    own = signer.certificate
    size = _FRAME + payload.size + len(own.der) + len(own.issuer)
    size += len(own.public_key()[0]) + len(recipient.public_key()[0]) + len(recipient.issuer)
    # what lives on stands low in the heap: an RSA operation wants 5 KiB in one piece
    gc.collect()
    e = Encoder(bytearray(size))
    try:
        end = e.pos
        place = cms_build.put_signer_infos(
            e, choice.digest, own, _attributes(kind, transaction_id, nonce, time)
        )
        signing = place.sign(signer.key)
        gc.collect()
        cms_build.put_certificates(e, own.der)
        content_end = e.pos
        e.reserve(cms_build.PADDING)
        plain_end = e.pos
        yield from payload.put(e)
        cms_build.encrypt(e, plain_end, choice.cipher, recipient)
        place.start = e.pos
        place.end = content_end
        yield from signing
        cms_build.wrap_signed(e, end, content_end, choice.digest)
    except BaseException:
        e.wipe()
        raise
    return e.view()


class Payload:
    """A payload that is known beforehand: IssuerAndSubject, IssuerAndSerialNumber."""

    def __init__(self, tag, first, second):
        """SEQUENCE { Name, Name or INTEGER }.

        first: the issuer's Name element, bytes-like; tag: SEQUENCE where second is a Name
        element, INTEGER where it is an INTEGER's contents.
        """
        self._tag = tag
        self._first = first
        self._second = second
        self.size = len(first) + len(second) + 16

    def put(self, e):
        """Generator: prepend it (it never waits)."""
        end = e.pos
        if self._tag == SEQUENCE:
            e.raw(self._second)
        else:
            e.tlv(self._tag, self._second)
        e.raw(self._first)
        e.wrap(SEQUENCE, end)
        return
        yield None


class Reply:
    """A verified CertRep.

    status: int of registry; content: memoryview of the decrypted certs-only SignedData, None
    unless SUCCESS; digest, cipher: str, the answer's algorithms (cipher None without envelope);
    signer: x509.Certificate that signed it; failure: MessageError to raise, None unless FAILURE.
    """

    def __init__(self, status, digest, signer):
        """Begin with what every status has."""
        self.status = status
        self.digest = digest
        self.signer = signer
        self.cipher = None
        self.content = None
        self.failure = None


def open_reply(body, signer, trusted, transaction_id, nonce, refresh=None):
    """Generator: verify a CertRep and decrypt it, in place.

    body: bytearray, the HTTP answer's; signer: Signer of the request; trusted: sequence of
    x509.Certificate, the authenticated CA and RA certificates; transaction_id, nonce: the
    request's; refresh: None, or a generator function that is run where the signer is unknown and
    returns other trusted certificates, or None.  Yields None between the steps of RSA operations.
    Returns a Reply.  Raises CmsError, MessageError, DerError.
    """
    room = cms.room(signer.key)
    signed = cms.SignedData(body)
    try:
        by = signed.verify(trusted)
    except CmsError as e:
        others = None
        if e.code == "cms-signer" and refresh is not None:
            others = yield from refresh()
        if others is None:
            raise e
        by = signed.verify(others)
    reply = read_reply(by, transaction_id, nonce)
    if reply.status == registry.SUCCESS:
        if not signed.content:
            raise CmsError("cms-format", "the answer says success but is empty")
        reply.content, reply.cipher = yield from cms.open_enveloped(
            signed.content, signer.key, signer.certificate, room
        )
    return reply


def read_reply(by, transaction_id, nonce):
    """Read the attributes of a CertRep whose signature is verified.

    by: cms.Signer; transaction_id, nonce: bytes, the request's.
    Returns a Reply without content.  Raises MessageError, CmsError.
    """
    if _text(by, oid.MESSAGE_TYPE, "message-type") != str(registry.CERT_REP).encode():
        raise MessageError("message-type", "the answer is not a CertRep", _evidence(by))
    if _text(by, oid.TRANSACTION_ID, "transaction-id") != bytes(transaction_id):
        raise MessageError("transaction-id", "the answer belongs to another transaction")
    _check_nonce(by, nonce)
    reply = Reply(_status(by), by.digest, by.certificate)
    if reply.status == registry.FAILURE:
        reply.failure = _failure(by)
    return reply


def read_certificates(body):
    """Read what GetCACert or a certs-only message holds, decided by content.

    body: bytearray or writable memoryview: one certificate, or a certs-only SignedData.
    Returns (list of x509.Certificate in the message's order, list of CRL memoryviews).  What is
    no X.509 certificate that can be read is left out.  Raises DerError, CmsError.
    """
    outer = Reader(body, ber=True).enter(SEQUENCE)
    if outer.peek() == SEQUENCE:
        return [Certificate(body)], []
    signed = cms.SignedData(body)
    found = []
    for element in signed.certificates:
        try:
            found.append(Certificate(element))
        except Error:
            continue
    return found, signed.crls


def _attributes(kind, transaction_id, nonce, time):
    attributes = [
        (oid.MESSAGE_TYPE, PRINTABLE_STRING, str(kind).encode()),
        (oid.TRANSACTION_ID, PRINTABLE_STRING, transaction_id),
        (oid.SENDER_NONCE, OCTET_STRING, nonce),
    ]
    if time is not None and time < asn1time.UTC_TIME_END:
        attributes.append((oid.SIGNING_TIME, UTC_TIME, asn1time.form(time, False)))
    return attributes


def _text(by, kind, code):
    """Return a string attribute's contents as bytes; MessageError(code) where it is missing."""
    value = by.maybe_attribute(kind)
    if value is None:
        raise MessageError(code, "the answer lacks an attribute", kind)
    if value[0] not in _TEXT_TAGS:
        raise MessageError(code, "an attribute of the answer is no string", kind)
    return bytes(Reader(value).body())


def _check_nonce(by, nonce):
    value = by.maybe_attribute(oid.RECIPIENT_NONCE)
    if value is None:
        raise MessageError("nonce", "the answer lacks the recipientNonce")
    try:
        returned = bytes(Reader(value).octet_string())
    except DerError:
        raise MessageError("nonce", "the recipientNonce is no OCTET STRING")
    if returned != bytes(nonce):
        raise MessageError("nonce", "the recipientNonce is not the nonce that was sent")


def _status(by):
    status = _text(by, oid.PKI_STATUS, "pki-status")
    for known in (registry.SUCCESS, registry.FAILURE, registry.PENDING):
        if status == str(known).encode():
            return known
    raise MessageError("pki-status", "unknown pkiStatus " + excerpt_text(status[:16]))


def _failure(by):
    """Return the MessageError of a FAILURE: the code of failInfo, and failInfoText."""
    code = "fail-badRequest"
    reason = "no reason"
    value = by.maybe_attribute(oid.FAIL_INFO)
    if value is not None and value[0] in _TEXT_TAGS:
        given = bytes(Reader(value).body())
        reason = "failInfo " + excerpt_text(given[:16])
        for i, known in enumerate(registry.FAIL_INFO):
            if given == str(i).encode():
                code = known
                reason = known[5:]
    text = by.maybe_attribute(oid.FAIL_INFO_TEXT)
    if text is not None and text[0] == UTF8_STRING:
        reason += ": " + excerpt_text(bytes(Reader(text).body())[:160])
    return MessageError(code, "the CA refused the request: " + reason, reason)


def _evidence(by):
    value = by.maybe_attribute(oid.MESSAGE_TYPE)
    return bytes(value[2:]) if value is not None else None
