"""X.509 certificates, read in place: a Certificate is offsets into the bytes it came in.

For path validation, CMS, the SCEP client and the phone layer.
RFC 5280 section 4.1.
"""

from scep import altnames, extensions, names, oid
from scep.der import CONTEXT, CONTEXT_C, SEQUENCE, Reader
from scep.signatures import (
    MAX_EXPONENT,
    MAX_MODULUS,
    CertError,
    digest,
    read_algorithm,
    verify,
)


class Certificate:
    """One certificate; raises DerError where the bytes are not a well-formed certificate.

    der: the whole certificate, a memoryview of what was given (which must not change).
    version: 1, 2 or 3; not_before, not_after: int seconds since 1970;
    algorithm: signatureAlgorithm (oid bytes).
    Extension values are read when asked for. What a call returns as memoryview points into der.
    """

    # Certificate ::= SEQUENCE { tbsCertificate, signatureAlgorithm, signatureValue BIT STRING }
    def __init__(self, data):
        """data: bytes-like DER of exactly one certificate."""
        r = Reader(data)
        self.der = r.buf
        whole = r.open(SEQUENCE)
        start = r.pos
        inner = self._read_tbs(r)
        self._tbs = (start, r.pos)
        start = r.pos
        self.algorithm = read_algorithm(r)[0]
        # the algorithm inside the signed part must be the same one (4.1.1.2)
        if r.since(start) != inner:
            r.fail("two different signature algorithms")
        r.bit_string()
        self._signature = (r.at + 1, r.to)
        r.close(whole)
        r.finish()

    # TBSCertificate ::= SEQUENCE {
    def _read_tbs(self, r):
        """Check every field of the TBSCertificate and keep where it stands.

        Returns the element of its `signature` field.
        """
        tbs = r.open(SEQUENCE)
        # version [0] EXPLICIT INTEGER DEFAULT v1,
        self.version = 1
        if r.peek() == CONTEXT_C | 0:
            outer = r.open(CONTEXT_C | 0)
            self.version = r.integer() + 1
            r.close(outer)
        if not 1 <= self.version <= 3:
            r.fail("unknown certificate version")
        # serialNumber INTEGER,
        r.integer_body()
        self._serial = (r.at, r.to)
        # signature AlgorithmIdentifier,
        inner = r.tlv(SEQUENCE)
        # issuer Name,
        start = r.pos
        names.take(r)
        self._issuer = (start, r.pos)
        # validity SEQUENCE { notBefore Time, notAfter Time },
        outer = r.open(SEQUENCE)
        self.not_before = r.time()
        self.not_after = r.time()
        r.close(outer)
        # subject Name,
        start = r.pos
        names.take(r)
        self._subject = (start, r.pos)
        # subjectPublicKeyInfo SEQUENCE { algorithm, subjectPublicKey BIT STRING },
        start = r.pos
        outer = r.open(SEQUENCE)
        read_algorithm(r)
        r.bit_string()
        self._spki = (start, r.pos, r.at + 1)
        r.close(outer)
        # issuerUniqueID [1] IMPLICIT BIT STRING OPTIONAL, subjectUniqueID [2] ...,
        if self.version > 1:
            for unique in (CONTEXT | 1, CONTEXT | 2):
                if r.peek() == unique:
                    r.bits(unique)
        # extensions [3] EXPLICIT SEQUENCE OF Extension OPTIONAL }
        # looked up a dozen times for a path: what was read is kept (about 80 octets each)
        self._extensions, self._kept = (0, 0), ()
        if self.version == 3 and not r.empty():
            explicit = r.open(CONTEXT_C | 3)
            outer = r.open(SEQUENCE)
            self._extensions = (r.pos, r.end)
            self._kept = extensions.check(r)
            r.close(outer)
            r.close(explicit)
        r.close(tbs)
        return inner

    @property
    def tbs(self):
        """The signed part, a memoryview."""
        return self.der[self._tbs[0] : self._tbs[1]]

    @property
    def signature(self):
        """The signature's bytes, a memoryview."""
        return self.der[self._signature[0] : self._signature[1]]

    @property
    def serial(self):
        """serialNumber as it is encoded (two's complement contents), a memoryview."""
        return self.der[self._serial[0] : self._serial[1]]

    @property
    def serial_hex(self):
        """serialNumber in hexadecimal as tools print it (str), `-` before a negative one."""
        raw = self.serial
        text = "%x" % int.from_bytes(raw, "big")
        if raw[0] & 0x80:
            text = "-%x" % ((1 << 8 * len(raw)) - int.from_bytes(raw, "big"))
        return text

    @property
    def issuer(self):
        """Issuer's Name, a memoryview of its DER."""
        return self.der[self._issuer[0] : self._issuer[1]]

    @property
    def subject(self):
        """Subject's Name, a memoryview of its DER."""
        return self.der[self._subject[0] : self._subject[1]]

    @property
    def issuer_text(self):
        """Issuer as RFC 4514 text."""
        return names.text(self.issuer)

    @property
    def subject_text(self):
        """Subject as RFC 4514 text."""
        return names.text(self.subject)

    @property
    def common_name(self):
        """The subject's last commonName (str) or None."""
        return names.common_name(self.subject)

    @property
    def spki(self):
        """SubjectPublicKeyInfo, a memoryview of its DER."""
        return self.der[self._spki[0] : self._spki[1]]

    @property
    def key_bits(self):
        """The contents of subjectPublicKey (what key identifiers hash), a memoryview."""
        return self.der[self._spki[2] : self._spki[1]]

    def public_key(self):
        """Return the RSA public key (n memoryview, e int); CertError(`algorithm`) for others."""
        # RSAPublicKey ::= SEQUENCE { modulus INTEGER, publicExponent INTEGER }
        info = Reader(self.spki).enter(SEQUENCE)
        kind = read_algorithm(info)[0]
        if kind != oid.RSA_ENCRYPTION:
            raise CertError("algorithm", "the certificate's key is not RSA", kind)
        reader = Reader(self.key_bits)
        key = reader.enter(SEQUENCE)
        reader.finish()
        n, e = key.unsigned(), key.unsigned()
        key.finish()
        if len(n) > MAX_MODULUS or len(e) > MAX_EXPONENT:
            raise CertError("algorithm", "the certificate's RSA key is too large", 8 * len(n))
        return n, int.from_bytes(e, "big")

    def fingerprint(self, hash_name="sha256"):
        """Return the digest (bytes) of the whole certificate."""
        return digest(hash_name, self.der)

    def is_self_issued(self):
        """Return whether issuer and subject are the same name (RFC 5280 6.1)."""
        return names.equal(self.issuer, self.subject)

    def verify(self, issuer, weak=False):
        """Raise CertError unless the key of `issuer` (Certificate) signed this certificate."""
        verify(self.tbs, self.algorithm, self.signature, issuer.public_key(), weak)

    def valid_at(self, time):
        """Return whether int seconds `time` lies within the validity (both ends count)."""
        return self.not_before <= time <= self.not_after

    def extensions(self):
        """Return a Reader over the Extensions' contents (empty if there are none)."""
        return Reader(self.der, *self._extensions)

    def extension(self, kind):
        """Return (critical, value memoryview) of an extension (oid constant) or None."""
        for found, critical, value in self._kept:
            if found == kind:
                return critical, value
        return None

    def critical_extensions(self):
        """Return the kinds (oid bytes) of the critical extensions."""
        return [kind for kind, critical, _ in self._kept if critical]

    def _value(self, kind, read, default=None):
        found = self.extension(kind)
        return default if found is None else read(found[1])

    @property
    def key_usage(self):
        """KeyUsage's bits (extensions.DIGITAL_SIGNATURE ...), None without the extension."""
        return self._value(oid.KEY_USAGE, extensions.key_usage)

    def allows(self, bits):
        """Return whether KeyUsage is absent or has all of `bits`."""
        usage = self.key_usage
        return usage is None or usage & bits == bits

    @property
    def purposes(self):
        """ExtKeyUsage as a list of oid bytes, None without the extension."""
        return self._value(oid.EXTENDED_KEY_USAGE, extensions.key_purposes)

    @property
    def basic_constraints(self):
        """(cA, pathLenConstraint or None); (False, None) without the extension."""
        return self._value(oid.BASIC_CONSTRAINTS, extensions.basic_constraints, (False, None))

    @property
    def is_ca(self):
        """Whether BasicConstraints says that this is a CA."""
        return self.basic_constraints[0]

    @property
    def alternative_names(self):
        """Subject alternative names as [(kind, value)] (see altnames.read)."""
        return self._value(oid.SUBJECT_ALT_NAME, altnames.read, [])

    @property
    def subject_key_id(self):
        """SubjectKeyIdentifier (memoryview) or None."""
        return self._value(oid.SUBJECT_KEY_ID, extensions.subject_key_id)

    @property
    def authority_key_id(self):
        """AuthorityKeyIdentifier's keyIdentifier (memoryview) or None."""
        return self._value(oid.AUTHORITY_KEY_ID, extensions.authority_key_id)

    @property
    def distribution_points(self):
        """CRLDistributionPoints as extensions.distribution_points, [] without the extension."""
        return self._value(oid.CRL_DISTRIBUTION_POINTS, extensions.distribution_points, [])

    @property
    def crl_urls(self):
        """The http URIs of the CRL distribution points (list of str)."""
        found = []
        for point, _, _ in self.distribution_points:
            found += [text for kind, text in point if kind == "uri" and text[:5] == "http:"]
        return found

    @property
    def ocsp_urls(self):
        """The OCSP responders' URIs of AuthorityInfoAccess (list of str)."""
        found = self.extension(oid.AUTHORITY_INFO_ACCESS)
        return [] if found is None else extensions.access_urls(found[1], oid.AD_OCSP)
