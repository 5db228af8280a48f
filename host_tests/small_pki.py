"""A small PKI written with the product's own encoder: certificates, CRLs and OCSP answers.

For tests under both Pythons that need what no CA would issue: each field can be replaced.
That the encoder itself is right is shown elsewhere, against software that we did not write.
"""

from rsa_keys import key
from scep import extensions, names, oid
from scep.der import CONTEXT, CONTEXT_C, ENUMERATED, INTEGER, OCTET_STRING, SEQUENCE, Encoder
from scep.signatures import Signed, digest, finish, put_algorithm, put_public_key, signature_oid
from scep.x509 import Certificate

# 2026-01-01 and 2036-01-01
START = 1767225600
END = 2082758400


def value(write):
    """Return what write(encoder) prepends, as bytes."""
    e = Encoder(bytearray(4096))
    write(e)
    return bytes(e.view())


def extension(kind, write, critical=False):
    """Return one Extension as bytes; write(encoder) prepends its value."""

    def put(e):
        end = e.pos
        write(e)
        extensions.put(e, kind, end, critical)

    return value(put)


def basic_constraints(ca=True, length=None):
    """Return the BasicConstraints extension."""

    def put(e):
        end = e.pos
        if length is not None:
            e.integer(length)
        if ca:
            e.boolean(True)
        e.wrap(SEQUENCE, end)

    return extension(oid.BASIC_CONSTRAINTS, put, True)


def key_usage(bits):
    """Return the KeyUsage extension."""
    return extension(oid.KEY_USAGE, lambda e: e.named_bits(bits), True)


def purposes(*kinds):
    """Return the ExtKeyUsage extension."""

    def put(e):
        end = e.pos
        for kind in reversed(kinds):
            e.oid(kind)
        e.wrap(SEQUENCE, end)

    return extension(oid.EXTENDED_KEY_USAGE, put)


def crl_point(url):
    """Return the CRLDistributionPoints extension with one URI."""

    def put(e):
        end = e.pos
        e.tlv(CONTEXT | 6, url.encode())
        for tag in (CONTEXT_C | 0, CONTEXT_C | 0, SEQUENCE, SEQUENCE):
            e.wrap(tag, end)

    return extension(oid.CRL_DISTRIBUTION_POINTS, put)


def authority_key_id(key_id):
    """Return the AuthorityKeyIdentifier extension with a keyIdentifier."""

    def put(e):
        end = e.pos
        e.tlv(CONTEXT | 0, key_id)
        e.wrap(SEQUENCE, end)

    return extension(oid.AUTHORITY_KEY_ID, put)


def ocsp_access(url):
    """Return the AuthorityInfoAccess extension with an OCSP responder."""

    def put(e):
        end = e.pos
        e.tlv(CONTEXT | 6, url.encode())
        e.oid(oid.AD_OCSP)
        e.wrap(SEQUENCE, end)
        e.wrap(SEQUENCE, end)

    return extension(oid.AUTHORITY_INFO_ACCESS, put)


class Authority:
    """A CA: certificate and key; number is the key's."""

    def __init__(self, subject="CN=CA", number=0, issuer=None, **fields):
        """issuer: Authority or None for a root; fields: as issue()."""
        self.key = key(number)
        fields.setdefault(
            "exts",
            (
                basic_constraints(True, fields.pop("length", None)),
                key_usage(extensions.KEY_CERT_SIGN | extensions.CRL_SIGN),
            ),
        )
        self.subject = names.encode(subject)
        signer = issuer or self
        self.certificate = signer.issue(subject, self.key, **fields)

    def issue(self, subject, subject_key, serial=b"\x01", start=START, end=END, **other):
        """Return a Certificate; other: exts (bytes of Extensions), hash_name, issuer, version,
        inner (signature OID inside), signer (RSAKey), unique (bytes of the unique identifiers)."""
        hash_name = other.get("hash_name", "sha256")
        exts = other.get("exts", ())
        e = Encoder(bytearray(4096))
        signed = Signed(e, other.get("signer", self.key), hash_name)
        tbs_end = e.pos
        if exts:
            for ext in reversed(exts):
                e.raw(ext)
            e.wrap(SEQUENCE, tbs_end)
            e.wrap(CONTEXT_C | 3, tbs_end)
        e.raw(other.get("unique", b""))
        put_public_key(e, subject_key)
        e.raw(names.encode(subject) if isinstance(subject, str) else subject)
        mark = e.pos
        e.time(end)
        e.time(start)
        e.wrap(SEQUENCE, mark)
        e.raw(other.get("issuer", self.subject))
        put_algorithm(e, other.get("inner", signature_oid(hash_name)))
        e.tlv(INTEGER, serial)
        version = other.get("version", 3)
        if version > 1:
            mark = e.pos
            e.integer(version - 1)
            e.wrap(CONTEXT_C | 0, mark)
        e.wrap(SEQUENCE, tbs_end)
        finish(signed.sign())
        return Certificate(bytes(e.view()))

    def crl(self, entries=(), start=START, end=END, exts=(), **other):
        """Return a CRL's bytes; entries: [(serial bytes, [Extension bytes])]; exts: as bytes.

        other: issuer (Name), version, signer, hash_name.
        """
        hash_name = other.get("hash_name", "sha256")
        e = Encoder(bytearray(1024 + 64 * len(entries)))
        signed = Signed(e, other.get("signer", self.key), hash_name)
        tbs_end = e.pos
        if exts:
            for ext in reversed(exts):
                e.raw(ext)
            e.wrap(SEQUENCE, tbs_end)
            e.wrap(CONTEXT_C | 0, tbs_end)
        list_end = e.pos
        for serial, items in reversed(entries):
            mark = e.pos
            for item in reversed(items):
                e.raw(item)
            if items:
                e.wrap(SEQUENCE, mark)
            e.time(start)
            e.tlv(INTEGER, serial)
            e.wrap(SEQUENCE, mark)
        if entries:
            e.wrap(SEQUENCE, list_end)
        if end is not None:
            e.time(end)
        e.time(start)
        e.raw(other.get("issuer", self.subject))
        put_algorithm(e, signature_oid(hash_name))
        if other.get("version", 2) == 2:
            e.integer(1)
        e.wrap(SEQUENCE, tbs_end)
        finish(signed.sign())
        return bytes(e.view())


def reason(code):
    """Return the reasonCode entry extension."""
    return extension(oid.CRL_REASON, lambda e: e.integer(code, ENUMERATED))


def scope(fields, names_=None):
    """Return IssuingDistributionPoint; fields: {tag number: True}; names_: a URI or None."""

    def put(e):
        end = e.pos
        for number in sorted(fields, reverse=True):
            if number == 3:
                e.named_bits(2, CONTEXT | 3)
            else:
                e.boolean(True, CONTEXT | number)
        if names_:
            mark = e.pos
            e.tlv(CONTEXT | 6, names_.encode())
            e.wrap(CONTEXT_C | 0, mark)
            e.wrap(CONTEXT_C | 0, mark)
        e.wrap(SEQUENCE, end)

    return extension(oid.ISSUING_DISTRIBUTION_POINT, put, True)


def ocsp_answer(certificate, issuer, signer_key, responder=None, **other):
    """Return an OCSPResponse's bytes.

    responder: Certificate that is named (default: issuer's); other: status ("good", "revoked",
    "unknown", or an element as bytes), by_key, nonce, start, end, certificates (sequence of
    Certificate), serial, code (responseStatus), exts (bytes of response extensions), single (the
    same of the single one).
    """
    if other.get("code"):
        return value(lambda e: _refusal(e, other["code"]))
    responder = responder or issuer
    e = Encoder(bytearray(6144))
    end = e.pos
    certificates = other.get("certificates", ())
    for sent in reversed(certificates):
        e.raw(sent.der)
    if certificates:
        e.wrap(SEQUENCE, end)
        e.wrap(CONTEXT_C | 0, end)
    certificates = bytes(e.view())
    e = Encoder(bytearray(6144))
    tbs = Encoder(bytearray(2048))
    _response_data(tbs, certificate, issuer, responder, other)
    e.raw(certificates)
    signature = signer_key.sign("sha256", digest("sha256", tbs.view()))
    e.bit_string(signature)
    put_algorithm(e, oid.SHA256_RSA)
    e.raw(tbs.view())
    end = len(e.buf)
    e.wrap(SEQUENCE, end)
    e.wrap(OCTET_STRING, end)
    e.oid(oid.OCSP_BASIC)
    e.wrap(SEQUENCE, end)
    e.wrap(CONTEXT_C | 0, end)
    e.integer(0, ENUMERATED)
    e.wrap(SEQUENCE, end)
    return bytes(e.view())


def _refusal(e, code):
    end = e.pos
    e.integer(code, ENUMERATED)
    e.wrap(SEQUENCE, end)


def _response_data(e, certificate, issuer, responder, other):
    start, until = other.get("start", START), other.get("end", END)
    end = e.pos
    exts = list(other.get("exts", ()))
    if other.get("nonce"):
        exts.append(extension(oid.OCSP_NONCE, lambda e: e.octet_string(other["nonce"])))
    _put_exts(e, exts, end)
    responses_end = e.pos
    _put_exts(e, other.get("single", ()), responses_end)
    if until is not None:
        mark = e.pos
        e.generalized_time(until)
        e.wrap(CONTEXT_C | 0, mark)
    e.generalized_time(start)
    status = other.get("status", "good")
    mark = e.pos
    if status == "revoked":
        if other.get("reason") is not None:
            e.integer(other["reason"], ENUMERATED)
            e.wrap(CONTEXT_C | 0, mark)
        e.generalized_time(start)
        e.wrap(CONTEXT_C | 1, mark)
    elif isinstance(status, bytes):
        e.raw(status)
    else:
        e.tlv(CONTEXT | (0 if status == "good" else 2), b"")
    mark = e.pos
    e.tlv(INTEGER, other.get("serial", certificate.serial))
    hash_name = other.get("hash_name", "sha1")
    e.octet_string(digest(hash_name, issuer.key_bits))
    e.octet_string(digest(hash_name, certificate.issuer))
    put_algorithm(e, {"sha1": oid.SHA1, "sha256": oid.SHA256}[hash_name])
    e.wrap(SEQUENCE, mark)
    e.wrap(SEQUENCE, responses_end)
    e.wrap(SEQUENCE, responses_end)
    e.generalized_time(start)
    mark = e.pos
    if other.get("by_key"):
        e.octet_string(digest("sha1", responder.key_bits))
        e.wrap(CONTEXT_C | 2, mark)
    else:
        e.raw(responder.subject)
        e.wrap(CONTEXT_C | 1, mark)
    e.wrap(SEQUENCE, end)


def _put_exts(e, exts, end):
    for ext in reversed(exts):
        e.raw(ext)
    if exts:
        e.wrap(SEQUENCE, end)
        e.wrap(CONTEXT_C | 1, end)


def flipped(data, bit):
    """Return data with one bit changed."""
    out = bytearray(data)
    out[bit // 8] ^= 0x80 >> bit % 8
    return bytes(out)
