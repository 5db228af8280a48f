"""The admin password's record: salted, iterated, compared in constant time.

For binding.py; the key store keeps the record sealed. RFC 8018 section 5.2 (PBKDF2).
"""

import scepcore
from phone.mmi import const

# The record is sealed under the device secret: guessing needs the device itself, which slows
# guesses down. So the iterations only have to make a stolen RAM image costly, within one step.
_ITERATIONS = const(300)
_SALT = const(16)
_HASH = const(32)


def record(raw):
    """Return the record of password `raw` (bytearray, UTF-8): salt and hash (bytes)."""
    salt = scepcore.random(_SALT)
    return salt + _derive(raw, salt)


def matches(raw, kept):
    """Tell whether `raw` (bytearray) is the password of record `kept`."""
    return scepcore.equal(_derive(raw, kept[:_SALT]), kept[_SALT : _SALT + _HASH])


def _derive(raw, salt):
    """PBKDF2 with HMAC-SHA-256, one block."""
    u = scepcore.hmac("sha256", raw, bytes(salt) + b"\0\0\0\x01")
    total = int.from_bytes(u, "big")
    for _ in range(1, _ITERATIONS):
        u = scepcore.hmac("sha256", raw, u)
        total ^= int.from_bytes(u, "big")
    return total.to_bytes(_HASH, "big")
