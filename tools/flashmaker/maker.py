"""One set's factory image: its own key, its factory certificate, its device secret.

For main.py, batch.py and tools/setctl_host/factory.py. DESIGN.md section 6.
"""

import hashlib
import os
import secrets
import ssl
import sys
from dataclasses import dataclass

from tools.setctl_host import image
from tools.setctl_host.errors import REPO, Failure
from tools.setctl_host.flashmodel import MemoryFlash

KEY_BITS = 2048
CA_FOLDER = os.path.join(REPO, "build", "factory-ca")
_LOCALLY_ADMINISTERED = 0x02  # IEEE 802: no vendor's address


@dataclass
class FactoryImage:
    """An image, the secret that belongs to it, and what a manifest says of it."""

    mac: bytes
    data: bytes
    secret: bytes
    certificate: bytes
    modulus: bytes

    @property
    def name(self):
        """The MAC address as 12 hex digits."""
        return self.mac.hex().upper()

    def write(self, path):
        """Write the image to path; beside it the secret (mode 0600) and the factory certificate.

        The certificate, `path`.pem, is what tools/wrap seals to. Raises Failure.
        """
        try:
            with open(f"{path}.pem", "w", encoding="ascii") as file:
                file.write(ssl.DER_cert_to_PEM_cert(self.certificate))
            image.write(path, self.data, self.secret)
        except OSError as error:
            raise Failure("flash-io", f"{path}: {error.strerror}") from error

    def manifest(self, path):
        """Return the set's line of the manifest: nothing secret."""
        return {
            "mac": self.name,
            "image": os.path.basename(path),
            "image_sha256": hashlib.sha256(self.data).hexdigest(),
            "certificate_sha256": hashlib.sha256(self.certificate).hexdigest(),
            "modulus_sha256": hashlib.sha256(self.modulus).hexdigest(),
        }


def random_mac():
    """Return a locally administered MAC address (6 bytes)."""
    return bytes([_LOCALLY_ADMINISTERED]) + secrets.token_bytes(5)


def make_image(board, mac, ca, settings=()):
    """Return the FactoryImage of one set.

    board: a name of image.GEOMETRY; mac: 6 bytes; ca: FactoryCa; settings: (key, value) pairs of
    the configuration that the set is born with. Raises Failure (unsupported, config).
    """
    if board not in image.GEOMETRY:
        raise Failure("unsupported", f"no flash image is made for board {board}")
    scepcore = _firmware()
    secret = secrets.token_bytes(image.SECRET_BYTES)
    scepcore.set_device_secret(secret)
    scepcore.seed()
    key = _generate(scepcore)
    modulus, exponent = key.public()
    certificate = ca.issue(mac.hex().upper(), int.from_bytes(modulus, "big"), exponent)
    size, offset, sector, sectors = image.GEOMETRY[board]
    unit, span = image.PAGES.get(board, (4, 1))
    device = MemoryFlash(sector, sectors, unit)
    _write_store(scepcore, device, span, key, certificate, ca.der, mac)
    key.wipe()
    if settings:
        _configure(device, settings)
    data = bytearray(b"\xff" * size)
    data[offset : offset + len(device.data)] = device.data
    if board in image.SECRET_INSIDE:
        page = image.secret_page(secret)
        at = size - 4 * image.KIB
        data[at : at + len(page)] = page
    return FactoryImage(mac, bytes(data), secret, certificate, bytes(modulus))


def _firmware():
    """Make the firmware and the host's scepcore (build/host) importable; return scepcore."""
    for folder in ("firmware", os.path.join("build", "host")):
        path = os.path.join(REPO, folder)
        if path not in sys.path:
            sys.path.insert(0, path)
    try:
        import scepcore
    except ImportError as error:
        sentence = f"the host's scepcore is missing ({error}): make core-host"
        raise Failure("unsupported", sentence) from error
    return scepcore


def _generate(scepcore):
    work, key = scepcore.RSAKey.generate(KEY_BITS), None
    while key is None:
        key = work.step()
    return key


def _write_store(scepcore, device, span, key, certificate, chain, mac):
    """Write the store of an erased device (FORMAT.md, The factory sector).

    span: erase blocks that make one sector of the store.
    """
    from keystore import layout, record, slots
    from keystore.device import Flash
    from keystore.factory import write_factory

    flash = Flash(device)
    values = [
        (slots.KEY, layout.KEY, key),
        (slots.CERTIFICATE, 0, certificate),
        (slots.CHAIN, 0, chain),
        (slots.MAC, 0, mac),
    ]
    kek = scepcore.Kek.derive(record.PURPOSE)
    geometry = layout.Layout(flash.unit, flash.block, span, flash.blocks // span)
    write_factory(flash, geometry, kek, values, secrets.randbits(31) + 1)


def _configure(device, settings):
    """Store the configuration as the set itself would."""
    from errors import Error
    from phone.config import checked
    from phone.identity.records import Records

    try:
        changes = [(key, checked(key, bytearray(value.encode("utf-8")))) for key, value in settings]
        Records(device).configure(changes)
    except Error as error:
        raise Failure(error.code, error.message) from error
