"""Self-signed certificates: who signs a first request before there is an identity.

For the client (scep_signer=self); one a transaction, kept over polls and reboots.
RFC 8894 section 2.3, RFC 5280 section 4.1.
"""

from scep import asn1time, extensions, names
from scep.der import CONTEXT_C, SEQUENCE
from scep.signatures import Signed, put_algorithm, put_public_key, signature_oid


# TBSCertificate ::= SEQUENCE { version [0] EXPLICIT (v3), serialNumber, signature, issuer,
#   validity, subject, subjectPublicKeyInfo, extensions [3] EXPLICIT }
def steps(
    e,
    key,
    subject,
    not_before=0,
    not_after=asn1time.NEVER,
    serial=1,
    key_usage=extensions.DIGITAL_SIGNATURE | extensions.KEY_ENCIPHERMENT,
    hash_name="sha256",
):
    """Generator: prepend a self-signed certificate to Encoder e; yields None while signing.

    key: scepcore.RSAKey; subject: RFC 4514 text or a Name's DER, the request's; not_before,
    not_after: int seconds, by default a validity that needs no clock; serial: int > 0 (1: there
    is no other certificate of this issuer). 800 bytes + twice the subject do for 2,048 bits.
    """
    signed = Signed(e, key, hash_name)
    end = e.pos
    extensions.put_requested(e, (), key_usage, ())
    if e.pos != end:
        e.wrap(CONTEXT_C | 3, end)
    put_public_key(e, key)
    mark = e.pos
    if isinstance(subject, str):
        names.put(e, subject)
    else:
        e.raw(subject)
    name = e.view(mark)
    mark = e.pos
    e.time(not_after)
    e.time(not_before)
    e.wrap(SEQUENCE, mark)
    e.raw(name)
    put_algorithm(e, signature_oid(hash_name))
    e.integer(serial)
    mark = e.pos
    e.integer(2)
    e.wrap(CONTEXT_C | 0, mark)
    e.wrap(SEQUENCE, end)
    yield from signed.sign()
