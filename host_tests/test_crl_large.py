"""A CRL of 5 MB and 100,000 entries, made here: bare, in a DER CertRep, in a BER CertRep."""

import subprocess
import tracemalloc
from pathlib import Path

import pytest
from cryptography import x509

import certrep
from certrep import tlv
from rsa_keys import key
from scep import message
from scep.crl_stream import Answer, CrlScan
from scep.signatures import finish
from small_pki import START, Authority, reason

ROOT = Path(__file__).resolve().parent.parent
FIRMWARE = ROOT / "build" / "UNIX" / "firmware.elf"
CA = Authority("CN=CA")
SERIAL = b"\x42" + bytes(range(1, 19))
OWN = CA.issue("CN=phone", key(2), SERIAL)
REASON = bytes(reason(4))
DATE = tlv(0x17, b"260101000000Z")


def entry(serial):
    return tlv(0x30, tlv(2, serial), DATE, tlv(0x30, REASON))


def crl_of(count, listed):
    """Return a CRL of `count` entries of about 50 octets; with our serial in its middle."""
    entries = [entry(b"\x41" + n.to_bytes(18, "big")) for n in range(count)]
    if listed:
        entries[count // 2] = entry(SERIAL)
    algorithm = certrep.algorithm(certrep.SIGNED["sha256"])
    end = tlv(0x17, b"360101000000Z")
    listed = tlv(0x30, *entries)
    tbs = tlv(0x30, b"\x02\x01\x01", algorithm, CA.subject, DATE, end, listed)
    signature = certrep.run(CA.key.start("sign", "sha256", certrep.hashed("sha256", tbs)))
    return tlv(0x30, tbs, algorithm, tlv(3, b"\0", signature))


def answer():
    return Answer(message.Signer(key(2), OWN), [CA.certificate], certrep.TRANSACTION, certrep.NONCE)


def scan(body, form):
    """Scan in pieces of one receive buffer; return (the scan, peak of Python memory)."""
    one = CrlScan(OWN, CA.certificate, None if form == "bare" else answer())
    buf = bytearray(1024)
    tracemalloc.start()
    for at in range(0, len(body), 1024):
        part = body[at : at + 1024]
        buf[: len(part)] = part
        finish(one.sink(buf, 0, len(part)))
    finish(one.finish())
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return one, peak


def body_of(crl, form):
    if form == "bare":
        return crl
    ber = form == "ber"
    return bytes(certrep.success(CA, OWN, (), (crl,), ber=ber, piece=4000))


@pytest.mark.parametrize("form", ["bare", "der", "ber"])
@pytest.mark.parametrize(
    "count", [2000, pytest.param(100000, marks=pytest.mark.check)], ids=["100 KB", "5 MB"]
)
def test_a_large_crl(form, count):
    for listed in (True, False):
        crl = crl_of(count, listed)
        one, peak = scan(body_of(crl, form), form)
        assert one.entries == count and one.this_update == START
        assert (one.entry is not None) == listed
        if listed:
            assert (one.entry.serial, one.entry.reason) == (SERIAL, 4)
        # CPython's objects are larger than a small device's; what counts is: not 5 MB
        assert peak < 100_000, peak
    if count < 10000:
        parsed = x509.load_der_x509_crl(crl_of(count, True))
        found = parsed.get_revoked_certificate_by_serial_number(int.from_bytes(SERIAL, "big"))
        assert len(parsed) == count and found is not None


@pytest.mark.check
@pytest.mark.micropython
def test_a_large_crl_in_the_unix_build_takes_no_memory_that_grows(tmp_path):
    file = tmp_path / "large.crl"
    file.write_bytes(crl_of(100000, True))
    (tmp_path / "own.der").write_bytes(OWN.der)
    (tmp_path / "ca.der").write_bytes(CA.certificate.der)
    script = f"""
import gc, sys
sys.path.insert(0, {str(ROOT / "firmware")!r})
from scep.crl_stream import CrlScan
from scep.signatures import finish
from scep.x509 import Certificate
own = Certificate(open({str(tmp_path / "own.der")!r}, "rb").read())
ca = Certificate(open({str(tmp_path / "ca.der")!r}, "rb").read())
scan = CrlScan(own, ca)
buf = bytearray(1024)
with open({str(file)!r}, "rb") as f:
    gc.collect()
    free = gc.mem_free()
    lowest = free
    count = 0
    while True:
        size = f.readinto(buf)
        if not size:
            break
        finish(scan.sink(buf, 0, size))
        count += 1
        if count % 64 == 0:
            gc.collect()
            lowest = min(lowest, gc.mem_free())
finish(scan.finish())
print(scan.entries, scan.entry is not None, free - lowest)
"""
    done = subprocess.run([FIRMWARE, "-c", script], capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    entries, found, held = done.stdout.split()
    # words of this build are twice as long as a set's
    assert (entries, found) == ("100000", "True") and int(held) < 16 * 1024
