"""The factory's CA: the certificate that a set is born with, and who signs it.

For factory.py. A stand-in for the manufacturer's own PKI; RFC 5280.
"""

import datetime
import os

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

# RFC 5280 section 4.1.2.5: no well-defined expiration date
NEVER = datetime.datetime(9999, 12, 31, 23, 59, 59)
START = datetime.datetime(2025, 1, 1)
ORGANIZATION = "microscep factory"


class FactoryCa:
    """A CA in a folder: ca.pem and ca.key (mode 0600), made at first use."""

    def __init__(self, folder):
        """Read the CA of `folder`, or make it."""
        self._cert_path = os.path.join(folder, "ca.pem")
        self._key_path = os.path.join(folder, "ca.key")
        if not os.path.exists(self._cert_path):
            os.makedirs(folder, exist_ok=True)
            self._make()
        with open(self._key_path, "rb") as f:
            self._key = serialization.load_pem_private_key(f.read(), None)
        with open(self._cert_path, "rb") as f:
            self.certificate = x509.load_pem_x509_certificate(f.read())

    @property
    def der(self):
        """The CA's certificate in DER."""
        return self.certificate.public_bytes(serialization.Encoding.DER)

    def issue(self, common_name, n, e):
        """Return the DER of a set's factory certificate for the RSA public key (n, e)."""
        public = rsa.RSAPublicNumbers(e, n).public_key()
        builder = (
            x509.CertificateBuilder()
            .subject_name(_name(common_name))
            .issuer_name(self.certificate.subject)
            .public_key(public)
            .serial_number(x509.random_serial_number())
            .not_valid_before(START)
            .not_valid_after(NEVER)
            .add_extension(x509.BasicConstraints(False, None), True)
            .add_extension(_usage(digital_signature=True, key_encipherment=True), True)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH]), False)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), False)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key()), False
            )
        )
        return builder.sign(self._key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)

    def crl(self):
        """Return the CA's CRL (x509.CertificateRevocationList): nothing is revoked."""
        now = datetime.datetime.now(datetime.UTC).replace(tzinfo=None)
        builder = (
            x509.CertificateRevocationListBuilder()
            .issuer_name(self.certificate.subject)
            .last_update(now - datetime.timedelta(minutes=5))
            .next_update(now + datetime.timedelta(days=30))
        )
        return builder.sign(self._key, hashes.SHA256())

    def _make(self):
        key = rsa.generate_private_key(65537, 3072)
        name = _name("microscep factory CA")
        certificate = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(START)
            .not_valid_after(NEVER)
            .add_extension(x509.BasicConstraints(True, 0), True)
            .add_extension(_usage(key_cert_sign=True, crl_sign=True), True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False)
            .sign(key, hashes.SHA256())
        )
        pem = key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        fd = os.open(self._key_path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(fd, "wb") as f:
            f.write(pem)
        # the certificate last: where it stands, the key stands too
        with open(self._cert_path, "wb") as f:
            f.write(certificate.public_bytes(serialization.Encoding.PEM))


def _name(common_name):
    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, ORGANIZATION),
            x509.NameAttribute(NameOID.COMMON_NAME, common_name),
        ]
    )


def _usage(**on):
    fields = (
        "digital_signature",
        "content_commitment",
        "key_encipherment",
        "data_encipherment",
        "key_agreement",
        "key_cert_sign",
        "crl_sign",
        "encipher_only",
        "decipher_only",
    )
    return x509.KeyUsage(**{field: on.get(field, False) for field in fields})
