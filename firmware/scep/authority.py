"""The CA that a set talks to: its certificates, authenticated, and what each is for.

For client.py and the keeper of trust anchors.  RFC 8894 sections 2.2, 2.3 and 4.2; INTEROP 3.

GetCACert is not authenticated: what it brought is believed only as far as it hangs on a
fingerprint or a certificate that was configured.
"""

from errors import Error
from scep import extensions, names, oid
from scep.x509 import Certificate

_FINGERPRINTS = {16: "md5", 20: "sha1", 32: "sha256", 64: "sha512"}
# EKUs that make a certificate a registration authority's (Certificate Request Agent, id-kp-cmcRA)
_RA_PURPOSES = (
    b"\x2b\x06\x01\x04\x01\x82\x37\x14\x02\x01",  # 1.3.6.1.4.1.311.20.2.1
    b"\x2b\x06\x01\x05\x05\x07\x03\x1c",  # 1.3.6.1.5.5.7.3.28
    oid.ANY_EXTENDED_KEY_USAGE,
)


class AuthorityError(Error):
    """The CA is not the configured one (`ca-fingerprint`) or not authentic (`ca-untrusted`)."""


class Authority:
    """An authenticated CA.

    anchor: x509.Certificate that was configured or has the configured fingerprint;
    cas: list of x509.Certificate, the CAs that hang on it, the anchor first;
    issuing: x509.Certificate of `cas` that issues to us; ras: list of x509.Certificate;
    recipient: x509.Certificate that requests are encrypted to;
    others: list of x509.Certificate, what came along above the anchor (for EAP-TLS chains);
    warnings: list of str.

    Invariant: every certificate but those in `others` chains to the anchor by signature.
    """

    def __init__(self, certificates, fingerprint=None, anchor=None, allow_legacy=False):
        """Authenticate what GetCACert brought.

        certificates: sequence of x509.Certificate, in any order; fingerprint: bytes (MD5, SHA-1,
        SHA-256 or SHA-512 by length) or None; anchor: bytes-like DER certificate or None: at
        least one of the two; allow_legacy: bool, MD5 signatures count.
        Raises AuthorityError, DerError.
        """
        self.warnings = []
        self._weak = allow_legacy
        self.anchor = self._find_anchor(certificates, fingerprint, anchor)
        self.cas = [self.anchor]
        left = [c for c in certificates if c.der != self.anchor.der]
        left = self._grow(left)
        self.ras = []
        self.others = self._above(left)
        strangers = []
        for certificate in left:
            if certificate in self.others:
                continue
            if not certificate.is_ca and self._is_ra(certificate):
                self.ras.append(certificate)
            else:
                strangers.append(certificate)
        if strangers and not self.ras:
            raise AuthorityError(
                "ca-untrusted",
                "the certificate %s came along but is not the CA's" % strangers[0].subject_text,
                strangers[0].fingerprint(),
            )
        for certificate in strangers:
            self.warnings.append("not one of the CA's: " + certificate.subject_text)
        self.issuing = self._pick_issuing()
        self.recipient = self._pick_recipient()

    def trusted(self):
        """Return the certificates that may sign an answer: RAs first, then CAs."""
        return self.ras + self.cas

    def sha256(self):
        """Return the SHA-256 fingerprint of the anchor (bytes): what this CA is known by."""
        return self.anchor.fingerprint()

    def chain(self):
        """Return the issuing CA's chain, upward to the topmost certificate that is known."""
        chain = [self.issuing]
        pool = self.cas + self.others
        while len(chain) <= len(pool):
            below = chain[-1]
            for above in pool:
                if above.der != below.der and above not in chain and _issued(above, below, True):
                    chain.append(above)
                    break
            else:
                break
        return chain

    def check_time(self, time):
        """Raise AuthorityError, naming it, where a certificate in use is not valid at `time`."""
        for certificate in [self.issuing, self.recipient]:
            if not certificate.valid_at(time):
                raise AuthorityError(
                    "ca-untrusted",
                    "the certificate of the %s %s is not valid now"
                    % ("CA" if certificate.is_ca else "RA", certificate.subject_text),
                    certificate.not_after,
                )

    def to_list(self):
        """Return the DER of all certificates (list of memoryview), the anchor first.

        `Authority(certificates, anchor=list[0])` over the same list gives the same authority.
        """
        return [c.der for c in self.cas + self.ras + self.others]

    def _find_anchor(self, certificates, fingerprint, anchor):
        if fingerprint:
            name = _FINGERPRINTS.get(len(fingerprint))
            if name is None:
                raise AuthorityError("config", "a CA fingerprint of %d octets" % len(fingerprint))
            for certificate in certificates:
                if certificate.fingerprint(name) == bytes(fingerprint):
                    if name in ("md5", "sha1"):
                        self.warnings.append("the CA is known by a weak fingerprint: " + name)
                    return certificate
            raise AuthorityError(
                "ca-fingerprint",
                "no certificate of the CA has the configured fingerprint",
                [c.fingerprint(name) for c in certificates],
            )
        if anchor:
            return Certificate(anchor)
        raise AuthorityError(
            "ca-untrusted",
            "neither a fingerprint nor a certificate of the CA is configured",
            [c.fingerprint() for c in certificates],
        )

    def _grow(self, left):
        """Move CAs that a known CA issued into `cas`; return what is left."""
        grown = True
        while grown:
            grown = False
            rest = []
            for certificate in left:
                if (
                    certificate.is_ca
                    and certificate.allows(extensions.KEY_CERT_SIGN)
                    and self._issuer_of(certificate)
                ):
                    self.cas.append(certificate)
                    grown = True
                else:
                    rest.append(certificate)
            left = rest
        return left

    def _above(self, left):
        """Return the certificates of `left` that issued the anchor, upward."""
        above = []
        below = self.anchor
        while len(above) < len(left):
            for certificate in left:
                if certificate not in above and _issued(certificate, below, True):
                    above.append(certificate)
                    below = certificate
                    break
            else:
                break
        return above

    def _issuer_of(self, certificate):
        for ca in self.cas:
            if _issued(ca, certificate, self._weak):
                return ca
        return None

    def _is_ra(self, certificate):
        """Tell whether a certificate that is no CA may act for the CA.

        It must hang on the CA.  So does every set's own certificate: one that is made for
        clients, and not for registration authorities, is none, else a stolen set could collect
        the challenges of all others.
        """
        if self._issuer_of(certificate) is None:
            return False
        purposes = certificate.purposes
        if purposes is None or oid.CLIENT_AUTH not in purposes:
            return True
        return any(purpose in _RA_PURPOSES for purpose in purposes)

    def _pick_issuing(self):
        """Pick the CA that issues: the lowest one; among several, the RA's own issuer."""
        lowest = []
        for ca in self.cas:
            for other in self.cas:
                if other.der != ca.der and _issued(ca, other, True):
                    break
            else:
                lowest.append(ca)
        for ra in self.ras:
            issuer = self._issuer_of(ra)
            if issuer in lowest:
                return issuer
        return lowest[-1] if lowest else self.anchor

    def _pick_recipient(self):
        """Pick by keyUsage: NDES has one RA certificate for signing, one for encryption."""
        candidates = self.ras or [self.issuing]
        for certificate in candidates:
            usage = certificate.key_usage
            if usage is not None and usage & extensions.KEY_ENCIPHERMENT:
                return certificate
        for certificate in candidates:
            if certificate.key_usage is None:
                return certificate
        # some servers set only one flag although they do both [RFC 8894 section 3.5.2]
        return candidates[0]


def _issued(issuer, certificate, weak):
    """Tell whether `issuer`'s name and key are those that signed a certificate."""
    if not names.equal(certificate.issuer, issuer.subject):
        return False
    try:
        certificate.verify(issuer, weak)
    except Error:
        return False
    return True
