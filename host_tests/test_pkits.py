"""NIST's PKITS: each path with its CRLs, the verdict that stands in the test's name."""

import re

import pytest

import iso_times
from corpora import judge, vectors
from errors import Error
from scep import extensions, names, paths
from scep.crl import Crl
from scep.signatures import CertError
from scep.x509 import Certificate

pytestmark = pytest.mark.check

# all of PKITS is valid from 2010 to 2030
NOW = iso_times.from_iso("2026-01-01")
POLICY = "no certificate policies: the policy set is any-policy, and no policy is required"
DSA = "no DSA"
DELTA = "no delta CRLs: the complete CRL decides"
INDIRECT = "no indirect CRLs"
REASONS = "no CRLs split by reasons"
RELATIVE = "no distribution point names relative to the CRL's issuer"
# (cases, reason); the verdict of those without Valid or Invalid depends on the policy inputs
GROUPS = (
    (
        """
        AllCertificatesNoPoliciesTest2EE AllCertificatesSamePoliciesTest10EE
        AllCertificatesSamePoliciesTest13EE AllCertificatesanyPolicyTest11EE AnyPolicyTest14EE
        CPSPointerQualifierTest20EE DifferentPoliciesTest12EE DifferentPoliciesTest3EE
        DifferentPoliciesTest4EE DifferentPoliciesTest5EE DifferentPoliciesTest7EE
        DifferentPoliciesTest8EE DifferentPoliciesTest9EE OverlappingPoliciesTest6EE
        UserNoticeQualifierTest15EE UserNoticeQualifierTest16EE UserNoticeQualifierTest17EE
        UserNoticeQualifierTest18EE UserNoticeQualifierTest19EE ValidPolicyMappingTest11EE
        ValidPolicyMappingTest12EE ValidPolicyMappingTest13EE ValidPolicyMappingTest14EE
        ValidPolicyMappingTest1EE ValidPolicyMappingTest3EE ValidPolicyMappingTest5EE
        ValidPolicyMappingTest6EE ValidPolicyMappingTest9EE ValidSelfIssuedinhibitAnyPolicyTest7EE
        ValidSelfIssuedinhibitAnyPolicyTest9EE ValidSelfIssuedinhibitPolicyMappingTest7EE
        ValidSelfIssuedrequireExplicitPolicyTest6EE ValidinhibitAnyPolicyTest2EE
        ValidinhibitPolicyMappingTest2EE ValidinhibitPolicyMappingTest4EE
        ValidrequireExplicitPolicyTest1EE ValidrequireExplicitPolicyTest2EE
        ValidrequireExplicitPolicyTest4EE inhibitAnyPolicyTest3EE
        """,
        POLICY,
    ),
    ("ValidDSAParameterInheritanceTest5EE ValidDSASignaturesTest4EE", DSA),
    ("InvaliddeltaCRLTest4EE ValiddeltaCRLTest5EE", DELTA),
    (
        """
        ValidIDPwithindirectCRLTest22EE ValidIDPwithindirectCRLTest24EE
        ValidIDPwithindirectCRLTest25EE ValidcRLIssuerTest28EE ValidcRLIssuerTest29EE
        ValidcRLIssuerTest30EE ValidcRLIssuerTest33EE
        """,
        INDIRECT,
    ),
    ("ValidonlySomeReasonsTest18EE ValidonlySomeReasonsTest19EE", REASONS),
    (
        """
        ValiddistributionPointTest4EE ValiddistributionPointTest5EE ValiddistributionPointTest7EE
        """,
        RELATIVE,
    ),
)
LEFT_OUT = {case: reason for cases, reason in GROUPS for case in cases.split()}


def load(folder, make):
    """Return {file's name: object}; what cannot be read is left out of the pool."""
    found = {}
    for path in sorted((vectors() / "x509" / "PKITS_data" / folder).iterdir()):
        try:
            found[path.stem] = make(path.read_bytes())
        except Error:
            found[path.stem] = None
    return found


def key(name):
    """Return what all spellings of a name share: the product compares what is found by it."""
    return "".join(c for c in names.text(name).lower() if c.isalnum())


def by_name(objects, name_of):
    found = {}
    for thing in objects:
        if thing is not None:
            found.setdefault(key(name_of(thing)), []).append(thing)
    return found


@pytest.fixture(scope="module")
def pkits():
    certificates = load("certs", Certificate)
    return (
        certificates,
        by_name(certificates.values(), lambda c: c.subject),
        by_name(load("crls", Crl).values(), lambda c: c.issuer),
        certificates["TrustAnchorRootCertificate"],
    )


def issuers_of(leaf, subjects):
    """Return the certificates that may stand above leaf, by name."""
    found, wanted = [], [leaf.issuer]
    while wanted:
        for candidate in subjects.get(key(wanted.pop()), ()):
            if candidate not in found:
                found.append(candidate)
                wanted.append(candidate.issuer)
    return found


def check(leaf, subjects, crls, anchor):
    """Raise unless leaf is to be accepted and every certificate of its path has a good status."""
    pool = issuers_of(leaf, subjects)
    path = paths.validate(leaf, pool, [anchor], NOW)
    for certificate, issuer in zip(path, path[1:], strict=False):
        check_status(certificate, issuer, pool, crls, anchor)


def check_status(certificate, issuer, pool, crls, anchor):
    """Raise unless a CRL that covers the certificate is signed by its issuer and does not list it.

    The issuer's CRL key may be another one, in a certificate that chains to the anchor too.
    """
    signers = [issuer] + [
        other
        for other in pool
        if other is not issuer
        and names.equal(other.subject, issuer.subject)
        and other.key_usage
        and other.allows(extensions.CRL_SIGN)
    ]
    error = CertError("crl-stale", "there is no CRL")
    for crl in crls.get(key(certificate.issuer), ()):
        for signer in signers:
            try:
                if signer is not issuer:
                    # its own status is listed by others, or is not asked a second time
                    path = paths.validate(signer, pool, [anchor], NOW)
                    if not names.equal(path[1].subject, signer.subject):
                        check_status(signer, path[1], pool, crls, anchor)
                listed = crl.status(certificate, signer, NOW)
            except Error as reason:
                error = reason
                continue
            if listed:
                raise CertError("revoked", "listed")
            return
    raise error


def test_each_path_has_the_expected_verdict_or_a_reason(pkits):
    certificates, subjects, crls, anchor = pkits
    verdicts = {}
    for name, leaf in certificates.items():
        if not re.search(r"Test\d+EE$", name):
            continue
        try:
            if leaf is None:
                raise CertError("asn1", "not read")
            check(leaf, subjects, crls, anchor)
            found = "Valid"
        except Error as error:
            found = "Invalid"
            print(name, error)
        verdicts[name] = (found, re.match("Valid|Invalid|", name).group())
    judge("pkits", "paths", verdicts, LEFT_OUT)
