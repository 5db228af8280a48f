"""The UNIX board enrols at Debian's SCEP server, and what goes wrong leaves its identity alone."""

import subprocess

import pytest
from cryptography import x509
from cryptography.x509.oid import NameOID

from scep_proxy import Proxy, Replay, flip_signature, truncate, truncate_quietly
from set_driver import CHALLENGE, MAC, Set
from tools.demo_server import ScepServer

pytestmark = pytest.mark.peers
FRENCH = "CN={mac},O=Ministère des Affaires Etrangères,C=FR"


@pytest.fixture(name="server", scope="module")
def _server(tmp_path_factory):
    with ScepServer(str(tmp_path_factory.mktemp("scep")), CHALLENGE) as server:
        yield server


@pytest.fixture(name="factory", scope="module")
def _factory(tmp_path_factory):
    return Set("UNIX", tmp_path_factory.mktemp("factory")).factory()


@pytest.fixture(name="fresh")
def _fresh(factory, tmp_path):
    return factory.copy(tmp_path)


@pytest.fixture(name="enrolled", scope="module")
def _enrolled(server, tmp_path_factory):
    enrolled = Set("UNIX", tmp_path_factory.mktemp("enrolled")).factory().configure(server)
    enrolled.ok("enroll")
    return enrolled


def _certificate(pem):
    return x509.load_pem_x509_certificate(pem.encode())


def test_it_enrols_and_openssl_verifies_what_it_holds(fresh, server, tmp_path):
    assert fresh.ok("status").last["state"] == "factory"
    answer = fresh.configure(server).ok("enroll")
    names = [event["event"] for event in answer.events]
    assert "keygen" in names and "http" in names and "slot" in names and names[-1] == "result"
    pem = tmp_path / "set.pem"
    pem.write_text(fresh.pem())
    done = subprocess.run(["openssl", "verify", "-CAfile", server.ca_path, pem], text=True)
    assert done.returncode == 0
    status = fresh.ok("status").last
    certificate = _certificate(pem.read_text())
    assert status["state"] == "active" and status["slot"] == "active"
    assert status["serial"].lower() == f"{certificate.serial_number:x}".zfill(len(status["serial"]))
    assert (
        status["sha256"].lower()
        == certificate.fingerprint(certificate.signature_hash_algorithm).hex()
    )
    assert MAC in status["subject"]


def test_a_name_with_accents_comes_back_as_it_was_configured(fresh, server):
    fresh.configure(server, scep_subject=FRENCH).ok("enroll")
    subject = _certificate(fresh.pem()).subject
    assert subject.rfc4514_string() == FRENCH.replace("{mac}", MAC)
    assert subject.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)[0].value.startswith("Minist")


@pytest.mark.parametrize("signer", ["self", "factory"])
def test_both_signers_of_the_first_request_are_taken(fresh, server, signer):
    fresh.configure(server, scep_signer=signer).ok("enroll")
    assert fresh.identity()["state"] == "active"


def test_caps_and_ca_are_fetched_as_text_and_pem(enrolled, server):
    assert "SCEPStandard" in enrolled.ok("getcaps").last["text"]
    pem = enrolled.ok("getca").last["pem"]
    with open(server.ca_path) as f:
        assert _certificate(pem) == _certificate(f.read())


# (name, what bends the answers, expected codes)
HOSTILE = (
    ("answer cut, length kept", truncate, {"http-format", "connect"}),
    ("answer cut, length agrees", truncate_quietly, {"asn1", "cms-format"}),
    ("signature altered", flip_signature, {"cms-signature"}),
)


@pytest.mark.parametrize(("name", "mangle", "codes"), HOSTILE, ids=[r[0] for r in HOSTILE])
def test_a_bent_answer_is_refused_and_the_identity_stays(enrolled, server, name, mangle, codes):
    before, pem = enrolled.identity(), enrolled.pem()
    with Proxy(server.port, mangle) as proxy:
        enrolled.configure(server, port=proxy.port)
        answer = enrolled.run("enroll")
        assert "PKIOperation" in proxy.seen
    assert answer.status == 1 and answer.code in codes, answer.last
    assert enrolled.identity() == before and enrolled.pem() == pem
    last = enrolled.ok("status").last["last_error"]
    assert last["code"] == answer.code and last["message"]


def test_an_answer_to_another_request_is_refused(server, tmp_path):
    first = Set("UNIX", tmp_path, "first.img").factory()
    second = Set("UNIX", tmp_path, "second.img").factory()
    with Proxy(server.port, Replay()) as proxy:
        first.configure(server, port=proxy.port).ok("enroll")
        second.configure(server, port=proxy.port)
        answer = second.run("enroll")
    assert answer.status == 1 and answer.code in ("transaction-id", "nonce", "decrypt")
    assert second.identity()["slot"] == "factory"


def test_a_wrong_fingerprint_sends_nothing_to_the_ca(enrolled, server):
    before = enrolled.identity()
    with Proxy(server.port) as proxy:
        enrolled.configure(server, port=proxy.port, scep_ca_fingerprint="00" * 32)
        answer = enrolled.run("enroll")
        assert "PKIOperation" not in proxy.seen
    assert answer.status == 1 and answer.code == "ca-fingerprint"
    assert enrolled.identity() == before


def test_a_wrong_challenge_is_the_servers_refusal(fresh, server):
    before = fresh.identity()
    answer = fresh.configure(server, challenge="wrong").run("enroll")
    assert answer.status == 1 and answer.code in ("fail-badRequest", "http-status"), answer.last
    assert fresh.identity()["sha256"] == before["sha256"]


def test_a_challenge_that_is_required_but_not_there_is_said_before_anything_is_sent(fresh, server):
    fresh.configure(server, challenge="", scep_challenge_password="yes")
    with Proxy(server.port) as proxy:
        fresh.configure(server, challenge="", port=proxy.port)
        answer = fresh.run("enroll")
        assert proxy.seen == []
    assert answer.status == 1 and answer.code == "config"


def test_no_server_is_connect_and_no_such_name_is_dns(fresh, server):
    fresh.configure(server, port=1)
    answer = fresh.run("enroll")
    assert answer.status == 1 and answer.code == "connect"
    fresh.ok("config", "scep_url=http://no-such-host.invalid/scep")
    assert fresh.run("enroll").code in ("dns", "timeout", "connect")


def test_without_a_fingerprint_the_ca_is_not_trusted(fresh, server):
    fresh.configure(server, scep_ca_fingerprint="")
    answer = fresh.run("enroll")
    assert answer.status == 1 and answer.code == "ca-untrusted"


def test_another_devices_secret_is_wrong_device_and_nothing_is_erased(enrolled, tmp_path):
    copy = Set("UNIX", tmp_path)
    copy.flash.write_bytes(enrolled.flash.read_bytes())
    secret = copy.flash.with_name(copy.flash.name + ".secret")
    secret.write_bytes(bytes(range(32)))
    before = copy.flash.read_bytes()
    for command in (["status"], ["enroll"], ["config", "scep_run=no"], ["cert"]):
        answer = copy.run(*command)
        assert answer.status == 1 and answer.code == "wrong-device", (command, answer.last)
    assert copy.flash.read_bytes() == before


# (name, content)
FOREIGN = (
    ("empty file", b""),
    ("short", b"\xff" * 1000),
    ("long", b"\xff" * (5 * 65536 + 1)),
    ("erased", b"\xff" * (5 * 65536)),
    ("zeros", bytes(5 * 65536)),
    ("text", b"not a flash image\n" * 20000),
)


@pytest.mark.parametrize(("name", "content"), FOREIGN, ids=[row[0] for row in FOREIGN])
def test_a_foreign_image_is_refused_and_left_untouched(tmp_path, name, content):
    foreign = Set("UNIX", tmp_path)
    content = content[: 5 * 65536] if name == "text" else content
    foreign.flash.write_bytes(content)
    foreign.flash.with_name(foreign.flash.name + ".secret").write_bytes(bytes(32))
    for command in ("status", "enroll"):
        answer = foreign.run(command)
        assert answer.status == 1 and answer.code == "flash-corrupt", answer.last
    assert foreign.flash.read_bytes() == content


def test_without_noise_there_is_no_key(fresh, server):
    before = fresh.configure(server).flash.read_bytes()
    answer = fresh.run("--no-noise", "enroll")
    assert answer.status == 1 and answer.code == "entropy"
    assert answer.named("keygen") == [] and answer.named("http") == []
    assert fresh.ok("status").last["state"] == "factory"
    assert len(fresh.flash.read_bytes()) == len(before)


def test_two_boots_of_one_image_make_other_keys_transactions_and_nonces(server, tmp_path):
    one = Set("UNIX", tmp_path, "one.img").factory().configure(server)
    two = Set("UNIX", tmp_path, "two.img")
    for suffix in ("", ".secret"):
        source = one.flash.with_name(one.flash.name + suffix)
        two.flash.with_name(two.flash.name + suffix).write_bytes(source.read_bytes())
    seen = []
    for each in (one, two):
        with Proxy(server.port) as proxy:
            each.configure(server, port=proxy.port).ok("enroll")
            seen.append([r for r in proxy.requests if b"PKIOperation" in r][0])
    keys = {_certificate(each.pem()).public_key().public_numbers().n for each in (one, two)}
    assert len(keys) == 2
    assert _printables(seen[0]).isdisjoint(_printables(seen[1]))


def test_a_seed_makes_a_run_repeatable(server, tmp_path):
    one = Set("UNIX", tmp_path, "one.img").factory().configure(server)
    image = one.flash.read_bytes()
    keys = set()
    for _ in range(2):
        one.flash.write_bytes(image)
        one.ok("--seed", "7", "enroll")
        keys.add(_certificate(one.pem()).public_key().public_numbers().n)
    assert len(keys) == 1


def _printables(request):
    """Return the 32-digit transactionIDs that stand in a request."""
    import re

    return set(re.findall(rb"(?<![0-9a-fA-F])[0-9a-fA-F]{32}(?![0-9a-fA-F])", request))
