"""Entities that nobody trusts: what faults sign, issue and encrypt with.

For the lab CA's faults; RFC 5280.
"""

import datetime

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

from tools.lab.authority import Entity


def stranger(common_name="Rogue CA", issuer=None):
    """Return an Entity that nobody trusts: self-signed, or naming an issuer without its key."""
    key = rsa.generate_private_key(65537, 2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(issuer.subject if issuer is not None else name)
        .issuer_name(issuer.issuer if issuer is not None else name)
        .public_key(key.public_key())
        .serial_number(issuer.serial_number if issuer is not None else 7)
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=3650))
        .add_extension(x509.BasicConstraints(True, None), critical=True)
        .sign(key, hashes.SHA256())
    )
    return Entity("rogue", 0, certificate, key)
