"""Operation x profile x board: each a setctl command against the lab CA, in the order of a life.

For `make matrix`. A row is {board, profile, operation, method, result, code}; result is `ok`,
`n/a` where the profile does not have the operation and the set said so, or `fail`.
"""

import base64

from set_driver import CHALLENGE, Set
from tools.lab.commands import start
from tools.lab.profiles import PROFILES


class LabAt:
    """A lab CA in this process, with the attributes that Set.configure wants."""

    def __init__(self, profile, folder, **flags):
        """flags: of tools.lab.commands.start."""
        self.lab = start(profile, state=str(folder), **flags)
        self.tls = bool(flags.get("tls"))
        self.port = self.lab.port
        self.path = self.lab.profile.paths[0]
        self.ca_sha256 = self.fingerprint()

    def fingerprint(self):
        """Return the SHA-256 of the CA at the top of what GetCACert publishes, as hex."""
        from cryptography.hazmat.primitives import hashes

        return self.lab.authority.trust_anchor().certificate.fingerprint(hashes.SHA256()).hex()

    def url(self):
        """Return scep_url as `setctl config` takes it."""
        return f"http{'s' if self.tls else ''}://{{host}}:{self.port}{self.path}"

    def method(self):
        """Return GET or POST of the last PKIOperation, or of the last request."""
        log = self.lab.state.log_entries()
        messages = [row for row in log if row["operation"] == "PKIOperation"] or log
        return messages[-1]["method"] if messages else "GET"


class Walk:
    """One set's life at one profile; `rows` grows by a row an operation."""

    def __init__(self, board, profile, folder, tls=False):
        """Make the lab and a configured factory-fresh set."""
        kind = PROFILES[profile]
        self.manual = kind.manual
        self.kind, self.rows = kind, []
        self.board, self.profile = board, profile + ("+tls" if tls else "")
        flags = {} if kind.manual else {"challenge": CHALLENGE}
        self.at = LabAt(profile, folder / "lab", tls=tls, **flags)
        self.set = Set(board, folder).factory()
        keys = {"scep_url": self.at.url(), "scep_spread": "0", "scep_revocation": "crl"}
        if kind.tls == "1.0" and tls:
            keys["scep_allow_legacy"] = "yes"
        if tls and kind.levels:
            # The server does not send its root: it cannot be known by its fingerprint.
            root = self.at.lab.authority.trust_anchor().der
            keys["scep_ca_cert"] = base64.b64encode(root).decode()
        challenge = "" if kind.manual else CHALLENGE
        self.set.configure(self.at, challenge, **keys)

    def close(self):
        """Stop the lab."""
        self.at.lab.close()

    def row(self, operation, answer, supported=True, code=None):
        """Add a row: ok where the answer is what it has to be (success, or error `code`)."""
        good = answer.status == 0 if code is None else answer.code == code
        if not supported:
            # The server lacks it: the set must say so by an error, not crash or pretend.
            result = "n/a" if answer.status == 1 and answer.code else "fail"
        else:
            result = "ok" if good else "fail"
        self.rows.append(
            {
                "board": self.board, "profile": self.profile, "operation": operation,
                "method": self.at.method(), "result": result, "code": answer.code,
            }
        )  # fmt: skip
        return answer

    def enroll(self):
        """First enrolment; where the CA approves by hand, over `pending` and `poll`."""
        if not self.manual:
            return self.row("enroll", self.set.run("enroll"))
        self.row("enroll", self.set.run("enroll"), code="pending")
        for row in self.at.lab.state.transactions():
            if row["status"] == "pending":
                self.at.lab.state.put_transaction(row["transaction_id"], row["request"], "approved")
        return self.row("poll", self.set.run("poll"))

    def renew(self):
        """Renewal; where the profile has none, the refusal and the fresh enrolment after it."""
        before = self.set.identity()["serial"]
        if self.kind.renewal:
            self.row("renew", self.set.run("renew"))
        else:
            self.row("renew", self.set.run("renew"), code="renewal-refused")
            self.enroll()
        if self.set.identity()["serial"] == before:
            # An answer that brings the old certificate again is not a renewal.
            self.rows[-1]["result"] = "fail"

    def whole(self):
        """Every operation; return the rows."""
        self.row("getcaps", self.set.run("getcaps"))
        self.row("getca", self.set.run("getca"))
        self.enroll()
        self.renew()
        serial = self.set.identity()["serial"]
        self.row("getcert", self.set.run("getcert", serial), supported=self.kind.get_cert)
        self.row("getcrl", self.set.run("getcrl"))
        self.at.lab.state.revoke(serial.lstrip("0").lower(), "keyCompromise")
        answer = self.row("check", self.set.run("check"), code="revoked")
        # By GetCRL, as asked: the distribution point is for servers that refuse it.
        elsewhere = any("no CRL by SCEP" in w["message"] for w in answer.named("warning"))
        if elsewhere or self.set.identity()["state"] != "suspended":
            self.rows[-1]["result"] = "fail"
        self.enroll()
        if self.set.identity()["state"] != "active":
            self.rows[-1]["result"] = "fail"
        if self.kind.next_ca:
            self.at.lab.authority.roll_over()
        self.row("rollover", self.set.run("rollover"), supported=self.kind.next_ca)
        return self.rows


def walk(board, profile, folder, whole=True, tls=False):
    """Return the rows of one profile on one board; whole: every operation, else the two."""
    life = Walk(board, profile, folder, tls)
    try:
        if whole:
            return life.whole()
        life.enroll()
        life.renew()
        return life.rows
    finally:
        life.close()
