"""scepcore on CPython: the very C that the firmware runs, bound through cffi.

For tests and host tools; same interface as the MicroPython module (firmware/scepcore.pyi), plus
set_device_secret and set_noise, which stand for the board. DESIGN.md section 3.
"""

from .native import EntropyError, Error, SealError
from .rsa import KeyGenerator, Operation, RSAKey, rsa_encrypt, rsa_verify
from .symmetric import (
    Cipher,
    Hash,
    Kek,
    cipher,
    equal,
    hash,
    hmac,
    random,
    seal,
    seed,
    seeded,
    set_device_secret,
    set_noise,
    unseal,
)
from .tls import TLS, tls

__all__ = [
    "Cipher",
    "EntropyError",
    "Error",
    "Hash",
    "Kek",
    "KeyGenerator",
    "Operation",
    "RSAKey",
    "SealError",
    "TLS",
    "cipher",
    "equal",
    "hash",
    "hmac",
    "random",
    "rsa_encrypt",
    "rsa_verify",
    "seal",
    "seed",
    "seeded",
    "set_device_secret",
    "set_noise",
    "tls",
    "unseal",
]
