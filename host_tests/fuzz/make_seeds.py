"""Write the seeds of the certificate, CRL and OCSP targets: python host_tests/fuzz/make_seeds.py.

Small structures that take every branch once; generated, committed, the same bytes every time.
"""

import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
sys.path[:0] = [str(ROOT / folder) for folder in ("firmware", "host_tests", "build/host")]

from seeds_ocsp import LEAF_SERIAL, NONCE

import small_pki as pki
from scep import altnames, extensions, oid

CA = pki.Authority("CN=CA", 0)
SAN = altnames.parse("dns:a.b,ip:::1,email:a@b,uri:http://a,upn:é@b")
EXTENSIONS = (
    pki.key_usage(5),
    pki.purposes(oid.CLIENT_AUTH),
    pki.extension(oid.SUBJECT_ALT_NAME, lambda e: altnames.put(e, SAN)),
    pki.crl_point("http://a/crl"),
    pki.ocsp_access("http://a"),
    pki.authority_key_id(b"1234"),
    pki.basic_constraints(False),
)
LEAF = CA.issue("CN=leaf,O=é", CA.key, LEAF_SERIAL, exts=EXTENSIONS)
DELEGATE = CA.issue("CN=OCSP", pki.key(1), b"\x09", exts=(pki.purposes(oid.OCSP_SIGNING),))
LISTED = CA.crl([(b"\x07", (pki.reason(1),)), (b"\x08", ())], exts=(pki.scope({1: 1}),))
NUMBER = pki.extension(oid.CRL_NUMBER, lambda e: e.integer(300))


def answer(**other):
    """An answer of the CA about the leaf."""
    return pki.ocsp_answer(CA_LEAF, CA.certificate, CA.key, **other)


CA_LEAF = CA.issue("CN=leaf", CA.key, LEAF_SERIAL)
SEEDS = {
    "certificate": {
        "leaf": LEAF.der,
        "ca": CA.certificate.der,
        "v1": CA.issue("CN=a", CA.key, version=1).der,
        "never": CA.issue("CN=a", CA.key, end=253402300799, hash_name="sha1").der,
        "constrained": pki.Authority(
            "CN=b",
            1,
            exts=(
                pki.basic_constraints(True, 3),
                pki.extension(
                    oid.NAME_CONSTRAINTS,
                    lambda e: e.raw(b"\x30\x0a\xa0\x08\x30\x06\x82\x04a.bc"),
                    True,
                ),
                pki.key_usage(extensions.KEY_CERT_SIGN),
            ),
        ).certificate.der,
    },
    "crl": {
        "listed": LISTED,
        "empty": CA.crl(end=None),
        "v1": CA.crl([(b"\x07", ())], version=1),
        "number": CA.crl([(b"\x07", (pki.reason(6),))], exts=(NUMBER, pki.scope({}, "http://a"))),
    },
    "ocsp": {
        "good": answer(nonce=NONCE),
        "revoked": answer(status="revoked", reason=1, by_key=True),
        "unknown": answer(status="unknown", end=None),
        "later": answer(code=3),
        "delegated": pki.ocsp_answer(
            CA_LEAF, CA.certificate, pki.key(1), responder=DELEGATE, certificates=(DELEGATE,)
        ),
    },
}

if __name__ == "__main__":
    for target, files in SEEDS.items():
        folder = HERE / "seeds" / target
        folder.mkdir(parents=True, exist_ok=True)
        for name, data in files.items():
            (folder / name).write_bytes(bytes(data))
