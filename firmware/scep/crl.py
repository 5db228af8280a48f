"""Certificate revocation lists that fit into memory: parsed, verified, searched.

For hosts; no image holds it: a set scans a CRL as it arrives (crl_stream.py).
RFC 5280 sections 5 and 6.3.
"""

from scep import crl_entry, extensions, names
from scep.der import BIT_STRING, CONTEXT_C, SEQUENCE, Reader
from scep.signatures import CertError, digest, read_algorithm, verify

# entries of one CRL; the streaming scan has no limit of its own
MAX_ENTRIES = 1 << 20


class Crl:
    """One CRL, read in place; DerError where the bytes are not a well-formed CRL.

    der: memoryview; version: 1 or 2; issuer: memoryview of the Name; this_update, next_update:
    int seconds since 1970 (next_update may be None); algorithm: signatureAlgorithm (oid bytes).
    Nothing in it is to be believed before verify() returned.
    """

    # CertificateList ::= SEQUENCE { tbsCertList, signatureAlgorithm, signature BIT STRING }
    def __init__(self, data):
        """data: bytes-like DER of exactly one CRL."""
        reader = Reader(data)
        self.der = reader.buf
        outer = reader.enter(SEQUENCE)
        reader.finish()
        start = outer.pos
        tbs = outer.enter(SEQUENCE)
        self._tbs = (start, outer.pos)
        head = crl_entry.read_head(tbs)
        self.version, inner, self.issuer, self.this_update, self.next_update = head
        self._entries = self._extensions = (0, 0)
        if tbs.maybe_skip(SEQUENCE):
            self._entries = (tbs.at, tbs.to)
        if self.version == 2 and not tbs.empty():
            explicit = tbs.enter(CONTEXT_C | 0)
            extensions.check(explicit.enter(SEQUENCE))
            self._extensions = (explicit.at, explicit.to)
            explicit.finish()
        tbs.finish()
        start = outer.pos
        self.algorithm = read_algorithm(outer)[0]
        # the algorithm inside the signed part must be the same one (5.1.1.2)
        if outer.since(start) != inner:
            outer.fail("two different signature algorithms")
        self._signature = outer.bit_string(BIT_STRING)
        outer.finish()

    def verify(self, issuer, weak=False):
        """Raise CertError unless `issuer` (Certificate) may sign CRLs and signed this one."""
        if not names.equal(self.issuer, issuer.subject):
            raise CertError("cert-issuer", "the CRL is of another issuer")
        if not issuer.allows(extensions.CRL_SIGN):
            raise CertError("cert-issuer", "the issuer's key may not sign CRLs")
        start, end = self._tbs
        verify(self.der[start:end], self.algorithm, self._signature, issuer.public_key(), weak)

    def check_scope(self, certificate):
        """Raise CertError unless the CRL speaks for `certificate`; return the cRLNumber or None."""
        if not names.equal(self.issuer, certificate.issuer):
            raise CertError("cert-issuer", "the CRL is of another issuer than the certificate")
        start, end = self._extensions
        return crl_entry.check_extensions(Reader(self.der, start, end), certificate)

    def check_fresh(self, time):
        """Raise CertError(`crl-stale`) unless thisUpdate <= time <= nextUpdate."""
        crl_entry.check_fresh(self.this_update, self.next_update, time)

    def entries(self):
        """Yield each Entry; DerError or CertError at the first one that is not sound."""
        outer = Reader(self.der, *self._entries, limit=MAX_ENTRIES)
        while not outer.empty():
            yield crl_entry.read(outer.enter(SEQUENCE))

    def find(self, serial):
        """Return the Entry of a serial number (bytes-like INTEGER contents) or None.

        The whole list is looked at: an unknown critical extension anywhere voids the CRL (5.3).
        """
        serial = bytes(serial)
        found = None
        at, end = self._entries
        while True:
            at = crl_entry.skim(self.der, at, end, serial)[0]
            if at >= end:
                return found
            # ours, or an entry of an unusual form
            outer = Reader(self.der, at, end)
            entry = crl_entry.read(outer.enter(SEQUENCE))
            if entry.serial == serial:
                found = entry
            at = outer.pos

    def status(self, certificate, issuer, time=None, weak=False):
        """Return the Entry that revokes `certificate`, or None if it is not listed.

        Verified against `issuer` first. A listed certificate is reported whatever the time is;
        that one is not listed is believed only of a CRL fresh at `time` (None: no clock yet, the
        caller must ask again when there is one).
        """
        self.check_scope(certificate)
        self.verify(issuer, weak)
        found = self.find(certificate.serial)
        if found is None and time is not None:
            self.check_fresh(time)
        return found

    def sha256(self):
        """Return the digest (bytes) of the whole CRL: to see whether it is a new one."""
        return digest("sha256", self.der)
