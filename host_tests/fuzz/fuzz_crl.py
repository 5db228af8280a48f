"""Fuzz scep.crl.Crl: refused as declared, or read as asn1crypto and OpenSSL read it."""

import target

with target.instrumented():
    from errors import Error
    from scep.crl import Crl
    from scep.der import INTEGER, Reader
    from small_pki import Authority

import libcrypto
from asn1crypto import crl as asn1
from fuzz_certificate import has_parameters, reencoded

CA = Authority("CN=CA", 0)
LEAF = CA.issue("CN=leaf", CA.key, b"\x05")
_ISSUER = libcrypto.getter("X509_CRL_get_issuer")
_LAST = libcrypto.getter("X509_CRL_get0_lastUpdate")
_NEXT = libcrypto.getter("X509_CRL_get0_nextUpdate")


def check(data):
    try:
        crl = Crl(data)
        entries = list(crl.entries())
    except Error as error:
        assert error.code in ("asn1", "unsupported"), error.code
        return
    tbs = asn1.CertificateList.load(data, strict=True)["tbs_cert_list"]
    assert tbs["issuer"].dump() == crl.issuer
    listed = tbs["revoked_certificates"]
    serials = [entry["user_certificate"].contents for entry in listed] if len(listed) else []
    assert serials == [entry.serial for entry in entries]
    assert reencoded(data) == data
    inner = Reader(crl.der, crl._tbs[0]).enter()
    inner.maybe_skip(INTEGER)
    if libcrypto.reads_name(crl.issuer) and not has_parameters(inner):
        fields = libcrypto.crl(data, header)
        assert fields == (crl.issuer, crl.this_update, crl.next_update)
    for entry in entries:
        assert crl.find(entry.serial) is not None
    try:
        assert crl.status(LEAF, CA.certificate) is None
    except Error:
        return
    # only the seeds are signed by the CA
    assert crl.find(b"\x05") is None


def header(pointer):
    end = _NEXT(pointer)
    return (
        libcrypto.name(_ISSUER(pointer)),
        Reader(libcrypto.time(_LAST(pointer))).time(),
        Reader(libcrypto.time(end)).time() if end else None,
    )


if __name__ == "__main__":
    target.run(check)
