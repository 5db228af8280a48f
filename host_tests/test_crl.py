"""CRLs of `cryptography` and of the openssl command, and ours read by them."""

import datetime

from asn1crypto import crl as asn1
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import given, settings
from hypothesis import strategies as st

import crl_reasons
import pem_blocks
from openssl import openssl
from other_pki import CA_EXTENSIONS, END, START, certificate, key_pem, name, ours, pem, private_key
from scep import asn1time
from scep import pem as our_pem
from scep.crl import Crl
from small_pki import Authority, reason, scope

ROOT = certificate("CN=Root", 0, extensions=CA_EXTENSIONS)
NOW = int(START.timestamp()) + 1000
REASONS = [r for r in x509.ReasonFlags if r is not x509.ReasonFlags.remove_from_crl]
SERIALS = st.integers(min_value=1, max_value=(1 << 159) - 1)


def build(entries, number=None, start=START, end=END):
    builder = x509.CertificateRevocationListBuilder().issuer_name(name("CN=Root"))
    builder = builder.last_update(start).next_update(end)
    for serial, flag in entries.items():
        entry = x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(start)
        if flag is not None:
            entry = entry.add_extension(x509.CRLReason(flag), False)
        builder = builder.add_revoked_certificate(entry.build())
    if number is not None:
        builder = builder.add_extension(x509.CRLNumber(number), False)
    return builder.sign(private_key(0), hashes.SHA256())


@given(
    st.dictionaries(SERIALS, st.sampled_from([None, *REASONS]), max_size=8),
    st.one_of(st.none(), st.integers(0, 1 << 100)),
    SERIALS,
)
@settings(max_examples=20, deadline=None)
def test_what_the_other_library_lists_is_found_and_nothing_else(entries, number, other):
    crl = Crl(build(entries, number).public_bytes(Encoding.DER))
    found = {int.from_bytes(e.serial, "big"): crl_reasons.name_of(e) for e in crl.entries()}
    assert found == {
        serial: "unspecified" if flag is None else flag.value for serial, flag in entries.items()
    }
    for serial in [*entries, other]:
        leaf = ours(certificate("CN=Leaf", 1, "CN=Root", 0, serial=serial))
        entry = crl.status(leaf, ours(ROOT), NOW)
        assert (entry is not None) == (serial in entries)
    assert crl.check_scope(leaf) == number


def test_crls_of_the_openssl_command_are_read(tmp_path):
    """`openssl ca` keeps the list, as a small site does."""
    leaf = certificate("CN=Leaf", 1, "CN=Root", 0, serial=0xABCDEF)
    held = certificate("CN=Held", 2, "CN=Root", 0, serial=7)
    for file, data in (
        ("ca.pem", pem(ROOT)),
        ("ca.key", key_pem(0)),
        ("leaf.pem", pem(leaf)),
        ("held.pem", pem(held)),
        ("index.txt", b""),
        ("number", b"1234\n"),
        (
            "ca.cnf",
            b"[ca]\ndefault_ca=c\n[c]\ndatabase=index.txt\ncrlnumber=number\n"
            b"default_md=sha256\ndefault_crl_days=3000\ncrl_extensions=x\n"
            b"[x]\nauthorityKeyIdentifier=issuer:always\n",
        ),
    ):
        (tmp_path / file).write_bytes(data)
    common = ("ca", "-config", "ca.cnf", "-cert", "ca.pem", "-keyfile", "ca.key")
    openssl(*common, "-revoke", "leaf.pem", "-crl_reason", "superseded", folder=tmp_path)
    openssl(*common, "-gencrl", "-out", "crl.pem", folder=tmp_path)
    (data,) = pem_blocks.decode((tmp_path / "crl.pem").read_text(), "X509 CRL")
    crl = Crl(data)
    time = crl.this_update + 10
    assert crl_reasons.name_of(crl.status(ours(leaf), ours(ROOT), time)) == "superseded"
    assert crl.status(ours(held), ours(ROOT), time) is None
    assert crl.check_scope(ours(held)) == 0x1234


def test_our_builder_for_tests_makes_what_others_call_crls(tmp_path):
    """small_pki, on which the tests under MicroPython rest."""
    ca = Authority("CN=Root", 0)
    data = ca.crl([(b"\x05", (reason(1),)), (b"\0\x80", ())], exts=(scope({1: 1}),))
    theirs = x509.load_der_x509_crl(data)
    assert theirs.is_signature_valid(private_key(0).public_key())
    assert [entry.serial_number for entry in theirs] == [5, 0x80]
    assert asn1.CertificateList.load(data, strict=True).dump(force=True) == data
    (tmp_path / "ca.pem").write_text(our_pem.encode(ca.certificate.der))
    text = openssl(
        "crl", "-inform", "DER", "-noout", "-text", "-CAfile", "ca.pem", data=data, folder=tmp_path
    )
    assert b"verify OK" in text and b"Key Compromise" in text


def test_times_beyond_2050_are_read():
    end = datetime.datetime(2060, 1, 1, tzinfo=datetime.UTC)
    crl = Crl(build({}, end=end).public_bytes(Encoding.DER))
    assert asn1time.iso(crl.next_update) == "2060-01-01T00:00:00Z"
    crl.check_fresh(int(end.timestamp()))
