"""Certification paths: from a certificate over intermediate ones to a trusted anchor.

For the RA's certificates, what the CA issues to us, CRL issuers, TLS and EAP-TLS servers.
RFC 5280 section 6.1, with the policy set any-policy and no explicit policy required.
"""

from scep import constraints, extensions, names, oid
from scep.der import DerError
from scep.signatures import CertError, finish

# CA certificates between leaf and anchor, and signature checks of one search: a hostile server
# may send certificates that combine to any number of paths
MAX_DEPTH = 8
MAX_CHECKS = 16


def validate(leaf, pool, anchors, time=None, purpose=None, weak=False, depth=MAX_DEPTH):
    """Return the path [leaf, ..., anchor]; raise the CertError of the path that came furthest.

    leaf: Certificate; pool: list of untrusted Certificates, any order; anchors: list of trusted
    ones; time: int seconds, None where there is no clock (dates are then not checked);
    purpose: oid of the extended key usage that the leaf must allow, or None; weak: MD5 is
    allowed; depth: CA certificates, self-issued ones apart, that may stand between leaf and anchor.
    Codes: cert-issuer, ca-untrusted, cert-signature, cert-validity, cert-name, algorithm,
    unsupported (a critical extension), asn1.
    """
    return finish(steps(leaf, pool, anchors, time, purpose, weak, depth))


def steps(leaf, pool, anchors, time=None, purpose=None, weak=False, depth=MAX_DEPTH):
    """Generator: as validate(), yields None after each signature check, failed ones too."""
    search = _Search(pool, anchors, time, purpose, weak, depth)
    search.check(leaf)
    search.check_leaf(leaf)
    for anchor in anchors:
        if leaf.der == anchor.der:
            return [leaf]
    path = [leaf]
    found = yield from search.extend(path)
    if not found:
        raise search.error or CertError("cert-issuer", "there is no certificate of the issuer")
    return path


class _Search:
    """One depth-first search; error is the failure of the path that came furthest."""

    def __init__(self, pool, anchors, time, purpose, weak, depth):
        # an anchor that was sent along too is not tried twice
        self._pool = [c for c in pool if not any(c.der == anchor.der for anchor in anchors)]
        self._anchors = anchors
        self._time = time
        self._purpose = purpose
        self._weak = weak
        self._depth = depth
        self._checks = MAX_CHECKS
        self._reached = 0
        self.error = None

    def extend(self, path):
        """Generator: lengthen path (a list) up to an anchor; returns whether that succeeded."""
        child = path[-1]
        for candidate, trusted in self._issuers(child):
            if any(candidate.der == known.der for known in path):
                continue
            if not self._checks:
                raise CertError("cert-issuer", "too many certificates to try")
            self._checks -= 1
            try:
                self._check_issuer(candidate, path, trusted)
                child.verify(candidate, self._weak)
                path.append(candidate)
                if trusted:
                    self._check_names(path)
                    return True
            except (CertError, DerError) as error:
                self._note(error, len(path))
                yield None
                continue
            yield None
            found = yield from self.extend(path)
            if found:
                return True
            path.pop()
        if child.is_self_issued():
            self._note(CertError("ca-untrusted", "the chain ends at no trusted CA"), len(path))
        else:
            self._note(CertError("cert-issuer", "there is no certificate of the issuer"), len(path))
        return False

    def check(self, certificate, trusted=False):
        """Check what every certificate of a path must hold; an anchor's values that do not count
        here are the administrator's affair.
        """
        for kind in certificate.critical_extensions():
            if kind not in extensions.PROCESSED:
                raise CertError("unsupported", "a critical extension is unknown", kind)
        if not trusted:
            extensions.check_values(certificate.extensions())
        if names.is_empty(certificate.issuer):
            raise CertError("cert-issuer", "the certificate names no issuer")
        if self._time is not None and not certificate.valid_at(self._time):
            raise CertError(
                "cert-validity",
                "the certificate is not valid at this time",
                (certificate.not_before, certificate.not_after),
            )

    def check_leaf(self, leaf):
        """Check what the path's own certificate must hold."""
        ca = leaf.is_ca
        if not ca and leaf.extension(oid.NAME_CONSTRAINTS) is not None:
            raise CertError("cert-issuer", "name constraints in a certificate that is no CA's")
        if not ca and (leaf.key_usage or 0) & extensions.KEY_CERT_SIGN:
            raise CertError("cert-issuer", "a certificate may sign others but is no CA's")
        if not self._allows_purpose(leaf):
            raise CertError("cert-issuer", "the certificate is not for this purpose")

    def _check_issuer(self, candidate, path, trusted):
        """Check that `candidate` may issue the last certificate of path (6.1.4)."""
        # comparing names is dear: self-issued ones are told apart only where that decides
        if len(path) - 1 > self._depth and _count(path) > self._depth:
            raise CertError("cert-issuer", "the path is too long")
        self.check(candidate, trusted)
        # version 1 knows no CA flag: the administrator's word stands for it
        if not (trusted and candidate.version < 3):
            ca, length = candidate.basic_constraints
            if not ca:
                raise CertError("cert-issuer", "the issuer's certificate is no CA's")
            if length is not None and len(path) - 1 > length and _count(path) > length:
                raise CertError("cert-issuer", "the path is longer than the CA's allows")
        if not candidate.allows(extensions.KEY_CERT_SIGN):
            raise CertError("cert-issuer", "the issuer's key may not sign certificates")
        if not trusted and not self._allows_purpose(candidate):
            raise CertError("cert-issuer", "the issuer is not for this purpose")

    def _check_names(self, path):
        """Check the name constraints of a complete path; take its anchor off again if they fail."""
        try:
            constraints.check(path)
        except (CertError, DerError):
            path.pop()
            raise

    def _allows_purpose(self, certificate):
        """4.2.1.12; in a CA's certificate it limits what is below, as everybody reads it."""
        if self._purpose is None:
            return True
        purposes = certificate.purposes
        return (
            purposes is None or self._purpose in purposes or oid.ANY_EXTENDED_KEY_USAGE in purposes
        )

    def _issuers(self, child):
        """Generator: (certificate, trusted) that bear the issuer's name, likely ones first."""
        wanted, name = child.authority_key_id, child.issuer
        later = []
        for trusted in (True, False):
            for candidate in self._anchors if trusted else self._pool:
                key_id = candidate.subject_key_id
                likely = wanted is None or key_id is None or key_id == wanted
                if likely and candidate.subject == name:
                    yield candidate, trusted
                else:
                    later.append((candidate, trusted))
        # names that are written in two ways: to compare them is dear, and hardly ever needed
        for candidate, trusted in later:
            if names.equal(candidate.subject, name):
                yield candidate, trusted

    def _note(self, error, reached):
        if reached > self._reached or self.error is None:
            self._reached, self.error = reached, error


def _count(path):
    """Return how many CA certificates stand in path, self-issued ones apart."""
    return sum([0 if known.is_self_issued() else 1 for known in path[1:]])
