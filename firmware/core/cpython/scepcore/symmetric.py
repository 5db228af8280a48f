"""Hashes, HMAC, ciphers, the random generator, keks and sealed blobs.

For scepcore's users; the docstrings that count stand in scepcore.pyi.
"""

from .native import Memory, check, ffi, lib, name_of, view, view_writable

_KEK_BYTES = 32
_OVERHEAD = 29
_DATA = 0


class Hash(Memory):
    """A running hash; made by hash(name)."""

    __slots__ = ("name",)

    def __init__(self, name):
        """Start the hash `name`."""
        self._allocate("scepcore_hash")
        check(lib.scepcore_hash_init(self._c, *name_of(name)))
        self.name = name

    @property
    def digest_size(self):
        """Length of the digest in bytes."""
        if self._c.digest == ffi.NULL:
            check(lib.SCEPCORE_E_WIPED)
        return self._c.digest.size

    def update(self, data):
        """Add data."""
        pointer, length, _keep = view(data)
        check(lib.scepcore_hash_update(self._c, pointer, length))

    def digest_into(self, buffer):
        """Write the digest to the start of `buffer`; return its length."""
        size = self.digest_size
        pointer, length, _keep = view_writable(buffer)
        if length < size:
            check(lib.SCEPCORE_E_OUTPUT)
        check(lib.scepcore_hash_out(self._c, pointer))
        return size

    def digest(self):
        """Return the digest of what came so far."""
        out = bytearray(self.digest_size)
        self.digest_into(out)
        return bytes(out)

    def copy(self):
        """Return a hash of its own with the same state."""
        other = Hash.__new__(Hash)
        other._allocate("scepcore_hash")
        if self._c.digest == ffi.NULL:
            check(lib.SCEPCORE_E_WIPED)
        ffi.memmove(other._c, self._c, self._size)
        other.name = self.name
        return other

    def wipe(self):
        """Erase the state."""
        lib.scepcore_hash_wipe(self._c)


def hash(name):
    """Return a new Hash."""
    return Hash(name)


def hmac(name, key, data):
    """Return the HMAC of data."""
    digest = lib.scepcore_digest_find(*name_of(name))
    if digest == ffi.NULL:
        check(lib.SCEPCORE_E_HASH_NAME)
    key_pointer, key_length, _key = view(key)
    pointer, length, _data = view(data)
    out = ffi.new("uint8_t[]", digest.size)
    lib.scepcore_hmac(digest, key_pointer, key_length, pointer, length, out)
    return bytes(ffi.buffer(out))


class Cipher(Memory):
    """A CBC cipher under one key; made by cipher(name, key, iv, encrypt)."""

    __slots__ = ()

    def __init__(self, name, key, iv, encrypt):
        """Start."""
        self._allocate("scepcore_cipher")
        key_pointer, key_length, _key = view(key)
        iv_pointer, iv_length, _iv = view(iv)
        check(
            lib.scepcore_cipher_init(
                self._c,
                *name_of(name),
                key_pointer,
                key_length,
                iv_pointer,
                iv_length,
                bool(encrypt),
            )
        )

    def update(self, data):
        """Return the result for whole blocks."""
        pointer, length, _keep = view(data)
        out = bytearray(length)
        target, _, _out = view_writable(out)
        ffi.memmove(target, pointer, length)
        check(lib.scepcore_cipher_run(self._c, target, length))
        return bytes(out)

    def update_into(self, src, dst):
        """Write the result for whole blocks to the start of dst; return its length."""
        pointer, length, _keep = view(src)
        target, room, _out = view_writable(dst)
        if room < length:
            check(lib.SCEPCORE_E_OUTPUT)
        if pointer != target and pointer < target + length and target < pointer + length:
            check(lib.SCEPCORE_E_OVERLAP)
        if self._c.kind == 0:
            check(lib.SCEPCORE_E_WIPED)
        if length % self._c.block:
            check(lib.SCEPCORE_E_CIPHER_BLOCKS)
        ffi.memmove(target, pointer, length)
        check(lib.scepcore_cipher_run(self._c, target, length))
        return length

    def wipe(self):
        """Erase the key."""
        lib.scepcore_cipher_wipe(self._c)


def cipher(name, key, iv, encrypt):
    """Return a new Cipher."""
    return Cipher(name, key, iv, encrypt)


def random(n):
    """Return n random bytes."""
    if not 0 <= n <= 65536:
        check(lib.SCEPCORE_E_RANDOM_LENGTH)
    out = ffi.new("uint8_t[]", n)
    check(lib.scepcore_random_bytes(ffi.addressof(lib, "host_random"), out, n))
    return bytes(ffi.buffer(out))


def seed(data=b""):
    """Seed or reseed the random generator."""
    pointer, length, _keep = view(data)
    check(lib.scepcore_random_seed(ffi.addressof(lib, "host_random"), pointer, length))


def seeded():
    """Tell whether random() would answer."""
    return bool(lib.scepcore_random_seeded(ffi.addressof(lib, "host_random")))


def equal(a, b):
    """Compare in constant time."""
    first, first_length, _a = view(a)
    second, second_length, _b = view(b)
    return first_length == second_length and bool(lib.scepcore_equal(first, second, first_length))


class Kek(Memory):
    """A key-encryption key that Python cannot read; made by Kek.derive."""

    __slots__ = ()

    def __init__(self):
        """Refuse: a Kek is derived."""
        raise TypeError("a Kek is made by Kek.derive")

    @staticmethod
    def derive(purpose):
        """Derive the kek of a purpose from the device secret."""
        kek = Kek.__new__(Kek)
        kek._allocate("scepcore_kek")
        data = purpose.encode() if isinstance(purpose, str) else purpose
        pointer, length, _keep = view(data)
        check(lib.scepcore_kek_derive(kek._c, pointer, length))
        return kek

    def wipe(self):
        """Erase the key."""
        lib.scepcore_kek_wipe(self._c)


def kek_view(kek):
    """Return (pointer, keep-alive) of 32 bytes of key, from a Kek or a buffer."""
    if isinstance(kek, Kek):
        if not kek._c.set:
            check(lib.SCEPCORE_E_WIPED)
        return kek._c.key, kek
    pointer, length, keep = view(kek)
    if length != _KEK_BYTES:
        check(lib.SCEPCORE_E_KEK)
    return pointer, keep


def seal(kek, plaintext, aad):
    """Return the sealed blob."""
    key, _kek = kek_view(kek)
    pointer, length, _plain = view(plaintext)
    aad_pointer, aad_length, _aad = view(aad)
    out = ffi.new("uint8_t[]", length + _OVERHEAD)
    ffi.memmove(out + 13, pointer, length)
    generator = ffi.addressof(lib, "host_random")
    status = lib.scepcore_seal(key, _DATA, generator, out, length, aad_pointer, aad_length)
    if status < 0:
        lib.scepcore_wipe(out, length + _OVERHEAD)
    check(status)
    return bytes(ffi.buffer(out))


def unseal(kek, blob, aad):
    """Return the plaintext in a bytearray of the caller."""
    key, _kek = kek_view(kek)
    pointer, length, _blob = view(blob)
    aad_pointer, aad_length, _aad = view(aad)
    out = bytearray(max(length - _OVERHEAD, 0))
    target, _, _out = view_writable(out)
    check(lib.scepcore_unseal(key, _DATA, pointer, length, aad_pointer, aad_length, target))
    return out


_noise = None


def set_device_secret(secret):
    """Make these 32 bytes the device secret of this process, or None: no secret (host only)."""
    if secret is None:
        lib.host_board_set_secret(ffi.NULL)
        return
    pointer, length, _keep = view(secret)
    if length != _KEK_BYTES:
        check(lib.SCEPCORE_E_SECRET_LENGTH)
    lib.host_board_set_secret(pointer)


def set_noise(noise):
    """Make these bytes the board's noise and forget the seed; None: the system's (host only)."""
    global _noise
    _noise = None if noise is None else ffi.new("uint8_t[]", bytes(noise))
    lib.host_board_set_noise(
        ffi.NULL if noise is None else _noise, 0 if noise is None else len(noise)
    )
    lib.scepcore_random_wipe(ffi.addressof(lib, "host_random"))
