"""scepcore's RSA against `cryptography`: signatures, encryption, implicit rejection, sizes."""

import functools
import hashlib

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_der_private_key,
)
from hypothesis import given, settings
from hypothesis import strategies as st

import rsa_keys
import scepcore

HASHES = {
    "md5": hashes.MD5(),
    "sha1": hashes.SHA1(),
    "sha224": hashes.SHA224(),
    "sha256": hashes.SHA256(),
    "sha384": hashes.SHA384(),
    "sha512": hashes.SHA512(),
}


@functools.cache
def pair(bits=1024, e=65537):
    """Return (ours, the oracle's) of one key."""
    if bits == 1024:
        der = rsa_keys.der(0)
        oracle = load_der_private_key(der, None, unsafe_skip_rsa_key_validation=True)
    else:
        oracle = rsa.generate_private_key(e, bits)
        der = oracle.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    return scepcore.RSAKey.from_der(der), oracle


@pytest.fixture(autouse=True)
def seeded():
    """Every test may draw random bytes."""
    scepcore.seed()


@pytest.mark.parametrize("bits", [1024, 2048, 3072, 4096])
@pytest.mark.parametrize("name", sorted(HASHES))
def test_signatures_are_those_of_the_oracle(bits, name):
    key, oracle = pair(bits)
    message = f"{bits} {name}".encode()
    digest = hashlib.new(name, message).digest()
    expected = oracle.sign(message, padding.PKCS1v15(), HASHES[name])
    assert key.sign(name, digest) == expected
    n, e = key.public()
    assert n == oracle.public_key().public_numbers().n.to_bytes(bits // 8, "big") and e == 65537
    assert scepcore.rsa_verify(n, e, name, digest, expected)


@pytest.mark.parametrize("bits", [1025, 1026, 1029, 1031, 1032, 1040, 2047, 2049, 3071, 4095])
def test_moduli_of_every_length_work(bits):
    key, oracle = pair(bits)
    n, e = key.public()
    # For an odd size the oracle makes a modulus one bit shorter.
    assert key.bits == int.from_bytes(n, "big").bit_length() and bits - key.bits in (0, 1)
    digest = hashlib.sha256(b"odd").digest()
    assert key.sign("sha256", digest) == oracle.sign(b"odd", padding.PKCS1v15(), hashes.SHA256())
    assert oracle.decrypt(scepcore.rsa_encrypt(n, e, b"to the oracle"), padding.PKCS1v15())
    ciphertext = oracle.public_key().encrypt(b"from the oracle", padding.PKCS1v15())
    assert key.decrypt(ciphertext) == b"from the oracle"


@pytest.mark.parametrize("e", [3, 5, 17, 257, 65537])
def test_usual_exponents_work(e):
    key, oracle = pair(2048, e) if e in (3, 65537) else generated(e)
    n, found = key.public()
    assert found == e
    digest = hashlib.sha384(b"e").digest()
    signature = key.sign("sha384", digest)
    assert scepcore.rsa_verify(n, e, "sha384", digest, signature)
    public = oracle.public_key() if hasattr(oracle, "public_key") else oracle
    public.verify(signature, b"e", padding.PKCS1v15(), hashes.SHA384())


def generated(e, bits=2048):
    """Return (our own new key, its public key at the oracle)."""
    work = scepcore.RSAKey.generate(bits, e)
    key = None
    while key is None:
        key = work.step()
    n, e = key.public()
    return key, rsa.RSAPublicNumbers(e, int.from_bytes(n, "big")).public_key()


@pytest.mark.parametrize("bits", [2048, pytest.param(3072, marks=pytest.mark.check), 4096])
def test_generated_keys_serve_the_oracle(bits):
    key, public = generated(65537, bits)
    assert key.bits == bits == public.key_size
    digest = hashlib.sha512(b"new").digest()
    public.verify(key.sign("sha512", digest), b"new", padding.PKCS1v15(), hashes.SHA512())
    assert key.decrypt(public.encrypt(b"hello", padding.PKCS1v15())) == b"hello"


def raw_signature(padded):
    """Return padded^d mod n with the oracle's numbers: a signature over any padding."""
    numbers = pair()[1].private_numbers()
    return pow(int.from_bytes(padded, "big"), numbers.d, numbers.public_numbers.n).to_bytes(128)


DIGEST = hashlib.sha256(b"m").digest()
INFO = bytes.fromhex("3031300d060960864801650304020105000420") + DIGEST
NO_NULL = bytes.fromhex("302f300b0609608648016503040201") + b"\x04\x20" + DIGEST


def padded(info, head=b"\0\1", fill=b"\xff"):
    """Return a padded DigestInfo of 128 bytes."""
    return head + fill * (128 - len(head) - 1 - len(info)) + b"\0" + info


@pytest.mark.parametrize(
    "message, good",
    [
        (padded(INFO), True),
        (padded(NO_NULL), False),
        (padded(INFO, fill=b"\xfe"), False),
        (padded(INFO, head=b"\0\2"), False),
        (padded(INFO, head=b"\0\0"), False),
        (padded(INFO + b"\0"), False),
        (b"\0\1" + b"\xff" * 8 + b"\0" + INFO + bytes(128 - 11 - len(INFO)), False),
        (b"\0\1\0" + INFO + bytes(125 - len(INFO)), False),
        (b"\0\1" + b"\xff" * 74 + INFO + b"\0", False),
        (b"\0\1" + b"\xff" * 126, False),
        (bytes(127) + b"\1", False),
    ],
    ids=[
        "right",
        "no NULL",
        "other fill",
        "type 2",
        "type 0",
        "longer info",
        "forged with garbage behind",
        "no fill",
        "no separator",
        "only fill",
        "one",
    ],
)
def test_only_the_one_right_padding_verifies(message, good):
    n, e = pair()[0].public()
    assert scepcore.rsa_verify(n, e, "sha256", DIGEST, raw_signature(message)) is good


def test_the_oracle_and_we_refuse_the_same_altered_signatures():
    key, oracle = pair()
    n, e = key.public()
    signature = key.sign("sha256", DIGEST)
    for bit in range(0, 1024, 37):
        altered = bytearray(signature)
        altered[bit // 8] ^= 1 << bit % 8
        assert not scepcore.rsa_verify(n, e, "sha256", DIGEST, altered)
        with pytest.raises(InvalidSignature):
            oracle.public_key().verify(bytes(altered), b"m", padding.PKCS1v15(), hashes.SHA256())


def encrypt_raw(message):
    """Return message^e mod n for a message of 128 bytes, whatever its padding."""
    numbers = pair()[1].public_key().public_numbers()
    return pow(int.from_bytes(message, "big"), numbers.e, numbers.n).to_bytes(128)


PS = bytes(range(1, 254))


@pytest.mark.parametrize(
    "message",
    [
        b"\0\2" + PS[:8] + b"\0" + b"\x11" * 117,
        b"\0\2" + PS[:125] + b"\0",
        b"\0\2" + PS[:7] + b"\0" + b"\x11" * 118,
        b"\0\2\0" + b"\x11" * 125,
        b"\0\2" + PS[:126],
        b"\0\1" + PS[:20] + b"\0" + b"\x11" * 105,
        b"\1\2" + PS[:20] + b"\0" + b"\x11" * 105,
        b"\0\0" + PS[:20] + b"\0" + b"\x11" * 105,
        bytes(128),
        bytes(127) + b"\1",
        b"\0\2" + PS[:100] + b"\0" + b"\0" * 25,
    ],
    ids=[
        "longest message",
        "empty message",
        "seven bytes of padding",
        "no padding",
        "no separator",
        "type 1",
        "first byte",
        "type 0",
        "zero",
        "one",
        "message of zeros",
    ],
)
def test_every_kind_of_padding_gives_what_the_oracle_gives(message):
    key, oracle = pair()
    ciphertext = encrypt_raw(message)
    assert key.decrypt(ciphertext) == oracle.decrypt(ciphertext, padding.PKCS1v15())


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 2**1023))
def test_random_ciphertexts_give_the_made_up_message_of_the_oracle(number):
    key, oracle = pair()
    ciphertext = number.to_bytes(128)
    assert key.decrypt(ciphertext) == oracle.decrypt(ciphertext, padding.PKCS1v15())


def test_made_up_messages_have_lengths_all_over():
    key, _ = pair()
    lengths = [len(key.decrypt(i.to_bytes(128))) for i in range(2, 400)]
    assert min(lengths) < 12 and max(lengths) > 105 and max(lengths) <= 117


def test_a_generated_and_an_unsealed_key_make_up_the_same_message():
    key, _ = generated(65537)
    again = scepcore.RSAKey.unseal(bytes(32), key.seal(bytes(32), b""), b"")
    for i in range(2, 12):
        assert key.decrypt(i.to_bytes(256)) == again.decrypt(i.to_bytes(256))


def test_encryption_draws_fresh_padding_without_zeros():
    key, oracle = pair()
    n, e = key.public()
    numbers = oracle.private_numbers()
    seen = set()
    for _ in range(60):
        ciphertext = scepcore.rsa_encrypt(n, e, b"k" * 16)
        opened = pow(int.from_bytes(ciphertext, "big"), numbers.d, numbers.public_numbers.n)
        opened = opened.to_bytes(128)
        assert opened[:2] == b"\0\2" and opened[-17:] == b"\0" + b"k" * 16
        assert 0 not in opened[2:-17]
        seen.add(opened)
    assert len(seen) == 60


def test_stepwise_work_above_2048_bits_takes_several_steps():
    key, oracle = pair(4096)
    work = key.start("sign", "sha256", DIGEST)
    steps, result = 0, None
    while result is None:
        result, steps = work.step(), steps + 1
    assert steps >= 4, "a step is at most 20 M instructions on ARM926: 4096 bits need more"
    assert result == oracle.sign(b"m", padding.PKCS1v15(), hashes.SHA256())
