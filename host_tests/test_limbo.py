"""The 208 RSA cases of x509-limbo: the expected verdict, or a reason why not."""

import json

import pytest

import iso_times
import pem_blocks
from corpora import LIMBO, judge
from errors import Error
from scep import hosts, oid, paths
from scep.crl import Crl
from scep.signatures import CertError
from scep.x509 import Certificate

PROFILE = (
    "a rule for the CA's encoding without effect on trust (strict profile of RFC 5280): there is "
    "no strict mode, as private CAs in the field break these rules"
)
WEBPKI = "a rule of public web CAs (CA/Browser Forum), which no private CA owes: no such mode"
KEY_SIZE = "no least key size: 1,024-bit CAs of 2003 must be reached; the fingerprint pins them"
NOT_RSA = "no elliptic curves or DSA: the chain holds a key that is not RSA"
LEAF_KEY = "the leaf's own key is not judged, only keys that sign: no least key size or kind"
POLICY = "no certificate policies: the policy set is any-policy"
LEFT_OUT = {
    "crl::crlnumber-missing": PROFILE,
    "rfc5280::aki::cross-signed-root-missing-aki": PROFILE,
    "rfc5280::aki::intermediate-missing-aki": PROFILE,
    "rfc5280::aki::leaf-missing-aki": PROFILE,
    "rfc5280::nc::nc-permits-invalid-dns-san": "no check of the syntax of DNS names",
    "rfc5280::nc::permitted-dns-match-noncritical": PROFILE,
    "rfc5280::pc::ica-noncritical-pc": POLICY,
    "rfc5280::root-non-critical-basic-constraints": PROFILE,
    "rfc5280::san::noncritical-with-empty-subject": PROFILE,
    "rfc5280::san::underscore-dns": "no check of the syntax of DNS names",
    "rfc5280::serial::too-long": PROFILE,
    "rfc5280::serial::zero": PROFILE,
    "rfc5280::ski::intermediate-missing-ski": PROFILE,
    "rfc5280::ski::root-missing-ski": PROFILE,
    "webpki::aki::root-with-aki-all-fields": WEBPKI,
    "webpki::aki::root-with-aki-authoritycertissuer": WEBPKI,
    "webpki::aki::root-with-aki-authoritycertserialnumber": WEBPKI,
    "webpki::aki::root-with-aki-missing-keyidentifier": WEBPKI,
    "webpki::aki::root-with-aki-ski-mismatch": WEBPKI,
    "webpki::ca-as-leaf": WEBPKI,
    "webpki::cn::case-mismatch": WEBPKI,
    "webpki::cn::ipv4-hex-mismatch": WEBPKI,
    "webpki::cn::ipv4-leading-zeros-mismatch": WEBPKI,
    "webpki::cn::ipv6-non-rfc5952-mismatch": WEBPKI,
    "webpki::cn::ipv6-uncompressed-mismatch": WEBPKI,
    "webpki::cn::ipv6-uppercase-mismatch": WEBPKI,
    "webpki::cn::not-in-san": WEBPKI,
    "webpki::cn::punycode-not-in-san": WEBPKI,
    "webpki::cn::utf8-vs-punycode-mismatch": WEBPKI,
    "webpki::ee-basicconstraints-ca": WEBPKI,
    "webpki::eku::ee-anyeku": WEBPKI,
    "webpki::eku::ee-critical-eku": WEBPKI,
    "webpki::eku::ee-without-eku": WEBPKI,
    "webpki::eku::root-has-eku": WEBPKI,
    "webpki::forbidden-dsa-leaf": LEAF_KEY,
    "webpki::forbidden-p192-leaf": LEAF_KEY,
    "webpki::forbidden-rsa-key-not-divisible-by-8-in-leaf": LEAF_KEY,
    "webpki::forbidden-rsa-not-divisible-by-8-in-root": KEY_SIZE,
    "webpki::forbidden-weak-rsa-in-leaf": LEAF_KEY,
    "webpki::forbidden-weak-rsa-key-in-root": KEY_SIZE,
    "webpki::san::public-suffix-multi-label-wildcard-san": "no list of public suffixes",
    "webpki::san::public-suffix-private-namespace-wildcard-san": "no list of public suffixes",
    "webpki::san::san-critical-with-nonempty-subject": WEBPKI,
    "online::akamai.com": NOT_RSA,
    "online::apple.com": NOT_RSA,
    "online::cloudflare.com": NOT_RSA,
    "online::stackoverflow.com": NOT_RSA,
}
# about when the cases were made: those that name no time are judged then
MADE = "2025-09-16T00:00:00Z"
PURPOSE = {"SERVER": oid.SERVER_AUTH, "CLIENT": oid.CLIENT_AUTH}


def load(texts):
    return [Certificate(pem_blocks.decode(text)[0]) for text in texts]


def check(case):
    """Raise unless the case's certificate is to be accepted."""
    anchors, pool = load(case["trusted_certs"]), load(case["untrusted_intermediates"])
    (leaf,) = load([case["peer_certificate"]])
    # a fraction of a second after notAfter is within that second; before notBefore is not
    time = iso_times.from_iso((case["validation_time"] or MADE)[:19])
    depth = case["max_chain_depth"]
    path = paths.validate(
        leaf,
        pool,
        anchors,
        time,
        PURPOSE[case["validation_kind"]],
        depth=paths.MAX_DEPTH if depth is None else depth,
    )
    name = case["expected_peer_name"]
    if name and not hosts.matches(leaf, name["value"]):
        raise CertError("cert-name", "another host")
    for text in case["crls"]:
        crl = Crl(pem_blocks.decode(text, "X509 CRL")[0])
        for certificate, issuer in zip(path, path[1:], strict=False):
            if certificate.issuer == crl.issuer and crl.status(certificate, issuer, time):
                raise CertError("revoked", "listed")


def test_each_case_has_the_expected_verdict_or_a_reason():
    if not LIMBO.exists():
        pytest.skip("x509-limbo: ../shared/vectors is not there")
    verdicts = {}
    for case in json.loads(LIMBO.read_text())["testcases"]:
        try:
            check(case)
            found = "SUCCESS"
        except Error:
            found = "FAILURE"
        verdicts[case["id"]] = (found, case["expected_result"])
    assert len(verdicts) == 208
    judge("limbo", "paths", verdicts, LEFT_OUT)
