"""scepcore: the cryptographic core, one C library on MicroPython and CPython.

For scep, keystore, phone and the tests. DESIGN.md section 3 fixes this interface. Nothing here
returns a private key, the device secret or a kek: Python holds handles.

Buffers: whatever has the buffer protocol (bytes, bytearray, memoryview), unless str is said.
Errors: ValueError with a sentence for an argument that cannot be used, TypeError for one of another
type, Error and its subclasses as said below. Constant time: where secrets go in, the time depends
on lengths only, except that DES decryption uses tables (see cipher).
"""

from collections.abc import Callable, Sequence

from typing_extensions import Buffer

class Error(Exception):
    """An object or the device cannot do this now: wiped, already finished, no device secret, or a
    private operation whose result failed its check and was withheld (a fault)."""

class EntropyError(Error):
    """There is no randomness: not seeded, the board gave too little noise, or noise that failed its
    health tests. Layers above report the code `entropy`."""

class SealError(Error):
    """A sealed blob does not open: other device or key, other use, other aad, altered, too short or
    of an unknown version."""

class Hash:
    """A running hash (FIPS 180-4, RFC 1321); made by hash(name)."""

    name: str
    """The name it was made with."""
    digest_size: int
    """Length of the digest in bytes."""

    def update(self, data: Buffer) -> None:
        """Add data, a buffer of any length."""

    def digest(self) -> bytes:
        """Return the digest of all that came so far; the hash may go on."""

    def digest_into(self, buffer: Buffer) -> int:
        """Write the digest to the start of a writable buffer and return its length.

        ValueError if the buffer is shorter than digest_size.
        """

    def copy(self) -> Hash:
        """Return another hash with the same state."""

    def wipe(self) -> None:
        """Erase the state; idempotent. Whatever is called afterwards raises Error."""

def hash(name: str) -> Hash:
    """Start a hash: md5, sha1, sha224, sha256, sha384 or sha512. ValueError for another name."""

def hmac(name: str, key: Buffer, data: Buffer) -> bytes:
    """Return the HMAC (RFC 2104) of data under a key of any length; names as for hash."""

class Cipher:
    """A block cipher in CBC mode (SP 800-38A) under one key; made by cipher(...)."""

    def update(self, data: Buffer) -> bytes:
        """Encrypt or decrypt the next whole blocks. ValueError if data is not whole blocks."""

    def update_into(self, src: Buffer, dst: Buffer) -> int:
        """The same into the start of a writable buffer, which may be src itself.

        Returns the number of bytes. ValueError if dst is too short, src is not whole blocks, or the
        two overlap without being the same.
        """

    def wipe(self) -> None:
        """Erase the key; idempotent. Whatever is called afterwards raises Error."""

def cipher(name: str, key: Buffer, iv: Buffer, encrypt: bool) -> Cipher:
    """Start a cipher: des-cbc, des-ede3-cbc, aes-128-cbc, aes-192-cbc or aes-256-cbc.

    key: 8, 24, 16, 24 or 32 bytes; iv: one block (8 or 16 bytes). Padding is the caller's.
    AES and DES encryption are constant-time. DES decryption looks tables up: use it for answers
    whose content is public (certificates, CRLs), not for secrets. ValueError for another name, key
    or iv length.
    """

def random(n: int) -> bytes:
    """Return n random bytes, 0 to 65536, from the HMAC-DRBG (SP 800-90A).

    EntropyError when it is not seeded, ValueError for another n.
    """

def seed(data: Buffer = b"") -> None:
    """Seed the random generator, or reseed it.

    Takes noise from the board (with health tests, SP 800-90B section 4.4), a value that only this
    device can derive, and data: what the caller has that differs from boot to boot (boot counter,
    timing); data counts as no entropy. EntropyError when the board gives too little noise or noise
    that fails its tests; the generator then refuses until a seed succeeds.
    """

def seeded() -> bool:
    """Tell whether random() would answer."""

def equal(a: Buffer, b: Buffer) -> bool:
    """Compare two buffers in a time that depends on their lengths only."""

class Kek:
    """A key-encryption key that stays in C; accepted wherever a kek is asked for."""

    @staticmethod
    def derive(purpose: Buffer | str) -> Kek:
        """Derive the kek of a purpose (1 to 64 bytes, or str) from the device secret (RFC 5869).

        The same purpose on the same device gives the same kek, another device another one. Error
        when the device has no secret.
        """

    def wipe(self) -> None:
        """Erase the key; idempotent. Whatever uses it afterwards raises Error."""

def seal(kek: Kek | Buffer, plaintext: Buffer, aad: Buffer) -> bytes:
    """Seal data under a kek (a Kek or 32 bytes): AES-256-CCM (SP 800-38C).

    aad is bound to the blob but not in it: name there what the blob is and where it stands. The
    blob is 29 bytes longer than the plaintext (version, nonce, tag). Works before the generator is
    seeded too: then equal plaintexts under equal aad give equal blobs.
    """

def unseal(kek: Kek | Buffer, blob: Buffer, aad: Buffer) -> bytearray:
    """Open what seal made; the caller wipes the bytearray. SealError if it does not open.

    A sealed RSAKey does not open here.
    """

class KeyGenerator:
    """Key generation in steps (FIPS 186-5 Appendix A.1.3); made by RSAKey.generate."""

    progress: tuple[int, int]
    """(candidates tried, primes found): for the screen."""

    def step(self) -> RSAKey | None:
        """Work for at most 20 M instructions: None while working, then the key.

        Error after the key was given or wipe(); EntropyError if the noise source fails meanwhile.
        """

    def wipe(self) -> None:
        """Cancel and erase; idempotent."""

class Operation:
    """A private operation in steps; made by RSAKey.start."""

    def step(self) -> bytes | None:
        """Work for at most 20 M instructions: None while working, then the result.

        Error after the result was given, or if operation or key were wiped.
        """

    def wipe(self) -> None:
        """Cancel and erase; idempotent."""

class RSAKey:
    """An RSA private key that stays in C; made by generate, unseal or from_der."""

    bits: int
    """Length of the modulus in bits."""

    @staticmethod
    def generate(bits: int, e: int = 65537) -> KeyGenerator:
        """Start making a key of 2048, 3072 or 4096 bits with the odd public exponent e >= 3.

        Call step() on what it returns until it gives the key. EntropyError when not seeded,
        ValueError for other sizes or exponents.
        """

    @staticmethod
    def from_der(data: Buffer) -> RSAKey:
        """Import a key of 1024 to 4096 bits: PKCS#1 RSAPrivateKey or unencrypted PKCS#8 (RFC 5208).

        All parts are checked against each other. ValueError for anything else. The caller wipes
        what it has of the DER. There is no export.
        """

    @staticmethod
    def unseal(kek: Kek | Buffer, blob: Buffer, aad: Buffer) -> RSAKey:
        """Open what seal made, under the same kek and aad. SealError if it does not open."""

    def seal(self, kek: Kek | Buffer, aad: Buffer) -> bytes:
        """Seal the key under a kek (a Kek or 32 bytes), bound to aad; see seal()."""

    def public(self) -> tuple[bytes, int]:
        """Return (n, e): the modulus big-endian without leading zeros, and the exponent."""

    def sign(self, hash_name: str, digest: Buffer) -> bytes:
        """Return the PKCS#1 v1.5 signature (RFC 8017 section 8.2.1), as long as the modulus.

        digest: what hash(hash_name) gives. ValueError for another name or length. In one piece:
        above 2048 bits use start().
        """

    def decrypt(self, ciphertext: Buffer) -> bytes:
        """Decrypt PKCS#1 v1.5 (RFC 8017 section 7.2.2) with implicit rejection.

        A ciphertext with a wrong padding gives a message of made-up length and content, always the
        same for the same ciphertext (draft-irtf-cfrg-rsa-guidance): no error that an attacker could
        use. Check what the message is used for. ValueError if it is not as long as the modulus, or
        not below it.
        """

    def start(self, kind: str, *arguments: Buffer | str) -> Operation:
        """Start sign(hash_name, digest) or decrypt(ciphertext) in steps: start("sign", ...)."""

    def wipe(self) -> None:
        """Erase the key; idempotent. Whatever is called afterwards raises Error."""

def rsa_verify(n: Buffer, e: int, hash_name: str, digest: Buffer, signature: Buffer) -> bool:
    """Tell whether a PKCS#1 v1.5 signature (RFC 8017 section 8.2.2) is right.

    n: modulus, big-endian, 1024 to 4096 bits, odd; e: odd, 3 to 2^32 - 1. Strict: the padded
    message is compared whole. A signature of another length is False; ValueError for a modulus,
    exponent, name or digest that cannot be used.
    """

def rsa_encrypt(n: Buffer, e: int, plaintext: Buffer) -> bytes:
    """Encrypt PKCS#1 v1.5 (RFC 8017 section 7.2.1): at most len(n) - 11 bytes, n and e as above.

    EntropyError when the generator is not seeded.
    """

def tls(
    host: str | None,
    judge: Callable[[bytes], bool],
    key: RSAKey | None = None,
    chain: Sequence[Buffer] = (),
    legacy: bool = False,
    buffer: int = 16709,
    chain_size: int = 4096,
) -> TLS:
    """Start a TLS client's handshake (RFC 5246); the server's chain is judged by the caller.

    host: str for server_name (RFC 6066 section 3), or None; judge: function (chain: bytes, the
    server's DER certificates one behind the other, its own first) -> whether it is trusted, called
    from within push(): an exception refuses the chain and leaves push(). key: RSAKey of a client
    certificate, chain: its DER certificates (1 to 4), used where the server asks for one.
    ECDHE (X25519, P-256) or RSA key exchange, AES in GCM or CBC; legacy: bool, also TLS 1.0 and
    1.1, SHA-1 and 3DES. buffer: bytes of the record buffer, half-duplex; chain_size: its last
    bytes, which hold the server's chain until it was judged; from then on they take records where
    any record fits the buffer, else they are given back. Where less than 16709 are left beside the
    chain, the server is asked for short records (max_fragment_length).
    ValueError for sizes; EntropyError when the generator is not seeded.
    """

class TLS:
    """A TLS client connection without a transport: records in, records out; made by tls()."""

    def state(self) -> int:
        """Return what can be done now, or-ed: 1 the connection has ended (error() tells how), 2
        records wait for pull(), 4 push() takes records, 8 write() takes data (the handshake is
        over), 16 read() has data. 1 alone after wipe().
        """

    def pull(self, out: Buffer) -> int:
        """Move records that are to be sent into a buffer; return how many bytes, 0 for none."""

    def push(self, data: Buffer) -> int:
        """Hand over bytes that came; return how many were taken, 0 where none may come now."""

    def read(self, out: Buffer) -> int:
        """Move application data into a buffer; return how many bytes, 0 for none."""

    def write(self, data: Buffer) -> int:
        """Hand over application data; return how many bytes were taken."""

    def flush(self) -> None:
        """Have what was written sent now."""

    def close(self) -> None:
        """Begin an orderly end: a close_notify waits for pull() (RFC 5246 section 7.2.1)."""

    def error(self) -> int:
        """Return 0 while all is well and after a close_notify; else what went wrong.

        1000: judge refused the chain; 1001: the chain is longer than chain_size; others are
        BearSSL's numbers, to which 256 (alert received) or 512 (alert sent) is added.
        """

    def agreed(self) -> tuple[int, int]:
        """Return (version, cipher suite), as 0x0303 and its number; zeros before that."""

    def wipe(self) -> None:
        """Erase keys and buffers; idempotent."""

# CPython only: what stands for the board in tests and tools.

def set_device_secret(secret: Buffer | None) -> None:
    """Make these 32 bytes the device secret of this process; None, as at start: no secret."""

def set_noise(noise: Buffer | None) -> None:
    """Make these bytes, once, the board's noise and forget the seed; None: the system's."""
