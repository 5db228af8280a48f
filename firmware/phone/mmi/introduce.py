"""A person vouches for a CA: its certificate is shown, and pinned once it is accepted.

For binding.py, where neither a fingerprint nor a certificate of the CA is configured.
RFC 8894 section 2.2 (the fingerprint is compared out of band, by a person).
"""

import binascii
import gc

from errors import Error
from phone import network
from phone.identity import enrol
from phone.mmi import const
from scep import http, message, names, tls
from scep.deadline import Deadline

# A question that nobody answers is a no.
_ANSWER_MS = const(600000)


def needed(config):
    """Tell whether nothing configured says which CA is the right one."""
    return bool(config.urls()) and not (
        config.get("scep_ca_fingerprint") or config.get("scep_ca_cert")
    )


def ask(set_, binding):
    """Generator: fetch the CA's certificate, put `binding.question`, pin what is accepted.

    Raises Error(`ca-untrusted`) where the person says no or nothing; nothing is stored then.
    """
    yield from network.up(set_)
    url = set_.records.config.urls()[0]
    # what comes is compared by a person: the server itself has proved nothing
    client = enrol.client_for(set_, url, trusted=tls.Anyone())
    response = yield from network.again(set_, lambda: client.get("GetCACert"))
    certificates, _ = message.read_certificates(http.der_body(response, "GetCACert"))
    anchor = topmost(certificates)
    shown, sha256 = anchor.subject_text, bytes(anchor.fingerprint())
    # an HTTPS server need not send its root, which cannot be known by a fingerprint then
    kept = binascii.b2a_base64(anchor.der)[:-1] if url[:6].lower() == "https:" else None
    # the answer may take minutes: what was read must not stand on the heap meanwhile
    response = certificates = anchor = client = None
    gc.collect()
    deadline = Deadline(_ANSWER_MS, "the answer about the CA")
    try:
        binding.question = (shown, sha256)
        binding.answered = None
        while binding.answered is None:
            deadline.check()
            yield None
    finally:
        binding.question = None
    if not binding.answered:
        raise Error("ca-untrusted", "the CA %s was not accepted" % shown, sha256)
    pin = "".join(["%02X" % b for b in sha256])
    changes = [("scep_ca_fingerprint", pin)]
    if kept is not None:
        changes.append(("scep_ca_cert", str(kept, "ascii")))
    set_.configured(set_.records.configure(changes))


def topmost(certificates):
    """Return the certificate that the others hang on: a CA whose issuer did not come along.

    certificates: list of x509.Certificate. Raises Error(`ca-untrusted`) where none is a CA's.
    """
    found = None
    for certificate in certificates:
        if not certificate.is_ca:
            continue
        if names.equal(certificate.issuer, certificate.subject):
            return certificate
        above = [c for c in certificates if names.equal(certificate.issuer, c.subject)]
        if found is None or not above:
            found = certificate
    if found is None:
        raise Error("ca-untrusted", "GetCACert brought no CA certificate", None)
    return found
