"""PKCS #10 certification requests, as a SCEP client sends them.

For the client's PKCSReq and RenewalReq.
RFC 2986, attributes of RFC 2985 sections 5.4.1 and 5.4.2.
"""

from scep import extensions, names, oid, strings
from scep.der import CONTEXT_C, SEQUENCE, SET
from scep.signatures import Signed, put_public_key

# DESIGN.md section 7: scep_key_usage=both
SIGN_AND_ENCIPHER = extensions.DIGITAL_SIGNATURE | extensions.KEY_ENCIPHERMENT


# CertificationRequest ::= SEQUENCE { certificationRequestInfo SEQUENCE {
#     version INTEGER (0), subject Name, subjectPKInfo SubjectPublicKeyInfo,
#     attributes [0] IMPLICIT SET OF Attribute },
#   signatureAlgorithm, signature BIT STRING }
def steps(
    e,
    key,
    subject,
    challenge=None,
    san=(),
    key_usage=SIGN_AND_ENCIPHER,
    purposes=(oid.CLIENT_AUTH,),
    hash_name="sha256",
):
    """Generator: prepend a CertificationRequest to Encoder e; yields None while signing.

    key: scepcore.RSAKey, the new key; subject: RFC 4514 text (str), or a Name's DER (bytes-like)
    to ask for a name exactly as it stands in a certificate; challenge: bytes-like UTF-8 or None,
    copied only into the encoder's buffer, which the caller wipes; san: [(kind, value)] as
    altnames.parse; key_usage: bits, 0 for none; purposes: oid constants; hash_name: the
    signature's hash. DerError(`config`) for a text that makes no name, `memory` if e is too small:
    900 bytes + subject + SAN + challenge do for a key of 2,048 bits, 500 more for 4,096.
    """
    signed = Signed(e, key, hash_name)
    end = e.pos
    # extensionRequest { SET { Extensions } }
    extensions.put_requested(e, san, key_usage, purposes)
    if e.pos != end:
        _wrap_attribute(e, oid.EXTENSION_REQUEST, end)
    if challenge is not None:
        mark = e.pos
        strings.put(e, challenge)
        _wrap_attribute(e, oid.CHALLENGE_PASSWORD, mark)
    e.sort(end)
    e.wrap(CONTEXT_C | 0, end)
    put_public_key(e, key)
    if isinstance(subject, str):
        names.put(e, subject)
    else:
        e.raw(subject)
    e.integer(0)
    e.wrap(SEQUENCE, end)
    yield from signed.sign()


# Attribute ::= SEQUENCE { type OBJECT IDENTIFIER, values SET OF ANY }
def _wrap_attribute(e, kind, end):
    e.wrap(SET, end)
    e.oid(kind)
    e.wrap(SEQUENCE, end)
