"""The store's file and its device secret: made once, then opened by every run.

For command.py. The file is a flash region of the UNIX board (firmware/keystore/FORMAT.md), so
that tools/setctl and tools/flashdump read it too.
"""

import contextlib
import os
import secrets
import uuid

import board_unix

import scepcore
from keystore import layout, record, slots
from keystore.device import Flash
from keystore.factory import write_factory
from microscep.board import HostFlash
from scep import ownsigned
from scep.der import Encoder

SECRET_BYTES = 32
KEY_BITS = 2048


def secret_path(path):
    """Return where the device secret of a store stands: beside it, never in it."""
    return path + ".secret"


def unlock(path):
    """Hand the device secret of the store at `path` to the core. Raises BoardError."""
    try:
        with open(secret_path(path), "rb") as file:
            secret = file.read(SECRET_BYTES + 1)
    except OSError as e:
        raise board_unix.BoardError("wrong-device", f"{secret_path(path)}: {e.strerror}") from e
    if len(secret) != SECRET_BYTES:
        raise board_unix.BoardError(
            "wrong-device", f"{secret_path(path)} does not hold {SECRET_BYTES} bytes"
        )
    scepcore.set_device_secret(secret)


def make(path, mac=None):
    """Make a store with an identity of its own, which signs itself, and FILE.secret (0600).

    mac: 6 bytes that `{mac}` in a subject stands for, or None: this machine's. An existing secret
    is kept. Raises OSError.
    """
    with contextlib.suppress(FileExistsError):
        file = os.open(secret_path(path), os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(file, "wb") as stream:
            stream.write(secrets.token_bytes(SECRET_BYTES))
            os.fsync(stream.fileno())
    unlock(path)
    scepcore.seed()
    part = path + ".part"
    with open(part, "wb") as stream:
        stream.write(b"\xff" * (board_unix.SECTOR * board_unix.SECTORS))
    device = HostFlash(part)
    try:
        _write(device, mac or uuid.getnode().to_bytes(6, "big"))
    finally:
        device.close()
    os.replace(part, path)


def _write(device, mac):
    work, key = scepcore.RSAKey.generate(KEY_BITS), None
    while key is None:
        key = work.step()
    e = Encoder(bytearray(1024))
    for _ in ownsigned.steps(e, key, "CN=" + mac.hex().upper()):
        pass
    flash = Flash(device)
    values = [
        (slots.KEY, layout.KEY, key),
        (slots.CERTIFICATE, 0, bytes(e.view())),
        (slots.MAC, 0, mac),
    ]
    kek = scepcore.Kek.derive(record.PURPOSE)
    geometry = layout.Layout(flash.unit, flash.block, 1, flash.blocks)
    write_factory(flash, geometry, kek, values, secrets.randbits(31) + 1)
    key.wipe()
