"""OCSP with `cryptography` and with `openssl ocsp` as responders."""

import datetime

import pytest
from asn1crypto import ocsp as asn1
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp as theirs

import crl_reasons
from expect import raises
from openssl import openssl
from other_pki import CA_EXTENSIONS, END, START, certificate, key_pem, ours, pem, private_key
from scep import ocsp
from scep.der import Encoder
from small_pki import Authority, ocsp_answer

ROOT = certificate("CN=Root", 0, extensions=CA_EXTENSIONS)
LEAF = certificate("CN=Leaf", 1, "CN=Root", 0, serial=0xABCDEF)
RESPONDER = certificate(
    "CN=OCSP",
    2,
    "CN=Root",
    0,
    ((x509.ExtendedKeyUsage([x509.ExtendedKeyUsageOID.OCSP_SIGNING]), False),),
    serial=9,
)
NONCE = bytes(range(16))
NOW = int(START.timestamp()) + 1000


def request(nonce=NONCE, hash_name="sha1"):
    e = Encoder(bytearray(512))
    ocsp.put_request(e, ours(LEAF), ours(ROOT), nonce, hash_name)
    return bytes(e.view())


@pytest.mark.parametrize("hash_name", ["sha1", "sha256"])
@pytest.mark.parametrize("nonce", [NONCE, None])
def test_requests_are_read_by_both_libraries_and_openssl(hash_name, nonce):
    data = request(nonce, hash_name)
    read = theirs.load_der_ocsp_request(data)
    assert read.serial_number == 0xABCDEF and read.hash_algorithm.name == hash_name
    expected = theirs.OCSPRequestBuilder().add_certificate(
        LEAF, ROOT, getattr(hashes, hash_name.upper())()
    )
    if nonce:
        expected = expected.add_extension(x509.OCSPNonce(nonce), False)
    assert expected.build().public_bytes(Encoding.DER) == data
    assert asn1.OCSPRequest.load(data, strict=True).dump(force=True) == data
    text = openssl("ocsp", "-reqin", "/dev/stdin", "-req_text", data=data)
    assert b"Serial Number: ABCDEF" in text


@pytest.mark.parametrize("status", ["GOOD", "REVOKED", "UNKNOWN"])
@pytest.mark.parametrize(
    "by", [theirs.OCSPResponderEncoding.HASH, theirs.OCSPResponderEncoding.NAME]
)
@pytest.mark.parametrize("delegated", [False, True])
def test_answers_of_the_other_library_are_read(status, by, delegated):
    revoked = status == "REVOKED"
    builder = (
        theirs.OCSPResponseBuilder()
        .add_response(
            LEAF,
            ROOT,
            hashes.SHA256(),
            theirs.OCSPCertStatus[status],
            START,
            END,
            START if revoked else None,
            x509.ReasonFlags.key_compromise if revoked else None,
        )
        .responder_id(by, RESPONDER if delegated else ROOT)
        .add_extension(x509.OCSPNonce(NONCE), False)
    )
    if delegated:
        builder = builder.certificates([RESPONDER])
    answer = builder.sign(private_key(2 if delegated else 0), hashes.SHA256())
    data = answer.public_bytes(Encoding.DER)
    found = ocsp.read_response(data, ours(LEAF), ours(ROOT), NONCE, NOW)
    assert (found.status, found.with_nonce) == (getattr(ocsp, status), True)
    assert found.this_update == int(START.timestamp()) and found.next_update == int(END.timestamp())
    assert crl_reasons.name_of(found) == ("keyCompromise" if revoked else "unspecified")


def test_unsuccessful_answers_of_the_other_library_are_named():
    answer = theirs.OCSPResponseBuilder.build_unsuccessful(theirs.OCSPResponseStatus.TRY_LATER)
    data = answer.public_bytes(Encoding.DER)
    error = raises("ocsp", ocsp.read_response, data, ours(LEAF), ours(ROOT))
    assert "tryLater" in error.message


def responder_files(folder, state):
    entry = {"V": "V\t360101000000Z\t\tABCDEF\tunknown\t/CN=Leaf\n"}.get(
        state, "R\t360101000000Z\t260601000000Z,superseded\tABCDEF\tunknown\t/CN=Leaf\n"
    )
    for file, data in (
        ("ca.pem", pem(ROOT)),
        ("ca.key", key_pem(0)),
        ("ocsp.pem", pem(RESPONDER)),
        ("ocsp.key", key_pem(2)),
        ("index.txt", entry.encode() if state else b""),
        ("request.der", request()),
    ):
        (folder / file).write_bytes(data)


@pytest.mark.parametrize("delegated", [False, True])
@pytest.mark.parametrize("state, status", [("V", "GOOD"), ("R", "REVOKED"), ("", "UNKNOWN")])
def test_answers_of_the_openssl_responder_are_read(tmp_path, delegated, state, status):
    responder_files(tmp_path, state)
    signer = "ocsp" if delegated else "ca"
    openssl(
        "ocsp", "-index", "index.txt", "-CA", "ca.pem", "-rsigner", f"{signer}.pem",
        "-rkey", f"{signer}.key", "-reqin", "request.der", "-respout", "answer.der",
        "-ndays", "1", "-resp_key_id", folder=tmp_path,
    )  # fmt: skip
    data = (tmp_path / "answer.der").read_bytes()
    now = int(datetime.datetime.now(datetime.UTC).timestamp())
    found = ocsp.read_response(data, ours(LEAF), ours(ROOT), NONCE, now)
    assert (found.status, found.with_nonce) == (getattr(ocsp, status), True)
    if state == "R":
        assert crl_reasons.name_of(found) == "superseded"
    raises("ocsp", ocsp.read_response, data, ours(LEAF), ours(ROOT), NONCE[:-1] + b"x", now)
    if status != "REVOKED":
        raises("ocsp", ocsp.read_response, data, ours(LEAF), ours(ROOT), NONCE, now + 3 * 86400)


def test_our_builder_for_tests_makes_what_others_call_an_answer():
    """small_pki, on which the tests under MicroPython rest."""
    ca = Authority("CN=Root", 0)
    leaf = ca.issue("CN=Leaf", ca.key, b"\x05")
    data = ocsp_answer(leaf, ca.certificate, ca.key, status="revoked", reason=1, nonce=NONCE)
    read = theirs.load_der_ocsp_response(data)
    assert read.certificate_status is theirs.OCSPCertStatus.REVOKED and read.serial_number == 5
    assert read.extensions.get_extension_for_class(x509.OCSPNonce).value.nonce == NONCE
    assert asn1.OCSPResponse.load(data, strict=True).dump(force=True) == data
