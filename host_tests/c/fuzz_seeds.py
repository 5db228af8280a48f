"""Write the seeds of scepcore_fuzz.c into a folder: python3 fuzz_seeds.py FOLDER.

For `make core-fuzz`. A seed is one byte that chooses the function, then its arguments, each behind
its length (scepcore_fuzz.c says which).
"""

import sys
from binascii import a2b_base64
from pathlib import Path

from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_der_private_key,
)

HERE = Path(__file__).resolve().parent


def key_der():
    """Return the PKCS #1 DER of the first test key; rsa_keys itself would import scepcore."""
    source = (HERE.parent / "rsa_keys.py").read_text(encoding="utf-8")
    text = source.split("# 0\n")[1].split("# 1\n")[0]
    return a2b_base64("".join(text.split('"')[1::2]))


def piece(data):
    """One argument behind its length."""
    size = len(data)
    return (bytes([size]) if size < 255 else b"\xff" + size.to_bytes(2, "big")) + data


def seeds():
    """Yield (name, bytes)."""
    der = key_der()
    oracle = load_der_private_key(der, None, unsafe_skip_rsa_key_validation=True)
    numbers = oracle.private_numbers()
    n = numbers.public_numbers.n.to_bytes(128, "big")
    e = numbers.public_numbers.e.to_bytes(4, "big")
    yield "pkcs1", b"\0" + der
    pkcs8 = oracle.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    yield "pkcs8", b"\0" + pkcs8
    parts = (numbers.p, numbers.q, numbers.dmp1, numbers.dmq1, numbers.iqmp)
    secret = b"\1\0\0\x40\0\x40\0\0" + e + b"".join(x.to_bytes(64, "big") for x in parts)
    yield "sealed key", b"\1" + piece(b"aad") + secret + bytes(32)
    yield "blob", b"\2" + piece(b"aad") + b"\1" + bytes(60)
    yield "hash", b"\3" + piece(b"sha384") + piece(b"key") + piece(b"abc") + piece(bytes(200))
    for name, key, block in (("aes-256-cbc", 32, 16), ("des-ede3-cbc", 24, 8)):
        head = b"\4\1" + piece(name.encode()) + piece(bytes(key)) + piece(bytes(block))
        yield name, head + bytes(64)
    yield "verify", b"\5" + e + piece(b"sha256") + piece(bytes(32)) + piece(bytes(128)) + n
    yield "encrypt", b"\6" + e + piece(b"message") + n
    yield "unpad", b"\7" + b"\0\2" + b"\xff" * 20 + b"\0" + bytes(105)
    yield "small", b"\x08" + piece(b"purpose") + piece(b"data") + bytes([0, 0, 1, 0])


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for title, data in seeds():
        (folder / title.replace(" ", "-")).write_bytes(data)
