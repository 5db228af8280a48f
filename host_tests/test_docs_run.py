"""The administrator's page, copied line by line: its desk commands run, in their order."""

import csv
import datetime
import re
import shlex
import subprocess
import sys

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, pkcs12
from cryptography.x509.oid import NameOID

from test_docs import ADMIN, ROOT, blocks
from tools.lab.commands import describe, start

pytestmark = [pytest.mark.check, pytest.mark.micropython]
CHALLENGE = "documented"
# What is not run here, and why.
ELSEWHERE = {
    "make rollout": "a part of `make check`",
    "tools/rollout": "the same",
    "make demo-8021x": "the same, by host_tests/peers",
    "tools/dot1x": "the same",
}
PEM = serialization.Encoding.PEM


def certificate(key, name):
    """Return a self-signed certificate of `key`: any factory's or customer's will do."""
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.datetime(2026, 1, 1)
    builder = x509.CertificateBuilder().subject_name(subject).issuer_name(subject)
    builder = builder.public_key(key.public_key()).serial_number(7)
    builder = builder.not_valid_before(now).not_valid_after(now.replace(year=2040))
    return builder.sign(key, hashes.SHA256())


def prepare(folder, lab):
    """Write into `folder` what the page takes for granted: an administrator's own files."""
    key = rsa.generate_private_key(65537, 2048)
    own = certificate(key, "00809F59E1A0")
    box = pkcs12.serialize_key_and_certificates(b"", key, own, None, BestAvailableEncryption(b"x"))
    files = {
        "common.cfg": f"scep_run=yes scep_url={url(lab)} scep_spread=0\nscep_psk={CHALLENGE}\n"
        f"scep_ca_fingerprint={describe(lab)['ca_sha256']}\n",
        "challenge.txt": CHALLENGE + "\n",
        "pass.txt": "x\n",
        "ca.pem": lab.authority.ca().certificate.public_bytes(PEM).decode(),
        "00809F59E1A0.pem": own.public_bytes(PEM).decode(),
    }
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    (folder / "set.p12").write_bytes(box)
    rows = {
        "sets.csv": (("mac", "scep_subject"), ("00809F59E1A0", "CN={mac},O=Pilot")),
        "factory.csv": (("mac", "factory"), ("00809F59E1A0", "00809F59E1A0.pem")),
    }
    for name, table in rows.items():
        with open(folder / name, "w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows(table)


def url(lab):
    """Return the URL of a lab CA."""
    return f"http://127.0.0.1:{lab.port}/scep"


def commands():
    """Return the commands of the page's code blocks."""
    lines = blocks(ADMIN.read_text(encoding="utf-8"))
    return [line for line in lines if re.match(r"tools/|make |\$ ", line)]


class Walk:
    """Runs commands in a folder; a server that the page starts is left to run meanwhile."""

    def __init__(self, folder, lab):
        """lab: the Lab that stands for pki.example."""
        self._folder, self._lab, self._servers = folder, lab, []

    def run(self, line):
        """Run one line as it stands, the names of pki.example and of this tree put in."""
        line = line.replace("http://pki.example/scep", url(self._lab))
        line = line.replace("FINGERPRINT", describe(self._lab)["ca_sha256"])
        line = re.sub(r"revoke [0-9a-f]+", "revoke all", line)
        words = shlex.split(line)
        words[:1] = [sys.executable, str(ROOT / words[0])]
        if "serve" in words and "list" not in words:
            self._serve(words)
            return
        done = subprocess.run(
            words, cwd=self._folder, input="challenge\nquit\n", capture_output=True, text=True
        )
        assert done.returncode == 0, f"{line}\n{done.stdout}{done.stderr}"

    def close(self):
        """End the servers."""
        for server in self._servers:
            server.terminate()
            server.wait(10)
            server.stdout.close()

    def _serve(self, words):
        server = subprocess.Popen(words, cwd=self._folder, stdout=subprocess.PIPE, text=True)
        self._servers.append(server)
        assert "url" in server.stdout.readline()


def test_the_administrators_page_runs_as_it_stands(tmp_path):
    lab = start("rfc8894", state=str(tmp_path / "pki"), challenge=CHALLENGE)
    folder = tmp_path / "desk"
    folder.mkdir()
    prepare(folder, lab)
    walk = Walk(folder, lab)
    ran = 0
    try:
        for line in commands():
            if not any(line.startswith(words) for words in ELSEWHERE):
                walk.run(line)
                ran += 1
    finally:
        walk.close()
        lab.close()
    assert ran > 20
    assert (folder / "tftp" / "lanpbx_00809F59E1A0.cfg").exists()
