"""OCSP: the request's bytes, who may answer, and what is believed."""

import crl_reasons
import other_oids
from errors import Error
from expect import raises
from rsa_keys import key
from scep import asn1time, extensions, ocsp, oid
from scep.der import CONTEXT_C, INTEGER, SEQUENCE, Encoder, Reader
from scep.signatures import digest
from small_pki import (
    END,
    START,
    Authority,
    extension,
    flipped,
    key_usage,
    ocsp_answer,
    purposes,
)

CA = Authority("CN=CA", 0)
LEAF = CA.issue("CN=leaf", key(2), b"\x05")
NONCE = b"0123456789abcdef"
NOW = START + 1000


def read(data, nonce=NONCE, time=NOW, leaf=LEAF, issuer=CA):
    return ocsp.read_response(data, leaf, issuer.certificate, nonce, time)


def answer(signer=None, **other):
    return ocsp_answer(LEAF, CA.certificate, signer or CA.key, **other)


def test_a_request_holds_the_certificates_hashes_and_the_nonce():
    for hash_name, nonce in (("sha1", NONCE), ("sha256", None)):
        e = Encoder(bytearray(512))
        ocsp.put_request(e, LEAF, CA.certificate, nonce, hash_name)
        reader = Reader(e.view())
        tbs = reader.enter().enter()
        cert_id = tbs.enter().enter().enter()
        cert_id.skip(SEQUENCE)
        assert cert_id.octet_string() == digest(hash_name, CA.subject)
        assert cert_id.octet_string() == digest(hash_name, CA.certificate.key_bits)
        assert cert_id.body(INTEGER) == b"\x05"
        cert_id.finish()
        if nonce:
            items = tbs.enter(CONTEXT_C | 2).enter()
            assert extensions.check(items) == [(oid.OCSP_NONCE, False, b"\x04\x10" + NONCE)]
        tbs.finish()


def test_good_revoked_and_unknown():
    assert read(answer(nonce=NONCE)).status == ocsp.GOOD
    assert read(answer(status="unknown")).status == ocsp.UNKNOWN
    found = read(answer(status="revoked", reason=4))
    assert (found.status, crl_reasons.name_of(found)) == (ocsp.REVOKED, "superseded")
    assert found.revoked_at == found.this_update == START and found.next_update == END
    assert crl_reasons.name_of(read(answer(status="revoked"))) == "unspecified"


def test_the_responder_may_be_named_by_key_or_by_name():
    for by_key in (True, False):
        assert read(answer(by_key=by_key)).status == ocsp.GOOD


def test_other_hashes_in_the_certid_are_read():
    assert read(answer(hash_name="sha256")).status == ocsp.GOOD


def test_nonces():
    assert read(answer(nonce=NONCE)).with_nonce
    assert not read(answer()).with_nonce
    assert not read(answer(nonce=NONCE), nonce=None).with_nonce
    raises("ocsp", read, answer(nonce=b"another nonce..."))
    raises("ocsp", read, answer(nonce=NONCE[:8]))
    bare = extension(oid.OCSP_NONCE, lambda e: e.raw(NONCE))
    assert read(answer(exts=(bare,))).with_nonce


def delegate(number=1, exts=None, issuer=CA, **other):
    if exts is None:
        exts = (key_usage(extensions.DIGITAL_SIGNATURE), purposes(oid.OCSP_SIGNING))
    return issuer.issue("CN=OCSP", key(number), b"\x09", exts=exts, **other)


def delegated(responder, signer=None, **other):
    return answer(signer or key(1), responder=responder, certificates=(responder,), **other)


def test_a_delegated_responder_may_answer():
    for by_key in (True, False):
        data = delegated(delegate(), by_key=by_key, nonce=NONCE)
        assert read(data).status == ocsp.GOOD
    no_check = extension(oid.OCSP_NO_CHECK, lambda e: e.null())
    responder = delegate(exts=(purposes(oid.OCSP_SIGNING), no_check))
    assert read(delegated(responder)).status == ocsp.GOOD


def test_a_responder_may_send_its_former_certificate_too():
    old, new = delegate(start=START - 10, end=START), delegate()
    for sent in ((old, new), (new, old)):
        data = answer(key(1), responder=new, certificates=sent)
        assert read(data).status == ocsp.GOOD
    raises("ocsp", read, answer(key(1), responder=old, certificates=(old, old)))


# (name, the responder's certificate)
BAD_DELEGATES = (
    ("no purpose", lambda: delegate(exts=())),
    ("another purpose", lambda: delegate(exts=(purposes(oid.CLIENT_AUTH),))),
    ("any purpose", lambda: delegate(exts=(purposes(oid.ANY_EXTENDED_KEY_USAGE),))),
    (
        "may not sign",
        lambda: delegate(exts=(key_usage(extensions.KEY_ENCIPHERMENT), purposes(oid.OCSP_SIGNING))),
    ),
    (
        "unknown critical extension",
        lambda: delegate(
            exts=(
                purposes(oid.OCSP_SIGNING),
                extension(other_oids.MS_SID, lambda e: e.null(), True),
            )
        ),
    ),
    ("expired", lambda: delegate(start=START - 10, end=START)),
    ("of another CA", lambda: delegate(issuer=Authority("CN=Other", 3))),
    ("of a CA with the same name", lambda: delegate(issuer=Authority("CN=CA", 3))),
    ("of a CA with the same key", lambda: delegate(issuer=Authority("CN=Other", 0))),
)


def test_who_was_not_delegated_is_refused():
    for _name, make in BAD_DELEGATES:
        raises("ocsp", read, delegated(make()))


def test_an_answer_that_the_wrong_key_signed_is_refused():
    raises("ocsp", read, answer(key(3)))
    raises("ocsp", read, delegated(delegate(), key(3)))
    raises("ocsp", read, answer(key(1), responder=delegate()))


def test_an_answer_about_another_certificate_is_refused():
    raises("ocsp", read, answer(serial=b"\x06"))
    other = Authority("CN=CA", 3)
    leaf = other.issue("CN=leaf", key(2), b"\x05")
    raises("ocsp", lambda: read(answer(), leaf=leaf, issuer=other))


def test_an_old_answer_says_nothing_good_but_still_revokes():
    for start, end in ((START, START + 10), (END - 10, END), (NOW - 90000, None)):
        raises("ocsp", read, answer(start=start, end=end))
        raises("ocsp", read, answer(start=start, end=end, status="unknown"))
        found = read(answer(start=start, end=end, status="revoked"))
        assert found.status == ocsp.REVOKED
    assert read(answer(start=NOW - 80000, end=None)).status == ocsp.GOOD


def test_without_a_clock_nothing_is_judged_by_date():
    data = delegated(delegate(start=START - 10, end=START), start=START, end=START + 10)
    assert read(data, time=None).status == ocsp.GOOD
    assert asn1time.iso(read(data, time=None).this_update) == "2026-01-01T00:00:00Z"


def test_refusals_name_the_reason():
    for code, text in (
        (1, "malformedRequest"),
        (2, "internalError"),
        (3, "tryLater"),
        (5, "sigRequired"),
        (6, "unauthorized"),
        (7, "status 7"),
    ):
        error = raises("ocsp", read, answer(code=code))
        assert text in error.message


def test_unknown_critical_extensions_void_an_answer():
    for critical in (True, False):
        ext = extension(other_oids.MS_SID, lambda e: e.null(), critical)
        for data in (answer(exts=(ext,)), answer(single=(ext,))):
            if critical:
                raises("ocsp", read, data)
            else:
                assert read(data).status == ocsp.GOOD


def test_malformed_answers_are_refused():
    for status in (b"\x83\x00", b"\x80\x01\x00", b"\x05\x00"):
        raises("asn1", read, answer(status=status))
    raises("asn1", read, answer() + b"\0")


def test_truncation_at_every_byte_is_refused():
    data = delegated(delegate(), nonce=NONCE)
    for cut in range(len(data)):
        raises("asn1", read, data[:cut])


def test_no_flipped_bit_changes_the_verdict_or_crashes():
    """Bits of the delegate's signature and key and of the answer's are numbers: some of them."""
    responder = delegate()
    data = delegated(responder, nonce=NONCE, status="revoked")
    numbers = [data.find(bytes(responder.signature)), data.find(bytes(responder.public_key()[0]))]
    for bit in range(8 * len(data)):
        at = bit // 8
        if any(start <= at < start + 120 for start in numbers) and bit % 29:
            continue
        try:
            found = read(flipped(data, bit))
        except Error as error:
            assert error.code in ("asn1", "algorithm", "ocsp"), error.code
        else:
            raise AssertionError("bit %d: %d" % (bit, found.status))
