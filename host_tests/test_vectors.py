"""Every certificate, CRL and OCSP answer of cryptography-vectors: what it reads, we read alike."""

import warnings

import pytest
from cryptography import x509
from cryptography.x509 import ocsp as their_ocsp

import crl_reasons
import iso_times
import pem_blocks
from corpora import judge, vectors
from errors import Error
from scep import dotted, extensions, ocsp, oid
from scep.crl import Crl
from scep.x509 import CertError, Certificate

pytestmark = [pytest.mark.check, pytest.mark.filterwarnings("ignore")]

REFUSED = "refused"
UNUSED_BITS = "a signature of bits that are no whole bytes: not RSA, refused when it is read"
ALGORITHM = "two different signature algorithms: refused when it is read, not when it is verified"
NO_READER = "we read no SCTs, policies, issuer's names or mappings: what is in them has no effect"
LATER = "name constraints are read when a path is validated: refused then"
OTHER_KEY = "parameters of other kinds of keys: we say that the key is not RSA, and read on"
IA5 = "bytes beyond ASCII in an IA5String: the other library reads them as UTF-8"
NAME = "a value that is no string: shown as #hex"
GENERAL = "x400Address and ediPartyName: skipped, where the other library refuses"
PATH_LENGTH = "a path length without the CA flag: has no effect"
DEFAULT = "an encoded DEFAULT value: has no effect"
UNSUPPORTED = "a delta or indirect CRL, or an unknown critical extension: refused when it is read"


def files():
    """Yield (name, [DER]) for PEM and DER files of the corpus, by what they hold."""
    root = vectors()
    for path in sorted(root.rglob("*")):
        if path.is_file() and "requests" not in path.parts and "asymmetric" not in path.parts:
            yield path.relative_to(root).as_posix(), path.read_bytes()


def blocks(label, suffixes):
    """Yield (name, DER) of each PEM block with a label and each file with one of the suffixes."""
    begin = b"-----BEGIN " + label.encode()
    for name, data in files():
        if begin in data:
            for number, der in enumerate(pem_blocks.decode(data.decode("latin-1"), label)):
                yield f"{name}#{number}", der
        elif name.endswith(suffixes):
            yield name, data


def seconds(moment):
    return None if moment is None else iso_times.from_iso(moment.strftime("%Y-%m-%dT%H:%M:%SZ"))


def verdict(read, refusals):
    """Return what read() returns, or that it refused; anything else escapes and fails the test."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return read()
        except refusals:
            return REFUSED


def our_certificate(der):
    c = Certificate(der)
    extensions.check_values(c.extensions())
    assert c.subject_text is not None and c.issuer_text is not None
    try:
        n, e = c.public_key()
        public = (int.from_bytes(n, "big"), e)
    except CertError:
        public = None
    constraints = c.basic_constraints if c.extension(oid.BASIC_CONSTRAINTS) else None
    return (
        c.version,
        int(c.serial_hex, 16),
        bytes(c.subject),
        bytes(c.issuer),
        c.not_before,
        c.not_after,
        bytes(c.signature),
        bytes(c.tbs),
        public,
        c.key_usage,
        constraints,
        c.purposes,
        None if c.subject_key_id is None else bytes(c.subject_key_id),
        None if c.authority_key_id is None else bytes(c.authority_key_id),
    )


USAGES = (
    "digital_signature",
    "content_commitment",
    "key_encipherment",
    "data_encipherment",
    "key_agreement",
    "key_cert_sign",
    "crl_sign",
)


def their_certificate(der):
    c = x509.load_der_x509_certificate(der)

    def value(kind, read):
        try:
            return read(c.extensions.get_extension_for_class(kind).value)
        except x509.ExtensionNotFound:
            return None

    def usage(v):
        bits = sum(getattr(v, name) << number for number, name in enumerate(USAGES))
        if v.key_agreement:
            bits |= v.encipher_only << 7 | v.decipher_only << 8
        return bits

    return (
        c.version.value + 1,
        c.serial_number,
        c.subject.public_bytes(),
        c.issuer.public_bytes(),
        seconds(c.not_valid_before_utc),
        seconds(c.not_valid_after_utc),
        c.signature,
        c.tbs_certificate_bytes,
        their_public_key(c),
        value(x509.KeyUsage, usage),
        value(x509.BasicConstraints, lambda v: (v.ca, v.path_length)),
        value(x509.ExtendedKeyUsage, lambda v: [dotted.body(kind.dotted_string) for kind in v]),
        value(x509.SubjectKeyIdentifier, lambda v: v.digest),
        value(x509.AuthorityKeyIdentifier, lambda v: v.key_identifier),
    )


def their_public_key(c):
    if c.public_key_algorithm_oid.dotted_string != "1.2.840.113549.1.1.1":
        return None
    numbers = c.public_key().public_numbers()
    return (numbers.n, numbers.e)


CERTIFICATES_LEFT_OUT = {
    "pkcs7/non-ascii-san.pem#0": IA5,
    "x509/PKITS_data/certs/BadSignedCACert.crt": UNUSED_BITS,
    "x509/PKITS_data/certs/DSAParametersInheritedCACert.crt": OTHER_KEY,
    "x509/PKITS_data/certs/InvalidDSASignatureTest6EE.crt": UNUSED_BITS,
    "x509/PKITS_data/certs/ValidDSAParameterInheritanceTest5EE.crt": OTHER_KEY,
    "x509/badssl-sct-anonymous-sig.der": NO_READER,
    "x509/badssl-sct-none-hash.der": NO_READER,
    "x509/custom/cp_invalid.pem#0": NO_READER,
    "x509/custom/cp_invalid2.der": NO_READER,
    "x509/custom/dsa_null_alg_params.pem#0": OTHER_KEY,
    "x509/custom/ecdsa_null_alg.pem#0": OTHER_KEY,
    "x509/custom/inhibit_any_policy_negative.pem#0": NO_READER,
    "x509/custom/invalid-sct-length.der": NO_READER,
    "x509/custom/invalid-sct-version.der": NO_READER,
    "x509/custom/malformed-ian.pem#0": NO_READER,
    "x509/custom/mismatch_inner_outer_sig_algorithm.der": ALGORITHM,
    "x509/custom/name_attribute_unsupported_tag.pem#0": NAME,
    "x509/custom/nc_invalid_ip4_netmask.der": LATER,
    "x509/custom/nc_invalid_ip_netmask.pem#0": LATER,
    "x509/custom/nc_ip_invalid_length.pem#0": LATER,
    "x509/custom/rsa_pss_cert_invalid_mgf.der": ALGORITHM,
    "x509/custom/rsa_pss_cert_no_sig_params.der": ALGORITHM,
    "x509/custom/rsa_pss_cert_unsupported_mgf_hash.der": ALGORITHM,
    "x509/ed25519/ed25519-rfc8410.pem#0": DEFAULT,
    "x509/san_edipartyname.der": GENERAL,
    "x509/san_x400address.der": GENERAL,
    "x509/utf8-dnsname.pem#0": IA5,
    "x509/v1_cert.pem#0": ALGORITHM,
    "x509/wosign-bc-invalid.pem#0": PATH_LENGTH,
}


def test_certificates_are_read_as_the_other_library_reads_them():
    verdicts = {}
    for name, der in blocks("CERTIFICATE", (".crt", ".cer", ".der")):
        if "/ocsp/" in name or "crl" in name or "tbs-precert" in name:
            continue
        ours = verdict(lambda der=der: our_certificate(der), Error)
        theirs = verdict(lambda der=der: their_certificate(der), Exception)
        verdicts[name] = (ours, theirs)
    judge("vectors", "certificates", verdicts, CERTIFICATES_LEFT_OUT)


def our_crl(der):
    c = Crl(der)
    return (
        bytes(c.issuer),
        c.this_update,
        c.next_update,
        bytes(c.der[c._tbs[0] : c._tbs[1]]),
        bytes(c._signature),
        [(entry.serial, entry.date, crl_reasons.name_of(entry)) for entry in c.entries()],
    )


def their_crl(der):
    c = x509.load_der_x509_crl(der)

    def entry(e):
        try:
            reason = e.extensions.get_extension_for_class(x509.CRLReason).value.reason.value
        except x509.ExtensionNotFound:
            reason = "unspecified"
        size = ((e.serial_number + (e.serial_number < 0)).bit_length()) // 8 + 1
        serial = e.serial_number.to_bytes(size, "big", signed=True)
        return (serial, seconds(e.revocation_date_utc), reason)

    return (
        c.issuer.public_bytes(),
        seconds(c.last_update_utc),
        seconds(c.next_update_utc),
        c.tbs_certlist_bytes,
        c.signature,
        [entry(e) for e in c],
    )


CRLS_LEFT_OUT = {
    "x509/PKITS_data/crls/BadCRLSignatureCACRL.crl": UNUSED_BITS,
    "x509/PKITS_data/crls/UnknownCRLEntryExtensionCACRL.crl": UNSUPPORTED,
    "x509/PKITS_data/crls/deltaCRLCA1deltaCRL.crl": UNSUPPORTED,
    "x509/PKITS_data/crls/indirectCRLCA5CRL.crl": UNSUPPORTED,
    "x509/custom/crl_all_reasons.pem#0": UNSUPPORTED,
    "x509/custom/crl_md2_unknown_crit_entry_ext.pem#0": UNSUPPORTED,
}


def test_crls_are_read_as_the_other_library_reads_them():
    verdicts = {}
    for name, der in blocks("X509 CRL", (".crl", "crl.der")):
        ours = verdict(lambda der=der: our_crl(der), Error)
        theirs = verdict(lambda der=der: their_crl(der), Exception)
        verdicts[name] = (ours, theirs)
    judge("vectors", "crls", verdicts, CRLS_LEFT_OUT)


STATUSES = {ocsp.GOOD: "GOOD", ocsp.REVOKED: "REVOKED", ocsp.UNKNOWN: "UNKNOWN"}


def our_answer(der):
    basic = ocsp._basic(der)
    responses = ocsp._response_data(basic.tlv())[1]
    found = []
    while not responses.empty():
        single = responses.enter()
        single.skip()
        s = ocsp._single(single)
        found.append((STATUSES[s.status], s.this_update, s.next_update, s.revoked_at, s.reason))
    return found


REASONS = {None: 0, "superseded": 4, "cessationOfOperation": 5}


def their_answer(der):
    answer = their_ocsp.load_der_ocsp_response(der)
    return [
        (
            s.certificate_status.name,
            seconds(s.this_update_utc),
            seconds(s.next_update_utc),
            seconds(s.revocation_time_utc),
            REASONS[s.revocation_reason and s.revocation_reason.value],
        )
        for s in answer.responses
    ]


def test_ocsp_answers_are_read_as_the_other_library_reads_them():
    verdicts = {}
    for path in sorted((vectors() / "x509" / "ocsp").glob("*resp*.der")):
        der = path.read_bytes()
        ours = verdict(lambda der=der: our_answer(der), Error)
        theirs = verdict(lambda der=der: their_answer(der), Exception)
        verdicts[path.name] = (ours, theirs)
    judge("vectors", "ocsp", verdicts, {})
