"""GetCert, GetCRL and GetNextCACert: what a CA is asked beside an enrolment.

For phone/lifecycle.py, tools and crl checks.  RFC 8894 sections 2.6, 2.7, 3.3.4 and 4.7.
"""

from errors import Error
from scep import caps, cms, http, http_url, message, registry
from scep.authority import Authority
from scep.client import is_refusal
from scep.crl_stream import Answer, CrlScan
from scep.der import INTEGER
from scep.message import MessageError
from scep.transaction import fresh_id

# a CRL of 64 MiB over a slow line: what counts is that octets keep coming
_CRL = http.Limits(1 << 26, 3600000, 30000)


class QueryError(Error):
    """The CA does not give what was asked: `no-certificate`, `unsupported`, `cms-format`."""


def get_cert(client, serial, signer):
    """Generator: GetCert.

    client: client.Client; serial: bytes-like, the INTEGER's contents as the certificate has
    them; signer: message.Signer, an identity of that CA or a self-signed one.
    Returns x509.Certificate with that serial, issued by the CA (its signature is verified).
    Raises QueryError("no-certificate"), MessageError, and what Client.operate raises.
    """
    yield from client.prepare()
    issuing = client.authority.issuing
    # of the CA that issued it, never of the RA that answers (INTEROP 9)
    payload = message.Payload(INTEGER, issuing.subject, serial)
    reply = yield from client.operate(registry.GET_CERT, fresh_id(), signer, payload)
    _check(reply)
    certificates, _ = message.read_certificates(reply.content)
    for certificate in certificates:
        if certificate.serial == serial and certificate.issuer == issuing.subject:
            certificate.verify(issuing, client.allow_legacy)
            return certificate
    raise QueryError("no-certificate", "the CA answered without the certificate that was asked for")


def get_crl(client, certificate, signer):
    """Generator: GetCRL, for a CRL that fits into memory.

    client: client.Client; certificate: x509.Certificate whose status is in question;
    signer: message.Signer.
    Returns the CRL as memoryview; it came from the CA, but judge it by module crl all the same.
    Raises QueryError("cms-format") for an answer without CRL, MessageError, and what
    Client.operate raises.
    """
    yield from client.prepare()
    failure = None
    for payload in _crl_payloads(client, certificate):
        try:
            reply = yield from client.operate(registry.GET_CRL, fresh_id(), signer, payload)
            _check(reply)
        except Error as e:
            if not is_refusal(e):
                raise
            failure = failure or e
            continue
        _, crls = message.read_certificates(reply.content)
        if not crls:
            raise QueryError("cms-format", "the CA answered without a CRL")
        return crls[0]
    raise failure


def scan_crl(client, certificate, signer, issuer=None):
    """Generator: GetCRL, for a CRL of any size; the rest as get_crl.

    issuer: x509.Certificate that issued `certificate`, None where that is the CA of today.
    Returns crl_stream.CrlScan: its `entry` is the verdict, `check_fresh` judges its age.
    """
    yield from client.prepare()
    failure = None
    authority = client.authority
    for payload in _crl_payloads(client, certificate):
        transaction_id = fresh_id()
        query, nonce = yield from client.compose(registry.GET_CRL, transaction_id, signer, payload)
        answer = Answer(signer, authority.trusted(), transaction_id, nonce)
        scan = CrlScan(certificate, issuer or authority.issuing, answer, client.allow_legacy)
        try:
            yield from http.exchange(client.transport, query, _CRL, scan.sink)
            yield from scan.finish()
        except Error as e:
            if not is_refusal(e):
                raise
            failure = failure or e
            continue
        yield from client.judge(scan.reply)
        return scan
    raise failure


def fetch_crl(transport, url, certificate, issuer, weak=False):
    """Generator: the CRL of a distribution point, for servers that know no GetCRL.

    transport: transport.Transport; url: str, one of certificate.crl_urls; certificate:
    x509.Certificate whose status is in question; issuer: x509.Certificate that issued it;
    weak: MD5 is allowed.
    Returns crl_stream.CrlScan.  Raises CertError, DerError, UrlError and what exchange raises.
    """
    scan = CrlScan(certificate, issuer, None, weak)
    query = http.Request(http_url.parse(url, "http-format"), "CRL")
    yield from http.exchange(transport, query, _CRL, scan.sink)
    yield from scan.finish()
    return scan


def get_next_ca_cert(client):
    """Generator: GetNextCACert.

    Returns the Authority that takes over; nothing is switched: the keeper stores it and uses it
    from its anchor's not_before on.  The answer must be signed by the current CA.
    Raises QueryError("unsupported") where the CA does not announce it, CmsError, DerError and
    what exchange raises.
    """
    yield from client.prepare()
    if not client.capabilities & caps.GET_NEXT_CA_CERT:
        raise QueryError("unsupported", "the CA does not announce GetNextCACert")
    response = yield from client.get("GetNextCACert")
    signed = cms.SignedData(http.der_body(response, "GetNextCACert"))
    # many servers sign it without attributes, which carry nothing here
    signed.verify(client.authority.cas, bare=True)
    certificates, _ = message.read_certificates(signed.content)
    for certificate in certificates:
        if certificate.is_ca and certificate.is_self_issued():
            return Authority(certificates, anchor=certificate.der)
    for certificate in certificates:
        if certificate.is_ca:
            return Authority(certificates, anchor=certificate.der)
    raise QueryError("cms-format", "the answer holds no CA certificate")


def _crl_payloads(client, certificate):
    issuing = client.authority.issuing
    return (
        # the certificate in question [RFC 8894 section 2.7]
        message.Payload(INTEGER, certificate.issuer, certificate.serial),
        # the CA's own certificate, never the RA's, which Windows 2008 expects (INTEROP 9)
        message.Payload(INTEGER, issuing.issuer, issuing.serial),
    )


def _check(reply):
    """Raise the failure of a Reply; PENDING has no meaning for a query."""
    if reply.failure is not None:
        raise reply.failure
    if reply.status != registry.SUCCESS:
        raise MessageError("pki-status", "the CA answered PENDING to a query")
