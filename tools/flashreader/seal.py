"""Seals: what a device's secret opens.

For image.py. FORMAT.md, Payload; RFC 5869 (HKDF-SHA256), SP 800-38C (AES-256-CCM).
"""

import hashlib
import struct

VERSION = 1


class Seals:
    """The keys that a device secret gives."""

    def __init__(self, secret):
        """Derive; secret: 32 bytes."""
        from cryptography.hazmat.primitives.ciphers.aead import AESCCM

        kek = _hkdf(b"microscep kek", secret, b"microscep keystore", 32)
        self._ciphers = {
            kind: AESCCM(_hkdf(b"microscep seal", kek, bytes((VERSION, kind)), 64)[:32])
            for kind in (0, 1)
        }

    def open(self, record, blob):
        """Return the plaintext of a sealed payload; raises ValueError."""
        from cryptography.exceptions import InvalidTag

        if len(blob) < 29 or blob[0] != VERSION:
            raise ValueError("not a seal of version 1")
        kind = 1 if record.flags & 2 else 0
        try:
            aad = bytes((VERSION, kind)) + self._bound(record)
            return self._ciphers[kind].decrypt(blob[1:13], blob[13:], aad)
        except InvalidTag as error:
            raise ValueError("the seal does not open") from error

    def opens(self, record, payload):
        """Say whether a payload's seal is right, for clear values too."""
        from cryptography.exceptions import InvalidTag

        try:
            if record.flags & 3:
                self.open(record, payload)
            else:
                size = len(payload) - record.trailer
                seal, digest = payload[size:], hashlib.sha256(payload[:size]).digest()
                aad = bytes((VERSION, 0)) + self._bound(record) + digest
                self._ciphers[0].decrypt(seal[1:13], seal[13:], aad)
        except (ValueError, InvalidTag):
            return False
        return True

    @staticmethod
    def _bound(record):
        kind = bytes((VERSION, record.slot, record.tag, record.flags & 7))
        return b"MSKS" + kind + struct.pack("<I", record.version)


def _hkdf(salt, secret, info, length):
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    return HKDF(SHA256(), length, salt, info).derive(secret)
