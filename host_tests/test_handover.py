"""What tools/wrap seals, the firmware opens; what is for another set, CA or key, it refuses."""

import base64
import datetime
import io
import os
import subprocess
import sys

import pytest
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import NameOID

import scepcore
from phone.handover import HandoverError, open_challenge, open_identity
from scep.signatures import finish
from scep.x509 import Certificate
from tools.lab import pkimessage
from tools.sealing.commands import main
from tools.sealing.envelope import BoundChallenge, seal_challenge, seal_identity

DER = serialization.Encoding.DER
MAC = bytes.fromhex("00809F59E1A0")
CA = bytes(range(32))


def certify(name, key, issuer=None):
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.datetime(2026, 1, 1)
    issuer_name, issuer_key = issuer or (subject, key)
    builder = x509.CertificateBuilder().subject_name(subject).issuer_name(issuer_name)
    builder = builder.public_key(key.public_key()).serial_number(x509.random_serial_number())
    builder = builder.not_valid_before(now).not_valid_after(now.replace(year=2040))
    return builder.sign(issuer_key, hashes.SHA256())


def imported(key):
    private = key.private_bytes(
        DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return scepcore.RSAKey.from_der(private)


KEYS = [rsa.generate_private_key(65537, 2048) for _ in range(3)]
FACTORY, OTHER = certify("factory", KEYS[0]), certify("factory", KEYS[1])


def challenge_of(der, ca=CA, mac=MAC, key=0, certificate=FACTORY):
    text = base64.b64encode(der).decode()
    own = Certificate(certificate.public_bytes(DER))
    return finish(open_challenge(text, imported(KEYS[key]), own, ca, mac))


@pytest.mark.parametrize("bound", [None, "00809F59E1A0"])
@pytest.mark.parametrize("challenge", ["x", "S3cret 'psk'", "Élysée", "y" * 255])
def test_the_set_opens_its_challenge(challenge, bound):
    assert challenge_of(seal_challenge(challenge, CA, FACTORY, bound)) == challenge.encode()


ROWS = (
    ("bound to another CA", lambda: seal_challenge("x", bytes(32), FACTORY), "ca-fingerprint"),
    ("for another set", lambda: seal_challenge("x", CA, FACTORY, "00809F000000"), "config"),
    ("sealed to another key", lambda: seal_challenge("x", CA, OTHER), "decrypt"),
    ("empty", lambda: seal_challenge("", CA, FACTORY), "config"),
    ("too long", lambda: seal_challenge("x" * 256, CA, FACTORY), "config"),
    ("not CMS", lambda: b"\x30\x03\x02\x01\x00", "config"),
    ("nothing", lambda: b"", "config"),
    ("cut", lambda: seal_challenge("x", CA, FACTORY)[:-20], "config"),
    ("an identity", lambda: seal_identity(KEYS[2], [OTHER], FACTORY), "config"),
)


@pytest.mark.parametrize("name, made, code", ROWS, ids=[row[0] for row in ROWS])
def test_what_is_not_for_this_set_and_ca_is_not_released(name, made, code):
    with pytest.raises(HandoverError) as caught:
        challenge_of(made())
    assert caught.value.code == code
    assert "x" * 20 not in str(caught.value) + repr(caught.value.evidence)


def test_a_secret_under_des_is_refused():
    plain = BoundChallenge({"challenge": "x", "ca_sha256": CA}).dump()
    recipient = asn1_x509.Certificate.load(FACTORY.public_bytes(DER))
    for cipher in ("des", "tripledes_3key"):
        with pytest.raises(HandoverError) as caught:
            challenge_of(pkimessage.envelope(plain, recipient, cipher))
        assert caught.value.code == "algorithm"
    assert challenge_of(pkimessage.envelope(plain, recipient, "aes128")) == b"x"


def test_an_identity_opens_with_its_key_and_chain():
    ca = certify("customer CA", KEYS[1])
    own = certify("set", KEYS[2], (ca.subject, KEYS[1]))
    text = base64.b64encode(seal_identity(KEYS[2], [own, ca], FACTORY, "00809F59E1A0")).decode()
    factory = Certificate(FACTORY.public_bytes(DER))
    key, chain = finish(open_identity(text, imported(KEYS[0]), factory, MAC))
    assert chain == [own.public_bytes(DER), ca.public_bytes(DER)]
    assert int.from_bytes(key.public()[0], "big") == KEYS[2].public_key().public_numbers().n


@pytest.mark.parametrize("certificates", [[], [OTHER]])
def test_an_identity_whose_key_is_not_its_certificates_is_refused(certificates):
    text = base64.b64encode(seal_identity(KEYS[2], certificates, FACTORY)).decode()
    factory = Certificate(FACTORY.public_bytes(DER))
    with pytest.raises(HandoverError) as caught:
        finish(open_identity(text, imported(KEYS[0]), factory, MAC))
    assert caught.value.code == "config"


def pem(path, certificate):
    path.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    return str(path)


def test_wrap_psk_for_one_set(tmp_path, capsys, monkeypatch):
    ca = certify("customer CA", KEYS[1])
    words = ["psk", "--factory", pem(tmp_path / "f.pem", FACTORY), "--mac", "00:80:9f:59:e1:a0"]
    stdin = io.TextIOWrapper(io.BytesIO(b"S3cret\n"))
    monkeypatch.setattr("sys.stdin", stdin)
    assert main([*words, "--ca", pem(tmp_path / "ca.pem", ca)]) == 0
    name, _, text = capsys.readouterr().out.strip().partition("=")
    assert name == "scep_psk_cms"
    bound = ca.fingerprint(hashes.SHA256())
    assert challenge_of(base64.b64decode(text), bound) == b"S3cret"


def test_wrap_identity_for_a_csv_of_sets(tmp_path, monkeypatch):
    ca = certify("customer CA", KEYS[1])
    own = certify("set", KEYS[2], (ca.subject, KEYS[1]))
    encryption = serialization.BestAvailableEncryption(b"pass")
    (tmp_path / "a.p12").write_bytes(
        pkcs12.serialize_key_and_certificates(b"a", KEYS[2], own, [ca], encryption)
    )
    pem(tmp_path / "f.pem", FACTORY)
    (tmp_path / "sets.csv").write_text("mac,factory,pkcs12\n00809F59E1A0,f.pem,a.p12\n")
    (tmp_path / "pass").write_bytes(b"pass\n")
    words = ["identity", "--csv", str(tmp_path / "sets.csv"), "--out", str(tmp_path / "out")]
    assert main([*words, "--passphrase", str(tmp_path / "pass")]) == 0
    line = (tmp_path / "out" / "lanpbx_00809F59E1A0.cfg").read_text()
    text = line.strip().partition("=")[2]
    factory = Certificate(FACTORY.public_bytes(DER))
    key, chain = finish(open_identity(text, imported(KEYS[0]), factory, MAC))
    assert len(chain) == 2 and b"pass" not in base64.b64decode(text)
    (tmp_path / "pass").write_bytes(b"wrong")
    assert main([*words, "--passphrase", str(tmp_path / "pass")]) == 1


def test_wrap_needs_one_set_or_a_csv():
    root = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    wrap = os.path.join(root, "tools", "wrap")
    done = subprocess.run([sys.executable, wrap, "psk", "--ca", "x"], capture_output=True)
    assert done.returncode == 2
