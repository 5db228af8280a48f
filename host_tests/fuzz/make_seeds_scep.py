"""Write the seeds of the SCEP targets: python host_tests/fuzz/make_seeds_scep.py.

Generated, committed, the same bytes every time but for RSA's random padding.
"""

import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
sys.path[:0] = [str(ROOT / folder) for folder in ("firmware", "host_tests", "build/host")]

import certrep
from rsa_keys import key
from scep import oid
from scep.der import Reader
from small_pki import Authority, extension, reason

CA = Authority("CN=CA")
OWN = CA.issue("CN=phone", key(2), b"\x07")
CERTS = (CA.certificate.der, CA.issue("CN=phone", key(2), b"\x2a").der)
NUMBER = extension(oid.CRL_NUMBER, lambda e: e.integer(7))
LISTED = CA.crl([(b"\x05", []), (b"\x06", [reason(1)]), (b"\x2a", [reason(4)])], exts=(NUMBER,))
LONG = CA.crl([(bytes((1, n)), [reason(n % 6)] * (n & 1)) for n in range(100)])
OK = b"HTTP/1.1 200 OK\r\n"


def envelope(ber):
    return certrep.enveloped(certrep.certs_only(CERTS, (), ber), OWN, ber=ber)


def tbs(crl):
    return bytes(Reader(crl).enter().enter().buf[slice(*bounds(crl))])


def bounds(crl):
    reader = Reader(crl).enter().enter()
    return reader.pos, reader.end


SEEDS = {
    "caps": {
        "modern": b"AES\nPOSTPKIOperation\nRenewal\nSHA-256\nSCEPStandard\n",
        "old": b"GetNextCACert\r\nDES3 \r\nSHA-1\r\nUpdate",
        "html": b"<html>AES</html>\n",
        "rest": b"SHA-224\nsha-384\nSHA-512\x00",
    },
    "certrep": {
        "der": b"\0" + bytes(certrep.success(CA, OWN, CERTS)),
        "ber": b"\0" + bytes(certrep.success(CA, OWN, CERTS, ber=True)),
        "failure": b"\0" + bytes(certrep.refusal(CA, fail=b"2", text=b"no")),
        "pending": b"\0" + bytes(certrep.refusal(CA, b"3")),
        "envelope": b"\x01" + envelope(False),
        "envelope_ber": b"\x01" + envelope(True),
        "certs": b"\x02" + certrep.certs_only(CERTS),
        "certs_ber": b"\x02" + certrep.certs_only(CERTS, (LISTED,), True),
        "ca": b"\x03" + bytes(CA.certificate.der),
        "ca_ra": b"\x03" + certrep.certs_only(CERTS),
    },
    "crl_stream": {
        "listed": b"\x10" + tbs(LISTED),
        "empty": b"\x00" + tbs(CA.crl(end=None)),
        "long": b"\x7f" + tbs(LONG),
        "getcrl": b"\xff" + bytes(certrep.success(CA, OWN, (), (LISTED,))),
    },
    "http_response": {
        "length": OK + b"Content-Length: 5\r\nServer: x\r\n\r\nhello",
        "chunked": OK + b"Transfer-Encoding: chunked\r\n\r\n4;x\r\nwiki\r\n0\r\nA: b\r\n\r\n",
        "close": b"HTTP/1.0 200 OK\n\nhello",
        "redirect": b"HTTP/1.1 302 X\r\nLocation: /y\r\n\r\n",
        "busy": b"HTTP/1.1 503 X\r\nRetry-After: 5\r\n\r\nlater",
        "continue": b"HTTP/1.1 100 C\r\n\r\n" + OK + b"\r\nx",
    },
}

if __name__ == "__main__":
    for target, files in SEEDS.items():
        folder = HERE / "seeds" / target
        folder.mkdir(parents=True, exist_ok=True)
        for name, data in files.items():
            (folder / name).write_bytes(bytes(data))
