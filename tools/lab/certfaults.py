"""Faults in certificates, CA certificates, CRLs and OCSP answers.

For the lab CA; RFC 5280, RFC 6960; FAULTS.md 'DER, CMS, X.509' and 'Protocol'.
"""

import datetime

from asn1crypto import cms
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

from tools.lab import pkimessage as pki
from tools.lab.faults import Fault, fault
from tools.lab.strangers import stranger

# -- certificates ----------------------------------------------------------------------------


@fault("certs-empty")
class CertsEmpty(Fault):
    """An empty certs-only message."""

    def plain(self, der, authority):
        """Send none."""
        return pki.certs_only([])


@fault("key-other")
class KeyOther(Fault):
    """A certificate for another key."""

    def issue(self, csr):
        """Certify a stranger's key."""
        return {"public_key": rsa.generate_private_key(65537, 2048).public_key()}


@fault("subject-other")
class SubjectOther(Fault):
    """The right key under another name."""

    def issue(self, csr):
        """Certify another name."""
        return {"subject": x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "someone else")])}


@fault("subject-added")
class SubjectAdded(Fault):
    """The CA adds an organisation to the name (allowed; a warning)."""

    def issue(self, csr):
        """Add an RDN in front."""
        extra = x509.Name([x509.NameAttribute(NameOID.ORGANIZATION_NAME, "added by the CA")])
        return {"subject": x509.Name(list(extra.rdns) + list(csr.subject.rdns))}


class _Reissue(Fault):
    """Base: replace the certificate by one built over the honest one."""

    def _builder(self, honest, issuer_name):
        return (
            x509.CertificateBuilder()
            .subject_name(honest.subject)
            .issuer_name(issuer_name)
            .public_key(honest.public_key())
            .serial_number(honest.serial_number)
            .not_valid_before(honest.not_valid_before_utc)
            .not_valid_after(honest.not_valid_after_utc)
        )

    def _honest(self, der):
        signed = cms.ContentInfo.load(der)["content"]
        for choice in signed["certificates"]:
            certificate = x509.load_der_x509_certificate(choice.chosen.dump())
            try:
                ca = certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
            except x509.ExtensionNotFound:
                ca = False
            if not ca:
                return certificate
        return None

    def plain(self, der, authority):
        """Replace the leaf."""
        honest = self._honest(der)
        if honest is None:
            return der
        certificate = self.forge(honest, authority.ca())
        return pki.certs_only([certificate.public_bytes(serialization.Encoding.DER)])


@fault("issuer-other")
class IssuerOther(_Reissue):
    """The right key and name, issued by another CA."""

    def forge(self, honest, ca):
        """Issue by a stranger."""
        rogue = stranger()
        builder = self._builder(honest, rogue.certificate.subject)
        return builder.sign(rogue.private_key, hashes.SHA256())


@fault("certificate-signature-wrong")
class CertificateSignatureWrong(_Reissue):
    """Our CA's name as issuer, signed with another key."""

    def forge(self, honest, ca):
        """Sign with a stranger's key."""
        builder = self._builder(honest, ca.certificate.subject)
        return builder.sign(rsa.generate_private_key(65537, 2048), hashes.SHA256())


@fault("certificate-ca-true")
class CertificateCaTrue(_Reissue):
    """A CA:TRUE certificate issued to us."""

    def forge(self, honest, ca):
        """Make us a CA."""
        builder = self._builder(honest, ca.certificate.subject)
        builder = builder.add_extension(x509.BasicConstraints(True, None), critical=True)
        return builder.sign(ca.private_key, hashes.SHA256())


@fault("certificate-expired")
class CertificateExpired(_Reissue):
    """A certificate that has expired already."""

    def forge(self, honest, ca):
        """Date it back."""
        past = datetime.datetime(2001, 1, 1, tzinfo=datetime.UTC)
        certificate = (
            x509.CertificateBuilder()
            .subject_name(honest.subject)
            .issuer_name(ca.certificate.subject)
            .public_key(honest.public_key())
            .serial_number(honest.serial_number)
            .not_valid_before(past)
            .not_valid_after(past + datetime.timedelta(days=365))
        )
        return certificate.sign(ca.private_key, hashes.SHA256())


# -- CA certificates -------------------------------------------------------------------------


@fault("caps-stripped")
class CapsStripped(Fault):
    """GetCACaps announces nothing any more: a downgrade."""

    def caps(self, caps):
        """Announce nothing."""
        return ()


@fault("ca-replaced")
class CaReplaced(Fault):
    """GetCACert answers a rogue CA."""

    def ca_certificates(self, ders, authority):
        """Answer a stranger alone."""
        return [stranger().der]


@fault("ra-unchained")
class RaUnchained(Fault):
    """The RA certificate that comes with the CA's does not chain to it."""

    def ca_certificates(self, ders, authority):
        """Answer the CA and a stranger."""
        return [authority.ca().der, stranger("Rogue RA").der]


@fault("next-ca-signer-other")
class NextCaSignerOther(Fault):
    """GetNextCACert is signed by a stranger."""

    def next_ca_signer(self, entity, authority):
        """Sign as a stranger."""
        return stranger()


# -- revocation ------------------------------------------------------------------------------


@fault("crl-signer-other")
class CrlSignerOther(Fault):
    """The CRL is signed by someone else under the CA's name."""

    def crl(self, authority, generation):
        """Sign with a stranger's key."""
        return authority.crl(generation, signer=stranger())


@fault("crl-stale")
class CrlStale(Fault):
    """The CRL's nextUpdate has passed."""

    def crl(self, authority, generation):
        """Date it back by a month."""
        return authority.crl(generation, this_update=authority.now() - 30 * 86400)


@fault("crl-delta")
class CrlDelta(Fault):
    """A delta CRL where a whole one belongs [RFC 5280 5.2.4]."""

    def crl(self, authority, generation):
        """Say that it lists only what has changed."""
        return authority.crl(generation, delta=True)


@fault("ocsp-signer-other")
class OcspSignerOther(Fault):
    """The OCSP answer is signed by a stranger."""

    def ocsp(self, authority, request_der):
        """Sign as a stranger."""
        return authority.ocsp(request_der, signer=stranger())


@fault("ocsp-stale")
class OcspStale(Fault):
    """An old OCSP answer."""

    def ocsp(self, authority, request_der):
        """Date it back by a month."""
        return authority.ocsp(request_der, this_update=authority.now() - 30 * 86400)


@fault("ocsp-no-nonce")
class OcspNoNonce(Fault):
    """The OCSP answer leaves the nonce out."""

    def ocsp(self, authority, request_der):
        """Leave it out."""
        return authority.ocsp(request_der, nonce=False)


@fault("ocsp-nonce-other")
class OcspNonceOther(Fault):
    """The OCSP answer brings another nonce: a replay."""

    def ocsp(self, authority, request_der):
        """Bring one of its own."""
        return authority.ocsp(request_der, nonce=bytes(16))


@fault("ocsp-unknown")
class OcspUnknown(Fault):
    """The OCSP responder does not know the certificate."""

    def ocsp(self, authority, request_der):
        """Answer `unknown`."""
        return authority.ocsp(request_der, known=False)


@fault("ocsp-try-later")
class OcspTryLater(Fault):
    """OCSP status tryLater."""

    def ocsp(self, authority, request_der):
        """Answer tryLater(3)."""
        return b"\x30\x03\x0a\x01\x03"
