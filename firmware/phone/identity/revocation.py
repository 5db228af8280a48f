"""Whether the active certificate is revoked, and what that means for the identity.

For actions.py and the lifecycle. RFC 5280 section 5 (CRL), RFC 6960 (OCSP); DESIGN.md section 7.
Being listed is acted on at once; 'do not know' never withdraws an identity.
"""

import scepcore
from errors import Error
from phone import network
from phone.identity import query
from scep import http, http_url
from scep.der import Encoder
from scep.x509 import Certificate

_ANSWER = http.Limits(16384, 60000, 30000)
_NONCE = 16  # bytes, RFC 8954


def check(set_):
    """Generator: ask by scep_revocation; returns the result's fields when it is not revoked.

    Raises Error(`revoked`) where it is, after the identity was suspended; Error(`crl-stale`,
    `ocsp` and what the network raises) where nothing is known: the identity stays as it is.
    """
    records = set_.records
    certificate = query.active(set_)
    issuer = _issuer(records)
    allow_legacy = records.config.yes("scep_allow_legacy")
    way = records.config.get("scep_revocation")
    asked = []
    if way in ("ocsp", "both") or (way == "no" and certificate.ocsp_urls):
        asked.append(("ocsp", _by_ocsp))
    if way in ("crl", "both") or not asked:
        asked.append(("crl", _by_crl))
    failure = None
    for name, ask in asked:
        try:
            listed = yield from ask(set_, certificate, issuer, allow_legacy)
        except Error as e:
            failure = e
            continue
        if listed:
            records.suspend("revoked")
            raise Error("revoked", "the CA revoked the certificate " + certificate.serial_hex)
        if records.suspended() == "revoked" and set_.clock.now() is not None:
            # a hold was released; without a clock it could be an answer of last year
            records.suspend(None)
            yield {"event": "slot", "slot": "active"}
        return {"revoked": False, "source": name}
    raise failure


# -- private, in the order of use


def _issuer(records):
    """Return the x509.Certificate that issued the active one: the first of its chain."""
    chain = records.active_issuers()
    if not chain:
        raise Error("ca-untrusted", "the issuer of the active certificate is not stored")
    return Certificate(chain[0])


def _by_crl(set_, certificate, issuer, weak):
    scan = yield from query.scan_crl(set_, certificate, issuer)
    if scan.entry is not None:
        return True  # true whenever it was signed: no clock is needed
    now = set_.clock.now()
    if now is not None:
        scan.check_fresh(now)
    return False


def _by_ocsp(set_, certificate, issuer, weak):
    if not certificate.ocsp_urls:
        raise Error("ocsp", "the certificate names no OCSP responder")
    from scep import ocsp  # a set that asks by CRL does without it

    yield from network.up(set_)
    nonce = scepcore.random(_NONCE)
    e = Encoder(bytearray(400 + len(certificate.serial)))
    ocsp.put_request(e, certificate, issuer, nonce)
    url = http_url.parse(certificate.ocsp_urls[0])
    request = http.Request(
        url, "OCSP", body=bytes(e.view()), content_type="application/ocsp-request"
    )
    response = yield from http.exchange(network.transport(set_), request, _ANSWER)
    status = ocsp.read_response(response.body, certificate, issuer, nonce, set_.clock.now(), weak)
    if status.status == ocsp.UNKNOWN:
        raise Error("ocsp", "the responder does not know the certificate")
    return status.status == ocsp.REVOKED
