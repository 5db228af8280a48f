"""Fuzz the streaming CRL scan against the whole-buffer parser: one verdict at every chunking.

Input: an octet for the size of the pieces, then the contents of a TBSCertList, which is signed
here; with the first octet's high bit, the answer of a server to GetCRL instead.
"""

import target

with target.instrumented():
    import certrep
    from errors import Error
    from rsa_keys import key
    from scep import message
    from scep.crl import Crl
    from scep.crl_stream import Answer, CrlScan
    from scep.signatures import finish
    from small_pki import Authority

from scep import oid

CA = Authority("CN=CA")
OWN_KEY = key(2)
OWN = CA.issue("CN=phone", OWN_KEY, b"\x2a")
SIGNER = message.Signer(OWN_KEY, OWN)


def signed(tbs):
    """Return CertificateList over the contents of a TBSCertList."""
    whole = certrep.tlv(0x30, tbs)
    signature = certrep.run(CA.key.start("sign", "sha256", certrep.hashed("sha256", whole)))
    algorithm = certrep.algorithm(oid.SHA256_RSA)
    return certrep.tlv(0x30, whole, algorithm, certrep.tlv(3, b"\0", signature))


def whole_buffer(body, bare):
    if bare:
        return Crl(bytes(body)).status(OWN, CA.certificate)
    reply = finish(
        message.open_reply(
            bytearray(body), SIGNER, [CA.certificate], certrep.TRANSACTION, certrep.NONCE
        )
    )
    if reply.failure is not None:
        raise reply.failure
    _, crls = message.read_certificates(reply.content)
    if not crls:
        raise message.MessageError("cms-format", "no CRL")
    return Crl(crls[0]).status(OWN, CA.certificate)


def streamed(body, bare, piece):
    answer = Answer(SIGNER, [CA.certificate], certrep.TRANSACTION, certrep.NONCE)
    scan = CrlScan(OWN, CA.certificate, None if bare else answer)
    for at in range(0, len(body), piece):
        finish(scan.sink(body, at, min(at + piece, len(body))))
    return finish(scan.finish()).entry


def verdict(function, *arguments):
    try:
        entry = function(*arguments)
    except Error as error:
        return error.code
    return entry and (entry.serial, entry.date, entry.reason)


def check(data):
    if len(data) < 2:
        return
    bare, piece, rest = data[0] < 0x80, (data[0] & 0x7F) + 1, data[1:]
    body = signed(rest) if bare else rest
    one, other = verdict(whole_buffer, body, bare), verdict(streamed, body, bare, piece)
    if one == other:
        return
    # both refuse: which of several faults is met first may differ
    assert isinstance(one, str) and isinstance(other, str), (one, other)


if __name__ == "__main__":
    target.run(check)
