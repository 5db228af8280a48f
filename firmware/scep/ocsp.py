"""OCSP: a request for one certificate, and the answer judged.

For the lifecycle's revocation check (and stapled answers).
RFC 6960; the nonce: RFC 8954.
"""

from scep import extensions, names, oid
from scep.der import (
    CONTEXT,
    CONTEXT_C,
    ENUMERATED,
    INTEGER,
    OCTET_STRING,
    SEQUENCE,
    Reader,
)
from scep.signatures import (
    HASH_OF_DIGEST,
    CertError,
    digest,
    digest_oid,
    put_algorithm,
    read_algorithm,
    verify,
)
from scep.x509 import Certificate

# certStatus
GOOD = 0
REVOKED = 1
UNKNOWN = 2
# OCSPResponseStatus (4.2.1)
_STATUS = {
    1: "malformedRequest",
    2: "internalError",
    3: "tryLater",
    5: "sigRequired",
    6: "unauthorized",
}
# how far in the future thisUpdate may lie, and how old an answer without nextUpdate may be
SKEW = 300
MAX_AGE = 86400
# certificates (each may cost a signature check) and single responses of one answer
MAX_CERTIFICATES = 4
MAX_RESPONSES = 64


class Status:
    """What a verified answer says about one certificate; all times int seconds since 1970.

    status: GOOD, REVOKED or UNKNOWN; revoked_at, reason (CRLReason int) where REVOKED;
    this_update; next_update (None: newer information is always available);
    with_nonce: the answer carried our nonce, so it was made for this request.
    """

    def __init__(self, status, this_update, next_update):
        """Fill in the rest while the answer is read."""
        self.status = status
        self.revoked_at = None
        self.reason = 0
        self.this_update = this_update
        self.next_update = next_update
        self.with_nonce = False

    def check_fresh(self, time):
        """Raise CertError(`ocsp`) unless thisUpdate <= time <= nextUpdate (4.2.2.1)."""
        if self.this_update > time + SKEW:
            raise CertError("ocsp", "the answer is from the future", self.this_update)
        until = self.this_update + MAX_AGE if self.next_update is None else self.next_update
        if time > until:
            raise CertError("ocsp", "the answer is old", until)


# OCSPRequest ::= SEQUENCE { tbsRequest SEQUENCE { requestList SEQUENCE OF SEQUENCE { CertID },
#                            requestExtensions [2] EXPLICIT Extensions OPTIONAL } }
def put_request(e, certificate, issuer, nonce=None, hash_name="sha1"):
    """Prepend an OCSPRequest for `certificate` issued by `issuer` to Encoder e.

    nonce: bytes (16 to 32, RFC 8954) or None; hash_name: of the CertID, SHA-1 is what all
    responders know (RFC 5019 2.1.1).
    """
    end = e.pos
    if nonce:
        e.octet_string(nonce)
        extensions.put(e, oid.OCSP_NONCE, end)
        e.wrap(SEQUENCE, end)
        e.wrap(CONTEXT_C | 2, end)
    mark = e.pos
    # CertID ::= SEQUENCE { hashAlgorithm, issuerNameHash, issuerKeyHash, serialNumber }
    e.tlv(INTEGER, certificate.serial)
    e.octet_string(digest(hash_name, issuer.key_bits))
    e.octet_string(digest(hash_name, certificate.issuer))
    put_algorithm(e, digest_oid(hash_name))
    # reqCert in Request in requestList
    e.wrap(SEQUENCE, mark)
    e.wrap(SEQUENCE, mark)
    e.wrap(SEQUENCE, mark)
    # tbsRequest in OCSPRequest
    e.wrap(SEQUENCE, end)
    e.wrap(SEQUENCE, end)


def read_response(data, certificate, issuer, nonce=None, time=None, weak=False):
    """Return the Status of `certificate` from an OCSPResponse; CertError(`ocsp`) if unusable.

    issuer: the certificate's issuer (Certificate), trusted: it or a responder that it delegated
    to must have signed. nonce: ours; an answer with another one is refused, one with none is a
    stored answer, of which only the times tell the age. That it is REVOKED is reported whatever
    the time is, as with a CRL; GOOD and UNKNOWN only if fresh at `time` (None without a clock:
    then the caller must ask Status.with_nonce, or ask again when there is a time).
    DerError where the bytes are not a well-formed answer.
    """
    basic = _basic(data)
    signed = basic.tlv(SEQUENCE)
    algorithm = read_algorithm(basic)[0]
    signature = basic.bit_string()
    certificates = basic.maybe_enter(CONTEXT_C | 0)
    basic.finish()
    responder, responses, items = _response_data(signed)
    signer = _signer(responder, certificates, issuer, time, weak)
    try:
        verify(signed, algorithm, signature, signer.public_key(), weak)
    except CertError as error:
        raise CertError("ocsp", error.message)
    with_nonce = _check_extensions(items, nonce)
    status = _find(responses, certificate, issuer)
    status.with_nonce = with_nonce
    if time is not None and status.status != REVOKED:
        status.check_fresh(time)
    return status


# OCSPResponse ::= SEQUENCE { responseStatus ENUMERATED,
#   responseBytes [0] EXPLICIT SEQUENCE { responseType OID, response OCTET STRING } OPTIONAL }
def _basic(data):
    """Return a Reader over the contents of the BasicOCSPResponse."""
    reader = Reader(data)
    fields = reader.enter(SEQUENCE)
    reader.finish()
    status = fields.integer(ENUMERATED)
    if status:
        text = _STATUS.get(status, "status %d" % status)
        raise CertError("ocsp", "the responder refuses: " + text, status)
    explicit = fields.enter(CONTEXT_C | 0)
    fields.finish()
    content = explicit.enter(SEQUENCE)
    explicit.finish()
    kind = content.oid()
    if kind != oid.OCSP_BASIC:
        raise CertError("ocsp", "an unknown kind of answer", kind)
    content.skip(OCTET_STRING)
    content.finish()
    # BasicOCSPResponse ::= SEQUENCE { tbsResponseData, signatureAlgorithm, signature BIT STRING,
    #                                  certs [0] EXPLICIT SEQUENCE OF Certificate OPTIONAL }
    inner = Reader(content.buf, content.at, content.to)
    basic = inner.enter(SEQUENCE)
    inner.finish()
    return basic


# ResponseData ::= SEQUENCE { version [0] EXPLICIT INTEGER DEFAULT v1, responderID,
#   producedAt GeneralizedTime, responses SEQUENCE OF SingleResponse,
#   responseExtensions [1] EXPLICIT Extensions OPTIONAL }
def _response_data(signed):
    """Return (responderID element, Reader of the responses, Reader of the extensions or None)."""
    data = Reader(signed).enter(SEQUENCE)
    version = data.maybe_enter(CONTEXT_C | 0)
    if version is not None and version.integer() != 0:
        data.fail("unknown version")
    responder = data.tlv()
    data.generalized_time()
    responses = data.enter(SEQUENCE, MAX_RESPONSES)
    return responder, responses, _extensions(data, 1)


def _extensions(fields, tag):
    """Take the last, optional field [tag] EXPLICIT Extensions; return a Reader over them."""
    explicit = fields.maybe_enter(CONTEXT_C | tag)
    fields.finish()
    if explicit is None:
        return Reader(b"")
    extensions.check(explicit.enter(SEQUENCE))
    explicit.finish()
    return Reader(explicit.buf, explicit.at, explicit.to)


def _check_extensions(items, nonce):
    """Return whether our nonce is there; CertError if another one or a critical unknown is."""
    with_nonce = False
    while not items.empty():
        kind, critical, value = extensions.read(items)
        if kind == oid.OCSP_NONCE:
            if nonce is not None:
                # Nonce ::= OCTET STRING; some responders write its bytes without the element
                wrapped = len(value) == len(nonce) + 2
                if (Reader(value).octet_string() if wrapped else value) != nonce:
                    raise CertError("ocsp", "the answer carries another nonce")
                with_nonce = True
        elif critical:
            raise CertError("ocsp", "a critical extension is unknown", kind)
    return with_nonce


# ResponderID ::= CHOICE { byName [1] Name, byKey [2] OCTET STRING (SHA-1 of the key) }
def _is_responder(responder, certificate):
    if responder[0] == CONTEXT_C | 1:
        return names.equal(Reader(responder).body(CONTEXT_C | 1), certificate.subject)
    key_hash = Reader(responder).enter(CONTEXT_C | 2).octet_string()
    return key_hash == digest("sha1", certificate.key_bits)


def _signer(responder, certificates, issuer, time, weak):
    """Return the certificate that may answer: the issuer's, or one it delegated to (4.2.2.2)."""
    if _is_responder(responder, issuer):
        return issuer
    failure = CertError("ocsp", "the answer is signed by nobody that may")
    sent = certificates.enter(SEQUENCE, MAX_CERTIFICATES) if certificates else Reader(b"")
    while not sent.empty():
        candidate = Certificate(sent.tlv(SEQUENCE))
        if _is_responder(responder, candidate):
            try:
                _check_delegate(candidate, issuer, time, weak)
                return candidate
            except CertError as error:
                # the responder's former certificate may have come along
                failure = error
    raise failure


def _check_delegate(candidate, issuer, time, weak):
    if not names.equal(candidate.issuer, issuer.subject):
        raise CertError("ocsp", "the responder's certificate is of another issuer")
    # anyExtendedKeyUsage does not delegate
    if oid.OCSP_SIGNING not in (candidate.purposes or ()):
        raise CertError("ocsp", "the responder's certificate is not for OCSP signing")
    if not candidate.allows(extensions.DIGITAL_SIGNATURE):
        raise CertError("ocsp", "the responder's key may not sign")
    for kind in candidate.critical_extensions():
        if kind not in extensions.PROCESSED and kind != oid.OCSP_NO_CHECK:
            raise CertError("ocsp", "a critical extension of the responder is unknown", kind)
    if time is not None and not candidate.valid_at(time):
        raise CertError("ocsp", "the responder's certificate is not valid now")
    try:
        candidate.verify(issuer, weak)
    except CertError as error:
        raise CertError("ocsp", "the responder's certificate: " + error.message)


# SingleResponse ::= SEQUENCE { certID, certStatus, thisUpdate GeneralizedTime,
#   nextUpdate [0] EXPLICIT GeneralizedTime OPTIONAL, singleExtensions [1] EXPLICIT OPTIONAL }
def _find(responses, certificate, issuer):
    """Return the Status of our certificate; the newest one if it is listed more than once."""
    found = None
    while not responses.empty():
        single = responses.enter(SEQUENCE)
        ours = _is_ours(single.enter(SEQUENCE), certificate, issuer)
        status = _single(single)
        if ours and (found is None or status.this_update > found.this_update):
            found = status
    if found is None:
        raise CertError("ocsp", "the answer does not speak of the certificate")
    return found


def _is_ours(cert_id, certificate, issuer):
    kind = read_algorithm(cert_id)[0]
    name_hash = cert_id.octet_string()
    key_hash = cert_id.octet_string()
    serial = cert_id.integer_body()
    cert_id.finish()
    hash_name = HASH_OF_DIGEST.get(kind)
    if hash_name is None or serial != certificate.serial:
        return False
    return name_hash == digest(hash_name, certificate.issuer) and key_hash == digest(
        hash_name, issuer.key_bits
    )


def _single(single):
    # CertStatus ::= CHOICE { good [0] NULL, revoked [1] RevokedInfo, unknown [2] NULL }
    tag = single.peek()
    revoked_at = reason = None
    if tag == CONTEXT_C | 1:
        status = REVOKED
        # RevokedInfo ::= SEQUENCE { revocationTime, revocationReason [0] EXPLICIT OPTIONAL }
        info = single.enter(CONTEXT_C | 1)
        revoked_at = info.generalized_time()
        explicit = info.maybe_enter(CONTEXT_C | 0)
        info.finish()
        reason = explicit.integer(ENUMERATED) if explicit else 0
    else:
        if tag not in (CONTEXT | 0, CONTEXT | 2):
            single.fail("unknown certStatus")
        status = GOOD if tag == CONTEXT | 0 else UNKNOWN
        if len(single.body(tag)):
            single.fail("certStatus with contents")
    this_update = single.generalized_time()
    next_update = None
    explicit = single.maybe_enter(CONTEXT_C | 0)
    if explicit is not None:
        next_update = explicit.generalized_time()
        explicit.finish()
    items = _extensions(single, 1)
    while not items.empty():
        kind, critical, _ = extensions.read(items)
        if critical:
            raise CertError("ocsp", "a critical extension is unknown", kind)
    found = Status(status, this_update, next_update)
    found.revoked_at, found.reason = revoked_at, reason or 0
    return found
