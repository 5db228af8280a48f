"""CertReps: what must be accepted, and each way in which one can be wrong (INTEROP item 8)."""

import certrep
import other_oids
from certrep import NONCE, TRANSACTION
from expect import raises
from rsa_keys import key
from scep import message, oid, policy, registry
from scep.signatures import finish
from small_pki import Authority, extension, purposes

CA = Authority("CN=CA")
OTHER = Authority("CN=Other", 1)
RA = CA.issue("CN=RA", key(1), b"\x01")  # the same issuer and serial as the CA itself
OWN_KEY = key(2)
OWN = CA.issue(
    "CN=00809F59E1A0",
    OWN_KEY,
    b"\x07",
    exts=(extension(oid.SUBJECT_KEY_ID, lambda e: e.octet_string(b"kid1")),),
)
ISSUED = CA.issue("CN=00809F59E1A0", OWN_KEY, b"\x2a", exts=(purposes(oid.CLIENT_AUTH),))
CERTS = (CA.certificate.der, ISSUED.der)
TRUSTED = (CA.certificate,)


def opened(body, trusted=TRUSTED, transaction=TRANSACTION, nonce=NONCE):
    signer = message.Signer(OWN_KEY, OWN)
    return finish(message.open_reply(bytearray(body), signer, trusted, transaction, nonce))


def changed(kind, value):
    return lambda listed: [(k, value if k == kind else v) for k, v in listed]


def serials(reply):
    certificates, _ = message.read_certificates(reply.content)
    return [bytes(c.serial) for c in certificates]


# (name, knobs of certrep.success)
ACCEPTED = (
    ("der", {}),
    ("ber throughout", {"ber": True}),
    ("ber, attributes out of order", {"ber": True, "shuffled": True}),
    ("ber, short pieces", {"ber": True, "cipher": "des-cbc"}),
    ("lengths that are not minimal", {"loose": "long"}),
    ("names of indefinite length", {"loose": "indefinite"}),
    ("des", {"cipher": "des-cbc"}),
    ("3des", {"cipher": "des-ede3-cbc"}),
    ("aes-192", {"cipher": "aes-192-cbc"}),
    ("aes-256", {"cipher": "aes-256-cbc"}),
    ("md5: policy judges it", {"digest": "md5"}),
    ("sha1", {"digest": "sha1"}),
    ("sha512", {"digest": "sha512"}),
    ("signature algorithm with its digest", {"signature_oid": oid.SHA256_RSA}),
    ("sha1WithRSA", {"digest": "sha1", "signature_oid": oid.SHA1_RSA}),
    ("digest without parameters", {"parameters": b""}),
    ("recipient by key identifier", {"by_key_id": True}),
    ("unsigned attributes", {"unsigned": certrep.tlv(0xA1, certrep.tlv(0x30))}),
    ("strings as UTF8String", {"change": changed(oid.PKI_STATUS, b"\x0c\x010")}),
    ("another recipient first", {"other_recipients": certrep.tlv(0xA1, b"\x02\x01\x03")}),
)


def test_answers_that_are_accepted():
    for name, knobs in ACCEPTED:
        knobs = dict(knobs)
        if knobs.pop("by_key_id", None):
            content = certrep.enveloped(certrep.certs_only(CERTS), OWN, by_key_id=True)
            knobs = {"content": content}
        body = certrep.success(CA, OWN, CERTS, **knobs)
        reply = opened(body)
        assert reply.status == registry.SUCCESS, name
        assert serials(reply) == [b"\x01", b"\x2a"], name
        assert reply.digest == knobs.get("digest", "sha256"), name
        assert reply.cipher == knobs.get("cipher", "aes-128-cbc"), name
        assert reply.signer.der == CA.certificate.der, name


DIGEST = certrep.hashed("sha256", b"something else")

# (name, knobs of certrep.success, expected code)
REFUSED = (
    ("not signed", {"infos": 0}, "cms-format"),
    ("two signers", {"infos": 2}, "cms-format"),
    ("no signed attributes", {"bare": True}, "cms-format"),
    (
        "signed by another certificate",
        {"signer": OTHER.certificate, "signer_key": key(1)},
        "cms-signer",
    ),
    (
        "another certificate came along",
        {
            "signer": OTHER.certificate,
            "signer_key": key(1),
            "enclosed": (CA.certificate.der, OTHER.certificate.der),
        },
        "cms-signer",
    ),
    ("signed with another key", {"signer_key": key(1)}, "cms-signature"),
    ("signature of zeros", {"signature": bytes(128)}, "cms-signature"),
    ("empty signature", {"signature": b""}, "cms-signature"),
    ("short signature", {"signature": b"\x01" * 127}, "cms-signature"),
    ("long signature", {"signature": b"\x01" * 129}, "cms-signature"),
    ("signature over unsorted attributes", {"sort": False}, "cms-signature"),
    ("digest of another content", {"digest_value": DIGEST}, "cms-digest"),
    ("digest cut off", {"digest_value": DIGEST[:31]}, "cms-digest"),
    ("empty digest", {"digest_value": b""}, "cms-digest"),
    ("content replaced", {"tamper": b"\x30\x00"}, "cms-digest"),
    ("no digest", {"drop": (oid.MESSAGE_DIGEST,)}, "cms-format"),
    ("no content type", {"drop": (oid.CONTENT_TYPE,)}, "cms-format"),
    ("another content type", {"content_type": oid.SIGNED_DATA}, "cms-format"),
    ("content type replaced", {"sent_content_type": oid.SIGNED_DATA}, "cms-format"),
    ("attribute twice", {"twice": oid.PKI_STATUS}, "cms-format"),
    ("digest twice", {"twice": oid.MESSAGE_DIGEST}, "cms-format"),
    (
        "attribute with two values",
        {"change": changed(oid.PKI_STATUS, b"\x13\x010\x13\x010")},
        "cms-format",
    ),
    ("attribute without value", {"change": changed(oid.PKI_STATUS, b"")}, "asn1"),
    (
        "attributes without end",
        {"change": lambda listed: listed + [(bytes((0x2A, n)), b"\5\0") for n in range(1, 32)]},
        "cms-format",
    ),
    ("certificates without end", {"enclosed": (CA.certificate.der,) * 33}, "cms-format"),
    ("digest and signature differ", {"signature_oid": oid.SHA1_RSA}, "algorithm"),
    ("unknown signature algorithm", {"signature_oid": other_oids.RSA_PSS}, "algorithm"),
    ("unknown digest", {"digest_oid": oid.DATA}, "algorithm"),
    ("digest algorithm replaced", {"digest_oid": oid.SHA1}, ("cms-signature", "algorithm")),
    ("message type missing", {"drop": (oid.MESSAGE_TYPE,)}, "message-type"),
    ("message type of a request", {"message_type": b"19"}, "message-type"),
    ("message type 03", {"message_type": b"03"}, "message-type"),
    (
        "message type no string",
        {"change": changed(oid.MESSAGE_TYPE, b"\x02\x01\x03")},
        "message-type",
    ),
    (
        "message type as octets",
        {"change": changed(oid.MESSAGE_TYPE, b"\x04\x013")},
        "message-type",
    ),
    ("transaction missing", {"drop": (oid.TRANSACTION_ID,)}, "transaction-id"),
    ("transaction of another request", {"transaction": b"0" * 32}, "transaction-id"),
    ("transaction cut off", {"transaction": TRANSACTION[:31]}, "transaction-id"),
    ("transaction in other case", {"transaction": TRANSACTION.lower()}, "transaction-id"),
    ("nonce missing", {"drop": (oid.RECIPIENT_NONCE,)}, "nonce"),
    ("nonce of a replay", {"nonce": b"f" * 16}, "nonce"),
    ("nonce cut off", {"nonce": NONCE[:15]}, "nonce"),
    ("nonce empty", {"nonce": b""}, "nonce"),
    ("nonce as string", {"change": changed(oid.RECIPIENT_NONCE, b"\x13\x10" + NONCE)}, "nonce"),
    ("status missing", {"drop": (oid.PKI_STATUS,)}, "pki-status"),
    ("status 7", {"status": b"7"}, "pki-status"),
    ("status empty", {"status": b""}, "pki-status"),
    ("status 00", {"status": b"00"}, "pki-status"),
    ("success without envelope", {"content": b""}, "cms-format"),
    ("envelope is no envelope", {"content": certrep.certs_only(CERTS)}, "cms-format"),
    ("envelope of junk", {"content": b"\x30\x03\x02\x01"}, "asn1"),
    ("envelope for another certificate", {"named": OTHER.certificate}, "decrypt"),
    (
        "envelope for another key",
        {"content": certrep.enveloped(b"x", CA.certificate, named=OWN)},
        "decrypt",
    ),
    ("content key too short", {"key": b"\x01" * 15}, "decrypt"),
    ("content key too long", {"key": b"\x01" * 17}, "decrypt"),
    ("content key of one octet", {"key": b"k", "cipher": "des-cbc"}, "decrypt"),
    ("padding 0", {"inner": b"x" * 16, "padding": b"\0" * 16}, "decrypt"),
    ("padding 17", {"inner": b"x" * 16, "padding": b"\x11" * 16}, "decrypt"),
    ("padding uneven", {"inner": b"x" * 15, "padding": b"\x02"}, "decrypt"),
    ("padding 255", {"inner": b"x" * 15, "padding": b"\xff"}, "decrypt"),
    ("padding with another octet", {"inner": b"x" * 12, "padding": b"\x04\x03\x04\x04"}, "decrypt"),
    ("encrypted key too short", {"encrypted_key": b"\x01" * 64}, "decrypt"),
    ("encrypted key over the modulus", {"encrypted_key": b"\xff" * 128}, "decrypt"),
    ("envelope without content", {"empty": True}, "cms-format"),
    ("ciphertext cut off", {"size": 31}, "decrypt"),
    ("ciphertext empty", {"size": 0}, "decrypt"),
    ("unknown cipher", {"cipher_oid": oid.DATA}, "algorithm"),
    ("cipher with a wrong vector", {"cipher_oid": oid.DES_EDE3_CBC}, "cms-format"),
    ("unknown key transport", {"key_algorithm": other_oids.RSA_PSS}, "algorithm"),
)


def test_answers_that_are_refused():
    for name, knobs, code in REFUSED:
        body = certrep.success(CA, OWN, CERTS, **knobs)
        try:
            raises(code, opened, body)
        except AssertionError as e:
            raise AssertionError("%s: %s" % (name, e))


def test_an_ra_with_the_serial_of_its_ca():
    body = certrep.success(CA, OWN, CERTS, signer=RA, signer_key=key(1))
    for trusted in ((RA, CA.certificate), (CA.certificate, RA)):
        assert opened(body, trusted).signer.der == RA.der
    raises("cms-signature", opened, body, (CA.certificate,))


class EvenKey:
    """A public key that no RSA operation takes."""

    bits = 1024

    def public(self):
        return bytes([0xC0]) + bytes(127), 65537


def test_a_key_of_no_use_is_an_error_of_ours():
    useless = CA.issue("CN=RA", EvenKey(), b"\x01")  # named like the CA itself
    raises("algorithm", opened, certrep.success(CA, OWN, CERTS), (useless,))
    payload = message.Payload(0x30, CA.subject, CA.subject)
    choice = policy.Choice("aes-128-cbc", "sha256", True, True)
    signer = message.Signer(OWN_KEY, OWN)
    steps = message.build(20, TRANSACTION, NONCE, signer, useless, choice, payload)
    raises("algorithm", finish, steps)


FAILURES = (
    (b"0", "fail-badAlg"),
    (b"1", "fail-badMessageCheck"),
    (b"2", "fail-badRequest"),
    (b"3", "fail-badTime"),
    (b"4", "fail-badCertId"),
    (b"5", "fail-badRequest"),
    (b"", "fail-badRequest"),
)


def test_failures():
    for fail, code in FAILURES:
        reply = opened(certrep.refusal(CA, fail=fail))
        assert reply.status == registry.FAILURE and reply.content is None
        assert reply.failure.code == code, (fail, reply.failure.code)
    assert opened(certrep.refusal(CA)).failure.code == "fail-badRequest"
    reply = opened(certrep.refusal(CA, fail=b"2", text=b"challenge\x07 is wrong"))
    assert "challenge. is wrong" in reply.failure.message


def test_a_failure_with_an_envelope_is_a_failure():
    body = certrep.success(CA, OWN, CERTS, status=b"2", fail=b"1")
    reply = opened(body)
    assert reply.failure.code == "fail-badMessageCheck" and reply.content is None


def test_pending():
    reply = opened(certrep.refusal(CA, b"3"))
    assert reply.status == registry.PENDING and reply.failure is None


def test_truncated_answers_are_refused():
    body = bytes(certrep.success(CA, OWN, CERTS))
    for size in list(range(40)) + list(range(40, len(body), 17)):
        raises(("asn1", "cms-format"), opened, body[:size])
    raises("asn1", opened, body + b"\0")


def test_certificates_decided_by_content():
    one, crls = message.read_certificates(bytearray(CA.certificate.der))
    assert [c.der for c in one] == [CA.certificate.der] and crls == []
    for ber in (False, True):
        body = bytearray(certrep.certs_only((ISSUED.der, CA.certificate.der), (b"\x30\x00",), ber))
        several, crls = message.read_certificates(body)
        assert [bytes(c.serial) for c in several] == [b"\x2a", b"\x01"]
        assert [bytes(c) for c in crls] == [b"\x30\x00"]
    for body, code in (
        (b"", "asn1"),
        (b"<html>", "asn1"),
        (b"\x30\x00", "asn1"),
        (b"\x30\x80", "asn1"),
        (certrep.tlv(0x30, certrep.tlv(6, oid.DATA)), "cms-format"),
    ):
        raises(code, message.read_certificates, bytearray(body))


def test_a_certificate_that_cannot_be_read_is_left_out():
    body = bytearray(certrep.certs_only((b"\x30\x03\x02\x01\x01", ISSUED.der)))
    certificates, _ = message.read_certificates(body)
    assert [c.der for c in certificates] == [ISSUED.der]
