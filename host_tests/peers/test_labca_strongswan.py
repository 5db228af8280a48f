"""Debian's strongSwan (`pki --scep`), a client that we did not write, enrols at the lab CA."""

import subprocess
import time

import pytest
from cryptography import x509

from tools.lab.commands import describe, start

pytestmark = [pytest.mark.peers, pytest.mark.check]


def pki(folder, *words):
    """Run strongSwan's pki in `folder`; return (exit status, stdout, stderr without plugins)."""
    done = subprocess.run(
        ["pki", *[str(word) for word in words]], cwd=folder, capture_output=True, timeout=60
    )
    lines = done.stderr.decode("utf-8", "replace").splitlines()
    said = "\n".join(line for line in lines if not line.startswith("plugin "))
    return done.returncode, done.stdout, said


class Set:
    """One strongSwan client with its key and what it knows of the CA."""

    def __init__(self, lab, folder):
        self.lab, self.folder, self.url = lab, folder, describe(lab)["url"]
        self.key("key.der")
        status, _, said = pki(
            folder,
            "--scepca",
            "--url",
            self.url,
            "--caout",
            "ca.der",
            "--raout",
            "ra.der",
            "--force",
        )
        assert status == 0, said
        issuing = folder / "issuing.der"
        issuing.write_bytes(lab.authority.ca().der)
        encryption, signing = folder / "enc.der", folder / "sig.der"
        encryption.write_bytes(lab.authority.recipient().der)
        signing.write_bytes(lab.authority.signer().der)
        self.trust = [
            "--cacert-enc",
            "enc.der",
            "--cacert-sig",
            "sig.der",
            "--cacert",
            "issuing.der",
        ]
        if lab.profile.levels:
            (folder / "root.der").write_bytes(lab.authority.trust_anchor().der)
            self.trust += ["--cacert", "root.der"]

    def key(self, name):
        _, der, _ = pki(self.folder, "--gen", "--type", "rsa", "--size", "2048")
        (self.folder / name).write_bytes(der)

    def scep(self, *words, key="key.der"):
        base = ["--scep", "--url", self.url, "--in", key, "--dn", "C=FR, O=x, CN=set 1"]
        return pki(self.folder, *base, *self.trust, "--outform", "der", *words)


@pytest.fixture
def lab(tmp_path):
    running = []

    def make(profile, **flags):
        running.append(start(profile, state=str(tmp_path / "state"), **flags))
        return running[-1]

    yield make
    for each in running:
        each.close()


@pytest.mark.parametrize("profile", ["rfc8894", "opentrust"])
def test_strongswan_enrols(lab, tmp_path, profile):
    client = Set(lab(profile, challenge="secret"), tmp_path)
    status, der, said = client.scep("--password", "secret")
    assert status == 0, said
    certificate = x509.load_der_x509_certificate(der)
    certificate.verify_directly_issued_by(client.lab.authority.ca().certificate)


def test_strongswan_with_a_wrong_challenge_is_refused(lab, tmp_path):
    client = Set(lab("rfc8894", challenge="secret"), tmp_path)
    status, _, said = client.scep("--password", "other")
    assert status != 0 and "badRequest" in said


def test_strongswan_renews_with_its_old_certificate(lab, tmp_path):
    client = Set(lab("rfc8894", challenge="secret", revoke_on_renew=True), tmp_path)
    _, old, _ = client.scep("--password", "secret")
    (tmp_path / "old.der").write_bytes(old)
    client.key("new.der")
    status, der, said = client.scep("--cert", "old.der", "--key", "key.der", key="new.der")
    assert status == 0, said
    assert client.lab.state.log_entries()[-1]["message_type"] == "RenewalReq"
    serial = x509.load_der_x509_certificate(old).serial_number
    assert client.lab.state.issued(f"{serial:x}")["reason"] == "superseded"


def test_strongswan_polls_until_the_request_is_approved(lab, tmp_path):
    running = lab("rfc8894", manual=True)
    client = Set(running, tmp_path)
    words = ["--interval", "1", "--maxpolltime", "20"]
    base = ["pki", "--scep", "--url", client.url, "--in", "key.der", "--dn", "C=FR, CN=set 1"]
    process = subprocess.Popen(
        [*base, *client.trust, *words], cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    try:
        for _ in range(200):
            rows = running.state.transactions()
            if rows and rows[0]["polls"]:
                break
            process.poll()
            time.sleep(0.05)
        running.state.put_transaction(rows[0]["transaction_id"], rows[0]["request"], "approved")
        der, said = process.communicate(timeout=20)
        assert process.returncode == 0, said[-600:]
        x509.load_der_x509_certificate(der)
    finally:
        process.kill()
