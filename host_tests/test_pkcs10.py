"""Requests and self-signed certificates judged by `cryptography`, asn1crypto and openssl."""

import string

import pytest
from asn1crypto import csr
from cryptography import x509
from hypothesis import given, settings
from hypothesis import strategies as st

import rsa_keys
from openssl import openssl
from scep import altnames, names, oid, ownsigned, pkcs10
from scep.der import Encoder
from scep.signatures import finish
from test_names import RDNS, TEXT, text_of

KEY = rsa_keys.key(0)
SUBJECT = "CN=00809F59E1A0,O=Ministère des Affaires Etrangères,C=FR"
SAN = "dns:phone.example,ip:192.0.2.1,email:a@b,upn:é@b,uri:tag:microsoft.com,2022-09-14:sid:S-1-5"


def request(subject=SUBJECT, **other):
    e = Encoder(bytearray(4096))
    finish(pkcs10.steps(e, KEY, subject, **other))
    return bytes(e.view())


HOST = st.from_regex(r"[a-z][a-z0-9]{0,8}(\.[a-z]{1,5}){1,2}", fullmatch=True)
NAMES = st.one_of(
    st.tuples(st.just("dns"), HOST),
    st.tuples(st.just("email"), HOST.map("user@{}".format)),
    st.tuples(st.just("uri"), HOST.map("http://{}/path,a:b".format)),
    st.tuples(st.just("ip"), st.ip_addresses().map(str)),
    st.tuples(st.just("upn"), TEXT),
)


@given(
    RDNS,
    st.one_of(st.none(), TEXT),
    st.lists(NAMES, max_size=4),
    st.sampled_from((0, 1, 5, 0x1FF)),
    st.sampled_from(("sha224", "sha256", "sha384", "sha512")),
)
@settings(max_examples=40, deadline=None)
def test_requests_are_read_by_both_libraries(rdns, challenge, san, usage, hash_name):
    data = request(
        text_of(rdns),
        challenge=challenge and bytearray(challenge.encode()),
        san=san,
        key_usage=usage,
        hash_name=hash_name,
    )
    theirs = x509.load_der_x509_csr(data)
    assert theirs.is_signature_valid
    assert theirs.signature_hash_algorithm.name == hash_name
    assert names.equal(theirs.subject.public_bytes(), names.encode(text_of(rdns)))
    assert len(theirs.extensions) == 1 + bool(san) + bool(usage)
    parsed = csr.CertificationRequest.load(data, strict=True)
    attributes = {
        a["type"].native: a["values"] for a in parsed["certification_request_info"]["attributes"]
    }
    if challenge is None:
        assert "challenge_password" not in attributes
    else:
        (password,) = attributes["challenge_password"].native
        assert password == challenge
        allowed = string.ascii_letters + string.digits + " '()+,-./:=?"
        kind = "printable_string" if set(challenge) <= set(allowed) else "utf8_string"
        assert attributes["challenge_password"][0].name == kind
    # the other library writes the structure anew from its parts: byte for byte the same
    assert csr.CertificationRequest.load(data).dump(force=True) == data


def test_the_request_of_a_set_is_what_openssl_verifies(tmp_path):
    data = request(challenge=bytearray(b"0123ABCD"), san=altnames.parse(SAN))
    text = openssl("req", "-inform", "DER", "-verify", "-noout", "-text", data=data).decode()
    for expected in (
        "verify OK",
        "0123ABCD",
        "DNS:phone.example, IP Address:192.0.2.1, email:a@b",
        "UPN::\\xC3\\xA9@b".replace("\\xC3\\xA9", "é"),
        "URI:tag:microsoft.com,2022-09-14:sid:S-1-5",
        "TLS Web Client Authentication",
        "Digital Signature, Key Encipherment",
    ):
        assert expected in text, text
    subject = openssl(
        "req", "-inform", "DER", "-noout", "-subject", "-nameopt", "RFC2253,-esc_msb,utf8",
        data=data,
    )  # fmt: skip
    assert subject.decode().strip().removeprefix("subject=") == SUBJECT


def test_sha_1_is_signed_for_servers_that_know_nothing_better():
    """`cryptography` verifies none; openssl does."""
    data = request(hash_name="sha1")
    text = openssl("req", "-inform", "DER", "-verify", "-noout", "-text", data=data)
    assert b"verify OK" in text and b"sha1WithRSAEncryption" in text


@pytest.mark.parametrize("subject", [SUBJECT, "CN=a", ""])
def test_a_self_signed_certificate_is_what_openssl_verifies(tmp_path, subject):
    e = Encoder(bytearray(2048))
    finish(ownsigned.steps(e, KEY, subject))
    data = bytes(e.view())
    theirs = x509.load_der_x509_certificate(data)
    theirs.verify_directly_issued_by(theirs)
    assert theirs.version is x509.Version.v3 and theirs.serial_number == 1
    assert theirs.not_valid_after_utc.year == 9999 and theirs.not_valid_before_utc.year == 1970
    usage = theirs.extensions.get_extension_for_class(x509.KeyUsage)
    assert usage.critical and usage.value.digital_signature and usage.value.key_encipherment
    openssl("x509", "-inform", "DER", "-out", "c.pem", data=data, folder=tmp_path)
    text = openssl("verify", "-check_ss_sig", "-CAfile", "c.pem", "c.pem", folder=tmp_path)
    assert b"c.pem: OK" in text


def test_a_request_for_an_existing_name_keeps_its_encoding():
    theirs = x509.Name(
        [x509.NameAttribute(x509.NameOID.COMMON_NAME, "é", x509.name._ASN1Type.BMPString)]
    ).public_bytes()
    assert x509.load_der_x509_csr(request(theirs)).subject.public_bytes() == theirs


def test_other_purposes_are_written():
    data = request(purposes=(oid.SERVER_AUTH, oid.CLIENT_AUTH))
    value = x509.load_der_x509_csr(data).extensions.get_extension_for_class(x509.ExtendedKeyUsage)
    assert [kind.dotted_string for kind in value.value] == [
        "1.3.6.1.5.5.7.3.1",
        "1.3.6.1.5.5.7.3.2",
    ]
