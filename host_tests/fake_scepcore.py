"""A stand-in for scepcore over `cryptography`, for trees where build/host is not made yet.

For the tests of firmware/scep only: the product never sees it. `install()` does nothing if the
real scepcore imports.
"""

import hashlib
import sys
import types

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa, utils

HASHES = {
    "md5": hashes.MD5,
    "sha1": hashes.SHA1,
    "sha224": hashes.SHA224,
    "sha256": hashes.SHA256,
    "sha384": hashes.SHA384,
    "sha512": hashes.SHA512,
}


class Hash:
    """As scepcore.hash(name)."""

    def __init__(self, name, state=None):
        self.name = name
        self._state = state or hashlib.new(name)
        self.digest_size = self._state.digest_size

    def update(self, data):
        self._state.update(data)

    def digest(self):
        return self._state.digest()

    def digest_into(self, buf):
        buf[: self.digest_size] = self._state.digest()

    def copy(self):
        return Hash(self.name, self._state.copy())


class Job:
    """As RSAKey.start(): a few steps that return None, then the result."""

    def __init__(self, result):
        self._result = result
        self._left = 3

    def step(self):
        self._left -= 1
        return None if self._left else self._result


class RSAKey:
    """As scepcore.RSAKey, made from a key of `cryptography`."""

    def __init__(self, key):
        self._key = key
        self.bits = key.key_size

    @classmethod
    def from_der(cls, data):
        from cryptography.hazmat.primitives.serialization import load_der_private_key

        return cls(load_der_private_key(bytes(data), None))

    def public(self):
        numbers = self._key.public_key().public_numbers()
        return numbers.n.to_bytes((self.bits + 7) // 8, "big"), numbers.e

    def sign(self, hash_name, digest):
        algorithm = utils.Prehashed(HASHES[hash_name]())
        return self._key.sign(bytes(digest), padding.PKCS1v15(), algorithm)

    def start(self, what, *arguments):
        return Job(getattr(self, what)(*arguments))

    def wipe(self):
        self._key = None


def rsa_verify(n, e, hash_name, digest, signature):
    try:
        key = rsa.RSAPublicNumbers(e, int.from_bytes(n, "big")).public_key()
        algorithm = utils.Prehashed(HASHES[hash_name]())
        key.verify(bytes(signature), bytes(digest), padding.PKCS1v15(), algorithm)
    except (InvalidSignature, ValueError):
        return False
    return True


def install():
    """Put this in place of scepcore if the real one does not import."""
    try:
        import scepcore  # noqa: F401
    except ImportError:
        module = types.ModuleType("scepcore")
        module.hash = Hash
        module.RSAKey = RSAKey
        module.rsa_verify = rsa_verify
        module.equal = lambda a, b: bytes(a) == bytes(b)
        module.fake = True
        sys.modules["scepcore"] = module
