"""Each fault of a server, with the code that the set must end with; none costs the identity.

For `make matrix`: a set that is enrolled meets a server with the same CA and one fault, ends with
the named code, keeps its identity, asks for no second certificate with another challenge, and is
served by the honest server at once afterwards. FAULTS.md; `labca --fault NAME` plays them.
"""

import concurrent.futures
import shutil
import time

from matrix.cells import LabAt
from set_driver import CHALLENGE, Set
from tools.lab import faults

# fault: codes that are right. None: the fault is tolerated (with a warning where it is weaker).
TABLE = {
    # HTTP
    "reset-at-0": "connect timeout http-format", "reset-at-20": "connect http-format",
    "reset-at-300": "connect http-format", "reset-at-1500": "connect http-format",
    "status-404": "http-status", "status-500": "http-status", "status-418": "http-status",
    "retry-after": "http-status", "retry-after-date": "http-status",
    "html": "http-format cms-format asn1",
    "empty": "cms-format asn1 http-format",
    "endless": "too-large", "length-short": "asn1 cms-format cms-signature",
    "length-negative": "http-format", "length-huge": "too-large http-format",
    "length-garbled": "http-format", "chunk-short": "http-format",
    "chunk-huge": "http-format too-large", "chunk-negative": "http-format",
    "chunk-garbled": "http-format", "header-flood": "http-format too-large",
    "header-many": "http-format too-large", "redirect-loop": "http-status http-format",
    "close-delimited": None, "chunked": None, "informational": None,
    # ASN.1
    "asn1-depth": "asn1 cms-format", "asn1-elements": "asn1 cms-format", "asn1-length-31": "asn1",
    "asn1-length-63": "asn1", "asn1-length-127": "asn1", "asn1-trailing": "asn1 cms-format",
    "asn1-tag-31": "asn1 http-format",
    # CMS
    "truncate-1000": "asn1", "flip-900": "asn1 cms-format cms-signature cms-digest algorithm",
    "transaction-id-other": "transaction-id", "transaction-id-missing": "transaction-id",
    "recipient-nonce-other": "nonce", "recipient-nonce-missing": "nonce",
    "sender-nonce-missing": None,
    "message-type-other": "message-type", "message-type-missing": "message-type",
    "pki-status-missing": "pki-status", "pki-status-7": "pki-status",
    "fail-bad-alg": "fail-badAlg", "fail-bad-message-check": "fail-badMessageCheck",
    "fail-bad-request": "fail-badRequest", "fail-bad-time": "fail-badTime",
    "fail-bad-cert-id": "fail-badCertId", "pending-for-ever": "pending",
    "success-without-envelope": "cms-format", "failure-with-envelope": "fail-badRequest",
    "attribute-duplicate": "cms-format asn1", "digest-wrong": "cms-digest",
    "signature-wrong": "cms-signature", "signature-short": "cms-signature",
    "content-type-other": "cms-format cms-digest", "attributes-absent": "cms-format cms-signature",
    "signer-twice": "cms-format cms-signer", "digest-label": "cms-digest cms-signature algorithm",
    "content-other": "cms-digest", "signer-other": "cms-signer", "signer-imposter": "cms-signature",
    "digest-md5": "algorithm", "recipient-other": "decrypt",
    "encrypted-key-short": "decrypt", "encrypted-key-random": "decrypt",
    "padding-wrong": "decrypt asn1 cms-format no-certificate cert-key-mismatch",
    "ciphertext-short": "decrypt",
    # What was learned of a CA is forgotten with its URL: here the weak answers are the first ones.
    "digest-sha1": None, "cipher-des": None, "ber": None, "name-with-hash": None,
    "content-empty": None,
    # certificates
    "certs-empty": "no-certificate cert-key-mismatch cms-format", "key-other": "cert-key-mismatch",
    "subject-other": "cert-name", "subject-added": None,
    "issuer-other": "cert-issuer cert-signature", "certificate-signature-wrong": "cert-signature",
    "certificate-ca-true": "cert-issuer unsupported",
    "certificate-expired": "cert-validity",
    "caps-stripped": None, "ca-replaced": "ca-fingerprint", "ra-unchained": "ca-untrusted",
}  # fmt: skip
# The same server has answered better before: fault: codes.
REMEMBERED = {"caps-stripped": "algorithm", "digest-sha1": "algorithm", "cipher-des": None}
# After an enrolment that the fault leaves alone: fault: (command, configuration, codes).
AFTERWARDS = {
    "replay": ("enroll", {}, "transaction-id decrypt"),
    "crl-signer-other": ("check", {"scep_revocation": "crl"}, "cert-signature cert-issuer"),
    "crl-stale": ("check", {"scep_revocation": "crl"}, "crl-stale"),
    "crl-delta": ("check", {"scep_revocation": "crl"}, "unsupported"),
    "ocsp-signer-other": ("check", {"scep_revocation": "ocsp"}, "ocsp cert-signature"),
    "ocsp-stale": ("check", {"scep_revocation": "ocsp"}, "ocsp"),
    "ocsp-no-nonce": ("check", {"scep_revocation": "ocsp"}, None),
    "ocsp-nonce-other": ("check", {"scep_revocation": "ocsp"}, "ocsp"),
    "ocsp-unknown": ("check", {"scep_revocation": "ocsp"}, "ocsp"),
    "ocsp-try-later": ("check", {"scep_revocation": "ocsp"}, "ocsp"),
    "next-ca-signer-other": ("rollover", {}, "cms-signer"),
}
# Nobody answers at all: fault: (scep_url, codes).
NOBODY = {
    "connect-refused": ("http://{host}:9/scep", "connect"),
    "dns-fail": ("http://no-such-host.invalid/scep", "dns"),
}
# Over HTTPS.
TLS = {"redirect-downgrade": "http-format"}
# These last as long as the client's patience, half a minute or two: side by side.
SLOW = {"stall": "timeout", "length-long": "timeout", "slow": "timeout"}
# One of each class, on the emulated board.
SAMPLE = ("reset-at-300", "status-500", "truncate-1000", "signer-other", "key-other", "ca-replaced")


class Victim:
    """A set that is enrolled at a CA, which several labs then play."""

    def __init__(self, board, folder, **flags):
        """Enrol once at the honest CA; flags: of tools.lab.commands.start."""
        self.folder = folder
        self._flags = dict(flags, challenge=CHALLENGE)
        self.honest = LabAt("rfc8894", folder / "honest", **self._flags)
        self.set = Set(board, folder).factory().configure(self.honest, scep_url=self.honest.url())
        self.set.ok("enroll")
        self.board = board

    def close(self):
        """Stop the honest lab."""
        self.honest.lab.close()

    def meet(self, fault, expected):
        """Return the row of one fault in an enrolment."""
        with self._playing(fault) as lab:
            self.set.ok("config", f"scep_url={lab.url()}")
            good, answer = self._try("enroll", expected, lab)
        return self._row(fault, answer, good and self._recovers(fault == "pending-for-ever"))

    def meet_again(self, fault, expected):
        """Return the row of one fault that a server shows from one day to the next."""
        lab = self.honest.lab
        lab.fault = lab.responder._fault = faults.find(fault)
        try:
            good, answer = self._try("enroll", expected, self.honest)
        finally:
            lab.fault = lab.responder._fault = faults.Fault()
        return self._row(fault + "-remembered", answer, good and self._recovers())

    def meet_afterwards(self, fault, command, keys, expected):
        """Return the row of one fault in `command`, after an enrolment at the same server."""
        with self._playing(fault) as lab:
            keys = dict(keys, scep_url=lab.url())
            self.set.ok("config", *[f"{key}={value}" for key, value in keys.items()])
            self.set.ok("enroll")
            if command == "rollover":
                lab.lab.authority.roll_over()
            good, answer = self._try(command, expected, lab)
        self.set.ok("config", "scep_revocation=no")
        return self._row(fault, answer, good and self._recovers())

    def meet_nobody(self, fault, url, expected):
        """Return the row of a URL where nobody answers."""
        self.set.ok("config", f"scep_url={url}")
        good, answer = self._try("enroll", expected, self.honest)
        return self._row(fault, answer, good and self._recovers())

    # -- private, in the order of use

    def _playing(self, fault):
        state = self.folder / "fault"
        if state.exists():
            shutil.rmtree(state)
        shutil.copytree(self.honest.lab.state.directory, state)
        return _Playing(LabAt("rfc8894", state, fault=fault, **self._flags))

    def _try(self, command, expected, lab):
        """Run the command; return (whether it went as it must, Answer)."""
        before, seen = self.set.identity(), len(lab.lab.state.log_entries())
        answer = self.set.run(command)
        asked = [r for r in lab.lab.state.log_entries()[seen:] if r["message_type"] == "PKCSReq"]
        # one transaction is one challenge
        good = len({row["transaction_id"] for row in asked}) <= 1
        if expected is None:
            return good and answer.status == 0, answer
        good = good and answer.status == 1 and answer.code in expected.split()
        return good and self.set.identity() == before, answer

    def _recovers(self, waits=False):
        """Tell whether the honest server serves the set at once."""
        self.set.ok("config", f"scep_url={self.honest.url()}")
        after = self.set.run("enroll")
        if waits:
            # The request waits at a server that is gone: this one does not know it, and says so;
            # that ends the transaction, and the next attempt is a new one.
            if after.code != "fail-badCertId":
                return False
            after = self.set.run("enroll")
        return after.status == 0

    def _row(self, name, answer, good):
        return {
            "board": self.board, "profile": "rfc8894" + ("+tls" if self.honest.tls else ""),
            "operation": "fault:" + name, "method": "POST", "result": "ok" if good else "fail",
            "code": answer.code,
        }  # fmt: skip


class _Playing:
    """A lab for the length of a `with`."""

    def __init__(self, lab):
        self._lab = lab

    def __enter__(self):
        return self._lab

    def __exit__(self, *_):
        self._lab.lab.close()


def rows(board, folder, wanted):
    """Yield the rows of a board; wanted: function (fault's name) -> bool."""
    whole = board == "UNIX"
    slow = _start_slow(folder, [name for name in SLOW if whole and wanted(name)])
    quick = {name: TABLE[name] for name in (TABLE if whole else SAMPLE) if wanted(name)}
    parts = [(Victim.meet, quick)]
    if whole:
        parts += [
            (Victim.meet_again, REMEMBERED),
            (Victim.meet_afterwards, AFTERWARDS),
            (Victim.meet_nobody, NOBODY),
        ]
    yield from _met(board, folder / "quick", parts, wanted)
    if whole:
        yield from _met(board, folder / "tls", [(Victim.meet, TLS)], wanted, tls=True)
    for future in slow:
        yield future.result()


def _met(board, folder, parts, wanted, **flags):
    parts = [(how, {n: v for n, v in names.items() if wanted(n)}) for how, names in parts]
    if not any(names for _, names in parts):
        return
    folder.mkdir()
    victim = Victim(board, folder, **flags)
    try:
        for how, names in parts:
            for name, value in names.items():
                words = value if isinstance(value, tuple) else (value,)
                yield how(victim, name, *words)
    finally:
        victim.close()


def _start_slow(folder, names):
    """Let a set of its own meet each of these; return their futures."""
    pool = concurrent.futures.ThreadPoolExecutor(max(1, len(names)))

    def meet(name):
        own = folder / name
        own.mkdir()
        victim = Victim("UNIX", own)
        try:
            began = time.monotonic()
            row = victim.meet(name, SLOW[name])
            if time.monotonic() - began > 200:  # the deadline of an exchange is two minutes
                row["result"] = "fail"
            return row
        finally:
            victim.close()

    return [pool.submit(meet, name) for name in names]
