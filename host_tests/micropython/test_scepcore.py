"""scepcore under both Pythons: known answers, round trips, refusals, wiped objects.

What needs an oracle or looks into memory stands in host_tests/test_scepcore_*.py.
"""

import os
from binascii import hexlify, unhexlify

import rsa_keys
import scepcore

SECRET = b"\x5a" * 32


def give_device_secret(secret=SECRET):
    """Make `secret` the device secret, through whatever stands for the board here."""
    if hasattr(scepcore, "set_device_secret"):
        scepcore.set_device_secret(secret)
        return
    path = "/tmp/scepcore-secret"
    with open(path, "wb") as stream:
        stream.write(secret)
    os.putenv("MICROSCEP_SECRET", path)


def refusal(kind, function, *arguments):
    """Call, expect exactly `kind`, and return its sentence."""
    try:
        function(*arguments)
    except kind as error:
        assert type(error) is kind, repr(error)
        sentence = str(error)
        assert len(sentence) > 15 and " " in sentence
        return sentence
    raise AssertionError("nothing was raised")


def finish(work):
    """Step until there is a result; return it and the number of steps."""
    steps = 1
    result = work.step()
    while result is None:
        result = work.step()
        steps += 1
    return result, steps


def generated():
    """Return a fresh key of 2048 bits."""
    scepcore.seed(b"test")
    return finish(scepcore.RSAKey.generate(2048))[0]


# FIPS 180-4 and RFC 1321: 'abc'.
ABC = (
    ("md5", "900150983cd24fb0d6963f7d28e17f72"),
    ("sha1", "a9993e364706816aba3e25717850c26c9cd0d89d"),
    ("sha224", "23097d223405d8228642a477bda255b32aadbce4bda0b3f7e36c9da7"),
    ("sha256", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    (
        "sha384",
        "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed"
        "8086072ba1e7cc2358baeca134c825a7",
    ),
    (
        "sha512",
        "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
        "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
    ),
)


def test_hashes_give_the_known_answers():
    for name, expected in ABC:
        h = scepcore.hash(name)
        assert h.name == name and h.digest_size == len(expected) // 2
        h.update(b"a")
        h.update(memoryview(bytearray(b"bc")))
        assert hexlify(h.digest()).decode() == expected
        assert h.digest() == h.digest(), "digest must not end the hash"


def test_a_copied_hash_goes_its_own_way():
    first = scepcore.hash("sha256")
    first.update(b"ab")
    second = first.copy()
    second.update(b"c")
    assert hexlify(second.digest()).decode() == ABC[3][1]
    first.update(b"d")
    assert first.digest() != second.digest()
    first.wipe()
    assert hexlify(second.digest()).decode() == ABC[3][1]


def test_digest_into_writes_the_start_of_a_buffer_only():
    h = scepcore.hash("sha1")
    h.update(b"abc")
    out = bytearray(b"\xee" * 24)
    assert h.digest_into(out) == 20
    assert hexlify(out).decode() == ABC[1][1] + "eeeeeeee"
    refusal(ValueError, h.digest_into, bytearray(19))


def test_hmac_gives_the_known_answers():
    # RFC 4231 test case 2
    mac = scepcore.hmac("sha256", b"Jefe", b"what do ya want for nothing?")
    assert hexlify(mac) == b"5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
    # RFC 2202 test case 6: a key longer than a block
    mac = scepcore.hmac(
        "sha1", b"\xaa" * 80, b"Test Using Larger Than Block-Size Key - Hash Key First"
    )
    assert hexlify(mac) == b"aa4ae5e15272d00e95705637ce8a3b55ed402112"


# SP 800-38A section F.2 (AES) and a DES answer of FIPS 81: key, iv, plaintext, ciphertext.
AES_IV = "000102030405060708090a0b0c0d0e0f"
AES_PLAIN = "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51"
CIPHERS = (
    (
        "aes-128-cbc",
        "2b7e151628aed2a6abf7158809cf4f3c",
        AES_IV,
        AES_PLAIN,
        "7649abac8119b246cee98e9b12e9197d5086cb9b507219ee95db113a917678b2",
    ),
    (
        "aes-192-cbc",
        "8e73b0f7da0e6452c810f32b809079e562f8ead2522c6b7b",
        AES_IV,
        AES_PLAIN,
        "4f021db243bc633d7178183a9fa071e8b4d9ada9ad7dedf4e5e738763f69145a",
    ),
    (
        "aes-256-cbc",
        "603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4",
        AES_IV,
        AES_PLAIN,
        "f58c4c04d6e5f1ba779eabfb5f7bfbd69cfc4e967edb808d679f777bc6702c7d",
    ),
    (
        "des-cbc",
        "0123456789abcdef",
        "1234567890abcdef",
        "4e6f77206973207468652074696d6520666f7220616c6c20",
        "e5c7cdde872bf27c43e934008c389c0f683788499a7c05f6",
    ),
    # With three equal keys EDE3 is single DES.
    (
        "des-ede3-cbc",
        "0123456789abcdef" * 3,
        "1234567890abcdef",
        "4e6f77206973207468652074696d6520666f7220616c6c20",
        "e5c7cdde872bf27c43e934008c389c0f683788499a7c05f6",
    ),
)


def test_ciphers_give_the_known_answers_in_any_split():
    for name, key, iv, plain, secret in CIPHERS:
        key, iv, plain, secret = [unhexlify(x) for x in (key, iv, plain, secret)]
        block = len(iv)
        for source, target, encrypt in ((plain, secret, True), (secret, plain, False)):
            assert scepcore.cipher(name, key, iv, encrypt).update(source) == target
            c = scepcore.cipher(name, key, iv, encrypt)
            out = c.update(source[:block]) + c.update(b"") + c.update(source[block:])
            assert out == target, name
            buffer = bytearray(source + b"\xee")
            c = scepcore.cipher(name, key, iv, encrypt)
            view = memoryview(buffer)[: len(source)]
            assert c.update_into(view, view) == len(source)
            assert bytes(buffer) == target + b"\xee", name


def test_cipher_refuses_lengths_names_and_overlap():
    for name, key, iv, _, _ in CIPHERS:
        key, iv = unhexlify(key), unhexlify(iv)
        refusal(ValueError, scepcore.cipher, name, key + b"\0", iv, True)
        refusal(ValueError, scepcore.cipher, name, key[:-1], iv, True)
        refusal(ValueError, scepcore.cipher, name, key, iv[1:], False)
        refusal(ValueError, scepcore.cipher, name, key, b"", False)
        c = scepcore.cipher(name, key, iv, True)
        refusal(ValueError, c.update, bytes(len(iv) + 1))
        refusal(ValueError, c.update_into, bytes(len(iv)), bytearray(len(iv) - 1))
        buffer = bytearray(3 * len(iv))
        view = memoryview(buffer)
        refusal(ValueError, c.update_into, view[: 2 * len(iv)], view[len(iv) :])
        assert buffer == bytearray(3 * len(iv))
        assert c.update_into(view[: len(iv)], view[len(iv) :]) == len(iv)
    for name in ("", "aes-128-ecb", "AES-128-CBC", "aes-128-cbc\0", "aes"):
        refusal(ValueError, scepcore.cipher, name, bytes(16), bytes(16), True)


def test_unknown_hash_names_are_refused():
    for name in ("", "SHA256", "sha", "sha256\0", "sha2567", "md4"):
        refusal(ValueError, scepcore.hash, name)
        refusal(ValueError, scepcore.hmac, name, b"", b"")


def test_other_types_are_refused():
    h = scepcore.hash("sha256")
    for function, arguments in (
        (h.update, (5,)),
        (h.update, (None,)),
        (h.digest_into, (b"constant",)),
        (scepcore.hash, (5,)),
        (scepcore.hmac, ("sha256", 1, b"")),
        (scepcore.equal, (1, b"")),
        (scepcore.random, ("x",)),
        (scepcore.RSAKey.from_der, (1,)),
        (scepcore.RSAKey.generate, ("2048",)),
        (scepcore.rsa_verify, (b"\xff" * 128, "3", "sha256", bytes(32), bytes(128))),
        (scepcore.seal, (1, b"", b"")),
        (scepcore.RSAKey, ()),
        (scepcore.Kek, ()),
    ):
        try:
            function(*arguments)
        except TypeError:
            continue
        raise AssertionError("%r took %r" % (function, arguments))


def test_equal_compares_contents_and_lengths():
    assert scepcore.equal(b"", b"") is True
    assert scepcore.equal(b"abc", bytearray(b"abc")) is True
    assert scepcore.equal(b"abc", b"abd") is False
    assert scepcore.equal(b"abc", b"ab") is False
    assert scepcore.equal(bytes(255) + b"\x01", bytes(256)) is False
    assert scepcore.equal(b"\x80" + bytes(255), bytes(256)) is False


def test_random_gives_what_was_asked_for_and_never_twice_the_same():
    scepcore.seed(b"boot 1")
    assert scepcore.seeded() is True
    assert scepcore.random(0) == b""
    assert len(scepcore.random(65536)) == 65536
    assert scepcore.random(32) != scepcore.random(32)
    refusal(ValueError, scepcore.random, 65537)
    refusal(ValueError, scepcore.random, -1)


def test_sealed_data_opens_with_the_same_kek_and_aad_only():
    give_device_secret()
    scepcore.seed(b"")
    for kek in (scepcore.Kek.derive("unit"), SECRET):
        for size in (0, 1, 15, 16, 17, 1000):
            plain = scepcore.random(size)
            blob = scepcore.seal(kek, plain, b"challenge")
            assert len(blob) == size + 29 and blob[0] == 1
            opened = scepcore.unseal(kek, blob, b"challenge")
            assert isinstance(opened, bytearray) and opened == plain
            refusal(scepcore.SealError, scepcore.unseal, kek, blob, b"challengf")
            refusal(scepcore.SealError, scepcore.unseal, kek, blob, b"")
            refusal(scepcore.SealError, scepcore.unseal, bytes(32), blob, b"challenge")
    refusal(ValueError, scepcore.seal, bytes(31), b"", b"")
    refusal(ValueError, scepcore.unseal, bytes(33), bytes(29), b"")


def test_no_byte_of_a_sealed_blob_may_change():
    blob = scepcore.seal(SECRET, b"0123456789abcdef!", b"aad")
    for i in range(len(blob)):
        broken = bytearray(blob)
        broken[i] ^= 0x10
        refusal(scepcore.SealError, scepcore.unseal, SECRET, broken, b"aad")
    for size in range(len(blob)):
        refusal(scepcore.SealError, scepcore.unseal, SECRET, blob[:size], b"aad")
    refusal(scepcore.SealError, scepcore.unseal, SECRET, blob + b"\0", b"aad")


def test_two_seals_of_the_same_differ():
    scepcore.seed(b"")
    assert scepcore.seal(SECRET, b"x", b"") != scepcore.seal(SECRET, b"x", b"")


def test_keks_differ_by_purpose_and_by_device():
    give_device_secret()
    blob = scepcore.seal(scepcore.Kek.derive(b"one"), b"text", b"")
    assert scepcore.unseal(scepcore.Kek.derive("one"), blob, b"") == b"text"
    refusal(scepcore.SealError, scepcore.unseal, scepcore.Kek.derive(b"two"), blob, b"")
    give_device_secret(b"\x5b" * 32)
    refusal(scepcore.SealError, scepcore.unseal, scepcore.Kek.derive(b"one"), blob, b"")
    refusal(ValueError, scepcore.Kek.derive, b"")
    refusal(ValueError, scepcore.Kek.derive, b"x" * 65)
    give_device_secret()


def test_a_generated_key_signs_decrypts_and_survives_sealing():
    give_device_secret()
    scepcore.seed(b"")
    generator = scepcore.RSAKey.generate(2048)
    key, _ = finish(generator)
    assert generator.progress[1] == 2
    refusal(scepcore.Error, generator.step)
    n, e = key.public()
    assert key.bits == 2048 and len(n) == 256 and n[0] >= 0x80 and e == 65537
    digest = scepcore.hmac("sha256", b"", b"message")
    signature = key.sign("sha256", digest)
    assert scepcore.rsa_verify(n, e, "sha256", digest, signature) is True
    kek = scepcore.Kek.derive("identity")
    blob = key.seal(kek, b"slot next")
    again = scepcore.RSAKey.unseal(kek, blob, b"slot next")
    assert again.public() == (n, e) and again.bits == 2048
    assert again.sign("sha256", digest) == signature
    ciphertext = scepcore.rsa_encrypt(n, e, b"content key")
    assert key.decrypt(ciphertext) == b"content key"
    assert again.decrypt(ciphertext) == b"content key"
    refusal(scepcore.SealError, scepcore.RSAKey.unseal, kek, blob, b"slot active")
    refusal(scepcore.SealError, scepcore.unseal, kek, blob, b"slot next")
    data = scepcore.seal(kek, b"data", b"slot next")
    refusal(scepcore.SealError, scepcore.RSAKey.unseal, kek, data, b"slot next")


def test_stepwise_operations_give_what_the_direct_ones_give():
    key = rsa_keys.key(0)
    digest = bytes(range(20))
    work = key.start("sign", "sha1", digest)
    signature, steps = finish(work)
    assert signature == key.sign("sha1", digest) and steps >= 1
    refusal(scepcore.Error, work.step)
    n, e = key.public()
    ciphertext = scepcore.rsa_encrypt(n, e, b"text")
    assert finish(key.start("decrypt", ciphertext))[0] == b"text"
    refusal(ValueError, key.start, "export")


def test_signatures_are_refused_for_another_digest_hash_length_or_key():
    key = rsa_keys.key(0)
    n, e = key.public()
    digest = bytes(range(32))
    signature = key.sign("sha256", digest)
    verify = scepcore.rsa_verify
    assert verify(n, e, "sha256", digest, signature)
    assert verify(b"\0\0" + n, e, "sha256", digest, signature)
    assert not verify(n, e, "sha256", bytes(32), signature)
    assert not verify(n, e, "sha256", digest, b"\0" + signature)
    assert not verify(n, e, "sha256", digest, signature[1:])
    assert not verify(n, e, "sha256", digest, b"")
    assert not verify(n, e, "sha256", digest, b"\xff" * len(n))
    assert not verify(n, 3, "sha256", digest, signature)
    other, other_e = rsa_keys.key(1).public()
    assert not verify(other, other_e, "sha256", digest, signature)
    refusal(ValueError, verify, n, e, "sha256", digest[:31], signature)
    refusal(ValueError, verify, n, e, "sha512", digest, signature)
    refusal(ValueError, verify, n, e, "sha255", digest, signature)


def test_public_keys_that_cannot_be_used_are_refused():
    n, e = rsa_keys.key(0).public()
    for bad in (b"", b"\0" * 128, n[:-1], n[:127] + b"\0", b"\xff" * 513, b"\x7f" + n[1:]):
        refusal(ValueError, scepcore.rsa_verify, bad, e, "sha1", bytes(20), bytes(128))
        refusal(ValueError, scepcore.rsa_encrypt, bad, e, b"")
    for bad in (-3, 0, 1, 2, 65536, 1 << 32, (1 << 32) + 3, 1 << 70):
        refusal(ValueError, scepcore.rsa_verify, n, bad, "sha1", bytes(20), bytes(128))
        refusal(ValueError, scepcore.rsa_encrypt, n, bad, b"")


def test_messages_up_to_eleven_bytes_below_the_modulus_are_encrypted():
    key = rsa_keys.key(0)
    n, e = key.public()
    scepcore.seed(b"")
    for size in (0, 1, 16, 24, len(n) - 11):
        plain = scepcore.random(size)
        ciphertext = scepcore.rsa_encrypt(n, e, plain)
        assert len(ciphertext) == len(n) and key.decrypt(ciphertext) == plain
    refusal(ValueError, scepcore.rsa_encrypt, n, e, bytes(len(n) - 10))
    refusal(ValueError, scepcore.rsa_encrypt, n, e, bytes(2000))


def test_a_broken_ciphertext_gives_a_steady_made_up_message():
    key = rsa_keys.key(0)
    n, e = key.public()
    messages = set()
    for i in range(1, 9):
        ciphertext = b"\0" * (len(n) - 1) + bytes([i])
        made_up = key.decrypt(ciphertext)
        assert made_up == key.decrypt(ciphertext) and len(made_up) <= len(n) - 11
        messages.add(made_up)
    assert len(messages) > 4
    refusal(ValueError, key.decrypt, n)
    refusal(ValueError, key.decrypt, b"\xff" * len(n))
    refusal(ValueError, key.decrypt, bytes(len(n) - 1))
    refusal(ValueError, key.decrypt, bytes(len(n) + 1))


def test_key_generation_refuses_other_sizes_and_exponents():
    scepcore.seed(b"")
    for bits in (-2048, 0, 512, 1024, 2047, 2049, 8192, 1 << 40):
        refusal(ValueError, scepcore.RSAKey.generate, bits)
    for e in (-1, 0, 1, 2, 65536, 1 << 32, 1 << 33):
        refusal(ValueError, scepcore.RSAKey.generate, 2048, e)
    key, _ = finish(scepcore.RSAKey.generate(2048, 3))
    assert key.public()[1] == 3
    n, e = key.public()
    assert scepcore.rsa_verify(n, 3, "md5", bytes(16), key.sign("md5", bytes(16)))


def test_key_generation_can_be_cancelled():
    scepcore.seed(b"")
    generator = scepcore.RSAKey.generate(4096)
    generator.step()
    generator.wipe()
    generator.wipe()
    refusal(scepcore.Error, generator.step)


def signed(work):
    """Run a private operation to its end."""
    result = None
    while result is None:
        result = work.step()
    return result


def test_operations_side_by_side_are_independent_wherever_they_stand():
    """The first may stand in memory that the board reserves, and gives it back at its end."""
    key = rsa_keys.key(2)
    digests = [bytes([i]) * 32 for i in range(4)]
    alone = [key.sign("sha256", digest) for digest in digests]
    works = [key.start("sign", "sha256", digest) for digest in digests[:2]]
    works[0].step()
    works.append(key.start("sign", "sha256", digests[2]))
    assert [signed(work) for work in works] == alone[:3]
    given_up = key.start("sign", "sha256", digests[0])
    given_up.wipe()
    again = key.start("sign", "sha256", digests[3])
    given_up.wipe()  # it has nothing any more that it could erase
    assert signed(again) == alone[3]
    refusal(scepcore.Error, given_up.step)
    refusal(scepcore.Error, again.step)
    refusal(ValueError, key.start, "sign", "sha256", b"too short")
    assert key.sign("sha256", digests[0]) == alone[0]


def hello(connection):
    """Return what a TLS connection says first."""
    out = bytearray(1024)
    return bytes(out[: connection.pull(out)])


def test_connections_side_by_side_are_independent_wherever_they_stand():
    scepcore.seed(b"")
    first = scepcore.tls("one.example", lambda chain: True)
    second = scepcore.tls("two.example", lambda chain: True)
    first.wipe()
    third = scepcore.tls("three.example", lambda chain: True)
    first.wipe()
    assert b"two.example" in hello(second) and b"three.example" in hello(third)
    assert first.state() == 1 and first.error() == 0 and first.agreed() == (0, 0)
    buffer = bytearray(16)
    assert (
        first.pull(buffer) == first.push(buffer) == first.read(buffer) == first.write(buffer) == 0
    )
    first.flush()
    first.close()
    third.close()  # a server that goes away
    refusal(ValueError, scepcore.tls, None, lambda chain: True, None, (), False, 900, 800)
    assert scepcore.tls(None, lambda chain: True).state() & 2


def test_wiped_objects_raise_and_wipe_is_idempotent():
    give_device_secret()
    scepcore.seed(b"")
    h = scepcore.hash("sha256")
    c = scepcore.cipher("aes-128-cbc", bytes(16), bytes(16), True)
    kek = scepcore.Kek.derive("x")
    key = rsa_keys.key(2)
    n, e = key.public()
    work = key.start("sign", "sha256", bytes(32))
    orphan = key.start("sign", "sha256", bytes(32))
    blob = key.seal(kek, b"")
    for item in (h, c, kek, work, key):
        item.wipe()
        item.wipe()
    for function, arguments in (
        (h.update, (b"",)),
        (h.digest, ()),
        (h.digest_into, (bytearray(32),)),
        (h.copy, ()),
        (getattr, (h, "digest_size")),
        (c.update, (bytes(16),)),
        (c.update_into, (bytes(16), bytearray(16))),
        (scepcore.seal, (kek, b"", b"")),
        (scepcore.unseal, (kek, bytes(29), b"")),
        (key.seal, (bytes(32), b"")),
        (scepcore.RSAKey.unseal, (kek, blob, b"")),
        (key.public, ()),
        (getattr, (key, "bits")),
        (key.sign, ("sha256", bytes(32))),
        (key.decrypt, (bytes(128),)),
        (key.start, ("sign", "sha256", bytes(32))),
        (work.step, ()),
        (orphan.step, ()),
    ):
        refusal(scepcore.Error, function, *arguments)


def test_nothing_that_is_printed_shows_a_secret():
    give_device_secret()
    kek = scepcore.Kek.derive("x")
    for item in (kek, rsa_keys.key(0), scepcore.cipher("des-cbc", b"geheim!!", bytes(8), True)):
        assert "geheim" not in repr(item) and len(repr(item)) < 120


def test_malformed_private_keys_are_refused():
    for data in (b"", b"\x30", b"\x30\x00", b"\x30\x80", b"\x30\x03\x02\x01\x00", bytes(2000)):
        refusal(ValueError, scepcore.RSAKey.from_der, data)
