"""CMS both ways against software that we did not write: the openssl command, asn1crypto."""

import subprocess

import pytest
from asn1crypto import cms as asn1_cms
from asn1crypto import core
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import pkcs7

import certrep
import scepcore
from expect import raises
from scep import cms, message, names, oid, pkcs10, policy, registry
from scep.signatures import finish
from scep.x509 import Certificate
from small_pki import Authority

NAME = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "peer")])


def openssl(*arguments, data=b""):
    done = subprocess.run(["openssl", *map(str, arguments)], input=data, capture_output=True)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout


class Peer:
    """A 2,048-bit identity as files, as `cryptography` objects and as the product's."""

    def __init__(self, folder, name):
        import datetime

        self.private = rsa.generate_private_key(65537, 2048)
        ski = x509.SubjectKeyIdentifier.from_public_key(self.private.public_key())
        start = datetime.datetime(2026, 1, 1)
        self.x509 = (
            x509.CertificateBuilder(NAME, NAME, self.private.public_key(), 77, start)
            .not_valid_after(datetime.datetime(2040, 1, 1))
            .add_extension(ski, False)
            .sign(self.private, hashes.SHA256())
        )
        der = self.private.private_bytes(
            serialization.Encoding.DER,
            serialization.PrivateFormat.TraditionalOpenSSL,
            serialization.NoEncryption(),
        )
        self.key = scepcore.RSAKey.from_der(der)
        self.certificate = Certificate(self.x509.public_bytes(serialization.Encoding.DER))
        self.key_file = folder / (name + ".key")
        self.key_file.write_bytes(
            self.private.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
        )
        self.cert_file = folder / (name + ".pem")
        self.cert_file.write_bytes(self.x509.public_bytes(serialization.Encoding.PEM))


@pytest.fixture(scope="module")
def peers(tmp_path_factory):
    folder = tmp_path_factory.mktemp("peers")
    return Peer(folder, "client"), Peer(folder, "server")


class Csr:
    """The payload of a PKCSReq with a fixed challenge."""

    size = 1200

    def __init__(self, key):
        self.key = key

    def put(self, e):
        yield from pkcs10.steps(e, self.key, "CN=phone", b"challenge", [("dns", "phone.lab")])


CHOICES = [
    policy.Choice("aes-128-cbc", "sha256", True, True),
    policy.Choice("aes-256-cbc", "sha512", True, True),
    policy.Choice("des-ede3-cbc", "sha1", False, False),
    policy.Choice("des-cbc", "md5", False, False),
]


@pytest.mark.parametrize("choice", CHOICES, ids=lambda c: c.cipher)
def test_openssl_verifies_and_decrypts_what_we_build(peers, tmp_path, choice):
    client, server = peers
    built = finish(
        message.build(
            registry.PKCS_REQ,
            certrep.TRANSACTION,
            certrep.NONCE,
            message.Signer(client.key, client.certificate),
            server.certificate,
            choice,
            Csr(client.key),
            1790000000,
        )
    )
    envelope = openssl(
        "cms", "-verify", "-inform", "DER", "-noverify", "-binary", data=bytes(built)
    )
    legacy = ["-provider", "legacy", "-provider", "default"]
    request = openssl(
        "cms", "-decrypt", "-inform", "DER", "-binary", *legacy,
        "-recip", server.cert_file, "-inkey", server.key_file, data=envelope,
    )  # fmt: skip
    text = openssl("req", "-inform", "DER", "-noout", "-text", "-verify", data=request).decode()
    assert "CN = phone" in text and "challengePassword" in text and "DNS:phone.lab" in text


@pytest.mark.parametrize("choice", CHOICES, ids=lambda c: c.cipher)
def test_asn1crypto_reads_every_field_and_encodes_it_back(peers, choice):
    client, server = peers
    built = bytes(
        finish(
            message.build(
                registry.CERT_POLL,
                certrep.TRANSACTION,
                certrep.NONCE,
                message.Signer(client.key, client.certificate),
                server.certificate,
                choice,
                message.Payload(0x30, names.encode("CN=CA"), names.encode("CN=phone")),
            )
        )
    )
    info = asn1_cms.ContentInfo.load(built, strict=True)
    assert info.dump(force=True) == built
    signed = info["content"]
    (signer,) = signed["signer_infos"]
    assert signer["digest_algorithm"]["algorithm"].native == choice.digest
    attributes = {a["type"].dotted: a["values"] for a in signer["signed_attrs"]}
    prefix = "2.16.840.1.113733.1.9."
    # Read as they were encoded: the lab CA, once imported, gives these attributes their own types.
    for suffix, value in (
        ("2", "20"),
        ("7", certrep.TRANSACTION.decode()),
        ("5", certrep.NONCE),
    ):
        assert [core.load(v.dump()).native for v in attributes[prefix + suffix]] == [value]
    encoded = [a.dump() for a in signer["signed_attrs"]]
    assert encoded == sorted(encoded)
    inner = asn1_cms.ContentInfo.load(signed["encap_content_info"]["content"].native, strict=True)
    (recipient,) = inner["content"]["recipient_infos"]
    assert recipient.chosen["rid"].chosen["serial_number"].native == 77
    encrypted = inner["content"]["encrypted_content_info"]
    assert encrypted["content_type"].native == "data"
    assert len(encrypted["encrypted_content"].native) % 8 == 0


@pytest.mark.parametrize("time", [None, 1790000000, 2524607999, 2524608000])
def test_the_signing_time_is_told_only_by_a_set_that_knows_it(peers, time):
    """RFC 5652 section 11.3; from 2050 on it would have another form, and is left out."""
    client, server = peers
    payload = message.Payload(0x30, names.encode("CN=CA"), names.encode("CN=phone"))
    signer = message.Signer(client.key, client.certificate)
    steps = message.build(
        registry.CERT_POLL, certrep.TRANSACTION, certrep.NONCE, signer, server.certificate,
        CHOICES[0], payload, time,
    )  # fmt: skip
    signed = asn1_cms.ContentInfo.load(bytes(finish(steps)))["content"]
    told = [
        attribute["values"][0].native.timestamp()
        for attribute in signed["signer_infos"][0]["signed_attrs"]
        if attribute["type"].native == "signing_time"
    ]
    assert told == ([time] if time in (1790000000, 2524607999) else [])


def test_no_plaintext_is_left_in_the_buffer_of_a_message(peers):
    client, server = peers
    built = finish(
        message.build(
            registry.PKCS_REQ,
            certrep.TRANSACTION,
            certrep.NONCE,
            message.Signer(client.key, client.certificate),
            server.certificate,
            CHOICES[0],
            Csr(client.key),
        )
    )
    whole = bytes(built.obj)
    assert b"challenge" not in whole and b"phone.lab" not in whole


def test_a_failed_payload_leaves_a_wiped_buffer(peers):
    client, server = peers
    kept = []

    class Broken(Csr):
        def put(self, e):
            kept.append(e.buf)
            yield from Csr.put(self, e)
            raise MemoryError

    with pytest.raises(MemoryError):
        finish(
            message.build(
                registry.PKCS_REQ,
                certrep.TRANSACTION,
                certrep.NONCE,
                message.Signer(client.key, client.certificate),
                server.certificate,
                CHOICES[0],
                Broken(client.key),
            )
        )
    assert not any(kept[0])


@pytest.mark.parametrize("ber", [False, True], ids=["der", "ber"])
def test_the_tests_own_answers_are_what_openssl_takes(peers, tmp_path, ber):
    client, _ = peers
    ca = Authority("CN=CA")
    file = tmp_path / "ca.pem"
    file.write_bytes(
        x509.load_der_x509_certificate(bytes(ca.certificate.der)).public_bytes(
            serialization.Encoding.PEM
        )
    )
    body = bytes(certrep.success(ca, client.certificate, [ca.certificate.der], ber=ber))
    envelope = openssl("cms", "-verify", "-inform", "DER", "-noverify", "-binary", data=body)
    inner = openssl(
        "cms", "-decrypt", "-inform", "DER", "-binary",
        "-recip", client.cert_file, "-inkey", client.key_file, data=envelope,
    )  # fmt: skip
    found = pkcs7.load_der_pkcs7_certificates(inner) if not ber else None
    if found:
        assert [c.subject.rfc4514_string() for c in found] == ["CN=CA"]
    listed = openssl("pkcs7", "-inform", "DER", "-print_certs", "-noout", data=inner)
    assert b"CN = CA" in listed


SIGN = ["cms", "-sign", "-nodetach", "-binary", "-outform", "DER"]


@pytest.mark.parametrize("digest", ["md5", "sha1", "sha224", "sha256", "sha384", "sha512"])
@pytest.mark.parametrize("form", [[], ["-stream"], ["-keyid"], ["-noattr"], ["-nocerts"]])
def test_we_verify_what_openssl_signs(peers, digest, form):
    _, server = peers
    content = bytes(range(256)) * 20
    made = openssl(
        *SIGN, "-md", digest, *form, "-signer", server.cert_file, "-inkey", server.key_file,
        data=content,
    )  # fmt: skip
    signed = cms.SignedData(bytearray(made))
    signer = signed.verify([server.certificate], bare=True)
    assert bytes(signed.content) == content and signer.digest == digest
    assert len(signed.certificates) == (0 if form == ["-nocerts"] else 1)
    other = [Authority("CN=CA").certificate]
    raises("cms-signer", cms.SignedData(bytearray(made)).verify, other, True)
    if form == ["-noattr"]:
        raises("cms-format", cms.SignedData(bytearray(made)).verify, [server.certificate])


CIPHERS = {
    "des-cbc": "-des",
    "des-ede3-cbc": "-des3",
    "aes-128-cbc": "-aes128",
    "aes-192-cbc": "-aes192",
    "aes-256-cbc": "-aes256",
}


@pytest.mark.parametrize("cipher", CIPHERS)
@pytest.mark.parametrize("form", [[], ["-stream"], ["-keyid"]])
@pytest.mark.parametrize("size", [0, 1, 15, 16, 17, 5000])
def test_we_decrypt_what_openssl_encrypts(peers, cipher, form, size):
    client, server = peers
    content = bytes(i & 0xFF for i in range(size))
    made = openssl(
        "cms", "-encrypt", "-binary", "-outform", "DER", "-provider", "legacy", "-provider",
        "default", CIPHERS[cipher], *form, client.cert_file, data=content,
    )  # fmt: skip
    plain, name = finish(cms.open_enveloped(bytearray(made), client.key, client.certificate))
    assert bytes(plain) == content and name == cipher
    raises("decrypt", finish, cms.open_enveloped(bytearray(made), server.key, server.certificate))


def test_we_read_the_certificates_that_cryptography_packs(peers):
    client, server = peers
    made = pkcs7.serialize_certificates([client.x509, server.x509], serialization.Encoding.DER)
    certificates, _ = message.read_certificates(bytearray(made))
    assert {bytes(c.der) for c in certificates} == {
        bytes(client.certificate.der),
        bytes(server.certificate.der),
    }


def test_the_signed_attributes_are_hashed_in_der(peers):
    """RFC 5652 section 5.4: what is signed is the DER, whatever was sent."""
    _, server = peers
    body = certrep.signed(
        b"content",
        server.certificate,
        server.key,
        certrep.attributes(),
        ber=True,
        shuffled=True,
    )
    signer = cms.SignedData(bytearray(body)).verify([server.certificate])
    kinds = [kind for kind, _ in signer.attributes]
    assert oid.TRANSACTION_ID in kinds and len(kinds) == 7
