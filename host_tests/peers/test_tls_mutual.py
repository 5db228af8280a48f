"""Mutual TLS with the identity that the set got: enrolled over SCEP, shown to nginx.

A protected page of a server that demands a certificate of the customer's CA. What asks is the set's
own Python, with the key from its key store: it stays in the core.
"""

import os
import subprocess
from types import SimpleNamespace

import pytest

from emulator.noe import Noe
from matrix.cells import LabAt
from set_driver import CHALLENGE, ROOT, Set
from tls_servers import nginx
from tls_world import PEM, private

pytestmark = [pytest.mark.peers, pytest.mark.check]

SCRIPT = """
import board, scepcore
from errors import Error
from phone.dot1x import own_chain
from phone.identity.records import Records
from scep import http, http_url, tls
from scep.transport import Transport
from scep.x509 import Certificate
def run(steps):
    while True:
        try:
            if next(steps) is None:
                board.idle()
        except StopIteration as end:
            return end.value
scepcore.seed(b"")
records = Records(board.flash())
told = run(board.net(board.mac() or records.mac()))
trust = tls.Trust([Certificate(der) for der in records.anchors()])
def page(url, which):
    key, chain = None, ()
    if which == "active":
        key = records.active_key()
        chain = own_chain(records.active_certificate(), records.active_issuers())
    elif which == "factory":
        key, chain = records.factory_key(), [records.factory_certificate()]
    transport = Transport(dns_servers=told["dns"], tls=tls.hook(trust, key, chain))
    request = http.Request(http_url.parse(url), "page")
    try:
        return str(run(http.exchange(transport, request, http.Limits())).body, "utf-8")
    except Error as error:
        return error.code + " " + error.message
    finally:
        if key is not None:
            key.wipe()
"""
ASK = 'for which in ("active", "factory", "none"): print(page("https://%s:%d/who", which))\n'


@pytest.fixture(name="scene", scope="module")
def _scene(tmp_path_factory):
    """A lab CA, and nginx with a certificate of it; only who has another one of it gets in."""
    folder = tmp_path_factory.mktemp("scene")
    lab = LabAt("rfc8894", folder / "lab", challenge=CHALLENGE)
    ca = lab.lab.authority.ca().certificate.public_bytes(PEM)
    names = ["localhost", "127.0.0.1", "10.0.2.2"]
    certificate, key = lab.lab.authority.server_certificate(names)
    files = {"server.pem": certificate.public_bytes(PEM) + ca, "server.key": private(key, PEM)}
    for name, data in {**files, "ca.pem": ca}.items():
        (folder / name).write_bytes(data)
    world = SimpleNamespace(chain_file=folder / "server.pem", key_file=folder / "server.key")
    verify = f"ssl_client_certificate {folder / 'ca.pem'}; ssl_verify_client on;"
    with nginx(world, folder, verify) as server:
        yield lab, server
    lab.lab.close()


def enrolled(board, folder, lab):
    """Return a set that has its certificate from the lab CA."""
    phone = Set(board, folder).factory()
    phone.configure(lab)
    phone.ok("enroll")
    return phone


def ask_unix(phone, port, folder):
    """Run the script in the UNIX board's firmware."""
    environment = dict(
        os.environ,
        MICROSCEP_FLASH=str(phone.flash),
        MICROSCEP_SECRET=str(phone.flash) + ".secret",
        MICROPYPATH=".frozen",
    )
    image = ROOT / "build" / "UNIX" / "firmware.elf"
    code = SCRIPT + ASK % ("127.0.0.1", port)
    done = subprocess.run(
        [image, "-c", code], env=environment, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def ask_noe(phone, port, folder):
    """Run the script at the prompt of the NOE board's development image."""
    secret = phone.flash.with_name(phone.flash.name + ".secret").read_bytes()
    with Noe(folder, flash=phone.flash, secret=secret) as noe:
        noe.run(SCRIPT, 60)
        return noe.run(ASK % ("10.0.2.2", port), 60)


BOARDS = (("UNIX", ask_unix), pytest.param("NOE", ask_noe, marks=pytest.mark.emulator))


@pytest.mark.parametrize("board, ask", BOARDS, ids=("UNIX", "NOE"))
def test_the_new_identity_opens_a_page_that_no_other_one_opens(scene, tmp_path, board, ask):
    lab, server = scene
    phone = enrolled(board, tmp_path, lab)
    serial = phone.identity()["serial"].lstrip("0").upper()
    mine, factory, none = ask(phone, server.port, tmp_path).splitlines()
    assert mine.startswith("TLSv1.2 ECDHE-RSA-"), mine
    assert mine.split()[2].lstrip("0") == serial and "CN=00809F59E1A0" in mine
    # nginx: 400, the certificate is of another CA; 400, there is none
    assert factory.startswith("http-status") and "400" in factory
    assert none.startswith("http-status") and "400" in none
    assert phone.identity()["state"] == "active"
