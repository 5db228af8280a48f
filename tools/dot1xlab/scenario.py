"""The story of a set before a port that asks: factory-fresh, enrolled, revoked, healed.

For tools/dot1x. Each step waits for what the authenticator says, and asks the network itself
whether the gate holds.
"""

import os
import subprocess
import sys
import time

from tools.dot1xlab import network
from tools.dot1xlab.authenticator import Authenticator
from tools.dot1xlab.cable import WAN
from tools.dot1xlab.namespace import has_tap
from tools.lab import commands
from tools.lab.authority import Authority
from tools.lab.profiles import PROFILES
from tools.lab.state import State
from tools.setctl_host import arguments, machines
from tools.setctl_host.errors import REPO
from tools.setctl_host.factory_ca import FactoryCa
from tools.setctl_host.session import Session, command_line

MAC = "00809F59E1A0"
CHALLENGE = "Quarantine-Horse-17"
STORY = ["quarantine", "open", "rejected", "quarantine", "open"]


# A step's time on a good line, times this.
_PATIENCE = 4


class Failed(Exception):
    """The story went another way; the message says where."""


def run(folder, board, tap=None, radius=False, profile="rfc8894", bits=2048, wan=False, tls=False):
    """Play the story in `folder`; return the authenticator's states. Raises Failed.

    tap: True or False, None: a TAP device where one may be made; radius: FreeRADIUS decides;
    profile: of the lab CA; bits: of its keys and the set's; wan: the set stands behind a line of
    600 ms, 2 % loss and 64 kbit/s; tls: SCEP goes over HTTPS.
    """
    tap = has_tap() and not wan if tap is None else tap
    factory = FactoryCa(os.path.join(folder, "factory-ca"))
    flash = os.path.join(folder, "set.img")
    with network.Network(folder, tap, WAN if wan else None) as net:
        _say("a switch port that asks, hostapd before it; behind it a SCEP server and an office")
        _tell("the EAP server: " + ("FreeRADIUS" if radius else "hostapd's own"))
        line = "TAP device" if tap else "user space, as bad as a WAN" if wan else "user space"
        _tell(f"the set's cable: {line}")
        state = os.path.join(folder, "labca")
        Authority(State(state), PROFILES[profile], bits)  # the keys, for the lab to find
        words = {"challenge": CHALLENGE, "state": state, "tls": tls}
        lab = commands.start(profile, host=network.SERVER, **words)
        try:
            ready = commands.describe(lab)
            with Authenticator(folder, factory, lab.authority, net.gate, radius) as authenticator:
                _make_set(board, flash, os.path.join(folder, "factory-ca"), ready, bits)
                with _Phone(board, flash, net.nic, folder) as phone:
                    _play(phone, net, authenticator, lab)
                return authenticator.states
        finally:
            lab.close()


def _make_set(board, flash, factory, ready, bits):
    _say("a factory-fresh set: dot1x=yes, the CA's URL, fingerprint and challenge; no clock")
    _setctl(board, flash, "factory", "--mac", MAC, "--ca", factory)
    _setctl(
        *(board, flash, "config", "dot1x=yes", "scep_run=yes", "scep_spread=0"),
        *(
            "scep_revocation=crl",
            f"scep_key_bits={bits}",
            f"scep_url={ready['url'].replace('127.0.0.1', network.SERVER)}",
        ),
        *(f"scep_ca_fingerprint={ready['ca_sha256']}", f"scep_psk={CHALLENGE}"),
    )


def _play(phone, net, authenticator, lab):
    _say("the set boots: its factory certificate opens the quarantine, where it enrols")
    phone.boot()
    _wait(phone, authenticator, STORY[:1], 60)
    _wait(phone, authenticator, STORY[:2], 120)
    first = phone.serial()
    _tell(f"customer certificate {first}")
    _expect(net.reaches(phone.address, network.OFFICE), "the open port lets nothing through")

    _say("the CA revokes the certificate; the port closes at the next re-authentication")
    commands.main(["revoke", first, "--state", lab.state.directory])
    authenticator.publish()
    _wait(phone, authenticator, STORY[:3], 60)
    _holds(phone, net, authenticator, STORY[:3])

    _say("after three refusals the set shows its factory certificate, and asks the CA why")
    _wait(phone, authenticator, STORY[:4], 90)
    _holds(phone, net, authenticator, STORY[:4])
    _say("its certificate is on the CRL: it enrols anew, without call server and without clock")
    _wait(phone, authenticator, STORY, 120)
    second = phone.serial()
    _tell(f"customer certificate {second}")
    _expect(second != first, "the revoked certificate is still in force")
    _expect(net.reaches(phone.address, network.OFFICE), "the healed set does not get through")


def _wait(phone, authenticator, states, seconds):
    """Let the set run until the authenticator has said `states`."""
    seconds *= _PATIENCE
    end = time.monotonic() + seconds
    while authenticator.states[: len(states)] != states or len(authenticator.states) < len(states):
        if authenticator.states != states[: len(authenticator.states)]:
            raise Failed(f"the authenticator says {authenticator.states}, not {states}")
        if time.monotonic() > end:
            raise Failed(f"after {seconds} s the authenticator says only {authenticator.states}")
        phone.status()
        time.sleep(0.5)


def _holds(phone, net, authenticator, states):
    """Expect that the office does not reach the set, as long as it stands where `states` end."""
    leaks = net.reaches(phone.address, network.OFFICE)
    # a set that went on meanwhile may be reached
    _expect(not leaks or authenticator.states != states, f"a port in {states[-1]} leaks")


class _Phone:
    """The set, switched on. address: its IP address, as it said last."""

    def __init__(self, board, flash, nic, folder):
        line = ["--board", board, "--flash", flash, "--time", "none", "--nic", nic, "status"]
        self._machine = machines.start(arguments.parse(line))
        self._log = open(os.path.join(folder, "serial.log"), "wb")  # noqa: SIM115
        self._session = Session(self._machine, self._log)
        self.address = None
        self._status = {}

    def __enter__(self):
        self._session.wait_ready()
        return self

    def __exit__(self, *exception):
        self._machine.stop()
        self._log.close()

    def boot(self):
        """Boot; what is due is then done in the set's own time."""
        event = self._run(command_line("boot", pairs=[("until", "idle")]), 600)
        if event["event"] == "error":
            raise Failed(f"the set reports {event['error']}: {event['message']}")

    def status(self):
        """Ask for the status, and take what the set has said meanwhile.

        An action of its own that failed is told, no more: the set tries again.
        """
        event = self._run(command_line("status"), 60)
        if event["event"] == "error":
            _tell(f"set: error {event['error']}: {event['message']}")
        else:
            self._status = event
        return self._status

    def serial(self):
        """Return the active certificate's serial number, once the set has it."""
        status = self.status()
        if status.get("state") != "active":
            raise Failed(f"the set is {status.get('state')}")
        return status["serial"]

    def _run(self, line, timeout):
        for event in self._session.run(line, timeout):
            name = event["event"]
            if name == "boot" and event.get("ip"):
                self.address = event["ip"]
            if name in ("boot", "port", "slot", "warning"):
                text = " ".join(f"{k}={v}" for k, v in event.items() if k != "event")
                _tell(f"set: {name} {text}")
        return event


def _setctl(board, flash, *words):
    command = [sys.executable, os.path.join(REPO, "tools", "setctl"), "--board", board]
    done = subprocess.run(
        [*command, "--flash", flash, *words], capture_output=True, text=True, timeout=120
    )
    if done.returncode:
        raise Failed(f"setctl {words[0]}: {done.stderr or done.stdout}")


def _expect(held, wrong):
    if not held:
        raise Failed(wrong)


def _say(text):
    print(f"== {text}", flush=True)


def _tell(text):
    print(f"   {text}", flush=True)
