"""What the flash image holds, for the page: sectors, records, the certificate in force.

For stage.py. Read by tools/flashreader, which is written from FORMAT.md alone, and without the
device secret: what is sealed stays sealed.
"""

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding

from tools.flashreader import blocks
from tools.flashreader.image import SLOTS, Image, NotAStore
from tools.flashreader.main import TAGS
from tools.setctl_host.image import GEOMETRY

_CERTIFICATE = 2


def region(board, path):
    """Return the key store's bytes of a board's image. Raises OSError."""
    _, offset, size, sectors = GEOMETRY[board]
    with open(path, "rb") as file:
        file.seek(offset)
        return file.read(size * sectors)


def describe(data):
    """Return (flash, certificate) of a store's bytes: dicts for the page; certificate or None."""
    try:
        image = Image(data)
    except NotAStore as e:
        return {"sectors": [], "records": [], "damage": [str(e)]}, None
    flash = {
        "size": image.geometry.size,
        "unit": image.geometry.unit,
        "boots": image.boots,
        "sectors": [_sector(image, sector) for sector in image.sectors],
        "records": [_record(record) for record in image.log.records] if image.log else [],
        "damage": [f"{at:#08x}: {sentence}" for at, sentence in image.damage],
    }
    return flash, _certificate(image)


def _sector(image, sector):
    role = "factory" if sector.index == 0 else "log"
    used = [
        [record.at - sector.base, _length(image, record), _kind(record), record.status]
        for record in sector.records
        if sector.index == 0 or sector is image.log
    ]
    return {
        "index": sector.index,
        "role": role,
        "state": sector.state,
        "erases": sector.erases,
        "in_force": sector is image.log,
        "used": used,
    }


def _length(image, record):
    return image.geometry.extent(record.length, record.flags)


def _kind(record):
    for bit, name in ((blocks.DELETED, "deletion"), (blocks.KEY, "key"), (blocks.SEALED, "sealed")):
        if record.flags & bit:
            return name
    return "clear"


def _record(record):
    return {
        "at": record.at,
        "slot": SLOTS.get(record.slot, f"slot {record.slot}"),
        "what": TAGS.get(record.slot, {}).get(record.tag, f"tag {record.tag}"),
        "kind": _kind(record),
        "bytes": record.length - record.trailer,
        "version": record.version,
        "status": record.status,
    }


def _certificate(image):
    """Return the certificate in force as a dict; the factory's where there is no other."""
    active = image.state.get(("active", _CERTIFICATE))
    der = active or image.factory.get(_CERTIFICATE)
    if not der:
        return None
    try:
        return {"slot": "active" if active else "factory", **fields(der)}
    except ValueError as e:
        return {"slot": "active" if active else "factory", "error": str(e)}


def fields(der):
    """Return what a person reads of a certificate (DER): a dict of texts. Raises ValueError."""
    certificate = x509.load_der_x509_certificate(bytes(der))
    key = certificate.public_key()
    kind = f"RSA, {key.key_size} bits" if isinstance(key, rsa.RSAPublicKey) else type(key).__name__
    algorithm = certificate.signature_hash_algorithm
    return {
        "subject": certificate.subject.rfc4514_string(),
        "issuer": certificate.issuer.rfc4514_string(),
        "serial": f"{certificate.serial_number:x}",
        "not_before": _when(certificate.not_valid_before_utc),
        "not_after": _when(certificate.not_valid_after_utc),
        "key": kind,
        "signature": f"RSA with {algorithm.name.upper()}" if algorithm else "-",
        "sha256": certificate.fingerprint(hashes.SHA256()).hex().upper(),
        "extensions": [_extension(extension) for extension in certificate.extensions],
        "pem": certificate.public_bytes(Encoding.PEM).decode(),
    }


def _when(moment):
    return moment.strftime("%Y-%m-%d %H:%M:%S UTC")


_USAGES = (
    "digital_signature", "content_commitment", "key_encipherment", "data_encipherment",
    "key_agreement", "key_cert_sign", "crl_sign",
)  # fmt: skip


def _extension(extension):
    """Return [name, text] of a certificate's extension."""
    value, name = extension.value, extension.oid._name
    if isinstance(value, x509.KeyUsage):
        text = ", ".join(u.replace("_", " ") for u in _USAGES if getattr(value, u))
    elif isinstance(value, x509.ExtendedKeyUsage):
        text = ", ".join(oid._name for oid in value)
    elif isinstance(value, x509.SubjectAlternativeName):
        text = ", ".join(str(getattr(general, "value", general)) for general in value)
    elif isinstance(value, x509.BasicConstraints):
        text = "a CA" if value.ca else "not a CA"
    elif isinstance(value, x509.SubjectKeyIdentifier):
        text = value.digest.hex()
    elif isinstance(value, x509.AuthorityKeyIdentifier):
        text = (value.key_identifier or b"").hex()
    elif isinstance(value, x509.CRLDistributionPoints):
        text = ", ".join(n.value for point in value for n in point.full_name or ())
    elif isinstance(value, x509.AuthorityInformationAccess):
        text = ", ".join(str(access.access_location.value) for access in value)
    else:
        text = f"{len(value.public_bytes())} bytes"
    return [name + (" (critical)" if extension.critical else ""), text]
