"""RSA PKCS #1 v1.5 signatures over ASN.1 structures: algorithms, SIGNED{} built and verified.

For certificates, requests, CRLs and OCSP; CMS uses the tables.
RFC 8017 section 8.2, RFC 3279 section 2.2.1, RFC 4055 section 5, RFC 5280 section 4.1.1.
"""

import scepcore
from errors import Error
from scep import oid
from scep.der import NULL, SEQUENCE

# signatureAlgorithm -> hash
HASH_OF_SIGNATURE = {
    oid.SHA256_RSA: "sha256",
    oid.SHA1_RSA: "sha1",
    oid.SHA1_RSA_OIW: "sha1",
    oid.SHA224_RSA: "sha224",
    oid.SHA384_RSA: "sha384",
    oid.SHA512_RSA: "sha512",
    oid.MD5_RSA: "md5",
}
# digestAlgorithm -> hash
HASH_OF_DIGEST = {
    oid.SHA256: "sha256",
    oid.SHA1: "sha1",
    oid.SHA224: "sha224",
    oid.SHA384: "sha384",
    oid.SHA512: "sha512",
    oid.MD5: "md5",
}
# a modulus beyond 8,192 bits or an exponent beyond 64 costs a small device too much
MAX_MODULUS = 1024
MAX_EXPONENT = 8


class CertError(Error):
    """A certificate, CRL or OCSP answer that does not say what it must; code tells which rule."""


def signature_oid(hash_name):
    """Return the signatureAlgorithm (oid constant) of RSA with a hash."""
    for kind, name in HASH_OF_SIGNATURE.items():
        if name == hash_name and kind != oid.SHA1_RSA_OIW:
            return kind
    raise CertError("algorithm", "no RSA signature with " + hash_name)


def digest_oid(hash_name):
    """Return the digestAlgorithm (oid constant) of a hash."""
    for kind, name in HASH_OF_DIGEST.items():
        if name == hash_name:
            return kind
    raise CertError("algorithm", "no digest " + hash_name)


def digest(hash_name, data):
    """Return the digest (bytes) of bytes-like data."""
    state = scepcore.hash(hash_name)
    state.update(data)
    return state.digest()


def put_algorithm(e, kind):
    """Prepend AlgorithmIdentifier { kind, NULL } to Encoder e (RFC 4055 2.1: NULL for RSA)."""
    end = e.pos
    e.null()
    e.oid(kind)
    e.wrap(SEQUENCE, end)


# SubjectPublicKeyInfo ::= SEQUENCE { algorithm AlgorithmIdentifier,
#   subjectPublicKey BIT STRING { SEQUENCE { modulus INTEGER, publicExponent INTEGER } } }
def put_public_key(e, key):
    """Prepend the SubjectPublicKeyInfo of a scepcore.RSAKey to Encoder e (RFC 3279 2.3.1)."""
    n, exponent = key.public()
    end = e.pos
    e.integer(exponent)
    e.integer(n)
    e.wrap(SEQUENCE, end)
    e.wrap_bits(end)
    put_algorithm(e, oid.RSA_ENCRYPTION)
    e.wrap(SEQUENCE, end)


def read_algorithm(reader):
    """Take an AlgorithmIdentifier from a Reader; return (kind bytes, parameters element or None).

    A parameter NULL counts as None: RSA and digests are written with and without it, and with
    nothing else (RFC 4055 2.1, RFC 5754 2).
    """
    if reader.ber:
        fields = reader.enter(SEQUENCE)
        found = _read_algorithm(fields)
        fields.finish()
        return found
    outer = reader.open(SEQUENCE)
    found = _read_algorithm(reader)
    reader.close(outer)
    return found


def _read_algorithm(fields):
    kind = fields.oid()
    parameters = None
    if fields.peek() == NULL:
        fields.null()
    elif not fields.empty():
        parameters = fields.tlv()
        if kind in HASH_OF_SIGNATURE or kind in HASH_OF_DIGEST or kind == oid.RSA_ENCRYPTION:
            fields.fail("parameters where NULL belongs")
    return kind, parameters


def verify(signed, algorithm, signature, key, weak=False):
    """Raise CertError unless `signature` over `signed` (bytes-like) was made with `key`.

    algorithm: signatureAlgorithm (oid bytes); key: (n bytes-like, e int); weak: MD5 is allowed.
    Codes: `algorithm` (unknown, MD5 without weak, an unusable key), `cert-signature`.
    """
    hash_name = HASH_OF_SIGNATURE.get(algorithm)
    if hash_name is None or (hash_name == "md5" and not weak):
        raise CertError("algorithm", "signature algorithm is unknown or too weak", algorithm)
    if not holds(key, hash_name, digest(hash_name, signed), signature):
        raise CertError("cert-signature", "the signature does not verify")


def holds(key, hash_name, hashed, signature):
    """Return whether a signature over a digest was made with `key` (n bytes-like, e int).

    CertError(`algorithm`) for a key that the core cannot use.
    """
    n, e = key
    try:
        return scepcore.rsa_verify(n, e, hash_name, hashed, signature)
    except ValueError:
        # an even modulus, or one of a size that the core does not know
        raise CertError("algorithm", "the signer's RSA key is of no use", 8 * len(n))


class Signed:
    """Builds SIGNED{ToBeSigned}: the signature's place first, as the encoder writes backward.

        signed = Signed(e, key, "sha256")
        ...                                # write ToBeSigned, prepending to e
        yield from signed.sign()           # fills the signature, wraps all

    Invariant: slot lies behind the ToBeSigned in the encoder's buffer and is empty until sign().
    """

    def __init__(self, e, key, hash_name):
        """key: scepcore.RSAKey; hash_name: as of scepcore.hash."""
        self._e = e
        self._key = key
        self._hash = hash_name
        self._end = e.pos
        self._slot = e.reserve((key.bits + 7) // 8)
        e.wrap_bits(self._end)
        put_algorithm(e, signature_oid(hash_name))
        self._tbs_end = e.pos

    def sign(self):
        """Generator: yields None while signing, then the structure stands complete at e.pos."""
        hashed = digest(self._hash, self._e.view(self._tbs_end))
        work = self._key.start("sign", self._hash, hashed)
        signature = work.step()
        while signature is None:
            yield None
            signature = work.step()
        self._slot[:] = signature
        self._e.wrap(SEQUENCE, self._end)


def finish(steps):
    """Run a generator of this package to its end, without pauses; return its value."""
    while True:
        try:
            next(steps)
        except StopIteration as stop:
            return stop.value
