"""Fuzz CertReps: refused as declared, or read as asn1crypto reads it; no exception escapes.

A signature hides what stands behind it from random changes, so the first octet of the input
chooses the layer that the rest of it is: the whole answer, the signed content, the certs-only
message inside the envelope, or the body of GetCACert.
"""

import target

with target.instrumented():
    import certrep
    from errors import Error
    from rsa_keys import key
    from scep import message, registry
    from scep.signatures import finish
    from small_pki import Authority

from asn1crypto import cms as asn1

CA = Authority("CN=CA")
OWN_KEY = key(2)
OWN = CA.issue("CN=phone", OWN_KEY, b"\x07")
CODES = {
    "asn1", "cms-format", "cms-signature", "cms-signer", "cms-digest", "decrypt", "algorithm",
    "transaction-id", "nonce", "message-type", "pki-status",
}  # fmt: skip
LAYERS = 4


def check(data):
    if not data:
        return
    layer, rest = data[0] % LAYERS, data[1:]
    try:
        if layer == 3:
            compare(bytearray(rest), *message.read_certificates(bytearray(rest)))
            return
        body = bytearray(rest)
        if layer == 1:
            body = certrep.success(CA, OWN, (), content=rest)
        elif layer == 2:
            body = certrep.success(CA, OWN, (), inner=rest)
        reply = finish(
            message.open_reply(
                body,
                message.Signer(OWN_KEY, OWN),
                [CA.certificate],
                certrep.TRANSACTION,
                certrep.NONCE,
            )
        )
        if reply.status == registry.SUCCESS:
            content = bytearray(reply.content)
            if layer == 2:
                assert content == rest
            compare(bytes(content), *message.read_certificates(bytearray(content)))
    except Error as error:
        assert error.code in CODES, error.code


def compare(content, certificates, crls):
    """What was accepted, asn1crypto reads alike; it knows DER only where lengths are definite."""
    if len(certificates) == 1 and certificates[0].der == content:
        return  # one bare certificate: fuzz_certificate.py
    try:
        info = asn1.ContentInfo.load(bytes(content))
        signed = info["content"]
        listed = [c.chosen.dump() for c in signed["certificates"] or () if c.name == "certificate"]
        revoked = [c.chosen.dump() for c in signed["crls"] or () if c.name == "crl"]
    except (ValueError, TypeError):
        return  # asn1crypto is stricter about what it does not need to read
    assert [bytes(c) for c in crls] == revoked
    ours = [bytes(c.der) for c in certificates]
    assert all(der in listed for der in ours)


if __name__ == "__main__":
    target.run(check)
