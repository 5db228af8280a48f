"""Error codes of every layer, with one sentence of help each.

For every layer (it is below all of them), the tools and the MMI.
The codes are fixed: scripts, logs and menus name them.
"""


class Error(Exception):
    """A failure that a person can act on.

    code: str, one of HELP's keys.
    message: str, one sentence: what happened and with what (never a secret).
    evidence: what was received or found (bytes, str, int, dict) or None; never a secret.
    Each layer raises its own subclass.
    """

    def __init__(self, code, message, evidence=None):
        """Keep the three parts; an unknown code is a fault of ours and becomes `internal`."""
        super().__init__(message)
        self.code = code if code in HELP else "internal"
        self.message = message
        self.evidence = evidence

    def warning(self, where=""):
        """Return the event (dict) that says it as a warning; where: str that goes before it."""
        return {"event": "warning", "code": self.code, "message": where + self.message}

    def __str__(self):
        """Return `code: message`, the form that tools print."""
        return self.code + ": " + self.message


# What the user can do, in the order of DESIGN.md section 5.
HELP = {
    "config": "Correct the named configuration key; the last good configuration stays in force.",
    "dns": "Check the host name in scep_url and the DNS server that DHCP hands out.",
    "connect": "Check that the server runs, and that no firewall stands between it and the set.",
    "tls": "Check the server's certificate, its name and its chain to the configured anchor.",
    "http-status": "Look in the server's log why it refused the request; check the path in scep_url.",
    "http-format": "What answered does not speak HTTP as a SCEP server does: look for a proxy or captive portal.",
    "too-large": "The answer is larger than the set accepts: check that scep_url names a SCEP server.",
    "timeout": "The server or the network is too slow or silent: try again, then check the path to it.",
    "ca-fingerprint": "The CA is not the configured one: compare scep_ca_fingerprint with the CA's own page.",
    "ca-untrusted": "Configure scep_ca_fingerprint or scep_ca_cert for the CA that answered.",
    "asn1": "The server sent a broken structure: update the server or report it with a trace.",
    "cms-format": "The server's message is not a SCEP message: check scep_url and the server's version.",
    "cms-signature": "The answer was altered or signed with another key: look for an interceptor.",
    "cms-signer": "The answer is not signed by the CA or RA that was authenticated: check the RA certificates.",
    "cms-digest": "The answer's content was altered on the way: look for an interceptor.",
    "decrypt": "The answer is not for this set's key: start the enrolment again.",
    "algorithm": "The server wants an algorithm too weak or not known: upgrade it, or set scep_allow_legacy=yes.",
    "transaction-id": "The answer belongs to another request: start the enrolment again.",
    "nonce": "The answer is a replay, or the server does not return the nonce: look for an interceptor.",
    "message-type": "The server answered with another kind of message: check the server's version.",
    "pki-status": "The server's status is not one that SCEP knows: check the server's version.",
    "fail-badAlg": "The server does not know the algorithm: check what GetCACaps announces.",
    "fail-badMessageCheck": "The server could not verify the request: check its RA certificates and keys.",
    "fail-badRequest": "The server refuses: check the challenge password, the subject and the server's policy.",
    "fail-badTime": "The server finds the request's time too far from its own: check both clocks.",
    "fail-badCertId": "The server does not know the certificate named: check the serial number and the CA.",
    "cert-key-mismatch": "The CA issued a certificate for another key: nothing was stored; report it to the CA.",
    "cert-issuer": "The certificate comes from another CA than the configured one: check the CA's chain.",
    "cert-signature": "The certificate's signature is wrong: nothing was stored; report it to the CA.",
    "cert-validity": "The certificate is not valid at this time: check the set's time and the CA's template.",
    "cert-name": "The certificate carries another name than asked for: check scep_subject and the CA's policy.",
    "no-certificate": "There is no such certificate: enrol first, or check the serial number.",
    "pending": "The CA waits for a manual approval: approve it there; the set goes on polling.",
    "renewal-refused": "The CA does not renew: the set tries again later, then enrols anew.",
    "revoked": "The CA revoked the certificate: the set enrols anew; ask the PKI's administrator why.",
    "crl-stale": "The CRL is out of date: check that the CA publishes it; the identity is kept.",
    "ocsp": "The OCSP responder gave no usable answer: check its address and certificate.",
    "clock": "The set has no believable time: check the call server or the SNTP server.",
    "flash-full": "The key store is full: erase what is not needed, or wipe the set to factory state.",
    "flash-corrupt": "The flash holds something else or is damaged: inspect it with tools/flashdump.",
    "flash-io": "The flash does not program or erase: replace the device.",
    "wrong-device": "This flash belongs to another device: put it back, or make a new factory image.",
    "entropy": "There is not enough randomness to make a key: check the device's noise source.",
    "memory": "The set ran out of memory: restart it; if it comes back, report it.",
    "cancelled": "The action was cancelled; start it again when wanted.",
    "access": "The password is wrong or missing: ask the administrator.",
    "tftp": "The configuration file could not be fetched: check the TFTP server and the file's name.",
    "eap": "The network refused the set: check the RADIUS server's log and the certificate.",
    "unsupported": "This set or server cannot do that: see the list of operations in the README.",
    "internal": "A fault of the firmware: report it with the trace and the version.",
}
