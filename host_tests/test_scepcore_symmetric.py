"""scepcore's hashes, ciphers and seal against `cryptography` and hashlib."""

import hashlib
import hmac
import warnings

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESCCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from hypothesis import given, settings
from hypothesis import strategies as st

import scepcore

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES

HASHES = ("md5", "sha1", "sha224", "sha256", "sha384", "sha512")
CIPHERS = {
    "des-cbc": (8, 8),
    "des-ede3-cbc": (24, 8),
    "aes-128-cbc": (16, 16),
    "aes-192-cbc": (24, 16),
    "aes-256-cbc": (32, 16),
}


@given(st.sampled_from(HASHES), st.lists(st.binary(max_size=300), max_size=8))
def test_hashes_equal_hashlibs_in_any_split(name, parts):
    ours, oracle = scepcore.hash(name), hashlib.new(name)
    for part in parts:
        ours.update(part)
        oracle.update(part)
        assert ours.digest() == oracle.digest()


@pytest.mark.parametrize("name", HASHES)
def test_hashes_are_right_at_every_length_around_the_blocks(name):
    data = bytes(range(256)) * 2
    for size in [*range(140), 255, 256, 257, 511]:
        ours = scepcore.hash(name)
        ours.update(data[:size])
        assert ours.digest() == hashlib.new(name, data[:size]).digest(), size


@given(st.sampled_from(HASHES), st.binary(max_size=200), st.binary(max_size=300))
def test_hmacs_equal_hashlibs(name, key, data):
    assert scepcore.hmac(name, key, data) == hmac.digest(key, data, name)


def oracle_cipher(name, key, iv):
    """The same cipher of `cryptography`; EDE3 with three equal keys is single DES."""
    algorithm = algorithms.AES(key) if name.startswith("aes") else TripleDES(key * (24 // len(key)))
    return Cipher(algorithm, modes.CBC(iv))


@given(st.sampled_from(sorted(CIPHERS)), st.data())
def test_ciphers_equal_cryptographys_in_any_split(name, data):
    key_size, block = CIPHERS[name]
    key = data.draw(st.binary(min_size=key_size, max_size=key_size))
    iv = data.draw(st.binary(min_size=block, max_size=block))
    counts = data.draw(st.lists(st.integers(0, 9), max_size=5))
    plain = data.draw(st.binary(min_size=block * sum(counts), max_size=block * sum(counts)))
    encryptor = oracle_cipher(name, key, iv).encryptor()
    secret = encryptor.update(plain) + encryptor.finalize()
    for source, target, encrypt in ((plain, secret, True), (secret, plain, False)):
        ours = scepcore.cipher(name, key, iv, encrypt)
        out, at = b"", 0
        for count in counts:
            out += ours.update(source[at : at + count * block])
            at += count * block
        assert out == target


@settings(max_examples=50)
@given(st.binary(min_size=32, max_size=32), st.binary(max_size=99), st.binary(max_size=99))
def test_a_sealed_blob_is_aes_256_ccm_under_derived_keys(kek, plain, aad):
    """The format as scepcore_seal.h has it, opened by software that we did not write."""
    blob = scepcore.seal(kek, plain, aad)
    keys = HKDF(hashes.SHA256(), 64, b"microscep seal", b"\1\0").derive(kek)
    opened = AESCCM(keys[:32], 16).decrypt(blob[1:13], blob[13:], b"\1\0" + aad)
    assert blob[0] == 1 and opened == plain


def test_a_kek_is_hkdf_of_the_device_secret():
    secret = bytes(range(32))
    scepcore.set_device_secret(secret)
    kek = HKDF(hashes.SHA256(), 32, b"microscep kek", b"identity").derive(secret)
    blob = scepcore.seal(scepcore.Kek.derive("identity"), b"text", b"")
    assert scepcore.unseal(kek, blob, b"") == b"text"
    scepcore.set_device_secret(None)
    with pytest.raises(scepcore.Error, match="no device secret"):
        scepcore.Kek.derive("identity")


def test_a_long_blob_opens_and_one_too_long_is_refused():
    plain = bytes(70000)  # beyond 65,535: CCM's length field has three bytes
    assert scepcore.unseal(bytes(32), scepcore.seal(bytes(32), plain, b""), b"") == plain
    long_aad = bytes(0xFF00)  # where the AAD's length changes its form
    assert scepcore.unseal(bytes(32), scepcore.seal(bytes(32), b"x", long_aad), long_aad) == b"x"
    with pytest.raises(ValueError, match="too long to seal"):
        scepcore.seal(bytes(32), bytes(0x1000000), b"")
