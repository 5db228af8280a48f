"""EnvelopedData to a factory certificate, with the contents that the set's firmware opens.

For tools/wrap; RFC 5652 section 6, AES-256-CBC and RSA PKCS#1 v1.5; the contents stand in
firmware/phone/handover.py. Made by asn1crypto and `cryptography`, not by the firmware's code.
"""

import os

from asn1crypto import cms, core
from asn1crypto import x509 as asn1_x509
from cryptography.hazmat.primitives import padding, serialization
from cryptography.hazmat.primitives.asymmetric import padding as rsa_padding
from cryptography.hazmat.primitives.ciphers import Cipher, modes
from cryptography.hazmat.primitives.ciphers.algorithms import AES

DER = serialization.Encoding.DER


class BoundChallenge(core.Sequence):
    """A challenge with the one CA and, if wanted, the one set that it is for."""

    _fields = [
        ("challenge", core.UTF8String),
        ("ca_sha256", core.OctetString),
        ("mac", core.PrintableString, {"optional": True}),
    ]


class _Certificates(core.SequenceOf):
    _child_spec = asn1_x509.Certificate


class SealedIdentity(core.Sequence):
    """A private key with its certificate and issuers."""

    _fields = [
        ("key", core.OctetString),
        ("certificates", _Certificates),
        ("mac", core.PrintableString, {"optional": True}),
    ]


def seal_challenge(challenge, ca_sha256, factory, mac=None):
    """Return DER of a sealed challenge.

    challenge: str; ca_sha256: 32 bytes; factory: x509.Certificate; mac: `00809F59E1A0` or None.
    """
    fields = {"challenge": challenge, "ca_sha256": ca_sha256}
    if mac:
        fields["mac"] = mac
    return _envelope(BoundChallenge(fields).dump(), factory)


def seal_identity(key, certificates, factory, mac=None):
    """Return DER of a sealed identity.

    key: RSA private key of `cryptography`; certificates: list of x509.Certificate, its own first.
    """
    private = key.private_bytes(
        DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    loaded = [asn1_x509.Certificate.load(each.public_bytes(DER)) for each in certificates]
    fields = {"key": private, "certificates": loaded}
    if mac:
        fields["mac"] = mac
    return _envelope(SealedIdentity(fields).dump(), factory)


def _envelope(content, factory):
    key, vector = os.urandom(32), os.urandom(16)
    padder = padding.PKCS7(128).padder()
    encryptor = Cipher(AES(key), modes.CBC(vector)).encryptor()
    encrypted = encryptor.update(padder.update(content) + padder.finalize())
    certificate = asn1_x509.Certificate.load(factory.public_bytes(DER))
    recipient = cms.KeyTransRecipientInfo(
        {
            "version": "v0",
            "rid": cms.RecipientIdentifier(
                "issuer_and_serial_number",
                cms.IssuerAndSerialNumber(
                    {"issuer": certificate.issuer, "serial_number": certificate.serial_number}
                ),
            ),
            "key_encryption_algorithm": {"algorithm": "rsaes_pkcs1v15"},
            "encrypted_key": factory.public_key().encrypt(key, rsa_padding.PKCS1v15()),
        }
    )
    algorithm = {"algorithm": "aes256_cbc", "parameters": core.OctetString(vector)}
    enveloped = cms.EnvelopedData(
        {
            "version": "v0",
            "recipient_infos": [cms.RecipientInfo("ktri", recipient)],
            "encrypted_content_info": {
                "content_type": "data",
                "content_encryption_algorithm": algorithm,
                "encrypted_content": encrypted + encryptor.finalize(),
            },
        }
    )
    return cms.ContentInfo({"content_type": "enveloped_data", "content": enveloped}).dump()
