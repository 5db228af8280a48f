"""Every error code there is, each produced by a set under tools/setctl on the UNIX board.

ACCEPTANCE.md section 2, check 11. A row is (code, how it comes about, the action); the labs play
one CA, with one fault each. What cannot come about in this image is on a reviewed list.
"""

import base64
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time

import pytest

import errors
from hostile_http import Server, answer
from matrix.cells import LabAt
from set_driver import CHALLENGE, SETCTL, Answer, Set
from set_terminal import DOWN, F3, LEAVE, Terminal
from tools.setctl_host import arguments, machines
from tools.setctl_host.session import Session, command_line

FRESH, ENROLLED = "fresh", "enrolled"


class World:
    """The honest CA, a factory-fresh set configured for it, and one that is enrolled."""

    def __init__(self, folder):
        self.folder = folder
        self.honest = LabAt("rfc8894", folder / "honest", challenge=CHALLENGE)
        self._sets = {}
        for name in (FRESH, ENROLLED):
            (folder / name).mkdir()
            self._sets[name] = Set("UNIX", folder / name).factory().configure(self.honest)
        self._sets[ENROLLED].ok("enroll")

    def copy(self, name, folder):
        """Return a set of its own."""
        return self._sets[name].copy(folder)

    def lab(self, folder, fault, **flags):
        """Return another server of the same CA, with one fault."""
        state = folder / "lab"
        shutil.copytree(self.honest.lab.state.directory, state)
        return LabAt("rfc8894", state, challenge=CHALLENGE, fault=fault, **flags)


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    made = World(tmp_path_factory.mktemp("codes"))
    yield made
    made.honest.lab.close()


# -- how a code comes about: functions (world, set, folder) -> Answer ------------------------------


def at_fault(name, *commands, **keys):
    """The CA's server shows the fault `name`; the last of the commands (enroll) ends with it."""

    def act(world, one, folder):
        lab = world.lab(folder, name)
        try:
            pairs = dict(keys, scep_url=lab.url())
            one.ok("config", *[f"{key}={value}" for key, value in pairs.items()])
            for command in commands[:-1]:
                one.ok(command)
            return one.run(commands[-1] if commands else "enroll")
        finally:
            lab.lab.close()

    return act


def configured(*pairs, command=("enroll",)):
    """The configuration holds `pairs`."""

    def act(world, one, folder):
        one.ok("config", *pairs)
        return one.run(*command)

    return act


def run(*arguments):
    """A command as it is."""
    return lambda world, one, folder: one.run(*arguments)


def web(octets, command="enroll"):
    """A web server that answers with `octets` stands where the CA should be."""

    def act(world, one, folder):
        with Server(answer(octets)) as server:
            one.ok("config", f"scep_url=http://127.0.0.1:{server.port}/scep")
            return one.run(command)

    return act


def tls_to_plain(world, one, folder):
    one.ok("config", f"scep_url=https://127.0.0.1:{world.honest.port}/scep")
    return one.run("enroll")


def revoked(world, one, folder):
    one.ok("enroll")
    one.ok("config", "scep_revocation=crl")
    serial = one.identity()["serial"].lower().lstrip("0")
    world.honest.lab.state.revoke(serial, "keyCompromise")
    return one.run("check")


def other_secret(world, one, folder):
    one.flash.with_name(one.flash.name + ".secret").write_bytes(bytes(32))
    return one.run("status")


def garbage(world, one, folder):
    one.flash.write_bytes(os.urandom(one.flash.stat().st_size))
    return one.run("status")


def no_flash(world, one, folder):
    one.flash.unlink()
    return one.run("status")


def full(world, one, folder):
    """No single value may be so long: the settings together are more than a sector holds."""
    for key in ("scep_psk_cms", "identity_cms", "scep_ca_cert", "scep_san", "scep_subject"):
        filler = base64.b64encode(os.urandom(12000)).decode()
        ended = one.run("config", f"{key}={filler}")
        if ended.status:
            break
    return ended


def interrupted(world, one, folder):
    with Server(lambda connection, request: time.sleep(20)) as silent:
        one.ok("config", f"scep_url=http://127.0.0.1:{silent.port}/scep")
        command = [sys.executable, SETCTL, "--board", "UNIX", "--flash", one.flash, "--json"]
        process = subprocess.Popen([*command, "enroll"], stdout=subprocess.PIPE, text=True)
        while not silent.requests:
            time.sleep(0.05)
        for _ in range(6):  # as a person does, who presses Ctrl-C again where nothing happens
            process.send_signal(signal.SIGINT)
            try:
                out, _ = process.communicate(timeout=5)
                break
            except subprocess.TimeoutExpired:
                continue
        assert process.returncode == 1
        return Answer(subprocess.CompletedProcess(command, 1, out, ""))


def small_heap(world, one, folder):
    """Between a heap with which a set comes up and one with which it enrols."""
    for kib in range(176, 96, -8):
        ended = one.run("enroll", "--heap", str(kib))
        if ended.code == "memory":
            break
    return ended


def wrong_password(world, one, folder):
    """A wrong password at the set's own menu: what the terminal shows."""
    one.ok("config", "scep_run=no")
    with Terminal(one) as terminal:
        terminal.choose_password(b"correct horse")
        terminal.press(LEAVE)
        assert terminal.process.wait(20) == 0
    with Terminal(one) as terminal:
        terminal.wait("No certificate")
        terminal.press(F3, b"\r", DOWN, DOWN, b"\r")
        terminal.wait("Admin password")
        terminal.press(b"wrong horse", F3)
        terminal.wait("access")
        terminal.wait("Wrong password")
        terminal.wait(errors.HELP["access"].split(":")[0])
        terminal.press(LEAVE)
        assert terminal.process.wait(20) == 0
        assert "wrong horse" not in terminal.text
    said = {"event": "error", "error": "access"}
    return Answer(subprocess.CompletedProcess([], 1, json.dumps(said), ""))


def refusing_tftp(world, one, folder):
    """The TFTP server that the set is told of refuses: error 2, access violation [RFC 1350]."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))

        def refuse():
            _, peer = server.recvfrom(600)
            server.sendto(b"\0\5\0\2no\0", peer)

        threading.Thread(target=refuse, daemon=True).start()
        where = f"127.0.0.1:{server.getsockname()[1]}"
        return said_by_the_set(one, command_line("boot", pairs=[("tftp", where)]))


def said_by_the_set(one, line, *flags):
    """What a set says of a command line that setctl's own commands do not make."""
    args = arguments.parse(["--board", "UNIX", "--flash", str(one.flash), *flags, "boot"])
    args.time = args.time or int(time.time())
    machine = machines.start(args)
    try:
        session = Session(machine)
        session.wait_ready()
        said = [json.dumps(event) for event in session.run(line, 60)]
    finally:
        machine.stop()
    return Answer(subprocess.CompletedProcess([], 0, "\n".join(said), ""))


def a_time_long_past(world, one, folder):
    """What is wrong at power on is said before the set is ready for a command."""
    return one.ok("status", "--time", "2001-01-01")


PORTAL = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 6\r\n\r\n<html>"

# (code, set, action)
ROWS = (
    ("config", ENROLLED, run("config", "scep_key_bits=1000")),
    ("dns", ENROLLED, configured("scep_url=http://no-such-host.invalid/scep")),
    ("connect", ENROLLED, configured("scep_url=http://127.0.0.1:9/scep")),
    ("tls", ENROLLED, tls_to_plain),
    ("http-status", ENROLLED, at_fault("status-500")),
    ("http-format", ENROLLED, web(PORTAL)),
    ("too-large", ENROLLED, at_fault("endless")),
    ("timeout", ENROLLED, at_fault("stall")),
    ("ca-fingerprint", FRESH, configured("scep_ca_fingerprint=" + 64 * "0")),
    ("ca-untrusted", FRESH, configured("scep_ca_fingerprint=", command=("enroll",))),
    ("asn1", ENROLLED, at_fault("truncate-1000")),
    ("cms-format", ENROLLED, at_fault("success-without-envelope")),
    ("cms-signature", ENROLLED, at_fault("signature-wrong")),
    ("cms-signer", ENROLLED, at_fault("signer-other")),
    ("cms-digest", ENROLLED, at_fault("digest-wrong")),
    ("decrypt", ENROLLED, at_fault("recipient-other")),
    ("algorithm", ENROLLED, at_fault("digest-md5")),
    ("transaction-id", ENROLLED, at_fault("transaction-id-other")),
    ("nonce", ENROLLED, at_fault("recipient-nonce-other")),
    ("message-type", ENROLLED, at_fault("message-type-other")),
    ("pki-status", ENROLLED, at_fault("pki-status-7")),
    ("fail-badAlg", ENROLLED, at_fault("fail-bad-alg")),
    ("fail-badMessageCheck", ENROLLED, at_fault("fail-bad-message-check")),
    ("fail-badRequest", ENROLLED, at_fault("fail-bad-request")),
    ("fail-badTime", ENROLLED, at_fault("fail-bad-time")),
    ("fail-badCertId", ENROLLED, at_fault("fail-bad-cert-id")),
    ("cert-key-mismatch", ENROLLED, at_fault("key-other")),
    ("cert-issuer", ENROLLED, at_fault("issuer-other")),
    ("cert-signature", ENROLLED, at_fault("certificate-signature-wrong")),
    ("cert-validity", ENROLLED, at_fault("certificate-expired")),
    ("cert-name", ENROLLED, at_fault("subject-other")),
    ("no-certificate", FRESH, run("renew")),
    ("pending", ENROLLED, at_fault("pending-for-ever")),
    ("renewal-refused", ENROLLED, at_fault("fail-bad-time", "renew")),
    ("revoked", ENROLLED, revoked),
    ("crl-stale", ENROLLED, at_fault("crl-stale", "check", scep_revocation="crl")),
    ("ocsp", ENROLLED, at_fault("ocsp-try-later", "enroll", "check", scep_revocation="ocsp")),
    ("clock", ENROLLED, a_time_long_past),
    ("flash-full", ENROLLED, full),
    ("flash-corrupt", ENROLLED, garbage),
    ("flash-io", ENROLLED, no_flash),
    ("wrong-device", ENROLLED, other_secret),
    ("entropy", FRESH, run("enroll", "--no-noise")),
    ("memory", FRESH, small_heap),
    ("cancelled", ENROLLED, interrupted),
    ("tftp", ENROLLED, refusing_tftp),
    ("internal", ENROLLED, run("fault", "internal")),
    ("access", FRESH, wrong_password),
    ("unsupported", ENROLLED, at_fault("caps-stripped", "rollover")),
)

# What no row produces, and why.
NOT_HERE = {
    "eap": "where 802.1X runs: the sets of host_tests/emulator, behind an authenticator",
}


def test_every_code_has_a_row_or_a_reason():
    produced = [code for code, _, _ in ROWS]
    assert len(set(produced)) == len(produced)
    assert set(produced) | set(NOT_HERE) == set(errors.HELP)
    assert not set(produced) & set(NOT_HERE)


@pytest.mark.check
@pytest.mark.micropython
@pytest.mark.parametrize("code, which, act", ROWS, ids=[row[0] for row in ROWS])
def test_a_set_says_the_code(world, tmp_path, code, which, act):
    one = world.copy(which, tmp_path)
    ended = act(world, one, tmp_path)
    if code in ("clock", "tftp"):  # the set comes up all the same: it is a warning
        assert code in [event["code"] for event in ended.named("warning")], ended.events
        return
    assert (ended.status, ended.code) == (1, code), (ended.last, ended.stderr)
    if ended.last.get("help"):
        assert ended.last["help"] == errors.HELP[code]


@pytest.mark.check
@pytest.mark.micropython
def test_a_command_that_runs_out_of_memory_ends_with_its_code(world, tmp_path):
    """By the development builds' hook: one allocation that no heap has room for."""
    one = world.copy(ENROLLED, tmp_path)
    before = one.identity()
    assert one.run("fault", "memory").code == "memory"
    assert one.identity() == before


@pytest.mark.check
@pytest.mark.micropython
def test_a_set_that_goes_down_before_it_can_say_so_is_internal(world, tmp_path):
    one = world.copy(ENROLLED, tmp_path)
    ended = one.run("status", "--heap", "16")
    assert (ended.status, ended.code) == (3, "internal")
