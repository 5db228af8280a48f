"""Write the seeds of the core's fuzz targets: python3 fuzz_seeds.py FOLDER.

For `make core-fuzz`. FOLDER/TARGET/NAME is one input, its arguments behind their lengths as the
target takes them (fuzz_*.c); FOLDER/fuzz_key.h is the key that some of them use.
"""

import datetime
import sys
from binascii import a2b_base64
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_der_private_key,
)

HERE = Path(__file__).resolve().parent


def key_der():
    """Return the PKCS #1 DER of the first test key; rsa_keys itself would import scepcore."""
    source = (HERE.parent.parent / "rsa_keys.py").read_text(encoding="utf-8")
    text = source.split("# 0\n")[1].split("# 1\n")[0]
    return a2b_base64("".join(text.split('"')[1::2]))


def piece(data):
    """One argument behind its length."""
    size = len(data)
    return (bytes([size]) if size < 255 else b"\xff" + size.to_bytes(2, "big")) + data


def pieces(*data):
    """Several arguments."""
    return b"".join(map(piece, data))


def word(number):
    """A number as fuzz_number reads it."""
    return number.to_bytes(4, "big")


KEY = load_der_private_key(key_der(), None, unsafe_skip_rsa_key_validation=True)
NUMBERS = KEY.private_numbers()
PUBLIC = NUMBERS.public_numbers
N = PUBLIC.n.to_bytes(128, "big")
PARTS = [
    x.to_bytes(64, "big") for x in (NUMBERS.p, NUMBERS.q, NUMBERS.dmp1, NUMBERS.dmq1, NUMBERS.iqmp)
]


def keys():
    """Yield (target, name, bytes) for fuzz_keys.c."""
    der = key_der()
    yield "from_der", "pkcs1", der
    yield "from_der", "pkcs8", KEY.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    secret = b"\1\0\0\x40\0\x40\0\0" + word(PUBLIC.e) + b"".join(PARTS)
    yield "sealed_key", "right", piece(b"aad") + secret + bytes(32)
    yield "unseal", "blob", piece(b"aad") + b"\1" + bytes(60)
    yield "operation", "sign", b"\0" + word(1 << 20) + piece(b"sha256") + bytes(32)
    yield "operation", "decrypt", b"\1" + word(1 << 20) + piece(b"") + b"\0" + bytes(range(127))
    for bits in (2048, 4096):
        yield "generator_sizes", str(bits), word(bits) + word(65537) + word(1 << 20)


def public():
    """Yield (target, name, bytes) for fuzz_public.c."""
    e = word(PUBLIC.e)
    yield "verify", "sha256", e + pieces(b"sha256", bytes(32), bytes(128)) + N
    yield "verify", "exponent", e + pieces(b"", b"\1\0\1", bytes(127) + b"\2") + N
    yield "encrypt", "message", e + piece(b"message") + N
    yield "padding", "type 2", pieces(b"sha1", b"message") + b"\0\2" + b"\xff" * 20 + bytes(106)


def data():
    """Yield (target, name, bytes) for fuzz_data.c."""
    for name in (b"md5", b"sha1", b"sha256", b"sha384", b"sha512"):
        yield "hash", name.decode(), pieces(name, b"key", b"abc", bytes(200), bytes(90))
    for name, key, block in (("aes-256-cbc", 32, 16), ("des-ede3-cbc", 24, 8), ("des-cbc", 8, 8)):
        for encrypt in (0, 1):
            head = bytes([encrypt]) + pieces(name.encode(), bytes(key), bytes(block))
            yield "cipher", f"{name}-{encrypt}", head + bytes(64)
    for which in range(3):
        arguments = pieces(bytes(range(48)), b"master secret", bytes(32), bytes(32))
        yield "prf", str(which), bytes([which]) + word(48) + arguments
    yield "noise", "good", word(300) + pieces(b"data", bytes(range(48)), bytes(range(48, 96)))
    yield "memory", "equal", pieces(b"abcdef", b"abcdef")


def numbers():
    """Yield (target, name, bytes) for fuzz_numbers.c."""
    yield "numbers", "plain", bytes([10, 7]) + word(13) + b"\3" + pieces(N[:30], N[30:70])
    yield "power", "1024", pieces(N, b"\1\0\1") + bytes(range(200))
    yield "power", "factor", pieces(PARTS[0], PARTS[2][:8]) + bytes(range(64))
    yield "power", "ones", pieces(b"\xff" * 66, b"\5") + b"\xff" * 66
    yield "sieve", "1024", word(2000) + word(65537) + bytes(range(150))
    head = word(1024) + word(PUBLIC.e) + word(1 << 20)
    yield "private", "right", head + pieces(*PARTS) + bytes(1) + bytes(range(127))


def record(kind, body):
    """A TLS record of version 1.2."""
    return bytes([kind, 3, 3]) + len(body).to_bytes(2, "big") + body


def handshake(kind, body):
    """A handshake message in a record of its own (RFC 5246 section 7.4)."""
    return record(22, bytes([kind]) + len(body).to_bytes(3, "big") + body)


def certificate():
    """DER of a self-signed certificate of the key."""
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "fuzz")])
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).serial_number(1)
    builder = builder.public_key(KEY.public_key())
    builder = builder.not_valid_before(datetime.datetime(2020, 1, 1))
    builder = builder.not_valid_after(datetime.datetime(2040, 1, 1))
    return builder.sign(KEY, SHA256()).public_bytes(Encoding.DER)


def tls():
    """Yield (target, name, bytes) for fuzz_tls.c: a server's first flight."""
    der = certificate()
    listed = len(der).to_bytes(3, "big") + der
    chain = len(listed).to_bytes(3, "big") + listed
    for name, suite in (("rsa", 0x9C), ("ecdhe", 0xC02F)):
        hello = b"\3\3" + bytes(32) + b"\0" + suite.to_bytes(2, "big") + b"\0"
        flight = handshake(2, hello) + handshake(11, chain)
        if name == "ecdhe":
            point = bytes.fromhex("03001d20") + b"\x09" + bytes(31)
            flight += handshake(12, point + b"\4\1" + (128).to_bytes(2, "big") + bytes(128))
        flight += handshake(14, b"")
        head = b"\1\0" + word(18000) + word(1200) + b"\1" + piece(b"scep.example") + piece(der)
        # pull, push the flight, pull, read, write, an alert, close
        steps = b"\6" + piece(bytes(300)) + b"\0" + piece(flight) + b"\6" + piece(bytes(400))
        steps += b"\5" + piece(bytes(20)) + b"\4" + piece(b"GET /") + b"\0"
        yield "tls", name, head + steps + piece(record(21, b"\1\0")) + b"\7" + piece(b"")


def seeds():
    """Yield (target, name, bytes) of all."""
    for group in (keys, public, data, numbers, tls):
        yield from group()


def main(folder):
    """Write the files."""
    for target, name, content in seeds():
        (folder / target).mkdir(parents=True, exist_ok=True)
        (folder / target / name.replace(" ", "-")).write_bytes(content)
    octets = ",".join(map(str, key_der()))
    text = f"static const uint8_t fuzz_key_der[] = {{{octets}}};\n"
    (folder / "fuzz_key.h").write_text(text)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
