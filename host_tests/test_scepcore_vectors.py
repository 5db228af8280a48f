"""scepcore against cryptography-vectors: NIST's and RSA Laboratories' signatures, CBC and HMAC."""

import re

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

import scepcore
from corpora import judge, vectors

pytestmark = pytest.mark.check
RSA = "asymmetric/RSA/"


def records(name, last):
    """Yield the `NAME = value` fields of a file as dict; `last` ends a record, a field stays."""
    fields = {}
    text = (vectors() / name).read_text(encoding="latin-1")
    for line in text.splitlines():
        key, equals, value = line.partition("=")
        if not line.startswith("#") and equals:
            fields[key.strip().strip("[")] = value.strip(" ]")
            if key.strip() == last:
                yield dict(fields)
        elif line.startswith("["):
            fields["mode"] = line.strip("[]")


def digest(name, message):
    """Return scepcore's hash of a message."""
    h = scepcore.hash(name)
    h.update(message)
    return h.digest()


@pytest.mark.parametrize(
    "name, cases, refused",
    [
        ("FIPS_186-2/SigVer15_186-3.rsp", 450, 375),
        ("SigVer15EMTest.txt", 150, 150),
        ("FIPS_186-2/SigGen15_186-2.rsp", 250, 0),
        ("FIPS_186-2/SigGen15_186-3.rsp", 250, 0),
    ],
)
def test_nists_signatures_are_judged_as_nist_does(name, cases, refused):
    last = "S" if "SigGen" in name else "Result"
    verdicts = {}
    for number, case in enumerate(records(RSA + name, last)):
        hash_name = case["SHAAlg"].lower()
        found = scepcore.rsa_verify(
            bytes.fromhex(case["n"]),
            int(case["e"], 16),
            hash_name,
            digest(hash_name, bytes.fromhex(case["Msg"])),
            bytes.fromhex(case["S"]),
        )
        verdicts[f"{name}#{number}"] = (found, case.get("Result", "P").startswith("P"))
    assert len(verdicts) == cases
    assert sum(not good for _, good in verdicts.values()) == refused
    judge("vectors", name.split("/")[-1].split(".")[0], verdicts, {})


def sections(name):
    """Yield (heading, bytes) of RSA Laboratories' files: a comment, then lines of hex."""
    heading, data = None, ""
    for line in (vectors() / RSA / name).read_text(encoding="latin-1").splitlines():
        if line.startswith("#"):
            if data:
                yield heading, bytes.fromhex(data)
            heading, data = line.strip("# :"), ""
        elif re.fullmatch(r"[0-9a-f ]+", line.strip()):
            data += line
    if data:
        yield heading, bytes.fromhex(data)


def keys_and_cases(name):
    """Yield (our key, message, the file's signature or ciphertext)."""
    numbers, key, message = {}, None, None
    for heading, data in sections(name):
        if heading == "Modulus":  # of the public key, then of the private one, whose parts follow
            numbers, key = {}, None
        if heading.startswith(("Message", "Msg")):
            message = data
        elif heading.startswith(("Signature", "Encryption")):
            key = key or import_key(numbers)
            yield key, message, data
        else:
            numbers[heading.lower()] = int.from_bytes(data, "big")


def import_key(numbers):
    """Make our key of the numbers that a file gives."""
    p, q, d = numbers["prime 1"], numbers["prime 2"], numbers["exponent"]
    public = rsa.RSAPublicNumbers(numbers["public exponent"], p * q)
    private = rsa.RSAPrivateNumbers(
        p, q, d, d % (p - 1), d % (q - 1), pow(q, -1, p), public
    ).private_key(unsafe_skip_rsa_key_validation=True)
    form = PrivateFormat.TraditionalOpenSSL
    return scepcore.RSAKey.from_der(private.private_bytes(Encoding.DER, form, NoEncryption()))


def test_rsa_laboratories_signatures_are_made_bit_by_bit():
    verdicts = {}
    for number, (key, message, expected) in enumerate(keys_and_cases("pkcs1v15sign-vectors.txt")):
        found = key.sign("sha1", digest("sha1", message)) == expected
        verdicts[f"sign#{number}"] = (found, True)
    assert len(verdicts) == 300
    judge("vectors", "pkcs1v15sign", verdicts, {})


def test_rsa_laboratories_ciphertexts_are_decrypted():
    verdicts = {}
    for number, (key, message, sealed) in enumerate(keys_and_cases("pkcs1v15crypt-vectors.txt")):
        verdicts[f"crypt#{number}"] = (key.decrypt(sealed) == message, True)
    assert len(verdicts) == 300
    judge("vectors", "pkcs1v15crypt", verdicts, {})


def cbc_files():
    """Return (file, cipher) of all CBC files."""
    aes = [
        (f"ciphers/AES/CBC/CBC{kind}{bits}.rsp", f"aes-{bits}-cbc")
        for kind in ("GFSbox", "KeySbox", "MMT", "VarKey", "VarTxt")
        for bits in (128, 192, 256)
    ]
    kinds = ("invperm", "permop", "subtab", "varkey", "vartext", "MMT1", "MMT2", "MMT3")
    return aes + [(f"ciphers/3DES/CBC/TCBC{kind}.rsp", "des-ede3-cbc") for kind in kinds]


@pytest.mark.parametrize(
    "name, cipher", cbc_files(), ids=[x[0].split("/")[-1] for x in cbc_files()]
)
def test_cbc_answers_are_known(name, cipher):
    verdicts = {}
    last = {"ENCRYPT": "CIPHERTEXT", "DECRYPT": "PLAINTEXT"}
    for mode in last:
        for number, case in enumerate(records(name, last[mode])):
            if case.get("mode") != mode:
                continue
            key = case.get("KEY") or "".join(
                case.get(x) or case["KEYs"] for x in ("KEY1", "KEY2", "KEY3")
            )
            source, target = (bytes.fromhex(case[x]) for x in sorted(last.values(), reverse=True))
            if mode == "DECRYPT":
                source, target = target, source
            ours = scepcore.cipher(
                cipher, bytes.fromhex(key), bytes.fromhex(case["IV"]), mode == "ENCRYPT"
            )
            verdicts[f"{name} {mode} {number}"] = (ours.update(source) == target, True)
    assert len(verdicts) >= 10
    judge("vectors", name.split("/")[-1].split(".")[0], verdicts, {})


@pytest.mark.parametrize(
    "name", ["rfc-2202-md5", "rfc-2202-sha1", *(f"rfc-4231-sha{n}" for n in (224, 256, 384, 512))]
)
def test_hmacs_of_the_rfcs_are_made(name):
    verdicts = {}
    for number, case in enumerate(records(f"HMAC/{name}.txt", "MD")):
        key, message, expected = (bytes.fromhex(case[x]) for x in ("Key", "Msg", "MD"))
        found = scepcore.hmac(name.split("-")[-1], key, message)[: len(expected)] == expected
        verdicts[f"{name}#{number}"] = (found, True)
    assert len(verdicts) >= 5
    judge("vectors", name, verdicts, {})
