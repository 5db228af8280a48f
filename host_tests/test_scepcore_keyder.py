"""Import of private keys: what is read, and every way of being wrong refused."""

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_der_private_key,
)
from hypothesis import given, settings
from hypothesis import strategies as st

import rsa_keys
import scepcore

PKCS1 = rsa_keys.der(0)
ORACLE = load_der_private_key(PKCS1, None, unsafe_skip_rsa_key_validation=True)
PKCS8 = ORACLE.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
NUMBERS = ORACLE.private_numbers()
ALGORITHM = bytes.fromhex("300d06092a864886f70d0101010500")


def element(tag, content):
    """One DER element."""
    size = len(content)
    length = bytes([size]) if size < 128 else size.to_bytes((size.bit_length() + 7) // 8)
    head = bytes([tag]) + (length if size < 128 else bytes([0x80 | len(length)]) + length)
    return head + content


def integer(number):
    """A DER INTEGER that is not negative."""
    return element(2, number.to_bytes(number.bit_length() // 8 + 1))


def pkcs1(version=0, tail=b"", **changed):
    """RSAPrivateKey of the test key, with other numbers where named."""
    public = NUMBERS.public_numbers
    numbers = {
        "n": public.n,
        "e": public.e,
        "d": NUMBERS.d,
        "p": NUMBERS.p,
        "q": NUMBERS.q,
        "dp": NUMBERS.dmp1,
        "dq": NUMBERS.dmq1,
        "qinv": NUMBERS.iqmp,
    }
    assert set(changed) <= set(numbers)
    numbers.update(changed)
    body = b"".join(integer(x) for x in (version, *numbers.values()))
    return element(0x30, body + tail)


def pkcs8(key=PKCS1, version=0, algorithm=ALGORITHM, tail=b""):
    """PrivateKeyInfo around a key."""
    return element(0x30, integer(version) + algorithm + element(4, key) + tail)


def refuse(data, why):
    """Expect a ValueError that says why."""
    with pytest.raises(ValueError, match=why):
        scepcore.RSAKey.from_der(data)


@pytest.mark.parametrize(
    "data",
    [
        PKCS1,
        PKCS8,
        pkcs1(),
        pkcs8(),
        pkcs8(version=1),
        pkcs8(tail=element(0xA0, b"")),
        pkcs8(version=1, tail=element(0xA0, b"") + element(0x81, bytes(9))),
    ],
    ids=["pkcs1", "pkcs8", "ours", "ours in 8", "version 1", "attributes", "public key"],
)
def test_both_forms_are_read(data):
    key = scepcore.RSAKey.from_der(data)
    assert key.public() == (NUMBERS.public_numbers.n.to_bytes(128), NUMBERS.public_numbers.e)
    assert key.bits == 1024


def test_factors_may_come_in_either_order():
    p, q = NUMBERS.q, NUMBERS.p
    data = pkcs1(p=p, q=q, dp=NUMBERS.dmq1, dq=NUMBERS.dmp1, qinv=pow(q, -1, p))
    swapped, straight = scepcore.RSAKey.from_der(data), scepcore.RSAKey.from_der(PKCS1)
    assert swapped.sign("sha1", bytes(20)) == straight.sign("sha1", bytes(20))


FORM = "not a two-prime RSA private key"
PARTS = "do not belong together"


@pytest.mark.parametrize(
    "data, why",
    [
        (pkcs1(version=1), FORM),
        (pkcs1(tail=integer(1)), FORM),
        (PKCS1 + b"\0", FORM),
        (PKCS8 + b"\0", FORM),
        (pkcs8(version=2), FORM),
        (pkcs8(algorithm=bytes.fromhex("300d06092a864886f70d01010a0500")), FORM),
        (pkcs8(algorithm=bytes.fromhex("300b06092a864886f70d010101")), FORM),
        (pkcs8(tail=integer(1)), FORM),
        (pkcs8(key=pkcs8()), FORM),
        (pkcs8(key=PKCS1[:-1]), FORM),
        (PKCS1.replace(b"\x02\x01\x00\x02\x81\x81\x00", b"\x02\x01\x00\x02\x82\x00\x81\x00"), FORM),
        (element(0x30, integer(0) + element(2, b"") * 8), FORM),
        (element(0x30, integer(0) + element(2, b"\xff" * 128) * 8), FORM),
        (element(0x30, integer(0) + element(2, b"\0\0\1") * 8), FORM),
        (element(0x31, PKCS1[4:]), FORM),
        (pkcs1(n=NUMBERS.public_numbers.n + 2), PARTS),
        (pkcs1(n=NUMBERS.public_numbers.n << 8 | 1), PARTS),
        (pkcs1(p=NUMBERS.p + 2), PARTS),
        (pkcs1(q=NUMBERS.q - 2), PARTS),
        (pkcs1(p=NUMBERS.p - 1), "odd"),
        (pkcs1(p=NUMBERS.public_numbers.n, q=1), PARTS),
        (pkcs1(dp=NUMBERS.dmp1 + 1), PARTS),
        (pkcs1(dq=NUMBERS.dmq1 ^ 2), PARTS),
        (pkcs1(qinv=NUMBERS.iqmp + 1), PARTS),
        (pkcs1(qinv=0), FORM),
        (pkcs1(d=NUMBERS.d << 1024), PARTS),
        (pkcs1(e=65536), "odd, from 3"),
        (pkcs1(e=1), "odd, from 3"),
        (pkcs1(e=(1 << 32) + 1), "odd, from 3"),
        (pkcs1(e=3), PARTS),
        (pkcs1(n=15, p=3, q=5, d=3, dp=1, dq=3, qinv=2), "1024 to 4096"),
        (pkcs1(p=(1 << 2200) + 1), PARTS),
    ],
)
def test_what_is_wrong_is_refused_with_a_reason(data, why):
    refuse(data, why)


def test_an_encrypted_key_is_refused():
    data = ORACLE.private_bytes(Encoding.DER, PrivateFormat.PKCS8, BestAvailableEncryption(b"pw"))
    refuse(data, FORM)


def test_every_truncation_is_refused():
    for data in (PKCS1, PKCS8):
        for size in range(len(data)):
            refuse(data[:size], FORM)


@settings(max_examples=400, deadline=None)
@given(st.sampled_from([PKCS1, PKCS8]), st.data())
def test_an_altered_key_is_refused_or_the_same_key(data, draw):
    altered = bytearray(data)
    for _ in range(draw.draw(st.integers(1, 3))):
        altered[draw.draw(st.integers(0, len(data) - 1))] = draw.draw(st.integers(0, 255))
    try:
        key = scepcore.RSAKey.from_der(altered)
    except ValueError as error:
        assert len(str(error)) > 20
    else:
        # Only d is not checked: it seeds made-up messages and nothing else.
        assert key.public()[0] == NUMBERS.public_numbers.n.to_bytes(128)
        digest = bytes(20)
        n, e = key.public()
        assert scepcore.rsa_verify(n, e, "sha1", digest, key.sign("sha1", digest))


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=400))
def test_garbage_is_refused(data):
    refuse(data, ".")


def test_a_key_whose_factor_is_no_prime_never_gives_a_result():
    """The parts fit together, but p is composite: the check with the public key withholds it."""
    numbers = rsa.generate_private_key(65537, 1024).private_numbers()
    q = numbers.q
    p = next(
        x
        for x in range(numbers.p + 2, numbers.p + 5000, 2)
        if (x - 1) % 65537 and pow(2, x - 1, x) != 1 and (x * q).bit_length() == 1024
    )
    data = pkcs1(
        n=p * q,
        p=p,
        q=q,
        d=pow(65537, -1, (p - 1) * (q - 1)),
        dp=pow(65537, -1, p - 1),
        dq=pow(65537, -1, q - 1),
        qinv=pow(q, -1, p),
    )
    key = scepcore.RSAKey.from_der(data)
    with pytest.raises(scepcore.Error, match="withheld"):
        key.sign("sha256", bytes(32))
    with pytest.raises(scepcore.Error, match="withheld"):
        key.decrypt(bytes(127) + b"\2")
