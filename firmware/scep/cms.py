"""Open CMS messages: verify a SignedData against given certificates, decrypt an EnvelopedData.

For message.py and the set's sealed configuration (scep_psk_cms).  RFC 5652, in BER or DER.

All works in place, in the caller's bytearray: pieces of constructed strings are moved together,
ciphertext is decrypted where it stands.  What is returned points into that buffer.
"""

import gc

import scepcore
from scep import cms_algorithms, names, oid
from scep.cms_algorithms import CmsError, padding, undecryptable
from scep.der import (
    CONSTRUCTED,
    CONTEXT,
    CONTEXT_C,
    OCTET_STRING,
    SEQUENCE,
    SET,
    Encoder,
    Reader,
)
from scep.signatures import holds

_MAX_CERTIFICATES = 32
_MAX_ATTRIBUTES = 32
# octets that a private operation takes for each octet of the modulus (5,288 for RSA-2048 on ARM)
_OPERATION = 21


class SignedData:
    """A SignedData, opened but not verified.

    content_type: bytes, OID of the content; content: memoryview, None without content;
    certificates, crls: lists of memoryviews, each one DER element (X.509 certificates, CRLs).
    None of it is authentic before `verify` returns.
    """

    def __init__(self, data):
        """Read a ContentInfo with SignedData.

        data: bytearray or writable memoryview, changed in place.
        Raises DerError, CmsError("cms-format").
        """
        outer = Reader(data, ber=True)
        signed = _content(outer, oid.SIGNED_DATA)
        outer.finish()
        # SignedData ::= SEQUENCE { version, digestAlgorithms,
        signed.integer()
        signed.skip(SET)
        # encapContentInfo SEQUENCE { eContentType, eContent [0] EXPLICIT OCTET STRING OPTIONAL },
        inner = signed.enter(SEQUENCE)
        self.content_type = inner.oid()
        explicit = inner.maybe_enter(CONTEXT_C | 0)
        self.content = None
        if explicit is not None:
            self.content = flatten(explicit, OCTET_STRING)
            explicit.finish()
        inner.finish()
        # certificates [0] IMPLICIT OPTIONAL, crls [1] IMPLICIT OPTIONAL,
        self.certificates = _elements(signed, CONTEXT_C | 0)
        self.crls = _elements(signed, CONTEXT_C | 1)
        # signerInfos SET OF SignerInfo }
        self._signers = signed.enter(SET)
        signed.finish()

    def verify(self, trusted, bare=False):
        """Verify the one signer against certificates that are already authenticated.

        trusted: sequence of x509.Certificate.  Certificates in the message are never used.
        bare: bool, a signature without signed attributes will do.
        Returns a Signer.  Raises CmsError: `cms-format` unless there is exactly one signer, with
        signed attributes; `cms-signer` if it is none of the trusted, `cms-signature`,
        `cms-digest`, `algorithm`; DerError.
        """
        # a cursor of its own: the caller may come back with other certificates
        signers = Reader(self._signers.buf, self._signers.pos, self._signers.end, ber=True)
        if signers.empty():
            raise CmsError("cms-format", "the message is not signed")
        info = signers.enter(SEQUENCE)
        if not signers.empty():
            raise CmsError("cms-format", "the message has more than one signer")
        return Signer(info, trusted, self.content_type, self._digest, bare)

    def _digest(self, name):
        hashed = scepcore.hash(name)
        if self.content is not None:
            hashed.update(self.content)
        return hashed.digest()


class Signer:
    """The signer of a SignedData, verified.

    certificate: x509.Certificate, the trusted one that verified it; digest: str, its digest's
    name; attributes: list of (OID bytes, value element memoryview), the signed attributes.
    """

    def __init__(self, info, trusted, content_type, digest_of, bare=False):
        """Read and verify a SignerInfo.

        info: Reader over its contents; trusted, bare: as of SignedData.verify; content_type:
        bytes, OID of the content; digest_of: function (digest's name) -> digest of the content.
        """
        # SignerInfo ::= SEQUENCE { version, sid, digestAlgorithm,
        info.integer()
        sid = info.tlv()
        self.digest = cms_algorithms.read_digest(info)
        # signedAttrs [0] IMPLICIT OPTIONAL,
        attributes = info.maybe_enter(CONTEXT_C | 0)
        if attributes is None and not bare:
            raise CmsError("cms-format", "the signer has no signed attributes")
        # signatureAlgorithm, signature OCTET STRING, unsignedAttrs [1] IMPLICIT OPTIONAL }
        cms_algorithms.read_signature(info, self.digest)
        signature = info.octet_string()
        info.maybe_skip(CONTEXT_C | 1)
        info.finish()
        content_digest = digest_of(self.digest)
        self.attributes = []
        if attributes is None:
            self.certificate = _verify(sid, trusted, self.digest, content_digest, signature)
            return
        canonical = _canonical_set(attributes)
        hashed = scepcore.hash(self.digest)
        hashed.update(canonical)
        self.certificate = _verify(sid, trusted, self.digest, hashed.digest(), signature)
        self.attributes = _attributes(Reader(canonical).enter(SET))
        if Reader(self.attribute(oid.CONTENT_TYPE)).oid() != content_type:
            raise CmsError("cms-format", "the signed content type is another one")
        claimed = Reader(self.attribute(oid.MESSAGE_DIGEST)).body(OCTET_STRING)
        if not scepcore.equal(claimed, content_digest):
            raise CmsError("cms-digest", "the content is not the one that was signed")

    def attribute(self, kind):
        """Return the value's element (memoryview) of attribute `kind`.

        Raises CmsError("cms-format") if it is not there.
        """
        value = self.maybe_attribute(kind)
        if value is None:
            raise CmsError("cms-format", "a signed attribute is missing", kind)
        return value

    def maybe_attribute(self, kind):
        """Return the value's element (memoryview) of attribute `kind`, None without it."""
        for known, value in self.attributes:
            if known == kind:
                return value
        return None


def room(key):
    """Set aside the memory that a private operation with `key` needs in one piece.

    On a small heap, what parsing leaves here and there would not leave such a piece.  Returns a
    list for open_enveloped, which gives the memory back just before it is needed.
    """
    return [bytearray(key.bits * _OPERATION // 8)]


def open_enveloped(data, key, certificate, room=None):
    """Generator: decrypt a ContentInfo with EnvelopedData, in place.

    data: bytearray or writable memoryview; key: scepcore.RSAKey; certificate: x509.Certificate
    of that key, as the sender knew it; room: what room() returned, or None.  Yields None between
    the steps of the RSA operation.
    Returns (plaintext memoryview into data, cipher's name).
    Raises CmsError: `decrypt` for whatever is wrong with key, length or padding, `algorithm`,
    `cms-format`; DerError.
    """
    outer = Reader(data, ber=True)
    enveloped = _content(outer, oid.ENVELOPED_DATA)
    outer.finish()
    # EnvelopedData ::= SEQUENCE { version, originatorInfo [0] IMPLICIT OPTIONAL,
    enveloped.integer()
    enveloped.maybe_skip(CONTEXT_C | 0)
    # recipientInfos SET OF RecipientInfo,
    encrypted_key = encrypted_key_for(certificate, enveloped.enter(SET))
    # encryptedContentInfo SEQUENCE { contentType, algorithm, [0] IMPLICIT OCTET STRING OPTIONAL }
    info = enveloped.enter(SEQUENCE)
    info.oid()
    name, vector, key_octets, block = cms_algorithms.read_cipher(info)
    if info.empty():
        raise CmsError("cms-format", "the envelope is empty")
    # unprotectedAttrs [1] IMPLICIT OPTIONAL }
    vector = bytes(vector)
    content_key = yield from decrypt_key(key, encrypted_key, key_octets, room)
    content = flatten(info, CONTEXT | 0)
    info.finish()
    if not content or len(content) % block:
        raise undecryptable()
    cipher = scepcore.cipher(name, content_key, vector, False)
    cipher.update_into(content, content)
    cipher.wipe()
    return content[: len(content) - padding(content, block)], name


def decrypt_key(key, encrypted, size, room=None):
    """Generator: decrypt a content key of `size` octets; yields None between steps.

    key: scepcore.RSAKey; encrypted: bytes-like; room: as of open_enveloped.  Returns bytes.
    Raises CmsError("decrypt").
    """
    if room:
        room.pop()
        gc.collect()
    try:
        work = key.start("decrypt", encrypted)
        content_key = work.step()
        while content_key is None:
            yield None
            content_key = work.step()
    except (ValueError, scepcore.Error):
        raise undecryptable()
    if len(content_key) != size:
        raise undecryptable()
    return content_key


def flatten(reader, tag):
    """Take an OCTET STRING from a Reader and return its contents as one memoryview.

    tag: the primitive form of its tag.  The pieces of a constructed string (BER) are moved
    together in the reader's buffer: it must be writable.  Raises DerError.
    """
    if reader.peek() != tag | CONSTRUCTED:
        return reader.body(tag)
    start = -1
    at = 0
    for chunk in reader.chunks(tag):
        if start < 0:
            start = at = reader.at
        reader.buf[at : at + len(chunk)] = chunk
        at += len(chunk)
    return reader.buf[start:at] if start >= 0 else reader.buf[0:0]


def _content(reader, kind):
    """Enter ContentInfo ::= SEQUENCE { contentType, content [0] EXPLICIT SEQUENCE }."""
    info = reader.enter(SEQUENCE)
    if info.oid() != kind:
        raise CmsError("cms-format", "the message is of another content type")
    explicit = info.enter(CONTEXT_C | 0)
    info.finish()
    content = explicit.enter(SEQUENCE)
    explicit.finish()
    return content


def _elements(signed, tag):
    """Return the SEQUENCEs of an optional CertificateSet or RevocationInfoChoices."""
    found = []
    elements = signed.maybe_enter(tag)
    while elements is not None and not elements.empty():
        if elements.peek() == SEQUENCE:
            found.append(elements.tlv())
            if len(found) > _MAX_CERTIFICATES:
                raise CmsError("cms-format", "the message holds too many certificates")
        else:
            elements.skip()  # attribute certificates and other formats
    return found


def _is_named(sid, certificate):
    """Tell whether a SignerIdentifier or RecipientIdentifier element names a certificate."""
    reader = Reader(sid, ber=True)
    if reader.peek() == CONTEXT | 0:
        wanted = certificate.subject_key_id
        return wanted is not None and reader.body() == wanted
    pair = reader.enter(SEQUENCE)
    issuer = pair.tlv(SEQUENCE)
    serial = pair.integer_body()
    pair.finish()
    if serial != certificate.serial:
        return False
    if issuer == certificate.issuer:
        return True
    # the Name, too, may have come in BER
    e = Encoder(bytearray(len(issuer)))
    _put_canonical(e, Reader(issuer, ber=True))
    return names.equal(e.view(), certificate.issuer)


def _verify(sid, trusted, digest_name, digest, signature):
    """Return the trusted certificate that sid names and that verifies the signature."""
    named = False
    for certificate in trusted:
        # a CA and its RA may have the same issuer and serial by accident: try each
        if _is_named(sid, certificate):
            named = True
            if holds(certificate.public_key(), digest_name, digest, signature):
                return certificate
    if not named:
        raise CmsError("cms-signer", "the answer is signed by an unknown certificate", bytes(sid))
    raise CmsError("cms-signature", "the signature of the answer is wrong")


def _canonical_set(reader):
    """Return signed attributes as the DER of a SET OF, whatever they came in.

    reader: Reader over the contents of [0].  Returns a memoryview [RFC 5652 section 5.4].
    """
    size = reader.end - reader.pos
    e = Encoder(bytearray(size + 8))
    end = e.pos
    _put_canonical(e, reader)
    e.sort(end)
    e.wrap(SET, end)
    return e.view()


def _put_canonical(e, reader):
    """Prepend all elements of a Reader in DER; constructed strings become primitive."""
    # where each element and its contents begin and end: a Reader for each one would cut up the heap
    places = []
    while not reader.empty():
        start = reader.pos
        reader.skip()
        places.append((start, reader.at, reader.to))
    for start, at, to in reversed(places):
        end = e.pos
        tag = reader.buf[start]
        if tag == OCTET_STRING | CONSTRUCTED:
            tag = OCTET_STRING
            whole = Reader(reader.buf, start, reader.end, reader.ber, reader.depth)
            e.raw(whole.octet_string())
        elif tag & CONSTRUCTED:
            if not reader.depth:
                reader.fail("nested too deep")
            _put_canonical(e, Reader(reader.buf, at, to, reader.ber, reader.depth - 1))
            if tag == SET:
                e.sort(end)
        else:
            e.raw(reader.buf[at:to])
        e.wrap(tag, end)


def _attributes(reader):
    """Return [(OID, value element)]; each attribute once, each with one value [section 11]."""
    found = []
    while not reader.empty():
        attribute = reader.enter(SEQUENCE)
        kind = attribute.oid()
        values = attribute.enter(SET)
        attribute.finish()
        value = values.tlv()
        if not values.empty():
            raise CmsError("cms-format", "a signed attribute has more than one value", kind)
        for known, _ in found:
            if known == kind:
                raise CmsError("cms-format", "a signed attribute stands twice", kind)
        if len(found) == _MAX_ATTRIBUTES:
            raise CmsError("cms-format", "the message has too many signed attributes")
        found.append((kind, value))
    return found


def encrypted_key_for(certificate, recipients):
    """Return the encrypted content key (bytes-like) that RecipientInfos hold for a certificate.

    certificate: x509.Certificate; recipients: Reader over the SET's contents.
    Raises CmsError("decrypt") if there is none, CmsError("algorithm"), DerError.
    """
    while not recipients.empty():
        if recipients.peek() != SEQUENCE:
            recipients.skip()  # not by key transport
            continue
        # KeyTransRecipientInfo ::= SEQUENCE { version, rid, keyEncryptionAlgorithm, encryptedKey }
        info = recipients.enter(SEQUENCE)
        info.integer()
        if _is_named(info.tlv(), certificate):
            cms_algorithms.read_key_transport(info)
            encrypted = info.octet_string()
            info.finish()
            return encrypted
    raise undecryptable()
