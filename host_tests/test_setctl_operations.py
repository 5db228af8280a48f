"""Every operation of a set through tools/setctl, on the UNIX board against the lab CA."""

import datetime
import os
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, pkcs12
from cryptography.x509.oid import NameOID

from hostile_http import Server, answer
from lab_driver import Lab
from set_driver import CHALLENGE, MAC, Set

ROOT = Path(__file__).parent.parent
pytestmark = pytest.mark.micropython


@pytest.fixture(name="lab", scope="module")
def _shared_lab(tmp_path_factory):
    with Lab(tmp_path_factory.mktemp("lab")) as lab:
        yield lab


@pytest.fixture(name="template", scope="module")
def _template(lab, tmp_path_factory):
    template = Set("UNIX", tmp_path_factory.mktemp("template")).factory().configure(lab)
    template.ok("enroll")
    return template


@pytest.fixture(name="enrolled")
def _enrolled(template, tmp_path):
    return template.copy(tmp_path)


@pytest.fixture(name="own")
def _own(enrolled):
    """A set with a certificate that no other test revokes."""
    enrolled.ok("enroll")
    return enrolled


def _key(pem):
    return x509.load_pem_x509_certificate(pem.encode()).public_key().public_numbers().n


@pytest.mark.parametrize("way", ["new", "same"])
def test_renewal_replaces_the_certificate_with_a_new_or_the_same_key(enrolled, way):
    before = enrolled.pem()
    enrolled.ok("config", f"scep_renew_key={way}")
    answer = enrolled.ok("renew")
    after = enrolled.pem()
    assert after != before and answer.named("slot")
    assert (_key(after) == _key(before)) == (way == "same")
    assert bool(answer.named("keygen")) == (way == "new")


def test_without_a_certificate_there_is_nothing_to_renew_poll_check_or_print(lab, tmp_path):
    fresh = Set("UNIX", tmp_path).factory().configure(lab)
    for command in ("renew", "poll", "check", "cert", "getcrl"):
        answer = fresh.run(command)
        assert (answer.status, answer.code) == (1, "no-certificate"), command


def test_a_certificate_comes_by_its_serial_number(enrolled):
    serial = enrolled.identity()["serial"]
    assert enrolled.ok("getcert", serial).last["pem"] == enrolled.pem()
    answer = enrolled.run("getcert", "0123456789")
    assert (answer.status, answer.code) == (1, "fail-badCertId")


def test_a_server_is_reached_by_its_ipv6_address(enrolled):
    caps = b"HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\nRenewal\n"
    with Server(answer(caps), "::1") as server:
        enrolled.ok("config", f"scep_url=http://[::1]:{server.port}/scep")
        assert enrolled.ok("getcaps").last["text"] == "Renewal"
        assert b"Host: [::1]:%d\r\n" % server.port in server.requests[0]


def test_the_crl_lists_what_the_ca_revoked(own, lab):
    serial = int(own.identity()["serial"], 16)
    crl = x509.load_pem_x509_crl(own.ok("getcrl").last["pem"].encode())
    assert crl.get_revoked_certificate_by_serial_number(serial) is None
    lab.act("revoke", f"{serial:x}")
    crl = x509.load_pem_x509_crl(own.ok("getcrl").last["pem"].encode())
    assert crl.get_revoked_certificate_by_serial_number(serial) is not None


@pytest.mark.parametrize("way", ["crl", "ocsp"])
def test_a_hold_suspends_its_release_restores_and_a_revocation_is_replaced(own, lab, way):
    serial = own.identity()["serial"]
    own.ok("config", f"scep_revocation={way}")
    assert own.ok("check").last["revoked"] is False
    lab.act("revoke", serial, "--hold")
    answer = own.run("check")
    assert (answer.status, answer.code) == (1, "revoked")
    assert own.identity()["state"] == "suspended"
    lab.act("release", serial)
    assert own.ok("check").last["revoked"] is False
    assert own.identity()["state"] == "active"
    lab.act("revoke", serial)
    assert own.run("check").code == "revoked"
    own.ok("enroll")
    assert own.identity()["state"] == "active" and own.identity()["serial"] != serial


@pytest.mark.check
def test_without_a_clock_being_listed_is_acted_on(own, lab):
    own.ok("config", "scep_revocation=crl")
    lab.act("revoke", own.identity()["serial"])
    answer = own.run("--time", "none", "check")
    assert (answer.status, answer.code) == (1, "revoked")
    assert own.ok("--time", "none", "status").last["clock"] is None


def test_manual_approval_is_waited_for_over_power_cycles_with_one_transaction(tmp_path):
    with Lab(tmp_path, challenge=None, manual=True) as lab:
        waiting = Set("UNIX", tmp_path).factory().configure(lab, challenge="")
        answer = waiting.run("enroll")
        assert (answer.status, answer.code) == (1, "pending")
        first = waiting.ok("status").last
        assert first["state"] == "pending" and first["pending"]["transaction_id"]
        assert waiting.run("poll").code == "pending"
        again = waiting.ok("status").last["pending"]
        assert again["transaction_id"] == first["pending"]["transaction_id"]
        assert again["polls"] > first["pending"]["polls"]
        lab.act("approve", again["transaction_id"])
        waiting.ok("poll")
        assert waiting.identity()["state"] == "active"
        assert waiting.ok("status").last["pending"] is None
        ids = {row.get("transactionID") or row.get("transaction_id") for row in lab.log()}
        assert again["transaction_id"] in ids


@pytest.mark.check
def test_rollover_fetches_the_next_ca_and_enrols_under_it_when_its_time_comes(tmp_path):
    with Lab(tmp_path) as lab:
        rolling = Set("UNIX", tmp_path).factory().configure(lab)
        rolling.ok("enroll")
        assert rolling.run("rollover").status == 1  # there is no next CA yet
        lab.act("rollover")
        answer = rolling.ok("rollover")
        assert answer.last["sha256"] != lab.ca_sha256


def test_an_answer_for_another_key_is_refused(tmp_path):
    with Lab(tmp_path, fault="key-other") as lab:
        fresh = Set("UNIX", tmp_path).factory().configure(lab)
        answer = fresh.run("enroll")
    assert (answer.status, answer.code) == (1, "cert-key-mismatch"), answer.last
    assert fresh.identity()["slot"] == "factory"


_READ_FACTORY = """
import sys
import scepcore
from keystore import Store, slots
from scep import pem
from tools.setctl_host import image
from tools.setctl_host.flashmodel import MemoryFlash
scepcore.set_device_secret(image.read_secret(sys.argv[1]))
_size, offset, sector, sectors = image.GEOMETRY["UNIX"]
device = MemoryFlash(sector, sectors)
device.data[:] = open(sys.argv[1], "rb").read()
store = Store(device)
store.mount()
print(pem.encode(bytes(store.get("factory", slots.CERTIFICATE))))
"""


def _factory_pem(device, tmp_path):
    """Return the path of a set's factory certificate, read from its image."""
    path = os.pathsep.join(str(ROOT / p) for p in ("firmware", "build/host", "."))
    done = subprocess.run(
        [sys.executable, "-c", _READ_FACTORY, device.flash],
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    factory = tmp_path / "factory.pem"
    factory.write_text(done.stdout)
    return factory


def _wrapped(typed, *arguments):
    """Run tools/wrap with `typed` on its standard input; return the value of the line it prints."""
    command = [sys.executable, ROOT / "tools" / "wrap", *arguments]
    done = subprocess.run(command, input=typed, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip().partition("=")[2].strip('"')


def _sealed_challenge(device, lab, tmp_path):
    """Return scep_psk_cms for a set, made by tools/wrap, bound to the lab's CA."""
    factory, ca = _factory_pem(device, tmp_path), tmp_path / "ca.pem"
    chain = device.ok("getca").last["pem"].split("-----END CERTIFICATE-----\n")
    ca.write_text(chain[0] + "-----END CERTIFICATE-----\n")
    typed = ("psk", "--challenge", "-", "--ca", ca, "--factory", factory, "--mac", MAC)
    return _wrapped(CHALLENGE, *typed)


def test_an_identity_sealed_to_the_set_becomes_active_without_scep(tmp_path):
    key = rsa.generate_private_key(65537, 2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "handed over")])
    now = datetime.datetime(2026, 1, 1)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(77)
        .not_valid_before(now)
        .not_valid_after(now + datetime.timedelta(days=3650))
        .sign(key, hashes.SHA256())
    )
    box = tmp_path / "identity.p12"
    protection = BestAvailableEncryption(b"open sesame")
    box.write_bytes(pkcs12.serialize_key_and_certificates(b"", key, certificate, None, protection))
    fresh = Set("UNIX", tmp_path).factory()
    factory = _factory_pem(fresh, tmp_path)
    arguments = ("identity", "--pkcs12", box, "--passphrase", "-", "--factory", factory)
    sealed = _wrapped("open sesame", *arguments)
    fresh.ok("config", f"identity_cms={sealed}")
    assert fresh.ok("enroll").last["serial"].lstrip("0") == "4d"
    identity = fresh.identity()
    assert (identity["state"], identity["subject"]) == ("active", "CN=handed over")
    # another set cannot open it, and says so
    other = Set("UNIX", tmp_path, "other.img").factory()
    other.ok("config", f"identity_cms={sealed}")
    answer = other.run("enroll")
    assert (answer.status, answer.code) == (1, "decrypt")


def test_a_challenge_sealed_to_the_set_enrols_and_stays_sealed(lab, tmp_path):
    fresh = Set("UNIX", tmp_path).factory().configure(lab, challenge="")
    sealed = _sealed_challenge(fresh, lab, tmp_path)
    fresh.ok("config", f"scep_psk_cms={sealed}")
    fresh.ok("enroll")
    assert fresh.identity()["state"] == "active"
    for place in (fresh.flash, fresh.serial):
        assert CHALLENGE.encode() not in place.read_bytes()


@pytest.mark.check
def test_a_challenge_sealed_for_one_ca_is_not_sent_to_another(lab, tmp_path):
    fresh = Set("UNIX", tmp_path).factory().configure(lab, challenge="")
    sealed = _sealed_challenge(fresh, lab, tmp_path)
    with Lab(tmp_path / "rogue") as rogue:
        fresh.configure(rogue, challenge="", scep_psk_cms=sealed)
        answer = fresh.run("enroll")
        assert (answer.status, answer.code) == (1, "ca-fingerprint"), answer.last
        assert [row for row in rogue.log() if "PKI" in str(row)] == []


def test_trace_shows_what_went_over_the_wire_and_no_secret(enrolled):
    answer = enrolled.ok("--trace", "enroll")
    kinds = {event["what"] for event in answer.named("trace")}
    assert {"connected", "sent", "received", "memory"} <= kinds
    import base64

    wire = b"".join(
        base64.b64decode(event["data"]) for event in answer.named("trace") if "data" in event
    )
    assert b"operation=PKIOperation" in wire and CHALLENGE.encode() not in wire


def test_wipe_takes_it_back_to_the_factory(enrolled):
    enrolled.ok("wipe")
    status = enrolled.ok("status").last
    assert (status["state"], status["slot"], status["last_error"]) == ("factory", "factory", None)
    assert enrolled.run("enroll").code == "config"


def test_a_bad_value_is_said_and_nothing_of_the_command_is_stored(enrolled):
    for bad in ("scep_renew=0", "no_such_key=1", "scep_subject=phone"):
        answer = enrolled.run("config", "scep_renew=77", bad)
        assert (answer.status, answer.code) == (1, "config"), answer.last
        assert bad.split("=")[0] in answer.last["message"]
    events = enrolled.ok("config", "scep_renew=66").named("config")
    assert events == [{"event": "config", "key": "scep_renew", "old": None, "new": "66"}]


def test_a_challenge_shows_nowhere(enrolled):
    answer = enrolled.ok("config", "scep_psk=Another-Secret-Word")
    assert answer.named("config") == [
        {"event": "config", "key": "scep_psk", "old": "********", "new": "********"}
    ]
    for place in (enrolled.flash, enrolled.serial):
        assert b"Another-Secret-Word" not in place.read_bytes()


@pytest.mark.check
def test_a_set_without_noise_still_shows_what_waits(tmp_path):
    with Lab(tmp_path, challenge=None, manual=True) as lab:
        waiting = Set("UNIX", tmp_path).factory().configure(lab, challenge="")
        assert waiting.run("enroll").code == "pending"
    status = waiting.ok("--no-noise", "status").last
    assert status["state"] == "pending" and status["pending"]["transaction_id"]
    assert waiting.run("--no-noise", "poll").code == "entropy"
