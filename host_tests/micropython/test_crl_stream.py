"""The streaming CRL scan: the same verdict as the whole-buffer parser, at every chunking."""

import certrep
from certrep import NONCE, TRANSACTION
from errors import Error
from expect import raises
from rsa_keys import key
from scep import extensions, message, oid
from scep.crl import Crl
from scep.crl_stream import Answer, CrlScan
from scep.signatures import finish
from small_pki import START, Authority, extension, key_usage, reason, scope

CA = Authority("CN=CA")
OTHER = Authority("CN=CA", 1)
NO_CRL_SIGN = Authority("CN=CA", exts=(key_usage(extensions.KEY_CERT_SIGN),))
LONG = Authority("CN=CA,O=" + 60 * "a" + ",OU=" + 60 * "b")
OWN_KEY = key(2)
OWN = CA.issue("CN=phone", OWN_KEY, b"\x2a")
UNKNOWN = extension(b"\x2a\x03", lambda e: e.null(), True)
HARMLESS = extension(b"\x2a\x03", lambda e: e.octet_string(bytes(200)))
NUMBER = extension(oid.CRL_NUMBER, lambda e: e.integer(7))
CRITICAL_NUMBER = extension(oid.CRL_NUMBER, lambda e: e.integer(7), True)
DELTA = extension(oid.DELTA_CRL_INDICATOR, lambda e: e.integer(6), True)


def serial(n):
    return b"\x01" + bytes((n >> 8, n & 255))


MANY = [(serial(n), []) for n in range(120)]
REASONS = [(serial(n), [reason(n % 6)]) for n in range(120)]
OURS = [(b"\x2a", [reason(1)])]


def run(scan, body, piece):
    """Feed a body in pieces through one small buffer, as http.exchange does."""
    buf = bytearray(min(piece, len(body)))
    for at in range(0, len(body), piece):
        part = body[at : at + piece]
        buf[: len(part)] = part
        finish(scan.sink(buf, 0, len(part)))
    return finish(scan.finish())


def streamed(crl, issuer=CA, piece=600):
    scan = run(CrlScan(OWN, issuer.certificate), crl, piece)
    return scan.entry


def whole(crl, issuer=CA):
    return Crl(crl).status(OWN, issuer.certificate)


def verdict(function, *arguments):
    try:
        entry = function(*arguments)
    except Error as e:
        return e.code
    return entry and (entry.serial, entry.date, entry.reason)


# (name, CRL, expected: None, a reason or a code)
ROWS = (
    ("empty", CA.crl(), None),
    ("many others", CA.crl(MANY), None),
    ("many others with reasons", CA.crl(REASONS), None),
    ("ours first", CA.crl(OURS + MANY), 1),
    ("ours last", CA.crl(MANY + OURS), 1),
    ("ours in the middle", CA.crl(MANY[:50] + OURS + REASONS), 1),
    ("ours without a reason", CA.crl(MANY + [(b"\x2a", [])]), 0),
    ("on hold", CA.crl([(b"\x2a", [reason(6)])]), 6),
    ("a serial that ends alike", CA.crl([(b"\x01\x2a", []), (b"\x2a\x2a", [])]), None),
    ("long entries", CA.crl([(b"\x05", [HARMLESS]), (b"\x2a", [reason(4), HARMLESS])]), 4),
    ("crl number", CA.crl(MANY, exts=(NUMBER,)), None),
    ("no next update", CA.crl(MANY + OURS, end=None), 1),
    ("after 2049", CA.crl(OURS, start=2524608000, end=2624608000), 1),
    ("unknown critical extension of another entry",
     CA.crl([(b"\x05", [UNKNOWN])] + OURS), "unsupported"),
    ("unknown critical extension", CA.crl(OURS, exts=(UNKNOWN,)), "unsupported"),
    ("delta", CA.crl(OURS, exts=(DELTA,)), "unsupported"),
    ("critical number", CA.crl(OURS, exts=(CRITICAL_NUMBER,)), "unsupported"),
    ("for CAs only", CA.crl(OURS, exts=(scope({2: True}),)), "unsupported"),
    ("indirect", CA.crl(OURS, exts=(scope({4: True}),)), "unsupported"),
    ("removeFromCRL", CA.crl([(b"\x05", [reason(8)])]), "unsupported"),
    ("signed by another key", CA.crl(OURS, signer=key(1)), "cert-signature"),
    ("signed with MD5", CA.crl(OURS, hash_name="md5"), "algorithm"),
    ("of another issuer", CA.crl(OURS, issuer=Authority("CN=X").subject), "cert-issuer"),
)  # fmt: skip


def test_bare_crls_give_the_verdict_of_the_whole_buffer_parser():
    for name, crl, wanted in ROWS:
        reference = verdict(whole, crl)
        for piece in (1, 7, 600, 4096, 100000):
            got = verdict(streamed, crl, CA, piece)
            assert got == reference, (name, piece, got, reference)
        short = got[2] if isinstance(got, tuple) else got
        assert short == wanted, (name, short)


def test_an_issuer_that_may_not_sign_crls():
    assert verdict(streamed, CA.crl(OURS), NO_CRL_SIGN) == "cert-issuer"


def answer():
    return Answer(message.Signer(OWN_KEY, OWN), [CA.certificate], TRANSACTION, NONCE)


def in_certrep(body, piece=600):
    scan = CrlScan(OWN, CA.certificate, answer())
    return run(scan, body, piece).entry


def whole_certrep(body):
    reply = finish(
        message.open_reply(
            bytearray(body), message.Signer(OWN_KEY, OWN), [CA.certificate], TRANSACTION, NONCE
        )
    )
    if reply.failure is not None:
        raise reply.failure
    _, crls = message.read_certificates(reply.content)
    return Crl(crls[0]).status(OWN, CA.certificate)


def test_crls_in_certreps():
    for crl in (CA.crl(), CA.crl(MANY + OURS), CA.crl(REASONS)):
        for ber in (False, True):
            for cipher in ("des-cbc", "aes-128-cbc"):
                body = certrep.success(CA, OWN, (), (crl,), ber=ber, cipher=cipher)
                reference = verdict(whole_certrep, body)
                for piece in (1, 13, 600, 100000):
                    got = verdict(in_certrep, body, piece)
                    assert got == reference, (ber, cipher, piece, got, reference)


def test_names_and_lengths_in_ber():
    """X.690 8.1.3: a length may have more octets than it needs; 8.1.3.6: or be indefinite."""
    for knobs in ({"ber": True}, {"loose": "long"}, {"loose": "indefinite"}):
        # a name of more than 127 octets: its own length has two
        for subject in ("CN=phone", "CN=phone,O=" + 60 * "a" + ",OU=" + 60 * "b"):
            own = LONG.issue(subject, OWN_KEY, b"\x2a")
            knobs = dict(knobs, cipher="aes-128-cbc")
            body = certrep.success(LONG, own, (), (LONG.crl(OURS),), **knobs)
            scan = CrlScan(
                own,
                LONG.certificate,
                Answer(message.Signer(OWN_KEY, own), [LONG.certificate], TRANSACTION, NONCE),
            )
            assert run(scan, body, 600).entry.reason == 1, knobs


def test_a_crl_after_certificates():
    body = certrep.success(CA, OWN, (CA.certificate.der, OWN.der), (CA.crl(OURS),), ber=True)
    assert verdict(in_certrep, body)[2] == 1


# (name, knobs of certrep, expected code)
REFUSED = (
    ("signature", {"signature": bytes(128)}, "cms-signature"),
    (
        "signer",
        {"signer": OTHER.issue("CN=y", key(1), b"\x77"), "signer_key": key(1)},
        "cms-signer",
    ),
    ("content replaced", {"digest_value": bytes(32)}, "cms-digest"),
    ("nonce", {"nonce": b"x" * 16}, "nonce"),
    ("transaction", {"transaction": b"x"}, "transaction-id"),
    ("failure", {"status": b"2", "fail": b"4"}, "fail-badCertId"),
    ("pending", {"status": b"3"}, "pki-status"),
    ("padding", {"inner": b"x" * 16, "padding": b"\0" * 16}, ("decrypt", "asn1")),
    ("other recipient", {"named": OTHER.certificate}, "decrypt"),
    ("content key", {"key": b"k"}, "decrypt"),
    ("cut ciphertext", {"size": 31}, ("decrypt", "asn1")),
    ("bad signature and bad inside", {"signature": bytes(128), "inner": b"junk"},
     "cms-signature"),
    ("not signed", {"infos": 0}, "cms-format"),
    ("two signers", {"infos": 2}, "cms-format"),
    ("a digest that was not announced", {"digest_oid": oid.SHA1}, "algorithm"),
    ("envelope is no envelope", {"content": certrep.certs_only((OWN.der,))}, "cms-format"),
    ("envelope without content", {"empty": True}, "cms-format"),
    ("no crl", {"inner": certrep.certs_only((OWN.der,))}, "cms-format"),
)  # fmt: skip


def test_certreps_that_are_refused():
    crl = CA.crl(MANY + OURS)
    for name, knobs, code in REFUSED:
        for ber in (False, True):
            body = certrep.success(CA, OWN, (), (crl,), ber=ber, **knobs)
            try:
                raises(code, in_certrep, body)
            except AssertionError as e:
                raise AssertionError(name + ": " + str(e))


def test_nothing_is_told_before_the_end():
    crl = CA.crl(OURS)
    for size in range(0, len(crl), 5):
        raises("asn1", streamed, crl[:size])
    raises("asn1", streamed, crl + b"\0")
    body = bytes(certrep.success(CA, OWN, (), (crl,)))
    for size in range(0, len(body), 29):
        raises("asn1", in_certrep, body[:size])
    raises("asn1", in_certrep, body + b"\0")


def test_dates_are_kept_for_the_freshness_check():
    scan = run(CrlScan(OWN, CA.certificate), CA.crl(MANY, exts=(NUMBER,)), 600)
    assert (scan.this_update, scan.number, scan.entries) == (START, 7, 120)
    scan.check_fresh(START + 10)
    raises("crl-stale", scan.check_fresh, scan.next_update + 1)


def test_a_signer_larger_than_its_bound_is_refused():
    for octets in (5000, 20000):
        extra = certrep.tlv(0xA1, certrep.tlv(4, bytes(octets)))
        body = certrep.success(CA, OWN, (), (CA.crl(OURS),), unsigned=extra)
        assert verdict(in_certrep, body) == "too-large", octets


def test_an_element_larger_than_the_buffer_is_refused():
    big = extension(b"\x2a\x03", lambda e: e.octet_string(bytes(3000)))
    junk = certrep.tlv(0x30, certrep.tlv(0x30, b"\x02\x01\x01", certrep.tlv(0x30, big)))
    raises("too-large", streamed, junk)
