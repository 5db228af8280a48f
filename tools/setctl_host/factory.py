"""A factory-fresh flash image: the set's own key, its factory certificate, its device secret.

For main.py (`setctl factory`). DESIGN.md section 6; the store is the firmware's own.
"""

import os
import secrets
import sys

from tools.setctl_host import image
from tools.setctl_host.errors import REPO, Failure
from tools.setctl_host.factory_ca import FactoryCa
from tools.setctl_host.flashmodel import MemoryFlash

KEY_BITS = 2048
_LOCALLY_ADMINISTERED = 0x02  # IEEE 802: no vendor's address


def make(board, flash, mac=None, ca_folder=None):
    """Write `flash` and its secret; return the result event. Raises Failure.

    mac: 6 bytes, or None for a random one; ca_folder: default build/factory-ca.
    """
    scepcore, keystore_factory = _firmware()
    ca = FactoryCa(ca_folder or os.path.join(REPO, "build", "factory-ca"))
    mac = mac or bytes([_LOCALLY_ADMINISTERED]) + secrets.token_bytes(5)
    secret = secrets.token_bytes(image.SECRET_BYTES)
    scepcore.set_device_secret(secret)
    scepcore.seed()
    key = _key(scepcore)
    n, e = key.public()
    certificate = ca.issue(mac.hex().upper(), int.from_bytes(n, "big"), e)
    size, offset, sector, sectors = image.GEOMETRY[board]
    device = MemoryFlash(sector, sectors)
    keystore_factory(device, key, certificate, ca.der, mac)
    data = bytearray(b"\xff" * size)
    data[offset : offset + len(device.data)] = device.data
    key.wipe()
    try:
        image.write(flash, data, secret)
    except OSError as e:
        raise Failure("flash-io", f"{flash}: {e.strerror}") from e
    return {"event": "result", "state": "factory", "mac": mac.hex().upper(), "flash": flash}


def _firmware():
    """Import the C core (build/host) and the firmware's key store."""
    for folder in ("firmware", os.path.join("build", "host")):
        path = os.path.join(REPO, folder)
        if path not in sys.path:
            sys.path.insert(0, path)
    try:
        import scepcore
    except ImportError as e:
        raise Failure("unsupported", f"the host's scepcore is missing ({e}): make core-host") from e
    return scepcore, _write_store


def _key(scepcore):
    work = scepcore.RSAKey.generate(KEY_BITS)
    key = None
    while key is None:
        key = work.step()
    return key


def _write_store(device, key, certificate, chain, mac):
    """Write the factory sector of an erased device (FORMAT.md, The factory sector)."""
    import scepcore
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
    geometry = layout.Layout(flash.unit, flash.block, 1, flash.blocks)
    write_factory(flash, geometry, kek, values, secrets.randbits(31) + 1)
