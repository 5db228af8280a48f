"""Each fault of a server, with the code that the set must end with; none costs the identity.

For `make matrix`: a set that is enrolled meets a server with the same CA and one fault, ends with
the named code, keeps its identity, and enrols again at the honest server at once afterwards.
"""

import shutil

from matrix.cells import LabAt
from set_driver import CHALLENGE, Set

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
    # CMS
    "truncate-1000": "asn1", "flip-900": "asn1 cms-format cms-signature cms-digest algorithm",
    "transaction-id-other": "transaction-id", "transaction-id-missing": "transaction-id",
    "recipient-nonce-other": "nonce", "recipient-nonce-missing": "nonce",
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
    "digest-md5": "algorithm", "replay": None, "recipient-other": "decrypt",
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
# What costs a time-out of minutes is proven on the client with short ones (test_http_sockets.py).
SLOW = ("stall", "slow", "length-long")
# One of each class, on the emulated board.
SAMPLE = ("reset-at-300", "status-500", "truncate-1000", "signer-other", "key-other", "ca-replaced")


class Victim:
    """A set that is enrolled at a CA, which several labs then play."""

    def __init__(self, board, folder):
        """Enrol once at the honest CA."""
        self.folder = folder
        self.honest = LabAt("rfc8894", folder / "honest", challenge=CHALLENGE)
        self.set = Set(board, folder).factory().configure(self.honest)
        self.set.ok("enroll")
        self.board = board

    def close(self):
        """Stop the honest lab."""
        self.honest.lab.close()

    def meet(self, fault):
        """Return the row of one fault."""
        expected = TABLE[fault]
        state = self.folder / fault
        shutil.copytree(self.honest.lab.state.directory, state)
        lab = LabAt("rfc8894", state, challenge=CHALLENGE, fault=fault)
        before = self.set.identity()
        try:
            self.set.ok("config", f"scep_url={lab.url()}")
            answer = self.set.run("enroll")
        finally:
            lab.lab.close()
        if expected is None:
            good = answer.status == 0
        else:
            good = answer.status == 1 and answer.code in expected.split()
            good = good and self.set.identity() == before
        self.set.ok("config", f"scep_url={self.honest.url()}")
        after = self.set.run("enroll")
        if fault == "pending-for-ever":
            # The request waits at a server that is gone: this one does not know it, and says so;
            # that ends the transaction, and the next attempt is a new one.
            good = good and after.code == "fail-badCertId"
            after = self.set.run("enroll")
        good = good and after.status == 0
        shutil.rmtree(state)
        return {
            "board": self.board, "profile": "rfc8894", "operation": "fault:" + fault,
            "method": "POST", "result": "ok" if good else "fail", "code": answer.code,
        }  # fmt: skip
