"""What a record's payload is: a sealed value, a sealed key, or a clear value and its seal.

For store.py and factory.py. FORMAT.md, "Payload"; the seal is scepcore's AEAD.
"""

import struct
from binascii import crc32

import scepcore

from . import layout as fmt
from .error import no_store

PURPOSE = b"microscep keystore"


def bound(slot, tag, flags, version):
    """Return the associated data that ties a payload to its slot, tag, kind and version."""
    kind = bytes((fmt.VERSION, slot, tag, flags & fmt.BOUND))
    return fmt.MAGIC_BORN + kind + struct.pack("<I", version)


def clear_bound(slot, tag, flags, version, value):
    """Return the associated data of a clear value: as bound(), and the value's SHA-256."""
    digest = scepcore.hash("sha256")
    digest.update(value)
    return bound(slot, tag, flags, version) + digest.digest()


def payload(kek, slot, tag, flags, version, value):
    """Return (parts, trailer) of the payload; value: buffer, or RSAKey where flags say KEY.

    trailer: bytes of the seal that stands behind a clear value.
    """
    if flags & fmt.KEY:
        return (value.seal(kek, bound(slot, tag, flags, version)),), 0
    if flags & fmt.SEALED:
        return (scepcore.seal(kek, value, bound(slot, tag, flags, version)),), 0
    seal = scepcore.seal(kek, b"", clear_bound(slot, tag, flags, version, value))
    return (value, seal), len(seal)


def check(parts):
    """Return (length, crc) of a payload's parts."""
    length = crc = 0
    for part in parts:
        length += len(part)
        crc = crc32(part, crc)
    return length, crc


def intact(flash, pos, head):
    """Say whether the payload at header address pos has the CRC that its header names."""
    length, addr, crc = head[4], pos + fmt.HEADER, 0
    view = flash.mapped(addr, length)
    if view is not None:
        return crc32(view) == head[6]
    while length:
        part = flash.read(addr, min(length, fmt.CHUNK))
        crc = crc32(part, crc)
        addr += len(part)
        length -= len(part)
    return crc == head[6]


def authentic(flash, kek, pos, head):
    """Say whether a clear value's seal is right (its payload is known to be intact)."""
    slot, tag, flags, version, length, trailer, _ = head
    size = length - trailer
    value = flash.read(pos + fmt.HEADER, size)
    seal = flash.read(pos + fmt.HEADER + size, trailer)
    try:
        scepcore.unseal(kek, seal, clear_bound(slot, tag, flags, version, value))
    except (ValueError, scepcore.Error):
        return False
    return True


def value_of(flash, kek, pos, head):
    """Return the value: a view or bytearray (clear), bytearray (sealed), RSAKey (key).

    Raises KeystoreError flash-corrupt where the seal does not open.
    """
    slot, tag, flags, version, length, trailer, _ = head
    blob = flash.read(pos + fmt.HEADER, length - trailer)
    if not flags & (fmt.SEALED | fmt.KEY):
        return blob
    aad = bound(slot, tag, flags, version)
    try:
        if flags & fmt.KEY:
            return scepcore.RSAKey.unseal(kek, blob, aad)
        return scepcore.unseal(kek, blob, aad)
    except (ValueError, scepcore.Error):
        raise no_store("a sealed record does not open: it was altered or moved", pos)
