"""CRLs: who may sign them, what they cover, how long they hold, and what they list."""

import crl_reasons
import other_oids
from errors import Error
from expect import raises
from rsa_keys import key
from scep import extensions, oid
from scep.crl import Crl
from scep.signatures import CertError
from small_pki import (
    END,
    START,
    Authority,
    basic_constraints,
    crl_point,
    extension,
    flipped,
    key_usage,
    reason,
    scope,
)

CA = Authority("CN=CA", 0)
OTHER = Authority("CN=Other", 1)
URL = "http://ca.example/crl"
LEAF = CA.issue("CN=leaf", key(2), b"\x05", exts=(crl_point(URL),))
NOW = START + 1000


def status(data, leaf=LEAF, issuer=CA, time=NOW, weak=False):
    return Crl(data).status(leaf, issuer.certificate, time, weak)


def test_the_fields_are_read():
    number = extension(oid.CRL_NUMBER, lambda e: e.integer(7))
    c = Crl(CA.crl([(b"\x05", (reason(1),)), (b"\0\x80", ())], exts=(number,)))
    assert c.version == 2 and c.issuer == CA.subject
    assert (c.this_update, c.next_update) == (START, END)
    assert [(e.serial, e.date, e.reason) for e in c.entries()] == [
        (b"\x05", START, 1),
        (b"\0\x80", START, 0),
    ]
    assert c.check_scope(LEAF) == 7 and len(c.sha256()) == 32


def test_a_listed_certificate_is_found_with_its_reason():
    for code, text in crl_reasons.REASONS.items():
        if code != 8:
            entry = status(CA.crl([(b"\x04", ()), (b"\x05", (reason(code),))]))
            assert (entry.reason, crl_reasons.name_of(entry)) == (code, text)
    assert crl_reasons.name_of(status(CA.crl([(b"\x05", ())]))) == "unspecified"


def test_a_certificate_that_is_not_listed_is_good():
    for entries in ((), [(b"\x04", ())], [(b"\0\x05", ())], [(b"\x05\x05", ())]):
        assert status(CA.crl(entries)) is None
    assert status(CA.crl(version=1)) is None


def test_an_entry_among_thousands_is_found():
    entries = [(b"\x40" + bytes([i >> 8, i & 0xFF]), ()) for i in range(3000)]
    entries[2500] = (b"\x05", ())
    assert status(CA.crl(entries)).serial == b"\x05"


def test_a_crl_signed_by_someone_else_is_refused():
    raises("cert-signature", status, CA.crl(signer=key(1)))
    raises("cert-issuer", status, OTHER.crl())
    raises("cert-issuer", lambda: status(OTHER.crl(), issuer=OTHER))
    raises("cert-issuer", lambda: status(CA.crl(), issuer=OTHER))


def test_an_issuer_that_may_not_sign_crls_is_refused():
    mute = Authority("CN=CA", 0, exts=(basic_constraints(), key_usage(extensions.KEY_CERT_SIGN)))
    raises("cert-issuer", lambda: status(CA.crl(), issuer=mute))
    without = Authority("CN=CA", 0, exts=(basic_constraints(),))
    assert status(CA.crl(), issuer=without) is None


def test_a_stale_crl_says_nothing_good_but_still_revokes():
    for start, end in ((START, START + 10), (END - 10, END), (START, None)):
        raises("crl-stale", status, CA.crl(start=start, end=end))
        assert status(CA.crl([(b"\x05", ())], start=start, end=end)).serial == b"\x05"


def test_without_a_clock_a_crl_is_believed_for_now():
    assert status(CA.crl(start=END - 10), time=None) is None
    assert status(CA.crl([(b"\x05", ())], start=END - 10), time=None) is not None


def test_entries_of_an_unusual_form_are_read():
    """Dates from 2050 on, a long serial number, an invalidity date."""
    later = 2524608000
    data = CA.crl([(b"\x05", ()), (b"\x01" * 130, ())], start=later, end=later + 10)
    assert status(data, time=later).date == later
    ext = extension(other_oids.INVALIDITY_DATE, lambda e: e.generalized_time(START))
    data = CA.crl([(b"\x07", (reason(1), ext)), (b"\x05", (ext,))])
    assert status(data).reason == 0
    assert len(list(Crl(data).entries())) == 2


def test_both_ends_of_the_time_count():
    data = CA.crl(start=START, end=START + 10)
    assert status(data, time=START) is None and status(data, time=START + 10) is None
    raises("crl-stale", lambda: status(data, time=START + 11))


def test_delta_crls_are_refused():
    for critical in (True, False):
        delta = extension(oid.DELTA_CRL_INDICATOR, lambda e: e.integer(1), critical)
        raises("unsupported", status, CA.crl(exts=(delta,)))
    raises("unsupported", status, CA.crl([(b"\x07", (reason(8),))]))


def test_unknown_critical_extensions_void_a_crl():
    for critical in (True, False):
        ext = extension(other_oids.MS_SID, lambda e: e.null(), critical)
        for data in (CA.crl(exts=(ext,)), CA.crl([(b"\x04", (ext,)), (b"\x05", ())])):
            if critical:
                raises("unsupported", status, data)
            else:
                status(data)


AUTHORITY_LEAF = Authority("CN=Sub", 1, CA).certificate
# (name, IssuingDistributionPoint's flags, URI, for a CA's certificate, accepted)
SCOPES = (
    ("no restriction", {}, None, False, True),
    ("user certificates, user", {1: 1}, None, False, True),
    ("user certificates, CA", {1: 1}, None, True, False),
    ("CA certificates, user", {2: 1}, None, False, False),
    ("CA certificates, CA", {2: 1}, None, True, True),
    ("some reasons", {3: 1}, None, False, False),
    ("indirect", {4: 1}, None, False, False),
    ("attribute certificates", {5: 1}, None, False, False),
    ("our distribution point", {}, URL, False, True),
    ("another distribution point", {}, URL + "2", False, False),
    ("a point, and a certificate without one", {}, URL, True, False),
)


def test_a_crl_must_cover_the_certificate():
    for name, flags, url, for_ca, good in SCOPES:
        data = CA.crl(exts=(scope(flags, url),))
        leaf = AUTHORITY_LEAF if for_ca else LEAF
        if good:
            assert status(data, leaf) is None, name
        else:
            raises("unsupported", status, data, leaf)


def test_a_crl_that_does_not_cover_us_does_not_revoke_us_either():
    raises("unsupported", status, CA.crl([(b"\x05", ())], exts=(scope({2: 1}),)))


def test_indirect_entries_are_refused():
    ext = extension(oid.CERTIFICATE_ISSUER, lambda e: e.tlv(0x30, b""), True)
    raises("unsupported", status, CA.crl([(b"\x05", (ext,))]))


# (name, how a CRL is made that must not be read)
MALFORMED = (
    ("extensions in version 1", lambda: CA.crl(exts=(reason(1),), version=1)),
    ("extension twice", lambda: CA.crl(exts=(reason(1), reason(1)))),
    ("issuer is no name", lambda: CA.crl(issuer=b"\x30\x02\x31\x00")),
    ("something after it", lambda: CA.crl() + b"\0"),
)


def test_malformed_crls_are_refused():
    for _name, make in MALFORMED:
        raises("asn1", Crl, make())
    for items in ((reason(7),), (reason(1), reason(1)), (b"\x05\x00",)):
        raises("asn1", Crl(CA.crl([(b"\x05", items)])).find, b"\x05")
        raises("asn1", Crl(CA.crl([(b"\x07", items)])).find, b"\x05")
    no_time = CA.crl([(b"\x07", ())]).replace(b"\x02\x01\x07\x17\x0d", b"\x02\x01\x07\x13\x0d")
    raises("asn1", Crl(no_time).find, b"\x05")


def test_truncation_at_every_byte_is_refused():
    data = CA.crl([(b"\x05", (reason(1),))], exts=(scope({1: 1}),))
    for cut in range(len(data)):
        raises("asn1", Crl, data[:cut])


def test_no_flipped_bit_is_believed_or_crashes():
    data = CA.crl([(b"\x05", (reason(1),))], exts=(scope({1: 1}),))
    signature = data.find(bytes(Crl(data)._signature))
    for bit in range(8 * len(data)):
        if bit // 8 >= signature and bit % 29:
            continue
        try:
            status(flipped(data, bit))
        except Error as error:
            codes = ("asn1", "algorithm", "cert-signature", "cert-issuer", "unsupported")
            assert error.code in codes, error.code
        else:
            raise AssertionError("bit %d" % bit)


def test_entries_stop_at_the_first_that_is_not_sound():
    ext = extension(other_oids.MS_SID, lambda e: e.null(), True)
    seen = []
    try:
        for entry in Crl(CA.crl([(b"\x04", ()), (b"\x06", (ext,))])).entries():
            seen.append(entry.serial)
    except CertError as error:
        assert error.code == "unsupported" and seen == [b"\x04"]
    else:
        raise AssertionError
