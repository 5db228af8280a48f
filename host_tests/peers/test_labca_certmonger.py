"""Debian's certmonger, a client that we did not write, enrols at the lab CA and renews there.

The daemon has folders and a socket of its own: no message bus, nothing of the machine's.
"""

import os
import subprocess
import time
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization

from tools.lab.commands import describe, start

pytestmark = [pytest.mark.peers, pytest.mark.check]
CHALLENGE = "secret"


class Daemon:
    """A certmonger that knows one lab CA; a context manager."""

    def __init__(self, lab, folder):
        """Nothing runs before `with`."""
        self.lab, self.folder = lab, Path(folder)
        self.url = describe(lab)["url"]
        self._environment = dict(os.environ)
        for name in ("requests", "cas", "tmp"):
            (self.folder / name).mkdir()
        self._environment.update(
            CERTMONGER_REQUESTS_DIR=str(self.folder / "requests"),
            CERTMONGER_CAS_DIR=str(self.folder / "cas"),
            CERTMONGER_TMPDIR=str(self.folder / "tmp"),
            CERTMONGER_PVT_ADDRESS=f"unix:path={self.folder}/socket",
        )

    def __enter__(self):
        """Start the daemon and tell it of the CA."""
        self.log = open(self.folder / "log", "wb")
        command = ["certmonger", "-L", "-P", self.folder / "socket", "-n"]
        self.process = subprocess.Popen(
            command, env=self._environment, stdout=self.log, stderr=self.log
        )
        self.until(lambda: (self.folder / "socket").exists())
        # its administrator gives it the root that answers must lead to
        root = self.folder / "root.pem"
        root.write_bytes(_pem(self.lab.authority.trust_anchor()))
        self.getcert("add-scep-ca", "-c", "lab", "-u", self.url, "-N", root)
        # it asks for the CA's certificates by itself
        self.until(lambda: "ca_encryption_cert" in self._ca())
        return self

    def __exit__(self, *_):
        """End the daemon."""
        self.process.terminate()
        self.process.wait(20)
        self.log.close()

    def getcert(self, *words):
        """Run a getcert command; return what it says."""
        done = subprocess.run(
            ["getcert", *[str(word) for word in words]],
            env=self._environment,
            capture_output=True,
            text=True,
            timeout=60,
        )
        return done.stdout + done.stderr

    def request(self, *words):
        """Request a certificate as `set`; return what getcert says."""
        files = ["-k", self.folder / "key.pem", "-f", self.folder / "set.pem", "-I", "set"]
        return self.getcert("request", "-c", "lab", *files, "-N", "CN=set 1", *words)

    def reaches(self, status, seconds=30):
        """Wait until the request is in a status; fail with the one that it is in."""
        self.until(lambda: f"status: {status}\n" in self.getcert("list"), seconds)

    def certificate(self):
        """Return the certificate that it holds."""
        return x509.load_pem_x509_certificate((self.folder / "set.pem").read_bytes())

    def until(self, holds, seconds=30):
        """Wait until holds() is true; fail with what the daemon said."""
        end = time.monotonic() + seconds
        while not holds():
            said = (self.folder / "log").read_text()[-1500:]
            assert time.monotonic() < end, self.getcert("list") + said
            time.sleep(0.1)

    def _ca(self):
        return "".join(path.read_text() for path in (self.folder / "cas").iterdir())


def _pem(entity):
    return entity.certificate.public_bytes(serialization.Encoding.PEM)


@pytest.fixture(name="daemon")
def _daemon(tmp_path):
    running = []

    def make(profile, **flags):
        lab = start(profile, state=str(tmp_path / "state"), **flags)
        running.append(lab)
        running.append(Daemon(lab, tmp_path))
        return running[-1].__enter__()

    yield make
    for one in running[1:]:
        one.__exit__()
    for one in running[:1]:
        one.close()


# Left out: it wants the MIME type that RFC 8894 has for CA and RA certificates, where Windows 2003
# has another one; and its OpenSSL 3 reads no single DES, which OpenSCEP answers in.
@pytest.mark.parametrize("profile", ["rfc8894", "ndes2008", "ndes2008r2", "opentrust"])
def test_certmonger_enrols(daemon, profile):
    one = daemon(profile, challenge=CHALLENGE)
    one.request("-L", CHALLENGE)
    one.reaches("MONITORING")
    certificate = one.certificate()
    certificate.verify_directly_issued_by(one.lab.authority.ca().certificate)
    assert one.lab.state.log_entries()[-1]["issued_serial"] == f"{certificate.serial_number:x}"


@pytest.mark.parametrize("profile", ["rfc8894", "ndes2008r2"])
def test_certmonger_renews_with_a_new_key(daemon, profile):
    """By a PKCSReq that the old certificate signs."""
    one = daemon(profile, challenge=CHALLENGE)
    one.request("-L", CHALLENGE)
    one.reaches("MONITORING")
    old = one.certificate()
    one.getcert("rekey", "-i", "set")
    signer = f"{old.serial_number:x}"
    one.until(lambda: one.lab.state.log_entries()[-1]["signer_serial"] == signer)
    one.reaches("MONITORING")
    new = one.certificate()
    new.verify_directly_issued_by(one.lab.authority.ca().certificate)
    assert new.public_key() != old.public_key()


def test_certmonger_asks_again_until_the_request_is_approved(daemon):
    """By the same request again: it knows no CertPoll."""
    one = daemon("rfc8894", manual=True, fault="content-empty")
    one.request()
    one.reaches("CA_WORKING")
    (waiting,) = one.lab.state.transactions()
    one.lab.state.put_transaction(waiting["transaction_id"], waiting["request"], "approved")
    one.getcert("refresh", "-i", "set")
    one.reaches("MONITORING")
    asked = [row for row in one.lab.state.log_entries() if row["operation"] == "PKIOperation"]
    assert [row["result"] for row in asked] == ["pending", "success"]
    assert asked[0]["transaction_id"] == asked[1]["transaction_id"]


def test_certmonger_with_a_wrong_challenge_is_refused(daemon):
    one = daemon("rfc8894", challenge=CHALLENGE, fault="content-empty")
    one.request("-L", "other")
    one.reaches("CA_REJECTED")
    assert not (one.folder / "set.pem").exists()
