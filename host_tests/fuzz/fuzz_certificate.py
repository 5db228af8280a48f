"""Fuzz scep.x509.Certificate: refused as declared, or read as asn1crypto and OpenSSL read it."""

import target

with target.instrumented():
    from errors import Error
    from scep import extensions, paths
    from scep.der import CONTEXT_C, INTEGER, Encoder, Reader
    from scep.signatures import read_algorithm
    from scep.x509 import Certificate

import libcrypto
from asn1crypto import x509 as asn1

_SUBJECT = libcrypto.getter("X509_get_subject_name")
_ISSUER = libcrypto.getter("X509_get_issuer_name")
_SERIAL = libcrypto.getter("X509_get0_serialNumber")
_START = libcrypto.getter("X509_get0_notBefore")
_END = libcrypto.getter("X509_get0_notAfter")


def check(data):
    try:
        c = Certificate(data)
    except Error as error:
        assert error.code == "asn1", error.code
        return
    compare(c, data)
    use(c)


def compare(c, data):
    """The fields are those that the others find."""
    theirs = asn1.Certificate.load(data, strict=True)
    fields = theirs["tbs_certificate"]
    assert fields["serial_number"].contents == c.serial
    assert fields["subject"].dump() == c.subject and fields["issuer"].dump() == c.issuer
    assert theirs["signature_value"].contents[1:] == c.signature
    assert reencoded(data) == data
    # values and parameters of other types are an ANY that we do not look into
    if not libcrypto.reads_name(c.subject) or not libcrypto.reads_name(c.issuer):
        return
    tbs = Reader(c.tbs).enter()
    tbs.maybe_skip(CONTEXT_C | 0)
    tbs.skip(INTEGER)
    if has_parameters(Reader(c.spki).enter()) or has_parameters(tbs):
        return
    fields = libcrypto.certificate(
        data,
        lambda p: (
            libcrypto.name(_SUBJECT(p)),
            libcrypto.name(_ISSUER(p)),
            Reader(libcrypto.integer(_SERIAL(p))).body(),
            Reader(libcrypto.time(_START(p))).time(),
            Reader(libcrypto.time(_END(p))).time(),
        ),
    )
    assert fields == (c.subject, c.issuer, c.serial, c.not_before, c.not_after)


def has_parameters(reader):
    """Return whether the AlgorithmIdentifier that a Reader stands at has other ones than NULL."""
    return read_algorithm(reader)[1] is not None


def reencoded(data):
    """Read the structure and write it anew, element by element: the identity for DER."""
    e = Encoder(bytearray(len(data)))
    put(e, Reader(data))
    return bytes(e.view())


def put(e, reader):
    elements = []
    while not reader.empty():
        tag = reader.peek()
        reader.skip()
        elements.append((tag, reader.at, reader.to))
    for tag, start, stop in reversed(elements):
        end = e.pos
        try:
            if not tag & 0x20:
                raise Error("asn1", "primitive")
            put(e, Reader(reader.buf, start, stop))
        except Error:
            # contents that nobody looked into (values of unknown types) need not be DER
            e.pos = end
            e.raw(reader.buf[start:stop])
        e.wrap(tag, end)


def use(c):
    """Whatever is asked of a certificate, only declared errors escape."""
    for ask in (
        lambda: c.subject_text,
        lambda: c.issuer_text,
        lambda: c.common_name,
        lambda: c.serial_hex,
        lambda: c.key_usage,
        lambda: c.purposes,
        lambda: c.basic_constraints,
        lambda: c.alternative_names,
        lambda: c.crl_urls,
        lambda: c.ocsp_urls,
        lambda: c.subject_key_id,
        lambda: c.authority_key_id,
        c.public_key,
        c.critical_extensions,
        c.is_self_issued,
        lambda: extensions.check_values(c.extensions()),
        lambda: c.verify(c),
        lambda: paths.validate(c, [c], [c], c.not_before),
        lambda: paths.validate(c, [c], [], c.not_before),
    ):
        try:
            ask()
        except Error:
            continue


if __name__ == "__main__":
    target.run(check)
