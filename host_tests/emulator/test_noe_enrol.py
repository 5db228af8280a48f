"""The NOE set in QEMU enrols at Debian's SCEP server, keeps its identity, and survives faults.

ACCEPTANCE.md section 2, checks 2, 3, 4 and 6; one fault a layer (UNIX has them all).
"""

import os
import subprocess
import sys
import threading
import time

import pytest
from cryptography import x509

from scep_proxy import Proxy, flip_signature, truncate
from set_driver import CHALLENGE, MAC, SETCTL, Set
from tools.demo_server import ScepServer

pytestmark = [pytest.mark.emulator, pytest.mark.peers]
FRENCH = "CN={mac},O=Ministère des Affaires Etrangères,C=FR"


@pytest.fixture(name="server", scope="module")
def _server(tmp_path_factory):
    with ScepServer(str(tmp_path_factory.mktemp("scep")), CHALLENGE) as server:
        yield server


@pytest.fixture(name="enrolled", scope="module")
def _enrolled(server, tmp_path_factory):
    noe = Set("NOE", tmp_path_factory.mktemp("noe")).factory()
    noe.configure(server, scep_subject=FRENCH)
    noe.enrolment = noe.ok("enroll")
    return noe


def _certificate(pem):
    return x509.load_pem_x509_certificate(pem.encode())


def test_it_enrols_with_progress_and_openssl_verifies_it_after_a_power_cycle(
    enrolled, server, tmp_path
):
    names = [event["event"] for event in enrolled.enrolment.events]
    for expected in ("boot", "http", "keygen", "slot"):
        assert expected in names
    assert names[-1] == "result"
    pem = tmp_path / "set.pem"
    pem.write_text(enrolled.pem())  # another power-on
    done = subprocess.run(["openssl", "verify", "-CAfile", server.ca_path, pem])
    assert done.returncode == 0
    status = enrolled.ok("status").last
    assert (status["state"], status["slot"], status["last_error"]) == ("active", "active", None)
    assert status["boots"] >= 4 and status["clock"]


def test_a_name_with_accents_comes_back_as_it_was_configured(enrolled):
    subject = _certificate(enrolled.pem()).subject
    assert subject.rfc4514_string() == FRENCH.replace("{mac}", MAC)


# (name, what bends the answers or None, configuration, expected codes): one a layer
FAULTS = (
    ("transport: nobody listens", None, {"port": 1}, {"connect"}),
    ("HTTP: answer cut", truncate, {}, {"http-format", "connect"}),
    ("CMS: signature altered", flip_signature, {}, {"cms-signature"}),
    ("protocol: challenge refused", None, {"challenge": "x"}, {"fail-badRequest", "http-status"}),
    ("trust: fingerprint", None, {"scep_ca_fingerprint": "00" * 32}, {"ca-fingerprint"}),
)


@pytest.mark.parametrize(("name", "mangle", "keys", "codes"), FAULTS, ids=[r[0] for r in FAULTS])
def test_a_fault_is_named_and_the_identity_stays(enrolled, server, name, mangle, keys, codes):
    before = enrolled.identity()
    with Proxy(server.port, mangle) as proxy:
        enrolled.configure(server, **{"port": proxy.port, **keys})
        answer = enrolled.run("enroll")
    assert answer.status == 1 and answer.code in codes, answer.last
    assert enrolled.identity() == before
    assert enrolled.ok("status").last["last_error"]["code"] == answer.code


def test_after_the_faults_it_enrols_again(enrolled, server):
    before = enrolled.identity()
    enrolled.configure(server).ok("enroll")
    after = enrolled.identity()
    assert after["sha256"] != before["sha256"] and after["state"] == "active"


def test_it_enrols_at_an_ipv6_address(enrolled, server):
    before = enrolled.identity()
    with Proxy(server.port, host="::1") as proxy:  # fec0::2 for the set
        enrolled.ok("config", f"scep_url=http://[fec0::2]:{proxy.port}{server.path}")
        enrolled.ok("enroll")
        assert proxy.seen[-1] == "PKIOperation"
        assert b"Host: [fec0::2]:%d\r\n" % proxy.port in proxy.requests[-1]
    assert enrolled.identity()["sha256"] != before["sha256"]
    enrolled.configure(server)


def test_it_renews_with_a_new_key(enrolled, server):
    enrolled.configure(server)
    before = _certificate(enrolled.pem())
    enrolled.ok("renew")
    after = _certificate(enrolled.pem())
    assert after.serial_number != before.serial_number
    assert after.public_key() != before.public_key() and after.subject == before.subject


def test_another_devices_secret_is_wrong_device_and_nothing_is_erased(enrolled, tmp_path):
    copy = Set("NOE", tmp_path)
    copy.flash.write_bytes(enrolled.flash.read_bytes())
    copy.flash.with_name(copy.flash.name + ".secret").write_bytes(bytes(range(32)))
    before = copy.flash.read_bytes()
    for command in ("status", "enroll"):
        answer = copy.run(command)
        assert answer.status == 1 and answer.code == "wrong-device", answer.last
    assert copy.flash.read_bytes() == before


# (name, content)
FOREIGN = (
    ("wrong size", b"\xff" * 1000),
    ("erased", b"\xff" * (64 << 20)),
    ("other content", b"not a flash image!!!" * ((64 << 20) // 20) + b"\0" * 4),
)


@pytest.mark.parametrize(("name", "content"), FOREIGN, ids=[row[0] for row in FOREIGN])
def test_a_foreign_image_is_refused_and_left_untouched(tmp_path, name, content):
    foreign = Set("NOE", tmp_path)
    foreign.flash.write_bytes(content)
    foreign.flash.with_name(foreign.flash.name + ".secret").write_bytes(bytes(32))
    answer = foreign.run("status")
    assert answer.status == 1 and answer.code == "flash-corrupt", answer.last
    assert foreign.flash.read_bytes() == content


def test_without_noise_there_is_no_key(server, tmp_path):
    noe = Set("NOE", tmp_path).factory().configure(server)
    answer = noe.run("--no-noise", "enroll")
    assert answer.status == 1 and answer.code == "entropy"
    assert answer.named("keygen") == [] and answer.named("http") == []
    assert noe.ok("status").last["state"] == "factory"


def test_a_power_cut_in_an_enrolment_is_status_3_and_the_next_one_succeeds(server, tmp_path):
    noe = Set("NOE", tmp_path).factory().configure(server)
    # by then the key and the transaction are being written
    answer = noe.run("--power-cut", "400", "enroll")
    assert answer.status == 3, answer.last
    assert noe.ok("status").last["state"] in ("factory", "enrolling")
    noe.ok("enroll")
    assert noe.identity()["state"] == "active"


def test_the_emulator_alone_talks_to_the_server(server, tmp_path):
    """While the set enrols, the host tool has no socket at all but the emulator has."""

    def slow(operation, answer):
        time.sleep(0.5)  # long enough for the watcher to see who holds the connection
        return answer

    noe = Set("NOE", tmp_path).factory()
    with Proxy(server.port, slow) as proxy:
        noe.configure(server, port=proxy.port)
        command = [sys.executable, SETCTL, "--board", "NOE", "--flash", noe.flash, "enroll"]
        tool = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        owners, done = set(), threading.Event()

        def watch():
            while not done.is_set():
                owners.update(_owners_of_connections_to(proxy.port))
                time.sleep(0.01)

        watcher = threading.Thread(target=watch)
        watcher.start()
        tool_sockets = 0
        while tool.poll() is None:
            tool_sockets = max(tool_sockets, _internet_sockets(tool.pid))
            time.sleep(0.02)
        done.set()
        watcher.join()
        assert tool.returncode == 0 and "PKIOperation" in proxy.seen
    assert tool_sockets == 0
    assert owners == {"qemu-system-arm"}


def _owners_of_connections_to(port):
    """Return the names of other processes that hold a connection to 127.0.0.1:port."""
    inodes = set()
    with open("/proc/net/tcp") as f:
        for line in f.readlines()[1:]:
            words = line.split()
            if words[2] == f"0100007F:{port:04X}" and words[9] != "0":
                inodes.add(f"socket:[{words[9]}]")
    found = set()
    for pid in filter(str.isdigit, os.listdir("/proc")) if inodes else ():
        if int(pid) != os.getpid() and inodes & _links(pid):
            with open(f"/proc/{pid}/cmdline", "rb") as f:
                found.add(os.path.basename(f.read().split(b"\0")[0].decode()))
    return found


def _links(pid):
    links = set()
    try:
        for fd in os.listdir(f"/proc/{pid}/fd"):
            links.add(os.readlink(f"/proc/{pid}/fd/{fd}"))
    except OSError:
        pass  # it has just ended
    return links


def _internet_sockets(pid):
    """Return how many TCP or UDP sockets a process holds."""
    inodes = set()
    for table in ("tcp", "tcp6", "udp", "udp6"):
        with open(f"/proc/net/{table}") as f:
            inodes.update(f"socket:[{line.split()[9]}]" for line in f.readlines()[1:])
    return len(inodes & _links(pid))
