"""scepcore against Wycheproof's vectors (C2SP): RSA signatures, decryption, CBC, HMAC, HKDF, CCM.

The files stand in ../shared/vectors; where that folder is missing the tests are skipped aloud.
"""

import functools
import json

import pytest
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.serialization import load_der_private_key

import corpora
import scepcore
from scepcore._native import ffi, lib

FOLDER = corpora.SHARED / "wycheproof"
pytestmark = pytest.mark.skipif(
    not FOLDER.is_dir(), reason="wycheproof: ../shared/vectors is not there"
)
HASHES = {"SHA-1": "sha1", **{f"SHA-{n}": f"sha{n}" for n in (224, 256, 384, 512)}}


def files(pattern):
    """Return the names of the files of a kind, for parametrize."""
    return sorted(path.name for path in FOLDER.glob(pattern)) or ["(none)"]


def digest(name, message):
    """Return scepcore's hash of a message."""
    h = scepcore.hash(name)
    h.update(message)
    return h.digest()


def run(name, judge):
    """Call judge(group, case) -> True, False or None (left out) for each case; expect no False."""
    groups = json.loads((FOLDER / name).read_text(encoding="utf-8"))["testGroups"]
    verdicts = {
        case["tcId"]: judge(group, {**case, **bytes_of(case)})
        for group in groups
        for case in group["tests"]
    }
    wrong = [number for number, verdict in verdicts.items() if verdict is False]
    left_out = sum(verdict is None for verdict in verdicts.values())
    corpora.record(
        "wycheproof",
        name.removesuffix(".json"),
        len(verdicts),
        len(verdicts) - len(wrong) - left_out,
        left_out,
    )
    assert verdicts and wrong == []
    return left_out


def bytes_of(case):
    """Return the hexadecimal fields of a case as bytes."""
    fields = ("key", "iv", "msg", "ct", "tag", "sig", "ikm", "salt", "info", "okm", "aad")
    return {name: bytes.fromhex(case[name]) for name in fields if name in case}


@pytest.mark.parametrize("name", files("rsa_signature_*.json"))
def test_signatures_verify_as_expected(name):
    def judge(group, case):
        n = bytes.fromhex(group["publicKey"]["modulus"])
        e = int(group["publicKey"]["publicExponent"], 16)
        hash_name = HASHES[group["sha"]]
        good = scepcore.rsa_verify(n, e, hash_name, digest(hash_name, case["msg"]), case["sig"])
        # 'acceptable' is a DigestInfo without NULL: strict verification refuses it.
        return good == (case["result"] == "valid")

    assert run(name, judge) == 0


@pytest.mark.parametrize("name", files("rsa_pkcs1_*_sig_gen_test.json"))
def test_signatures_are_made_as_expected(name):
    def judge(group, case):
        der = bytes.fromhex(group["privateKeyPkcs8"])
        try:
            key = scepcore.RSAKey.from_der(der)
        except ValueError as error:
            assert "about equal length" in str(error)
            numbers = load_der_private_key(
                der, None, unsafe_skip_rsa_key_validation=True
            ).private_numbers()
            assert numbers.p.bit_length() > numbers.q.bit_length() + 600
            return None
        hash_name = HASHES[group["sha"]]
        return key.sign(hash_name, digest(hash_name, case["msg"])) == case["sig"]

    assert run(name, judge) <= 11


@pytest.mark.parametrize("name", files("rsa_pkcs1_????_test.json"))
def test_ciphertexts_decrypt_or_are_rejected_implicitly(name):
    @functools.cache
    def keys(der):
        return scepcore.RSAKey.from_der(der), load_der_private_key(
            der, None, unsafe_skip_rsa_key_validation=True
        )

    def judge(group, case):
        key, oracle = keys(bytes.fromhex(group["privateKeyPkcs8"]))
        n, _ = key.public()
        if len(case["ct"]) != len(n) or case["ct"] >= n:
            with pytest.raises(ValueError):
                key.decrypt(case["ct"])
            return case["result"] == "invalid"
        message = key.decrypt(case["ct"])
        # The oracle makes the same message up (draft-irtf-cfrg-rsa-guidance).
        assert message == oracle.decrypt(case["ct"], padding.PKCS1v15())
        return (message == case["msg"]) == (case["result"] == "valid")

    assert run(name, judge) == 0


def test_aes_cbc_decrypts_as_expected():
    def judge(group, case):
        if not case["ct"] or len(case["ct"]) % 16:
            return case["result"] == "invalid"
        cipher = f"aes-{group['keySize']}-cbc"
        padded = scepcore.cipher(cipher, case["key"], case["iv"], False).update(case["ct"])
        count = padded[-1]
        good = 1 <= count <= 16 and padded[-count:] == bytes([count]) * count
        if good and case["result"] == "valid":
            again = scepcore.cipher(cipher, case["key"], case["iv"], True).update(padded)
            return padded[:-count] == case["msg"] and again == case["ct"]
        return good == (case["result"] == "valid")

    assert run("aes_cbc_pkcs5_test.json", judge) == 0


@pytest.mark.parametrize("name", files("hmac_*.json"))
def test_hmacs_are_as_expected(name):
    def judge(group, case):
        mac = scepcore.hmac(name.split("_")[1], case["key"], case["msg"])
        return scepcore.equal(mac[: group["tagSize"] // 8], case["tag"]) == (
            case["result"] == "valid"
        )

    assert run(name, judge) == 0


def test_hkdf_is_as_expected():
    def judge(_, case):
        if case["result"] == "invalid":  # longer than 255 blocks: the core never asks for that
            return None if case["size"] > 255 * 32 else False
        out = ffi.new("uint8_t[]", case["size"])
        parts = [x for name in ("salt", "ikm", "info") for x in (case[name], len(case[name]))]
        lib.scepcore_hkdf(*parts, out, len(out))
        return bytes(ffi.buffer(out)) == case["okm"]

    assert run("hkdf_sha256_test.json", judge) == 3


def test_aes_256_ccm_is_as_expected():
    """BearSSL's CCM over its bit-sliced AES: what seal is made of."""

    def judge(group, case):
        if (group["keySize"], group["ivSize"], group["tagSize"]) != (256, 96, 128):
            return None
        keys, ccm = ffi.new("br_aes_ct_ctrcbc_keys *"), ffi.new("br_ccm_context *")
        lib.br_aes_ct_ctrcbc_init(keys, case["key"], 32)
        lib.br_ccm_init(ccm, ffi.addressof(keys, "vtable"))
        data, aad = bytearray(case["ct"]), case["aad"]
        assert lib.br_ccm_reset(ccm, case["iv"], 12, len(aad), len(data), 16)
        lib.br_ccm_aad_inject(ccm, aad, len(aad))
        lib.br_ccm_flip(ccm)
        lib.br_ccm_run(ccm, 0, ffi.from_buffer(data), len(data))
        good = bool(lib.br_ccm_check_tag(ccm, case["tag"]))
        return good == (case["result"] == "valid") and (not good or data == case["msg"])

    assert run("aes_ccm_test.json", judge) < 552
