"""Key, certificate and CA as PEM blocks in lanpbx.cfg: taken over once, sealed, never shown."""

import datetime

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

from lab_driver import Lab
from set_driver import Set

pytestmark = pytest.mark.micropython
START = datetime.datetime(2026, 1, 1)
KEY = rsa.generate_private_key(65537, 2048)
CA_KEY = rsa.generate_private_key(65537, 2048)


def _certificate(subject, key, issuer, by):
    def name(text):
        return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])

    return (
        x509.CertificateBuilder()
        .subject_name(name(subject))
        .issuer_name(name(issuer))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(START)
        .not_valid_after(START + datetime.timedelta(days=3650))
        .add_extension(x509.BasicConstraints(by is key, None), True)
        .sign(by, hashes.SHA256())
        .public_bytes(serialization.Encoding.PEM)
        .decode()
    )


OWN = _certificate("phone 7", KEY, "old CA", CA_KEY)
CA = _certificate("old CA", CA_KEY, "old CA", CA_KEY)


def _pem(kind, key=KEY, protection=None):
    protection = protection or serialization.NoEncryption()
    return key.private_bytes(serialization.Encoding.PEM, kind, protection).decode()


PKCS1 = _pem(serialization.PrivateFormat.TraditionalOpenSSL)
PKCS8 = _pem(serialization.PrivateFormat.PKCS8)


@pytest.fixture(name="factory", scope="module")
def _factory(tmp_path_factory):
    return Set("UNIX", tmp_path_factory.mktemp("factory")).factory()


@pytest.fixture(name="fresh")
def _fresh(factory, tmp_path):
    return factory.copy(tmp_path)


def _boot(device, tmp_path, text):
    path = tmp_path / "lanpbx.cfg"
    path.write_text(text)
    return device.ok("boot", "--lanpbx", path)


def _codes(answer):
    return [event["code"] for event in answer.named("warning")]


@pytest.mark.parametrize("key", [PKCS1, PKCS8], ids=["PKCS#1", "PKCS#8"])
def test_the_identity_is_active_at_once_and_its_key_is_nowhere_in_clear(fresh, tmp_path, key):
    # in any order, between other words
    text = "set_mode=noe\n" + CA.replace("\n", "\r\n") + key + OWN + "dot1x=no\n"
    answer = _boot(fresh, tmp_path, text)
    assert _codes(answer) == ["config"] and "in clear" in answer.named("warning")[0]["message"]
    assert [event["slot"] for event in answer.named("slot")] == ["active"]
    identity = fresh.identity()
    assert (identity["state"], identity["subject"]) == ("active", "CN=phone 7")
    assert fresh.ok("cert", "--chain").last["pem"] == OWN + CA
    secret = KEY.private_numbers().p.to_bytes(128, "big")
    flash, said = fresh.flash.read_bytes(), fresh.serial.read_bytes()
    for piece in (secret[:32], secret[::-1][:32]):
        assert piece not in flash and piece not in said
    for line in key.splitlines()[1:-1]:
        assert line.encode() not in said and line.encode() not in flash
    # the same file at the next boot: said again, nothing is done
    again = _boot(fresh, tmp_path, text)
    assert _codes(again) == ["config"] and again.named("slot") == []


# (name, blocks, codes of the warnings)
REFUSED = (
    ("a certificate of another key", PKCS8 + CA, ["config", "config"]),
    ("no certificate", PKCS8, ["config", "config"]),
    ("no key", OWN + CA, ["unsupported"]),
    ("two keys", PKCS1 + PKCS8 + OWN, ["config", "config"]),
    (
        "a foreign CA of the same name",
        PKCS8 + OWN + _certificate("old CA", KEY, "old CA", KEY),
        None,
    ),
    ("no base64", PKCS8[:60] + "!" + PKCS8[61:] + OWN, ["config", "config"]),
    ("no DER", PKCS8 + OWN[:28] + "AAAA" + OWN[32:], None),
)


@pytest.mark.check
@pytest.mark.parametrize(("name", "blocks", "codes"), REFUSED, ids=[row[0] for row in REFUSED])
def test_what_is_no_identity_is_a_warning_and_changes_nothing(fresh, tmp_path, name, blocks, codes):
    answer = _boot(fresh, tmp_path, blocks)
    assert len(_codes(answer)) == (2 if codes is None else len(codes))
    assert codes is None or _codes(answer) == codes
    assert answer.named("slot") == [] and fresh.identity()["slot"] == "factory"


def test_where_scep_is_on_a_file_gives_nobody_an_identity(fresh, tmp_path):
    with Lab(tmp_path) as lab:
        fresh.configure(lab)
        fresh.ok("enroll")
        before = fresh.identity()
        answer = _boot(fresh, tmp_path, PKCS8 + OWN + CA)
    assert "SCEP is on" in answer.named("warning")[-1]["message"]
    assert fresh.identity() == before
