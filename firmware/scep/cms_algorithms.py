"""Digests, signature schemes and content ciphers of CMS: OIDs and scepcore's names.

For cms_build.py, cms.py and stream.py.  RFC 3370, RFC 3565, RFC 5754.
"""

from errors import Error
from scep import oid
from scep.der import OCTET_STRING
from scep.signatures import HASH_OF_DIGEST, HASH_OF_SIGNATURE, read_algorithm


class CmsError(Error):
    """A CMS structure that cannot be accepted.

    Codes: `cms-format`, `cms-signature`, `cms-signer`, `cms-digest`, `decrypt`, `algorithm`.
    """


# (OID, name, key octets, block octets)
_CIPHERS = (
    (oid.DES_CBC, "des-cbc", 8, 8),
    (oid.DES_EDE3_CBC, "des-ede3-cbc", 24, 8),
    (oid.AES128_CBC, "aes-128-cbc", 16, 16),
    (oid.AES192_CBC, "aes-192-cbc", 24, 16),
    (oid.AES256_CBC, "aes-256-cbc", 32, 16),
)


def cipher(name):
    """Return (OID, key octets, block octets) of a cipher's name."""
    for known, cipher_name, key, block in _CIPHERS:
        if cipher_name == name:
            return known, key, block
    raise CmsError("algorithm", "unknown cipher " + name, name)


def read_digest(reader):
    """Read a DigestAlgorithmIdentifier from a Reader; return the digest's name.

    Parameters are absent or NULL (RFC 5754 section 2).  Raises CmsError("algorithm"), DerError.
    """
    found = read_algorithm(reader)[0]
    name = HASH_OF_DIGEST.get(found)
    if name is None:
        raise CmsError("algorithm", "the answer uses an unknown digest", found)
    return name


def read_signature(reader, digest):
    """Read a SignatureAlgorithmIdentifier; `digest` is the SignerInfo's digestAlgorithm.

    rsaEncryption leaves the digest to digestAlgorithm, the others name it again (RFC 5754 section
    3.2 allows both).  Raises CmsError("algorithm") unless it is RSA PKCS #1 v1.5 with that digest;
    DerError.
    """
    found = read_algorithm(reader)[0]
    if found == oid.RSA_ENCRYPTION:
        return
    name = HASH_OF_SIGNATURE.get(found)
    if name is None:
        raise CmsError("algorithm", "the answer is signed with an unknown algorithm", found)
    if name != digest:
        raise CmsError(
            "algorithm", "the signature is made with %s, the digest with %s" % (name, digest)
        )


def read_key_transport(reader):
    """Read a KeyEncryptionAlgorithmIdentifier; only rsaEncryption (PKCS #1 v1.5) is known.

    Raises CmsError("algorithm"), DerError.
    """
    found = read_algorithm(reader)[0]
    if found != oid.RSA_ENCRYPTION:
        raise CmsError("algorithm", "the answer's key is encrypted by an unknown algorithm", found)


def read_cipher(reader):
    """Read a ContentEncryptionAlgorithmIdentifier.

    Returns (name, initial vector as memoryview, key octets, block octets).
    Raises CmsError("algorithm"), CmsError("cms-format"), DerError.
    """
    inner = reader.enter()
    found = inner.oid()
    for known, name, key, block in _CIPHERS:
        if known == found:
            vector = inner.body(OCTET_STRING)
            inner.finish()
            if len(vector) != block:
                raise CmsError("cms-format", "the initial vector has a wrong length", len(vector))
            return name, vector, key, block
    raise CmsError("algorithm", "the answer is encrypted with an unknown cipher", found)


def padding(content, block):
    """Return the length of a plaintext's padding (RFC 5652 section 6.3).

    content: bytes-like that ends with it.  One error, CmsError("decrypt"), for whatever is wrong.
    """
    count = content[len(content) - 1]
    wrong = (count == 0) | (count > block)
    # all octets of the block are looked at, whatever the count
    for i in range(1, block + 1):
        wrong |= (i <= count) & (content[len(content) - i] != count)
    if wrong:
        raise undecryptable()
    return count


def undecryptable():
    """Return the one error of key, length and padding."""
    return CmsError("decrypt", "the answer cannot be decrypted with this set's key")
