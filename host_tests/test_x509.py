"""Certificates that `cryptography` makes, field by field; chains that openssl accepts too."""

import datetime

import pytest
from asn1crypto import x509 as asn1
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from hypothesis import given, settings
from hypothesis import strategies as st

import iso_times
import other_oids
from expect import raises
from openssl import openssl
from other_pki import CA_EXTENSIONS, END, START, certificate, ours, pem
from scep import names, oid, paths
from scep import pem as our_pem
from scep.signatures import digest, verify
from small_pki import Authority
from test_names import RDNS, TEXT, TYPES

SERIALS = st.integers(min_value=1, max_value=(1 << 159) - 1)
MOMENTS = st.datetimes(datetime.datetime(1950, 1, 1), datetime.datetime(9999, 1, 1)).map(
    lambda moment: moment.replace(microsecond=0, tzinfo=datetime.UTC)
)
HOST = st.from_regex(r"[a-z]{1,8}(\.[a-z]{1,5}){1,2}", fullmatch=True)
UPN = x509.ObjectIdentifier("1.3.6.1.4.1.311.20.2.3")


def upn(text):
    from asn1crypto.core import UTF8String

    return x509.OtherName(UPN, UTF8String(text).dump())


GENERAL = st.one_of(
    st.tuples(st.just("dns"), HOST).map(lambda v: (v, x509.DNSName(v[1]))),
    st.tuples(st.just("uri"), HOST.map("http://{}".format)).map(
        lambda v: (v, x509.UniformResourceIdentifier(v[1]))
    ),
    st.tuples(st.just("email"), HOST.map("u@{}".format)).map(lambda v: (v, x509.RFC822Name(v[1]))),
    st.tuples(st.just("ip"), st.ip_addresses(v=4)).map(
        lambda v: ((v[0], str(v[1])), x509.IPAddress(v[1]))
    ),
    st.tuples(st.just("upn"), TEXT).map(lambda v: (v, upn(v[1]))),
    st.tuples(st.just("rid"), st.just("1.2.3.4")).map(
        lambda v: (v, x509.RegisteredID(x509.ObjectIdentifier(v[1])))
    ),
)
USAGES = st.lists(st.booleans(), min_size=9, max_size=9)


def key_usage(flags):
    if not flags[4]:
        flags = flags[:7] + [False, False]
    return flags, x509.KeyUsage(*flags)


@given(
    RDNS,
    SERIALS,
    MOMENTS,
    MOMENTS,
    st.lists(GENERAL, min_size=1, max_size=5),
    USAGES,
    st.one_of(st.none(), st.integers(0, 200)),
    st.lists(st.sampled_from(("1.3.6.1.5.5.7.3.2", "2.5.29.37.0", "1.2.3")), min_size=1),
    st.binary(min_size=1, max_size=20),
    HOST,
)
@settings(max_examples=30, deadline=None)
def test_every_field_of_what_the_other_library_makes_is_read(
    rdns, serial, start, end, general, flags, length, purposes, key_id, host
):
    start, end = min(start, end), max(start, end)
    flags, usage = key_usage(flags)
    subject = x509.Name(
        [
            x509.RelativeDistinguishedName([x509.NameAttribute(TYPES[k], v) for k, v in rdn])
            for rdn in rdns
            if all(len(v.encode()) <= 64 for _, v in rdn)
        ]
    )
    point = x509.DistributionPoint(
        [x509.UniformResourceIdentifier(f"http://{host}/crl")], None, None, None
    )
    responder = x509.AccessDescription(
        x509.AuthorityInformationAccessOID.OCSP, x509.UniformResourceIdentifier(f"http://{host}")
    )
    theirs = certificate(
        subject,
        1,
        "CN=CA",
        0,
        (
            (x509.SubjectAlternativeName([name for _, name in general]), False),
            (usage, True),
            (x509.BasicConstraints(True, length), True),
            (x509.ExtendedKeyUsage([x509.ObjectIdentifier(p) for p in purposes]), False),
            (x509.SubjectKeyIdentifier(key_id), False),
            (x509.AuthorityKeyIdentifier(key_id, None, None), False),
            (x509.CRLDistributionPoints([point]), False),
            (x509.AuthorityInformationAccess([responder]), False),
        ),
        serial=serial,
        start=start,
        end=end,
    )
    c = ours(theirs)
    assert c.subject == subject.public_bytes() and c.issuer_text == "CN=CA"
    assert names.equal(names.encode(c.subject_text), subject.public_bytes())
    assert int(c.serial_hex, 16) == serial == int.from_bytes(c.serial, "big")
    assert c.not_before == iso_times.from_iso(start.strftime("%4Y-%m-%dT%H:%M:%SZ"))
    assert c.not_after == iso_times.from_iso(end.strftime("%4Y-%m-%dT%H:%M:%SZ"))
    assert c.alternative_names == [value for value, _ in general]
    assert c.key_usage == sum(flag << number for number, flag in enumerate(flags))
    assert c.basic_constraints == (True, length)
    assert [asn1.ObjectIdentifier.load(b"\6%c" % len(p) + p).dotted for p in c.purposes] == purposes
    assert c.subject_key_id == key_id == c.authority_key_id
    assert c.crl_urls == [f"http://{host}/crl"] and c.ocsp_urls == [f"http://{host}"]
    assert c.fingerprint() == theirs.fingerprint(hashes.SHA256())
    assert c.fingerprint("sha1") == theirs.fingerprint(hashes.SHA1())
    c.verify(ours(certificate("CN=CA", 0)))
    assert c.tbs == theirs.tbs_certificate_bytes and c.signature == theirs.signature


@pytest.mark.parametrize("name", ["sha224", "sha256", "sha384", "sha512"])
def test_signatures_of_each_hash_verify(name):
    root = certificate("CN=R", 0, hash=getattr(hashes, name.upper())())
    ours(root).verify(ours(root))


def chain():
    root = certificate("CN=Root", 0, extensions=CA_EXTENSIONS)
    sub = certificate("CN=Sub", 1, "CN=Root", 0, CA_EXTENSIONS, serial=2)
    leaf = certificate("CN=Leaf", 2, "CN=Sub", 1, serial=3)
    return root, sub, leaf


def test_a_chain_of_the_other_library_is_accepted_by_us_and_by_openssl(tmp_path):
    root, sub, leaf = chain()
    time = iso_times.from_iso("2026-06-01")
    path = paths.validate(ours(leaf), [ours(sub)], [ours(root)], time)
    assert [c.subject_text for c in path] == ["CN=Leaf", "CN=Sub", "CN=Root"]
    (tmp_path / "root.pem").write_bytes(pem(root))
    (tmp_path / "sub.pem").write_bytes(pem(sub))
    (tmp_path / "leaf.pem").write_bytes(pem(leaf))
    openssl(
        "verify", "-attime", time, "-CAfile", "root.pem", "-untrusted", "sub.pem", "leaf.pem",
        folder=tmp_path,
    )  # fmt: skip


def test_a_chain_of_ours_is_accepted_by_openssl_and_the_other_library(tmp_path):
    """small_pki, on which the tests under MicroPython rest, makes what others call certificates."""
    root = Authority("CN=Root,O=Ministère,C=FR", 0)
    sub = Authority("CN=Sub", 1, root, serial=b"\x02")
    leaf = sub.issue("CN=Leaf", sub.key, b"\x03")
    theirs = [x509.load_der_x509_certificate(bytes(c.der)) for c in (sub.certificate, leaf)]
    theirs[1].verify_directly_issued_by(theirs[0])
    for name, c in (("root", root.certificate), ("sub", sub.certificate), ("leaf", leaf)):
        (tmp_path / f"{name}.pem").write_text(our_pem.encode(c.der))
        assert asn1.Certificate.load(bytes(c.der), strict=True).dump(force=True) == c.der
    openssl(
        "verify", "-attime", int(START.timestamp()) + 1, "-CAfile", "root.pem",
        "-untrusted", "sub.pem", "leaf.pem", folder=tmp_path,
    )  # fmt: skip
    assert paths.validate(leaf, [sub.certificate], [root.certificate], int(END.timestamp()))


def test_openssl_prints_the_serial_number_that_we_print(tmp_path):
    for serial in (1, 0x80, (1 << 159) - 1):
        theirs = certificate("CN=a", 0, serial=serial)
        text = openssl("x509", "-noout", "-serial", data=pem(theirs)).decode()
        assert int(text.partition("=")[2], 16) == int(ours(theirs).serial_hex, 16)


def test_names_are_what_openssl_prints():
    subject = "CN=00809F59E1A0,O=Ministère des Affaires Etrangères,C=FR"
    theirs = certificate(subject, 0)
    text = openssl(
        "x509", "-noout", "-subject", "-nameopt", "RFC2253,-esc_msb,utf8", data=pem(theirs)
    )
    assert text.decode().strip().removeprefix("subject=") == subject == ours(theirs).subject_text


def test_unknown_extensions_are_kept():
    value = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.3.6.1.4.1.311.25.2"), b"0\x00")
    c = ours(certificate("CN=a", 0, extensions=((value, False),)))
    assert c.extension(other_oids.MS_SID) == (False, b"0\x00")


def cube_root(number):
    """Return the least integer whose cube is not below number."""
    low, high = 0, 1 << (number.bit_length() // 3 + 1)
    while low < high:
        middle = (low + high) // 2
        if middle**3 < number:
            low = middle + 1
        else:
            high = middle
    return low


SHA256_INFO = bytes.fromhex("3031300d060960864801650304020105000420")
# (name, what stands before the DigestInfo; what follows it are bytes that nobody chose)
FORGERIES = (
    ("one byte of padding", b"\x00\x01\xff\x00"),
    ("eight bytes of padding", b"\x00\x01" + b"\xff" * 8 + b"\x00"),
    ("no padding", b"\x00\x01\x00"),
)


@pytest.mark.parametrize("name, before", FORGERIES, ids=[row[0] for row in FORGERIES])
def test_a_forgery_for_exponent_3_with_garbage_after_the_digest_is_refused(name, before):
    """Bleichenbacher 2006: a verifier that does not look at the whole block takes a cube root."""
    key = rsa.generate_private_key(3, 2048)
    public = key.public_key().public_numbers()
    size = 256
    message = b"tbs"
    start = before + SHA256_INFO + digest("sha256", message)
    forged = cube_root(int.from_bytes(start + bytes(size - len(start)), "big"))
    block = (forged**3).to_bytes(size, "big")
    assert block[: len(start)] == start
    numbers = (public.n.to_bytes(size, "big"), 3)
    signature = forged.to_bytes(size, "big")
    raises("cert-signature", verify, message, oid.SHA256_RSA, signature, numbers)
    good = key.sign(message, padding.PKCS1v15(), hashes.SHA256())
    verify(message, oid.SHA256_RSA, good, numbers)
    raises("cert-signature", verify, message, oid.SHA1_RSA, good, numbers)


def test_a_key_that_the_core_cannot_use_is_an_error_of_ours():
    numbers = (b"\xff" * 255 + b"\xfe", 65537)
    raises("algorithm", verify, b"tbs", oid.SHA256_RSA, bytes(256), numbers)
