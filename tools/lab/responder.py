"""The lab CA's decisions: what each SCEP operation answers, by profile and by fault.

For the HTTP server; RFC 8894 sections 3 and 4, and the drafts that a profile stands for.
"""

import os

from asn1crypto import cms, core
from asn1crypto import csr as asn1_csr
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import padding

from tools.lab import pkimessage as pki
from tools.lab.authority import serial_hex
from tools.lab.faults import Fault

CHALLENGE = "challenge_password"
PKI_MIME = "application/x-pki-message"


class IssuerAndSubject(core.Sequence):
    """Payload of CertPoll [RFC 8894 3.3.3]."""

    _fields = [("issuer", asn1_x509.Name), ("subject", asn1_x509.Name)]


class Answer:
    """An HTTP answer: status (int), MIME type, body (bytes), extra headers, and the log's row."""

    def __init__(self, status, mime, body, headers=None, **log):
        """Keep the parts; `log` holds what `labca log` shows beside the operation."""
        self.status = status
        self.mime = mime
        self.body = body
        self.headers = headers or {}
        self.log = log


def refuse(status, text, **log):
    """Return a plain-text refusal, as real servers send beside CertRep failures."""
    return Answer(status, "text/plain", (text + "\n").encode(), result=text, **log)


class Policy:
    """How this server decides; every field is a flag of `labca serve`."""

    challenge = None
    manual = False
    one_time = False
    factory_ca = None  # x509.Certificate whose children alone may enrol
    revoke_on_renew = False
    lifetime = 365 * 86400


class Responder:
    """Answers SCEP operations for one Authority under a Profile and a Policy."""

    def __init__(self, state, authority, profile, policy, fault=None):
        """Keep the parts; `fault` is a faults.Fault."""
        self._state = state
        self._authority = authority
        self._profile = profile
        self._policy = policy
        self._fault = fault or Fault()

    def answer(self, operation, message, method, base_url):
        """Answer one operation.

        operation: str of the query; message: bytes (decoded); method: GET or POST;
        base_url: this server as the client named it, for CRL and OCSP addresses.
        """
        handlers = {
            "GetCACaps": self._get_ca_caps,
            "GetCACert": self._get_ca_cert,
            "GetNextCACert": self._get_next_ca_cert,
            "PKIOperation": self._pki_operation,
        }
        if operation not in handlers:
            return refuse(self._profile.unknown_status, "unknown operation")
        return handlers[operation](message, method, base_url)

    # -- what needs no message -------------------------------------------------------------

    def _get_ca_caps(self, message, method, base_url):
        caps = self._fault.caps(self._profile.caps)
        if caps is None:
            return refuse(self._profile.unknown_status, "unknown operation")
        return Answer(200, "text/plain", ("\n".join(caps) + "\n").encode(), result="ok")

    def _get_ca_cert(self, message, method, base_url):
        ders = [entity.der for entity in self._authority.published()]
        ders = self._fault.ca_certificates(ders, self._authority)
        if len(ders) == 1:
            return Answer(200, "application/x-x509-ca-cert", ders[0], result="ok")
        return Answer(200, self._profile.ca_ra_mime, pki.certs_only(ders), result="ok")

    def _get_next_ca_cert(self, message, method, base_url):
        following = self._authority.next_ca()
        if not self._profile.next_ca or following is None:
            return refuse(self._profile.unknown_status, "no next CA certificate")
        entities = self._authority.published(following.generation)
        content = pki.certs_only([entity.der for entity in entities])
        signer = self._fault.next_ca_signer(self._authority.ca(), self._authority)
        body = pki.sign(content, signer, {}, options={"content_type": "data"})
        return Answer(200, "application/x-x509-next-ca-cert", body, result="ok")

    # -- PKIOperation ----------------------------------------------------------------------

    def _pki_operation(self, message, method, base_url):
        if method == "POST" and not self._profile.post:
            return refuse(405, "POST is not known here")
        recipients = list(self._authority.entities())
        try:
            request = pki.open_request(message, recipients)
        except pki.MessageError as error:
            return refuse(400, error.text)
        except (ValueError, TypeError, KeyError) as error:
            return refuse(400, f"not a pkiMessage: {error}")
        log = {
            "message_type": pki.MESSAGE_NAMES.get(request.message_type, request.message_type),
            "transaction_id": request.transaction_id,
            "signer_subject": request.signer.subject.human_friendly,
            "signer_serial": f"{request.signer.serial_number:x}",
            "digest": request.digest,
            "cipher": request.cipher,
        }
        handlers = {
            pki.PKCS_REQ: self._enrol,
            pki.RENEWAL_REQ: self._enrol,
            pki.CERT_POLL: self._poll,
            pki.GET_CERT: self._get_cert,
            pki.GET_CRL: self._get_crl,
        }
        handler = handlers.get(request.message_type)
        if handler is None:
            return refuse(self._profile.unknown_status, "unknown messageType", **log)
        try:
            answer = handler(request, base_url)
        except pki.MessageError as error:
            answer = self._cert_rep(request, pki.FAILURE, error.fail_info, text=error.text)
            answer.log["result"] = error.text
        except (ValueError, TypeError, KeyError) as error:
            return refuse(400, f"the payload does not parse: {error}", **log)
        answer.log = {**log, **answer.log}
        return answer

    def _enrol(self, request, base_url):
        renewal = request.message_type == pki.RENEWAL_REQ
        if renewal and self._profile.renewal != "standard":
            return refuse(self._profile.unknown_status, "messageType 17 is not known here")
        csr = x509.load_der_x509_csr(request.payload)
        if not _signed_by_its_key(csr):
            raise pki.MessageError(pki.BAD_REQUEST, "the PKCS#10 signature does not verify")
        old = self._state.transaction(request.transaction_id)
        if old is not None and old["status"] != "denied":
            return self._repeated(request, old, base_url)
        signer = self._classify_signer(request, csr)
        if renewal and signer != "own":
            raise pki.MessageError(pki.BAD_MESSAGE_CHECK, "RenewalReq is not signed by our leaf")
        if signer == "own" and self._profile.renewal is None:
            raise pki.MessageError(pki.BAD_REQUEST, "this server does not renew")
        self._check_challenge(request, csr, signer)
        if self._policy.manual and signer != "own":
            self._state.put_transaction(request.transaction_id, request.payload, "pending")
            return self._cert_rep(request, pki.PENDING)
        return self._issue(request, csr, base_url, signer)

    def _classify_signer(self, request, csr):
        """Return `own`, `factory` or `self`: by whom the request's signer was certified."""
        signer = x509.load_der_x509_certificate(request.signer.dump())
        row = self._state.issued(serial_hex(signer))
        if row is not None and row["certificate"] == request.signer.dump():
            if row["revoked_at"] is not None:
                raise pki.MessageError(pki.BAD_CERT_ID, "the signing certificate is revoked")
            if signer.not_valid_after_utc.timestamp() < self._state.now():
                raise pki.MessageError(pki.BAD_TIME, "the signing certificate has expired")
            return "own"
        factory = self._policy.factory_ca
        if factory is not None:
            try:
                signer.verify_directly_issued_by(factory)
            except Exception as error:
                text = "the request is not signed by a certificate of the factory CA"
                raise pki.MessageError(pki.BAD_MESSAGE_CHECK, text) from error
            return "factory"
        if signer.issuer != signer.subject:
            return "factory"
        if signer.public_key() != csr.public_key():
            raise pki.MessageError(
                pki.BAD_MESSAGE_CHECK, "the self-signed certificate holds another key"
            )
        return "self"

    def _check_challenge(self, request, csr, signer):
        if signer == "own" and not self._profile.renewal_needs_challenge:
            return
        value, tag = _challenge_of(request.payload)
        if self._policy.one_time:
            if value is None or not self._state.use_challenge(value, request.transaction_id):
                raise pki.MessageError(pki.BAD_REQUEST, "the challenge is wrong or used")
        elif self._policy.challenge is not None and value != self._policy.challenge:
            raise pki.MessageError(pki.BAD_REQUEST, "the challenge is wrong")
        if value is not None and self._profile.printable_challenge_only and tag != 19:
            raise pki.MessageError(pki.BAD_REQUEST, "the challenge is not a PrintableString")

    def _repeated(self, request, old, base_url):
        if old["request"] != request.payload and old["status"] == "issued":
            row = self._state.issued(old["serial"])
            certificate = x509.load_der_x509_certificate(row["certificate"])
            if x509.load_der_x509_csr(request.payload).public_key() != certificate.public_key():
                raise pki.MessageError(pki.BAD_REQUEST, "the transactionID is taken")
        if old["status"] == "issued":
            if self._profile.repeat == "refuse":
                raise pki.MessageError(pki.BAD_REQUEST, "this transaction has ended")
            if self._profile.repeat == "pending":
                return self._cert_rep(request, pki.PENDING)
        return self._state_of(request, old, base_url)

    def _issue(self, request, csr, base_url, signer):
        extra = self._fault.issue(csr)
        certificate = self._authority.issue(
            csr, base_url, request.transaction_id, self._policy.lifetime, **extra
        )
        serial = serial_hex(certificate)
        self._state.put_transaction(request.transaction_id, request.payload, "issued", serial)
        if signer == "own" and self._policy.revoke_on_renew:
            self._state.revoke(f"{request.signer.serial_number:x}", "superseded")
        return self._deliver(request, serial)

    def _deliver(self, request, serial):
        row = self._state.issued(serial)
        ca = self._authority.ca(row["generation"])
        content = [row["certificate"], ca.der] if self._profile.ber else [row["certificate"]]
        plain = self._fault.plain(pki.certs_only(content), self._authority)
        answer = self._cert_rep(request, pki.SUCCESS, plain=plain)
        answer.log["issued_serial"] = serial
        return answer

    def _state_of(self, request, row, base_url):
        if row["status"] == "pending":
            return self._cert_rep(request, pki.PENDING)
        if row["status"] == "approved":
            request.payload = row["request"]
            csr = x509.load_der_x509_csr(row["request"])
            return self._issue(request, csr, base_url, "approved")
        if row["status"] == "denied":
            raise pki.MessageError(row["fail_info"] or pki.BAD_REQUEST, "the request was denied")
        return self._deliver(request, row["serial"])

    def _poll(self, request, base_url):
        names = IssuerAndSubject.load(request.payload)
        if names["issuer"].dump() != self._authority.ca().certificate.subject.public_bytes():
            raise pki.MessageError(pki.BAD_CERT_ID, "CertPoll names another issuer")
        row = self._state.transaction(request.transaction_id)
        if row is None:
            raise pki.MessageError(pki.BAD_CERT_ID, "no such transaction")
        self._state.count_poll(request.transaction_id)
        if row["status"] == "approved":
            csr = x509.load_der_x509_csr(row["request"])
            if csr.subject.public_bytes() != names["subject"].dump():
                raise pki.MessageError(pki.BAD_CERT_ID, "CertPoll names another subject")
        return self._state_of(request, row, base_url)

    def _named_ca(self, request):
        named = cms.IssuerAndSerialNumber.load(request.payload)
        for entity in self._authority.entities():
            ca = entity.role == "ca" and entity.certificate
            if ca and named["issuer"].dump() in (
                ca.subject.public_bytes(),
                ca.issuer.public_bytes(),
            ):
                return named["serial_number"].native, entity
        raise pki.MessageError(pki.BAD_CERT_ID, "the issuer named is not this CA")

    def _get_cert(self, request, base_url):
        if not self._profile.get_cert:
            return refuse(self._profile.unknown_status, "GetCert is not known here")
        serial, _ = self._named_ca(request)
        if self._state.issued(f"{serial:x}") is None:
            raise pki.MessageError(pki.BAD_CERT_ID, "no certificate has this serial number")
        return self._deliver(request, f"{serial:x}")

    def _get_crl(self, request, base_url):
        if not self._profile.get_crl:
            return refuse(self._profile.unknown_status, "GetCRL is not known here")
        _, ca = self._named_ca(request)
        crl = self._fault.crl(self._authority, ca.generation)
        plain = self._fault.plain(pki.certs_only([], [crl]), self._authority)
        return self._cert_rep(request, pki.SUCCESS, plain=plain)

    # -- CertRep ---------------------------------------------------------------------------

    def _cert_rep(self, request, status, fail_info=None, plain=None, text=None):
        fault, profile = self._fault, self._profile
        attributes = pki.cert_rep_attributes(request, os.urandom(16), status, fail_info, text)
        attributes = fault.attributes(attributes)
        digest = profile.digest or (request.digest if request.digest != "md5" else "sha1")
        digest = fault.digest(digest)
        content = None
        if plain is not None:
            cipher = fault.cipher(profile.cipher or request.cipher)
            content = pki.envelope(
                plain, fault.recipient(request.signer), cipher, **fault.envelope()
            )
        content = fault.content(content, status)
        signer = fault.signer(self._authority.signer(), self._authority)
        options = fault.options({"certificates": [signer.der]}, self._authority)
        body = pki.sign(content, signer, attributes, digest, options)
        if profile.ber or fault.ber:
            keep = [entity.der for entity in self._authority.entities()]
            keep += [
                entity.certificate.issuer.public_bytes() for entity in self._authority.entities()
            ]
            keep += [request.signer.issuer.dump()]
            body = pki.to_ber(body, keep)
        words = {pki.SUCCESS: "success", pki.FAILURE: "failure", pki.PENDING: "pending"}
        return Answer(200, PKI_MIME, fault.body(body), result=words[status])


def _challenge_of(csr_der):
    """Return (challengePassword or None, its string's tag number) of a PKCS#10 request."""
    info = asn1_csr.CertificationRequest.load(csr_der)["certification_request_info"]
    for entry in info["attributes"]:
        if entry["type"].native == CHALLENGE:
            choice = entry["values"][0]
            return choice.native, choice.chosen.tag
    return None, None


def _signed_by_its_key(csr):
    """Tell whether a PKCS #10 is self-signed; `is_signature_valid` is False for SHA-1 and MD5."""
    try:
        csr.public_key().verify(
            csr.signature,
            csr.tbs_certrequest_bytes,
            padding.PKCS1v15(),
            csr.signature_hash_algorithm,
        )
    except InvalidSignature:
        return False
    return True
