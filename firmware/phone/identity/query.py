"""What the set asks the CA beside its own certificate: others by serial, the CRL, the next CA.

For actions.py, revocation.py and the lifecycle. RFC 8894 sections 2.6, 2.7 and 4.7.
"""

import binascii
import gc

from errors import Error
from phone import network
from phone.identity import enrol, keys
from scep import asn1time, client_query, http, http_url, pem
from scep.client import is_refusal
from scep.message import Signer
from scep.x509 import Certificate

# A CRL that is fetched whole; a longer one is `too-large`.
_CRL = http.Limits(49152, 120000, 30000)


def get_cert(set_, serial):
    """Generator: GetCert of a serial number (hex str); returns the result's fields."""
    client = yield from _ready(set_)
    body = binascii.unhexlify("0" * (len(serial) % 2) + serial)
    if body[0] & 0x80:
        body = b"\0" + body  # an INTEGER is signed
    who = signer(set_)
    try:
        found = yield from client_query.get_cert(client, body, who)
    finally:
        who.key.wipe()
    return {"pem": pem.encode(found.der)}


def get_crl(set_):
    """Generator: the CRL that speaks for the active certificate; returns the result's fields."""
    certificate = active(set_)
    try:
        client = yield from _ready(set_)
        who = signer(set_)
        try:
            data = yield from client_query.get_crl(client, certificate, who)
        finally:
            who.key.wipe()
    except Error as e:
        url = yield from _distribution_point(certificate, e)
        request = http.Request(http_url.parse(url), "CRL")
        response = yield from http.exchange(network.transport(set_), request, _CRL)
        data = response.body
    return {"pem": pem.encode(data, "X509 CRL")}


def scan_crl(set_, certificate, issuer):
    """Generator: look one certificate up in the CA's CRL, of any size; returns CrlScan.

    certificate, issuer: x509.Certificate. By GetCRL, else from the distribution point.
    """
    weak = set_.records.config.yes("scep_allow_legacy")
    try:
        client = yield from _ready(set_)
        who = signer(set_)
        gc.collect()
        try:
            return (yield from client_query.scan_crl(client, certificate, who, issuer))
        finally:
            who.key.wipe()
    except Error as e:
        url = yield from _distribution_point(certificate, e)
        return (
            yield from client_query.fetch_crl(
                network.transport(set_), url, certificate, issuer, weak
            )
        )


def rollover(set_):
    """Generator: GetNextCACert; stores the CA that takes over; returns the result's fields."""
    client = yield from _ready(set_)
    authority = yield from client_query.get_next_ca_cert(client)
    anchor = authority.anchor
    set_.records.keep_next_ca(anchor.der)
    return {
        "subject": anchor.subject_text,
        "not_before": asn1time.iso(anchor.not_before),
        "not_after": asn1time.iso(anchor.not_after),
        "sha256": "".join(["%02x" % b for b in anchor.fingerprint()]),
    }


def look_for_successor(set_):
    """Generator: rollover(), where it is no failure that the CA has no successor yet."""
    try:
        found = yield from rollover(set_)
    except Error as e:
        if e.code != "unsupported" and not is_refusal(e):
            raise
        yield {"event": "progress", "what": "the CA names no successor"}
        return
    found["event"], found["what"] = "progress", "next CA stored"
    yield found


def active(set_):
    """Return the active x509.Certificate; raises Error(`no-certificate`)."""
    der = set_.records.active_certificate()
    if der is None:
        raise Error("no-certificate", "the set has no certificate of the customer's CA")
    return Certificate(der)


def signer(set_):
    """Return the message.Signer of a query: the active identity, else the factory's."""
    records = set_.records
    der = records.active_certificate()
    if der is not None:
        return Signer(records.active_key(), Certificate(der))
    return Signer(records.factory_key(), Certificate(records.factory_certificate()))


def _distribution_point(certificate, failure):
    """Generator: return the URL to ask after GetCRL failed; raises `failure` where there is none.

    Whatever the failure was: what the CA signed is judged by its signature, wherever it came from.
    """
    if not certificate.crl_urls:
        raise failure
    url = certificate.crl_urls[0]
    message = "no CRL by SCEP (%s): asks %s" % (failure.message, url)
    yield {"event": "warning", "code": failure.code, "message": message}
    return url


def _ready(set_):
    """Generator: network and CA at the first URL; returns the Client."""
    enrol.check(set_.records.config, set_.records)
    keys.need_randomness()
    yield from network.up(set_)
    return (yield from enrol.reached(set_))
