"""Certificates read in place: fields, extensions, and every way to be malformed."""

import other_oids
import pem_blocks
from errors import Error
from expect import raises
from rsa_keys import key
from scep import altnames, asn1time, extensions, names, oid, ownsigned, pem
from scep.der import SEQUENCE, Encoder, Reader
from scep.signatures import finish
from scep.x509 import Certificate
from small_pki import (
    END,
    START,
    Authority,
    authority_key_id,
    crl_point,
    extension,
    flipped,
    key_usage,
    ocsp_access,
    purposes,
)

CA = Authority("CN=Root,O=Ministère,C=FR")
LEAF_EXTENSIONS = (
    key_usage(extensions.DIGITAL_SIGNATURE | extensions.KEY_ENCIPHERMENT),
    purposes(oid.CLIENT_AUTH, oid.SERVER_AUTH),
    extension(oid.SUBJECT_ALT_NAME, lambda e: altnames.put(e, [("dns", "a.b"), ("upn", "é@b")])),
    crl_point("http://ca.example/crl"),
    extension(oid.SUBJECT_KEY_ID, lambda e: e.octet_string(b"leaf")),
    authority_key_id(b"root"),
    ocsp_access("http://ocsp.example/"),
    extension(other_oids.MS_SID, lambda e: e.octet_string(b"S-1-5-21")),
)


def leaf(serial=b"\x0a", exts=LEAF_EXTENSIONS, **other):
    return CA.issue("CN=00809F59E1A0", key(1), serial, exts=exts, **other)


def test_every_field_is_read():
    c = leaf()
    assert c.version == 3 and c.serial == b"\x0a" and c.serial_hex == "a"
    assert (c.not_before, c.not_after) == (START, END)
    assert c.subject_text == "CN=00809F59E1A0" and c.issuer_text == "CN=Root,O=Ministère,C=FR"
    assert c.common_name == "00809F59E1A0"
    n, e = c.public_key()
    assert (bytes(n), e) == (bytes(key(1).public()[0]), key(1).public()[1])
    assert c.algorithm == oid.SHA256_RSA and len(c.signature) == 128
    assert c.key_usage == 5 and c.allows(extensions.DIGITAL_SIGNATURE) and not c.allows(5 | 32)
    assert c.purposes == [oid.CLIENT_AUTH, oid.SERVER_AUTH]
    assert c.basic_constraints == (False, None) and not c.is_ca
    assert c.alternative_names == [("dns", "a.b"), ("upn", "é@b")]
    assert c.crl_urls == ["http://ca.example/crl"] and c.ocsp_urls == ["http://ocsp.example/"]
    assert c.subject_key_id == b"leaf" and c.authority_key_id == b"root"
    assert c.extension(other_oids.MS_SID) == (False, b"\x04\x08S-1-5-21")
    assert c.extension(oid.NAME_CONSTRAINTS) is None
    assert c.critical_extensions() == [oid.KEY_USAGE]
    assert not c.is_self_issued() and CA.certificate.is_self_issued()
    assert CA.certificate.basic_constraints == (True, None)
    c.verify(CA.certificate)


def test_serial_numbers_of_every_kind():
    for raw, text in (
        (b"\0", "0"),
        (b"\0\x80", "80"),
        (b"\x01" + b"\xff" * 19, "1" + "ff" * 19),
        (b"\xff", "-1"),
        (b"\x80\0", "-8000"),
    ):
        c = leaf(raw)
        assert c.serial == raw and c.serial_hex == text


def test_a_validity_without_end():
    c = leaf(start=0, end=asn1time.NEVER)
    assert c.not_after == 253402300799 and c.not_before == 0
    assert c.valid_at(0) and c.valid_at(asn1time.NEVER) and c.valid_at(1 << 33)
    assert not c.valid_at(-1)


def test_both_ends_of_a_validity_count():
    c = leaf()
    assert c.valid_at(START) and c.valid_at(END)
    assert not c.valid_at(START - 1) and not c.valid_at(END + 1)


def test_certificates_of_version_1_and_2():
    for version in (1, 2):
        c = leaf(exts=(), version=version)
        assert c.version == version and c.key_usage is None and c.purposes is None
        assert c.alternative_names == [] and c.crl_urls == [] and c.ocsp_urls == []
        assert c.critical_extensions() == [] and c.subject_key_id is None


def test_unique_identifiers_are_bit_strings_of_any_bits():
    for unique in (b"\x81\x02\x00\xa5", b"\x81\x01\x00\x82\x03\x04\xa5\xf0", b"\x82\x02\x07\x80"):
        for version in (2, 3):
            c = leaf(unique=unique, exts=(), version=version)
            c.verify(CA.certificate)


def test_each_hash_verifies_and_md5_only_when_allowed():
    for name in ("sha1", "sha224", "sha256", "sha384", "sha512"):
        leaf(hash_name=name).verify(CA.certificate)
    c = leaf(hash_name="md5")
    raises("algorithm", c.verify, CA.certificate)
    c.verify(CA.certificate, True)


def test_a_signature_by_another_key_is_refused():
    raises("cert-signature", leaf(signer=key(2)).verify, CA.certificate)
    raises("cert-signature", leaf().verify, leaf())


# (name, how a certificate is made that must not be read)
MALFORMED = (
    ("other algorithm inside", lambda: leaf(inner=oid.SHA1_RSA)),
    ("extension twice", lambda: leaf(exts=LEAF_EXTENSIONS[:1] * 2)),
    ("extensions in version 1", lambda: leaf(version=1)),
    ("extensions in version 2", lambda: leaf(version=2)),
    ("version 4", lambda: leaf(version=4)),
    ("issuer is no name", lambda: leaf(issuer=b"\x30\x02\x31\x00")),
    ("issuer is no sequence", lambda: leaf(issuer=b"\x05\x00")),
    ("extension is no sequence", lambda: leaf(exts=(b"\x05\x00",))),
    ("unique identifier of no bits", lambda: leaf(unique=b"\x81\x00")),
    ("unique identifier with 129 unused bits", lambda: leaf(unique=b"\x81\x02\x81\x00")),
    ("unique identifiers in the wrong order", lambda: leaf(unique=b"\x82\x01\0\x81\x01\0")),
    ("unique identifier in version 1", lambda: leaf(unique=b"\x81\x01\0", exts=(), version=1)),
    ("extension without a value", lambda: leaf(exts=(b"\x30\x05\x06\x03\x55\x1d\x0f",))),
)


def test_malformed_certificates_are_refused():
    for _name, make in MALFORMED:
        raises("asn1", make)


def test_something_after_the_certificate_is_refused():
    raises("asn1", Certificate, bytes(leaf().der) + b"\0")


def test_truncation_at_every_byte_is_refused():
    data = bytes(leaf().der)
    for cut in range(len(data)):
        raises("asn1", Certificate, memoryview(data)[:cut])


def test_no_flipped_bit_verifies_or_crashes():
    """Every bit of the structure; of signature and modulus, which are one number each, some."""
    data = bytes(leaf().der)
    c = Certificate(data)
    numbers = [data.find(bytes(c.signature)), data.find(bytes(c.public_key()[0]))]
    for bit in range(8 * len(data)):
        at = bit // 8
        if any(start <= at < start + 120 for start in numbers) and bit % 29:
            continue
        try:
            Certificate(flipped(data, bit)).verify(CA.certificate)
        except Error as error:
            assert error.code in ("asn1", "algorithm", "cert-signature"), error.code
        else:
            raise AssertionError("bit %d" % bit)


# (kind, value)
BAD_VALUES = (
    (oid.KEY_USAGE, b"\x05\x00"),
    (oid.KEY_USAGE, b"\x03\x02\x05\xa1"),
    (oid.BASIC_CONSTRAINTS, b"\x30\x03\x01\x01\x01"),
    (oid.BASIC_CONSTRAINTS, b"\x30\x06\x01\x01\xff\x02\x01\xff"),
    (oid.BASIC_CONSTRAINTS, b"\x30\x00\x05\x00"),
    (oid.EXTENDED_KEY_USAGE, b"\x30\x00"),
    (oid.SUBJECT_ALT_NAME, b"\x30\x03\x82\x01\xe9"),
    (oid.SUBJECT_KEY_ID, b"\x30\x00"),
    (oid.AUTHORITY_KEY_ID, b"\x30\x02\x05\x00"),
    (oid.CRL_DISTRIBUTION_POINTS, b"\x30\x02\x05\x00"),
    (oid.AUTHORITY_INFO_ACCESS, b"\x30\x02\x30\x00"),
)


def test_malformed_extension_values_are_refused_when_they_are_read():
    for kind, raw in BAD_VALUES:
        c = leaf(exts=(extension(kind, lambda e, raw=raw: e.raw(raw)),))
        raises("asn1", extensions.check_values, c.extensions())


def test_ten_thousand_extensions_end_in_an_error():
    item = extension(other_oids.MS_SID, lambda e: e.null())
    e = Encoder(bytearray(len(item) * 10000 + 600))
    end = e.pos
    for _ in range(10000):
        e.raw(item)
    e.wrap(SEQUENCE, end)
    raises("asn1", extensions.check, Reader(e.view()).enter())


def test_only_rsa_keys_are_handed_out():
    data = bytes(leaf().der)
    at = data.find(oid.RSA_ENCRYPTION)
    other = data[:at] + other_oids.RSA_PSS + data[at + len(other_oids.RSA_PSS) :]
    raises("algorithm", Certificate(other).public_key)


def test_keys_beyond_8192_bits_are_refused():
    class Large:
        def public(self):
            return b"\xff" * 1025, 3

    raises("algorithm", CA.issue("CN=a", Large()).public_key)


def test_fingerprints_are_of_the_whole_certificate():
    c = CA.certificate
    assert len(c.fingerprint()) == 32 and len(c.fingerprint("md5")) == 16
    assert c.fingerprint() != leaf().fingerprint()


def test_pem_blocks_survive_a_round_trip():
    data = bytes(leaf().der)
    text = "x\r\n" + pem.encode(data) + "between\n" + pem.encode(CA.certificate.der)
    assert pem_blocks.decode(text) == [data, bytes(CA.certificate.der)]
    assert pem_blocks.decode(text.replace("\n", "\r\n").encode()) == pem_blocks.decode(text)
    assert pem_blocks.decode(text, "X509 CRL") == []
    raises("config", pem_blocks.decode, text.replace("-----END", "-----"))
    raises("config", pem_blocks.decode, text.replace("MII", "M!I"))


def test_a_self_signed_certificate_needs_no_clock():
    e = Encoder(bytearray(1024))
    finish(ownsigned.steps(e, key(2), "CN=00809F59E1A0,O=Ministère,C=FR"))
    c = Certificate(bytes(e.view()))
    c.verify(c)
    assert c.subject_text == c.issuer_text == "CN=00809F59E1A0,O=Ministère,C=FR"
    assert c.serial == b"\x01" and c.valid_at(0) and c.valid_at(asn1time.NEVER)
    assert c.key_usage == 5 and c.purposes is None


def test_a_self_signed_certificate_takes_a_name_as_it_stands():
    name = names.encode("CN=#1e020061,C=FR")
    e = Encoder(bytearray(1024))
    finish(ownsigned.steps(e, key(2), name, START, END, 77, 1, "sha1"))
    c = Certificate(bytes(e.view()))
    c.verify(c)
    assert c.subject == name and c.issuer == name and c.serial_hex == "4d"
    assert (c.not_before, c.not_after, c.key_usage) == (START, END, 1)
