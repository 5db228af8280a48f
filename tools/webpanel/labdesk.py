"""The lab CA behind the page's buttons: what it offers, what waits, what it issued, what it saw.

For stage.py; the parts and commands are tools/labca's, in this process.
"""

import os
import secrets

from cryptography import x509
from cryptography.hazmat.primitives import hashes

from tools.lab import commands
from tools.lab.profiles import PROFILES

# What the page calls the servers that the lab plays.
NAMES = {
    "rfc8894": "RFC 8894 (modern)",
    "ndes2003": "Windows 2003 NDES",
    "ndes2008": "Windows 2008 NDES",
    "ndes2008r2": "Windows 2008 R2 NDES",
    "openscep": "OpenSCEP",
    "opentrust": "OpenTrust",
}
_LONGEST_LOG = 200


class LabDesk:
    """A running lab CA in `folder`. Its port stays the same as long as nobody takes it."""

    def __init__(self, folder):
        """Start it as it was left; made at first use."""
        self._folder = folder
        os.makedirs(folder, mode=0o700, exist_ok=True)
        self._challenge = self._kept("challenge", lambda: secrets.token_hex(4).upper())
        self._lab = None
        self.profile = "rfc8894"
        self._start()

    # -- for the page ----------------------------------------------------------------------------

    def describe(self, host):
        """Return what the page shows; host: this machine as the set sees it."""
        lab = self._lab
        authority = lab.authority.ca().certificate
        path = lab.profile.paths[0]
        log = lab.state.log_entries()
        return {
            "profile": self.profile,
            "profiles": [[name, NAMES.get(name, name)] for name in PROFILES],
            "url": f"http://{host}:{lab.port}{path}",
            "challenge": self._challenge,
            "manual": lab.policy.manual,
            "ca": authority.subject.rfc4514_string(),
            "sha256": authority.fingerprint(hashes.SHA256()).hex().upper(),
            "next": lab.authority.next_ca() is not None,
            "waiting": [
                {"id": row["transaction_id"], "polls": row["polls"]}
                for row in lab.state.transactions()
                if row["status"] == "pending"
            ],
            "issued": [_issued(row) for row in reversed(lab.state.issued())],
            "asked": len(log),
            "log": log[-_LONGEST_LOG:][::-1],
        }

    def act(self, action, which=None):
        """Do what a button says. Raises ValueError for what is no button's.

        action: approve, deny, revoke, hold, release (which: transactionID or serial), rollover,
        manual, automatic, profile (which: its name).
        """
        if action == "profile":
            if which not in PROFILES:
                raise ValueError(f"no profile {which!r}")
            self._start(which)
        elif action in ("manual", "automatic"):
            self._lab.policy.manual = action == "manual"
        elif action == "rollover":
            self._lab.authority.roll_over(None)
        elif action in ("approve", "deny", "revoke", "hold", "release") and which:
            words = ["revoke", "--hold"] if action == "hold" else [action]
            if commands.main([*words, str(which), "--state", self._state()]):
                raise ValueError(f"the lab CA does not know {which!r}")
        else:
            raise ValueError(f"no action {action!r}")

    def close(self):
        """Stop serving."""
        self._lab.close()

    # -- private, in the order of use

    def _start(self, profile=None):
        """Serve; another profile is another server with a CA of its own, at the same port."""
        manual = False
        if self._lab is not None:
            manual = self._lab.policy.manual
            self._lab.close()
        self.profile = profile or self.profile
        port = int(self._kept("port", lambda: 0))
        flags = {"state": self._state(), "challenge": self._challenge, "manual": manual}
        try:
            self._lab = commands.start(self.profile, port=port, **flags)
        except OSError:
            self._lab = commands.start(self.profile, **flags)
        self._keep("port", self._lab.port)

    def _state(self):
        return os.path.join(self._folder, self.profile)

    def _kept(self, name, make):
        path = os.path.join(self._folder, name)
        if not os.path.exists(path):
            self._keep(name, make())
        with open(path, encoding="ascii") as file:
            return file.read()

    def _keep(self, name, value):
        fd = os.open(os.path.join(self._folder, name), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(fd, "w") as file:
            file.write(str(value))


def _issued(row):
    certificate = x509.load_der_x509_certificate(row["certificate"])
    state = "good"
    if row["revoked_at"]:
        state = "held" if row["reason"] == "certificateHold" else "revoked"
    return {
        "serial": row["serial"],
        "subject": row["subject"],
        "state": state,
        "not_after": certificate.not_valid_after_utc.strftime("%Y-%m-%d"),
    }
