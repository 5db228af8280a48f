"""The client on CPython against Debian's scep servers 2.1 and 2.3, which we did not write."""

import os
import subprocess
import sys
import time

import pytest

import scepcore
from expect import raises
from real_time import drive
from scep import names, policy, request
from scep.client import Client
from scep.client_renew import renew
from scep.transaction import Transaction
from scep.transport import Transport
from scep.x509 import Certificate
from tools.demo_server import ScepServer

pytestmark = pytest.mark.peers
CHALLENGE = "s3cret"


def new_key():
    if not scepcore.seeded():
        scepcore.seed(bytes(range(48)))
    generator = scepcore.RSAKey.generate(2048)
    while True:
        key = generator.step()
        if key is not None:
            return key


# 2.1 listens on all addresses: its tests run in a network namespace that has only loopback
ALONE = "MICROSCEP_LOOPBACK_ONLY" in os.environ


@pytest.fixture(name="server", scope="module", params=["2.1"] if ALONE else ["2.3"])
def _server(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("scep" + request.param)
    with ScepServer(str(folder), CHALLENGE, version=request.param) as server:
        yield server


@pytest.fixture(name="keys", scope="module")
def _keys():
    return new_key(), new_key()


def client_of(server):
    return Client(
        Transport(),
        f"http://127.0.0.1:{server.port}{server.path}",
        fingerprint=bytes.fromhex(server.ca_sha256),
        clock=lambda: int(time.time()),
    )


def enrolled(client, key, name, secret=CHALLENGE):
    one = Transaction(key, names.encode(name))
    drive(request.self_sign(one))
    return drive(client.enrol(one, lambda: bytearray(secret.encode())))


def test_enrolment_and_renewal(server, keys, tmp_path):
    client = client_of(server)
    issued = enrolled(client, keys[0], "CN=phone-a,O=Lab")
    for _ in range(2):
        current = Certificate(issued.certificate)
        file = tmp_path / "set.der"
        file.write_bytes(issued.certificate)
        pem = subprocess.check_output(["openssl", "x509", "-inform", "DER", "-in", file])
        subprocess.run(["openssl", "verify", "-CAfile", server.ca_path], input=pem, check=True)
        one = Transaction(keys[1], current.subject)
        one.signed_by(keys[0], current.der)
        one.replaced = current.fingerprint()
        issued = drive(renew(client, one, lambda: bytearray(CHALLENGE.encode())))
        assert issued.certificate != bytes(current.der)
        assert Certificate(issued.certificate).public_key()[0] == keys[1].public()[0]
        # these servers want the challenge in a RenewalReq, too
        assert client.learned.rung == policy.RENEWAL_CHALLENGE
        keys = keys[::-1]


def test_a_wrong_challenge_is_a_bad_request(server, keys):
    error = raises(
        ("fail-badRequest", "http-status"), enrolled, client_of(server), keys[0], "CN=b", "wrong"
    )
    assert "wrong" not in str(error)


@pytest.mark.check
def test_the_same_with_server_2_1():
    if ALONE:
        return  # this is the run in the namespace
    # Root needs no user namespace, and a container often allows none.
    unshare = ["unshare", "-n" if os.geteuid() == 0 else "-rn"]
    if subprocess.run([*unshare, "true"], capture_output=True).returncode:
        pytest.skip("no network namespace may be made on this machine")
    inner = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        "-m",
        "peers",
        __file__,
    ]
    script = 'ip link set lo up && exec "$@"'
    done = subprocess.run(
        [*unshare, "sh", "-c", script, "sh", *inner],
        env=dict(os.environ, MICROSCEP_LOOPBACK_ONLY="1"),
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0 and "3 passed" in done.stdout, done.stdout[-2000:]
