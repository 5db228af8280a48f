"""A PKI made by `cryptography`: keys, certificates, CRLs that the product's parsers must read."""

import datetime

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.serialization import Encoding

from rsa_keys import der
from scep.x509 import Certificate

START = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
END = datetime.datetime(2036, 1, 1, tzinfo=datetime.UTC)


def private_key(number):
    """Return key number 0 to 4 of rsa_keys as a key of `cryptography`."""
    return serialization.load_der_private_key(der(number), None)


def name(text):
    """Return an x509.Name for RFC 4514 text."""
    return x509.Name.from_rfc4514_string(text)


def certificate(subject, number, issuer=None, signer=None, extensions=(), **other):
    """Return a certificate of `cryptography`; extensions: [(value, critical)]."""
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject if isinstance(subject, x509.Name) else name(subject))
        .issuer_name(name(issuer or subject))
        .public_key(private_key(number).public_key())
        .serial_number(other.get("serial", 1))
        .not_valid_before(other.get("start", START))
        .not_valid_after(other.get("end", END))
    )
    for value, critical in extensions:
        builder = builder.add_extension(value, critical)
    key = private_key(number if signer is None else signer)
    return builder.sign(key, other.get("hash", hashes.SHA256()))


CA_EXTENSIONS = (
    (x509.BasicConstraints(True, None), True),
    (
        x509.KeyUsage(
            digital_signature=False,
            content_commitment=False,
            key_encipherment=False,
            data_encipherment=False,
            key_agreement=False,
            key_cert_sign=True,
            crl_sign=True,
            encipher_only=False,
            decipher_only=False,
        ),
        True,
    ),
)


def ours(theirs):
    """Return our Certificate for one of `cryptography`."""
    return Certificate(theirs.public_bytes(Encoding.DER))


def pem(*certificates):
    """Return PEM text (bytes) of certificates or CRLs of `cryptography`."""
    return b"".join(c.public_bytes(Encoding.PEM) for c in certificates)


def key_pem(number):
    """Return a private key in PEM (bytes) for the openssl command."""
    return private_key(number).private_bytes(
        Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
