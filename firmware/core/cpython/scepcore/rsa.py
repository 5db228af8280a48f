"""RSA keys and the public operations.

For scepcore's users; the docstrings that count stand in scepcore.pyi.
"""

from .native import Memory, check, ffi, lib, name_of, view
from .symmetric import kek_view


def _generator():
    return ffi.addressof(lib, "host_random")


class KeyGenerator(Memory):
    """Key generation in steps; made by RSAKey.generate."""

    __slots__ = ("_key",)

    def __init__(self, bits, e):
        """Start."""
        size = lib.scepcore_generator_size(bits) if 0 <= bits < 1 << 32 else 0
        if size == 0:
            check(lib.SCEPCORE_E_KEY_BITS)
        if not 0 <= e < 1 << 32:
            check(lib.SCEPCORE_E_EXPONENT)
        self._allocate("scepcore_generator", size)
        self._key = RSAKey.__new__(RSAKey)
        self._key._allocate("scepcore_key")
        check(lib.scepcore_generator_start(self._c, size, _generator(), bits, e))

    def step(self):
        """Do one step; None while working, then the RSAKey."""
        if self._key is None:
            check(lib.SCEPCORE_E_DONE)
        if check(lib.scepcore_generator_step(self._c, _generator(), self._key._c)):
            return None
        key, self._key = self._key, None
        return key

    @property
    def progress(self):
        """(candidates tried, primes found)."""
        return self._c.candidates, self._c.primes

    def wipe(self):
        """Cancel and erase."""
        lib.scepcore_generator_wipe(self._c)


class Operation(Memory):
    """A private operation in steps; made by RSAKey.start."""

    __slots__ = ("_key",)

    def __init__(self, key):
        """Take memory for an operation with this key."""
        if key._c.bits == 0:
            check(lib.SCEPCORE_E_WIPED)
        self._key = key
        self._allocate("scepcore_operation", lib.scepcore_operation_size(key._c.bits))

    def step(self):
        """Do one step; None while working, then the result."""
        if check(lib.scepcore_operation_step(self._c)):
            return None
        result = bytes(ffi.buffer(self._c.out, self._c.out_len))
        self.wipe()
        return result

    def wipe(self):
        """Cancel and erase."""
        lib.scepcore_operation_wipe(self._c)

    def _run(self):
        result = None
        while result is None:
            result = self.step()
        return result


class RSAKey(Memory):
    """An RSA private key that Python cannot read."""

    __slots__ = ()

    def __init__(self):
        """Refuse: a key is made by generate, unseal or from_der."""
        raise TypeError("an RSAKey is made by generate, unseal or from_der")

    @staticmethod
    def generate(bits, e=65537):
        """Return a KeyGenerator."""
        return KeyGenerator(bits, e)

    @staticmethod
    def from_der(data):
        """Import a key."""
        key = RSAKey.__new__(RSAKey)
        key._allocate("scepcore_key")
        pointer, length, _keep = view(data)
        check(lib.scepcore_key_from_der(key._c, pointer, length))
        return key

    @staticmethod
    def unseal(kek, blob, aad):
        """Open a sealed key."""
        key = RSAKey.__new__(RSAKey)
        key._allocate("scepcore_key")
        kek_pointer, _kek = kek_view(kek)
        pointer, length, _blob = view(blob)
        aad_pointer, aad_length, _aad = view(aad)
        check(
            lib.scepcore_key_unseal(key._c, kek_pointer, pointer, length, aad_pointer, aad_length)
        )
        return key

    @property
    def bits(self):
        """Length of the modulus in bits."""
        if self._c.bits == 0:
            check(lib.SCEPCORE_E_WIPED)
        return self._c.bits

    def public(self):
        """Return (n, e)."""
        return bytes(ffi.buffer(self._c.n, (self.bits + 7) // 8)), self._c.e

    def start(self, kind, *arguments):
        """Start "sign" (hash_name, digest) or "decrypt" (ciphertext)."""
        if kind not in ("sign", "decrypt"):
            check(lib.SCEPCORE_E_KIND)
        if len(arguments) != (2 if kind == "sign" else 1):
            raise TypeError("sign takes hash name and digest, decrypt takes a ciphertext")
        operation = Operation(self)
        pointer, length, _keep = view(arguments[-1])
        if kind == "sign":
            name = name_of(arguments[0])
            status = lib.scepcore_operation_sign(
                operation._c, operation._size, self._c, *name, pointer, length
            )
        else:
            status = lib.scepcore_operation_decrypt(
                operation._c, operation._size, self._c, pointer, length
            )
        check(status)
        return operation

    def sign(self, hash_name, digest):
        """Return the signature."""
        return self.start("sign", hash_name, digest)._run()

    def decrypt(self, ciphertext):
        """Return the message, or one made up."""
        return self.start("decrypt", ciphertext)._run()

    def seal(self, kek, aad):
        """Return the sealed key."""
        size = lib.scepcore_key_sealed_size(self._c)
        if size == 0:
            check(lib.SCEPCORE_E_WIPED)
        kek_pointer, _kek = kek_view(kek)
        aad_pointer, aad_length, _aad = view(aad)
        out = ffi.new("uint8_t[]", size)
        check(
            lib.scepcore_key_seal(self._c, kek_pointer, _generator(), aad_pointer, aad_length, out)
        )
        return bytes(ffi.buffer(out))

    def wipe(self):
        """Erase the key."""
        lib.scepcore_key_wipe(self._c)


def _exponent(e):
    if not 0 <= e < 1 << 32:
        check(lib.SCEPCORE_E_EXPONENT)
    return e


def rsa_verify(n, e, hash_name, digest, signature):
    """Tell whether the signature is right."""
    modulus, modulus_length, _n = view(n)
    pointer, length, _digest = view(digest)
    signed, signed_length, _signature = view(signature)
    return bool(
        check(
            lib.scepcore_rsa_verify(
                modulus,
                modulus_length,
                _exponent(e),
                *name_of(hash_name),
                pointer,
                length,
                signed,
                signed_length,
            )
        )
    )


def rsa_encrypt(n, e, plaintext):
    """Return the ciphertext."""
    data = bytes(memoryview(n)).lstrip(b"\0")
    pointer, length, _plain = view(plaintext)
    out = ffi.new("uint8_t[]", max(len(data), 1))
    check(
        lib.scepcore_rsa_encrypt(_generator(), data, len(data), _exponent(e), pointer, length, out)
    )
    return bytes(ffi.buffer(out))
