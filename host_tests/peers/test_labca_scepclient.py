"""Debian's scepclient (micromdm), a client that we did not write, enrols at the lab CA."""

import os
import shutil
import subprocess

import pytest
from cryptography import x509

from tools.lab.commands import describe, start

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
CLIENT = os.path.join(ROOT, "build", "debs", "scep-2.3", "usr", "bin", "scepclient")

pytestmark = pytest.mark.peers


# openscep is manual with DES answers and opentrust answers in BER: the client refuses those
# (INTEROP: micromdm sends and reads neither), the others it speaks.
@pytest.mark.parametrize("profile", ["rfc8894", "ndes2008", "ndes2008r2"])
def test_scepclient_enrols(profile, tmp_path):
    lab = start(profile, challenge="secret", state=str(tmp_path / "state"))
    try:
        words = ["-server-url", describe(lab)["url"], "-challenge", "secret", "-cn", "sc1"]
        if profile.startswith("ndes"):
            words += ["-key-encipherment-selector"]
        files = ["-private-key", "key.pem", "-certificate", "certificate.pem"]
        done = subprocess.run(
            [CLIENT, *words, *files], cwd=tmp_path, capture_output=True, text=True, timeout=60
        )
        assert done.returncode == 0, done.stderr[-1500:]
        certificate = x509.load_pem_x509_certificate((tmp_path / "certificate.pem").read_bytes())
        certificate.verify_directly_issued_by(lab.authority.ca().certificate)
        assert lab.state.log_entries()[-1]["issued_serial"] == f"{certificate.serial_number:x}"
    finally:
        lab.close()
        shutil.rmtree(tmp_path / "state")


def test_scepclient_with_a_wrong_challenge_is_refused(tmp_path):
    lab = start(challenge="secret", state=str(tmp_path / "state"))
    try:
        words = ["-server-url", describe(lab)["url"], "-challenge", "other"]
        files = ["-private-key", "key.pem", "-certificate", "certificate.pem"]
        done = subprocess.run(
            [CLIENT, *words, *files], cwd=tmp_path, capture_output=True, timeout=60
        )
        assert done.returncode != 0 and not (tmp_path / "certificate.pem").exists()
    finally:
        lab.close()
