"""`pip install .`: the wheel holds the firmware's client as a command, which enrols by itself."""

import json
import os
import stat
import subprocess
import sys
import time
import venv
import zipfile
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import padding

from matrix.cells import LabAt
from set_driver import CHALLENGE, SETCTL, Answer
from tools.releasing import contents

ROOT = Path(__file__).resolve().parent.parent
MAC = "00809F59E1A0"


@pytest.fixture(name="wheel", scope="module")
def _wheel(tmp_path_factory):
    """The wheel, as pip would have it built."""
    folder = tmp_path_factory.mktemp("wheel")
    return folder / contents.wheel(ROOT, folder)


@pytest.fixture(name="lab", scope="module")
def _lab(tmp_path_factory):
    lab = LabAt("rfc8894", tmp_path_factory.mktemp("lab"), challenge=CHALLENGE)
    yield lab
    lab.lab.close()


class Command:
    """The installed command, and a store of its own."""

    def __init__(self, command, environment, folder):
        self.command, self.environment = command, environment
        self.store = folder / "identity"
        self.secret = folder / "identity.secret"
        self.challenge = folder / "challenge"
        self.challenge.write_text(CHALLENGE + "\n")

    def run(self, name, *arguments, text=False):
        """Run one command; return its Answer (of --json), or the CompletedProcess of text."""
        form = [] if text else ["--json"]
        done = subprocess.run(
            [*self.command, name, "--store", self.store, *form, *arguments],
            capture_output=True, text=True, env=self.environment, timeout=120,
        )  # fmt: skip
        return done if text else Answer(done)

    def enroll(self, lab, *arguments, fingerprint=None):
        """Enrol at a lab."""
        return self.run(
            "enroll", "--url", lab.url().replace("{host}", "127.0.0.1"),
            "--ca-fingerprint", fingerprint or lab.ca_sha256,
            "--challenge-file", self.challenge, "--mac", MAC, *arguments,
        )  # fmt: skip


@pytest.fixture(name="unpacked", scope="module")
def _unpacked(wheel, tmp_path_factory):
    folder = tmp_path_factory.mktemp("site")
    zipfile.ZipFile(wheel).extractall(folder)
    return folder


@pytest.fixture(name="microscep")
def _microscep(unpacked, tmp_path):
    environment = dict(os.environ, PYTHONPATH=str(unpacked))
    return Command([sys.executable, "-m", "microscep"], environment, tmp_path)


def test_the_wheel_holds_the_firmware_as_it_is_and_nothing_beside_its_package(wheel):
    names = zipfile.ZipFile(wheel).namelist()
    places = {name.split("/")[0] for name in names}
    assert {p for p in places if not p.endswith(".dist-info")} == {"microscep"}
    for folder in ("scep", "keystore", "phone"):
        for source in (ROOT / "firmware" / folder).rglob("*.py"):
            name = "microscep/_firmware/" + str(source.relative_to(ROOT / "firmware"))
            assert zipfile.ZipFile(wheel).read(name) == source.read_bytes()
    assert any(name.endswith(".so") for name in names)
    assert not wheel.name.endswith("-any.whl")


def test_it_enrols_renews_and_shows_what_it_has(microscep, lab, tmp_path):
    ended = microscep.enroll(lab, "--subject", "CN={mac},O=Ministère des Affaires Etrangères")
    assert ended.status == 0, (ended.last, ended.stderr)
    assert [e["slot"] for e in ended.named("slot")] == ["active"]
    pem = microscep.run("cert", text=True).stdout.encode()
    first = x509.load_pem_x509_certificate(pem)
    assert first.subject.rfc4514_string() == f"CN={MAC},O=Ministère des Affaires Etrangères"
    ca = lab.lab.authority.trust_anchor().certificate.public_key()
    ca.verify(
        first.signature, first.tbs_certificate_bytes, padding.PKCS1v15(),
        first.signature_hash_algorithm,
    )  # fmt: skip
    assert microscep.run("renew").status == 0
    status = microscep.run("status").last
    assert status["state"] == "active"
    assert int(status["serial"], 16) != first.serial_number
    again = microscep.run("getcert", f"{first.serial_number:x}").last["pem"]
    assert x509.load_pem_x509_certificate(again.encode()) == first
    assert microscep.run("check").last["revoked"] is False


def test_what_waits_for_approval_is_asked_for_later(microscep, tmp_path):
    lab = LabAt("rfc8894", tmp_path / "lab", manual=True)
    try:
        assert microscep.enroll(lab).code == "pending"
        waiting = microscep.run("status").last["pending"]["transaction_id"]
        row = next(r for r in lab.lab.state.transactions() if r["transaction_id"] == waiting)
        lab.lab.state.put_transaction(waiting, row["request"], "approved")
        assert microscep.run("poll").status == 0
    finally:
        lab.lab.close()
    assert microscep.run("status").last["state"] == "active"


def test_questions_to_the_ca_need_no_identity(microscep, lab):
    at = ["--url", lab.url().replace("{host}", "127.0.0.1"), "--ca-fingerprint", lab.ca_sha256]
    assert "Renewal" in microscep.run("getcaps", *at).last["text"]
    ca = x509.load_pem_x509_certificate(microscep.run("getca").last["pem"].encode())
    assert ca == lab.lab.authority.trust_anchor().certificate
    assert microscep.enroll(lab).status == 0
    crl = x509.load_pem_x509_crl(microscep.run("getcrl").last["pem"].encode())
    assert crl.is_signature_valid(ca.public_key())


def test_secrets_stand_in_the_secret_file_alone(microscep, lab):
    ended = microscep.enroll(lab)
    said = json.dumps(ended.events) + ended.stderr
    assert CHALLENGE not in said
    assert CHALLENGE.encode() not in microscep.store.read_bytes()
    assert stat.S_IMODE(microscep.secret.stat().st_mode) == 0o600
    assert microscep.secret.read_bytes() not in microscep.store.read_bytes()


def test_the_store_is_a_sets(microscep, lab):
    serial = microscep.enroll(lab).last["serial"]
    command = [sys.executable, SETCTL, "--board", "UNIX", "--flash", microscep.store, "--json"]
    done = subprocess.run([*command, "status"], capture_output=True, text=True)
    assert Answer(done).last["serial"] == serial


def test_with_another_secret_nothing_is_touched(microscep, lab):
    assert microscep.enroll(lab).status == 0
    before = microscep.store.read_bytes()
    microscep.secret.write_bytes(bytes(32))
    assert microscep.run("renew").code == "wrong-device"
    assert microscep.store.read_bytes() == before


def test_a_ca_that_is_another_gets_no_request(microscep, lab):
    ended = microscep.enroll(lab, fingerprint="00" * 32)
    assert (ended.status, ended.code) == (1, "ca-fingerprint")
    assert not [e for e in ended.named("http") if e["op"] == "PKIOperation"]
    assert microscep.run("cert").code == "no-certificate"


def test_two_processes_do_not_share_a_store(microscep, lab):
    import fcntl

    assert microscep.enroll(lab).status == 0
    with open(microscep.store, "rb") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        assert microscep.run("status").code == "flash-io"
    assert microscep.run("status").status == 0


@pytest.mark.parametrize(
    "arguments, status, said",
    [
        (["enrol"], 2, "invalid choice"),
        (["enroll", "--ca-fingerprint", "xyz"], 2, "hexadecimal"),
        (["status"], 1, "wrong-device"),
        (["enroll", "--challenge-file", "/nowhere"], 1, "error: config"),
        (["enroll"], 1, "error: config: scep_url is not configured"),
    ],
)
def test_what_cannot_be_is_said(microscep, arguments, status, said):
    done = microscep.run(*arguments, text=True)
    assert done.returncode == status
    assert said in done.stderr


@pytest.mark.check
def test_a_renewal_that_is_killed_at_any_moment_leaves_an_identity(microscep, lab):
    """Moments are spread over the whole run, from the interpreter's start to the answer."""
    assert microscep.enroll(lab).status == 0
    began = time.monotonic()
    assert microscep.run("renew").status == 0
    whole = time.monotonic() - began
    command = [*microscep.command, "renew", "--store", str(microscep.store)]
    for moment in range(20):
        process = subprocess.Popen(
            command, env=microscep.environment,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        time.sleep(whole * moment / 20)
        process.kill()
        process.wait()
        assert microscep.run("status").last["state"] == "active", f"killed at {moment}/20"
    assert microscep.run("renew").status == 0


@pytest.mark.check
def test_pip_install_makes_the_command(tmp_path, lab):
    """Without a network: what the wheel and its build need comes from this Python's own folders."""
    fresh = tmp_path / "fresh"
    venv.create(fresh, with_pip=True)
    site = next((fresh / "lib").glob("python*/site-packages"))
    (site / "ours.pth").write_text("\n".join(p for p in sys.path if p.endswith("-packages")))
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("PIP_", "PYTHON"))}
    pip = fresh / "bin" / "pip"
    # Python 3.11 gives a new environment a setuptools that is too old.
    subprocess.run([pip, "uninstall", "-q", "-y", "setuptools"], env=environment, check=False)
    done = subprocess.run(
        [pip, "install", "-q", "--no-index", "--no-build-isolation", ROOT],
        capture_output=True, text=True, env=environment, cwd=tmp_path,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    installed = Command([fresh / "bin" / "microscep"], environment, tmp_path)
    assert installed.enroll(lab).status == 0
    assert installed.run("status").last["state"] == "active"
