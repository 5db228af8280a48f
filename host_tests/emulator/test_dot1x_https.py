"""802.1X and SCEP over HTTPS on one set: two users of TLS, where a small set has room for one.

VLE has a heap of 96 KiB; NOE's holds two connections. The switch port and its EAP server (OpenSSL)
are the test's, so that a re-authentication comes in the middle of an exchange. The set's clock is
not told: what is shown here is memory and turns.
"""

import time

import pytest

from emulator.switch_port import SwitchPort, server_context
from lab_driver import Lab, LongCrl
from set_driver import CHALLENGE, MAC, Set
from tools.lab.faults import Fault
from tools.setctl_host import arguments, machines
from tools.setctl_host.session import Session, command_line

pytestmark = [pytest.mark.emulator, pytest.mark.check]


class Held(Fault):
    """In the middle of an answer the set is asked for its identity; the rest comes later."""

    def __init__(self, port, seconds):
        """seconds: how long the answer is held back; `meanwhile`: the exchanges that ended then."""
        self._port, self._seconds = port, seconds
        self._first, self.meanwhile = True, None

    def body(self, der):
        """Hold the first answer back."""
        if self._first:
            self._first = False
            before = len(self._port.states)
            self._port.reauthenticate()
            time.sleep(self._seconds)
            self.meanwhile = self._port.states[before:]
        return der


class Phone:
    """A set behind the port that is switched on; `said`: every event since."""

    def __init__(self, flash, board, port):
        words = ["--board", board, "--flash", str(flash), "--nic", port.nic, "--time", "none"]
        self._machine = machines.start(arguments.parse([*words, "status"]))
        self._session = Session(self._machine)
        self.said = []

    def __enter__(self):
        self._session.wait_ready()
        return self

    def __exit__(self, *exception):
        self._machine.stop()

    def run(self, name, **pairs):
        """Run a command; return its last event."""
        self.said += self._session.run(command_line(name, pairs=list(pairs.items())), 240)
        return self.said[-1]

    def ok(self, name, **pairs):
        """Run a command that must succeed, and no memory may have been short; return its result."""
        last = self.run(name, **pairs)
        assert last["event"] == "result", self.said
        assert "memory" not in [event.get("code") for event in self.said], self.said
        return last


@pytest.fixture(name="lab", scope="module")
def _lab(tmp_path_factory):
    with Lab(tmp_path_factory.mktemp("lab"), tls=True) as lab:
        yield lab


@pytest.fixture(name="port", scope="module")
def _port(lab, tmp_path_factory):
    context = server_context(tmp_path_factory.mktemp("radius"), lab.running.authority)
    with SwitchPort(context, bytes.fromhex(MAC)) as port:
        yield port


@pytest.fixture(name="phone", scope="module", params=["VLE", "NOE"])
def _phone(request, lab, port, tmp_path_factory):
    """Enrolled over HTTPS by way of the quarantine, and logged in with what it got."""
    made = Set(request.param, tmp_path_factory.mktemp("set")).factory()
    made.ok(
        *("config", "dot1x=yes", "scep_run=yes", "scep_spread=0", "scep_revocation=crl"),
        *(f"scep_url={lab.url('10.0.2.2')}", f"scep_psk={CHALLENGE}"),
        f"scep_ca_fingerprint={lab.ca_sha256}",
    )
    lab.bend(None)
    port.states.clear()
    with Phone(made.flash, request.param, port) as phone:
        phone.ok("boot", until="enrolled")
        assert port.wait(2) == ["quarantine", "open"]
        yield phone


def operations(lab):
    """Return how many messages the CA has answered."""
    return len([entry for entry in lab.log() if entry["operation"] == "PKIOperation"])


def test_a_set_renews_over_https_and_shows_the_renewed_certificate(phone, port, lab):
    before = phone.ok("status")["serial"]
    after = phone.ok("renew")["serial"]
    assert after != before
    port.wait_for(after)
    assert phone.ok("check")["revoked"] is False


def test_a_reauthentication_waits_for_the_end_of_a_short_exchange(phone, port, lab):
    lab.bend(Held(port, 1))
    before = operations(lab)
    after = phone.ok("renew")["serial"]
    lab.bend(None)
    assert operations(lab) == before + 1
    port.wait_for(after)
    assert set(port.states[1:]) == {"open"}


def test_a_long_exchange_is_cut_off_for_a_reauthentication_and_begins_again(phone, port, lab):
    held = Held(port, 25)
    lab.bend(held)
    after = phone.ok("renew")["serial"]
    lab.bend(None)
    while held.meanwhile is None:
        time.sleep(0.1)
    assert held.meanwhile[:1] == ["open"]
    port.wait_for(after)
    assert set(port.states[1:]) == {"open"}


def test_a_crl_longer_than_the_heap_is_searched_between_two_logins(phone, port, lab):
    ended = len(port.states)
    lab.bend(LongCrl(300_000))
    assert phone.ok("check")["revoked"] is False
    lab.bend(None)
    port.reauthenticate()
    assert port.wait(ended + 1)[-1] == "open"
    assert phone.ok("status")["state"] == "active"
