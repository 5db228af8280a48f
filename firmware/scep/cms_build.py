"""Build a SCEP message: EnvelopedData inside SignedData, written once into one buffer.

For message.py.  RFC 5652; RFC 8894 section 3.

The encoder writes from the end of the buffer to its start, so the signer's part is written
before the content that it signs.  Its digest and signature have known lengths: their places are
reserved first and filled when the content stands.  The plaintext is encrypted where it stands:
there is never a second copy of it.
"""

import scepcore
from scep import cms_algorithms, oid
from scep.cms_algorithms import CmsError
from scep.der import CONTEXT, CONTEXT_C, INTEGER, OCTET_STRING, OID, SEQUENCE, SET, Reader
from scep.signatures import digest_oid, put_algorithm

PADDING = 16  # octets that the caller leaves free behind a plaintext: the largest block


class SignerPlace:
    """The SignerInfo of a message that is being written: where its open parts stand.

    start, end: int, the content in the encoder's buffer, set before `sign` is run.

    Invariant: the other parts are memoryviews into that buffer, at their final places.
    """

    def __init__(self, e, digest_name, digest, signature, attributes):
        """Keep the places.  attributes: the whole [0] element as it stands in the message."""
        self.start = 0
        self.end = 0
        self._buf = e.buf
        self._name = digest_name
        self._digest = digest
        self._signature = signature
        self._attributes = attributes
        self._hash = bytearray(len(digest))

    def sign(self, key):
        """Generator: fill in the digest of the content and the signature.

        key: scepcore.RSAKey of the signer's certificate.  Make it before the payload is built:
        nothing that lives on is then allocated between two RSA operations, and the second finds
        room where the first was (5 KiB on a small device).
        """
        self._hash_into(self._digest, self._buf[self.start : self.end])
        self._hash_into(self._hash, None)
        work = key.start("sign", self._name, self._hash)
        while True:
            signature = work.step()
            if signature is not None:
                break
            yield None
        self._signature[:] = signature

    def _hash_into(self, place, data):
        hashed = scepcore.hash(self._name)
        if data is None:
            # signed under the universal tag, sent under [0] [RFC 5652 section 5.4]
            hashed.update(b"\x31")
            data = self._attributes[1:]
        hashed.update(data)
        hashed.digest_into(place)


def put_signer_infos(e, digest_name, signer, attributes):
    """Prepend the SET OF SignerInfo with one signer; return its SignerPlace.

    e: Encoder; digest_name: str; signer: x509.Certificate;
    attributes: sequence of (OID, tag, value bytes-like), the signed attributes without
    contentType and messageDigest.
    """
    end = e.pos
    signature = e.reserve(len(signer.public_key()[0]))
    e.wrap(OCTET_STRING, end)
    put_algorithm(e, oid.RSA_ENCRYPTION)
    attributes_end = e.pos
    size = scepcore.hash(digest_name).digest_size
    _put_attribute(e, oid.CONTENT_TYPE, OID, oid.DATA)
    _put_attribute(e, oid.MESSAGE_DIGEST, OCTET_STRING, bytes(size))
    for kind, tag, value in attributes:
        _put_attribute(e, kind, tag, value)
    e.sort(attributes_end)
    digest = _digest_place(e, attributes_end)
    e.wrap(CONTEXT_C | 0, attributes_end)
    whole = e.buf[e.pos : attributes_end]
    put_algorithm(e, digest_oid(digest_name))
    put_issuer_and_serial(e, signer.issuer, signer.serial)
    e.integer(1)
    e.wrap(SEQUENCE, end)
    e.wrap(SET, end)
    return SignerPlace(e, digest_name, digest, signature, whole)


def wrap_signed(e, end, content_end, digest_name):
    """Finish a SignedData: prepend what stands before its content, wrap it as ContentInfo.

    e: Encoder, at the start of the content (an inner ContentInfo) whose end is `content_end`;
    end: where the message ends, with certificates and SignerInfos between the two.
    """
    e.wrap(OCTET_STRING, content_end)
    e.wrap(CONTEXT_C | 0, content_end)
    e.oid(oid.DATA)
    e.wrap(SEQUENCE, content_end)
    digests_end = e.pos
    put_algorithm(e, digest_oid(digest_name))
    e.wrap(SET, digests_end)
    e.integer(1)
    _wrap_content_info(e, end, oid.SIGNED_DATA)


def put_certificates(e, certificate):
    """Prepend the [0] certificates of a SignedData with one DER certificate (bytes-like)."""
    end = e.pos
    e.raw(certificate)
    e.wrap(CONTEXT_C | 0, end)


def encrypt(e, end, cipher_name, recipient):
    """Encrypt what was written last and wrap it as ContentInfo with EnvelopedData.

    e: Encoder, at the start of the plaintext, which ends at `end` with PADDING free octets
    behind it; the buffer's other contents stand behind those.  cipher_name: str;
    recipient: x509.Certificate.
    """
    kind, key_octets, block = cms_algorithms.cipher(cipher_name)
    content_end = end + PADDING
    size = end - e.pos
    pad = block - size % block
    # close the gap between plaintext and padding; slices of one memoryview: no copy is left
    start = content_end - pad - size
    e.buf[start : start + size] = e.buf[e.pos : end]
    for at in range(e.pos, min(start, end)):
        e.buf[at] = 0
    for at in range(content_end - pad, content_end):
        e.buf[at] = pad
    e.pos = start
    key = scepcore.random(key_octets)
    vector = scepcore.random(block)
    work = scepcore.cipher(cipher_name, key, vector, True)
    plain = e.buf[start:content_end]
    work.update_into(plain, plain)
    work.wipe()
    # EncryptedContentInfo
    e.wrap(CONTEXT | 0, content_end)
    algorithm_end = e.pos
    e.octet_string(vector)
    e.oid(kind)
    e.wrap(SEQUENCE, algorithm_end)
    e.oid(oid.DATA)
    e.wrap(SEQUENCE, content_end)
    # RecipientInfos: one KeyTransRecipientInfo
    recipients_end = e.pos
    modulus, exponent = recipient.public_key()
    try:
        e.octet_string(scepcore.rsa_encrypt(modulus, exponent, key))
    except ValueError:
        raise CmsError("algorithm", "the CA's RSA key is of no use", 8 * len(modulus))
    put_algorithm(e, oid.RSA_ENCRYPTION)
    put_issuer_and_serial(e, recipient.issuer, recipient.serial)
    e.integer(0)
    e.wrap(SEQUENCE, recipients_end)
    e.wrap(SET, recipients_end)
    e.integer(0)
    _wrap_content_info(e, content_end, oid.ENVELOPED_DATA)


def put_issuer_and_serial(e, issuer, serial):
    """Prepend an IssuerAndSerialNumber.

    issuer: the Name's element, bytes-like; serial: the INTEGER's contents as they stand in the
    certificate (some have needless octets: they are copied, not corrected).
    """
    end = e.pos
    e.tlv(INTEGER, serial)
    e.raw(issuer)
    e.wrap(SEQUENCE, end)


def _put_attribute(e, kind, tag, value):
    end = e.pos
    e.tlv(tag, value)
    e.wrap(SET, end)
    e.oid(kind)
    e.wrap(SEQUENCE, end)


def _digest_place(e, end):
    """Return the memoryview of messageDigest's value among the sorted attributes."""
    reader = Reader(e.buf, e.pos, end)
    while True:
        attribute = reader.enter()
        if attribute.oid() == oid.MESSAGE_DIGEST:
            return attribute.enter(SET).body(OCTET_STRING)


def _wrap_content_info(e, end, kind):
    e.wrap(SEQUENCE, end)
    e.wrap(CONTEXT_C | 0, end)
    e.oid(kind)
    e.wrap(SEQUENCE, end)
