"""CRL header fields, entries and extensions, one at a time: the grammar without the loop.

For module crl (a whole CRL in memory) and the streaming scan of a CRL of any size.
RFC 5280 section 5.
"""

from scep import extensions, names, oid
from scep.der import (
    CONTEXT,
    CONTEXT_C,
    ENUMERATED,
    GENERALIZED_TIME,
    INTEGER,
    SEQUENCE,
    UTC_TIME,
    Reader,
)
from scep.signatures import CertError

# CRLReason (5.3.1)
HOLD = 6
# entry extensions of most CRLs: a lone reasonCode, up to its value
_REASON = b"\x30\x0c\x30\x0a\x06\x03\x55\x1d\x15\x04\x03\x0a\x01"
_REMOVE = 8
# how far in the future thisUpdate may lie: clocks differ
SKEW = 300


class Entry:
    """A revoked certificate: serial (bytes, INTEGER contents), date (int seconds), reason (int)."""

    def __init__(self, serial, date, reason):
        """reason: CRLReason, 0 where the CRL gives none."""
        self.serial = serial
        self.date = date
        self.reason = reason


def check_fresh(this_update, next_update, time):
    """Raise CertError(`crl-stale`) unless thisUpdate <= time <= nextUpdate (int seconds).

    A CRL without nextUpdate is stale: RFC 5280 5.1.2.5 requires it.
    """
    if this_update > time + SKEW:
        raise CertError("crl-stale", "the CRL is from the future", this_update)
    if next_update is None or time > next_update:
        raise CertError("crl-stale", "the CRL is out of date", next_update)


# TBSCertList ::= SEQUENCE {
#   version INTEGER OPTIONAL (v2), signature AlgorithmIdentifier, issuer Name, thisUpdate Time,
#   nextUpdate Time OPTIONAL, revokedCertificates SEQUENCE OF SEQUENCE {...} OPTIONAL,
#   crlExtensions [0] EXPLICIT Extensions OPTIONAL }
def read_head(tbs):
    """Take the fields before the entries from a Reader of TBSCertList.

    Returns (version 1 or 2, signature AlgorithmIdentifier's element, issuer element,
    this_update, next_update or None); elements are memoryviews.
    """
    version = 1
    if tbs.peek() == INTEGER:
        version = tbs.integer() + 1
        if version != 2:
            tbs.fail("unknown CRL version")
    algorithm = tbs.tlv(SEQUENCE)
    issuer = tbs.tlv(SEQUENCE)
    names.check(issuer)
    this_update = tbs.time()
    next_update = tbs.time() if tbs.peek() in (UTC_TIME, GENERALIZED_TIME) else None
    return version, algorithm, issuer, this_update, next_update


# revokedCertificate ::= SEQUENCE { userCertificate INTEGER, revocationDate Time,
#                                   crlEntryExtensions Extensions OPTIONAL }
def read(entry):
    """Return an Entry from a Reader over the contents of one revokedCertificate.

    CertError(`unsupported`) for a critical extension that is not known: such a CRL must not be
    used at all (5.3), so a scan reads every entry that has extensions.
    """
    serial = entry.integer_body()
    date = entry.time()
    reason = None
    if not entry.empty():
        items = entry.enter(SEQUENCE)
        entry.finish()
        while not items.empty():
            kind, critical, value = extensions.read(items)
            if kind == oid.CRL_REASON:
                if reason is not None:
                    items.fail("an extension stands twice")
                reason = reason_code(value)
            elif kind == oid.CERTIFICATE_ISSUER:
                raise CertError("unsupported", "an indirect CRL")
            elif critical:
                raise CertError("unsupported", "a critical CRL entry extension is unknown", kind)
    return Entry(bytes(serial), date, reason or 0)


def skim(buf, at, end, serial):
    """Pass entries of the usual form that are not `serial`'s; return (where it stopped, how many).

    buf: memoryview; at, end: offsets, at the start of an entry; serial: bytes. It stops at `end`,
    and at an entry that read() must judge: ours, not whole before `end`, or of another form than
    SEQUENCE { INTEGER, UTCTime }, with at most a lone reasonCode, all with lengths of one octet:
    that is nearly every entry of nearly every CRL. The loop costs per entry; keep it short.
    """
    size = len(serial)
    last = serial[size - 1]
    count = 0
    while at + 4 < end:
        number = buf[at + 3]
        date = at + 4 + number
        following = at + 2 + buf[at + 1]
        if following > end or buf[at] != 0x30 or buf[at + 2] != 2 or not number:
            break
        if following != date + 15:
            if following != date + 29 or buf[date + 15 : date + 28] != _REASON:
                break
            if buf[date + 28] > HOLD:
                break
        if buf[date] != UTC_TIME or buf[date + 1] != 13:
            break
        if number == size and buf[date - 1] == last and buf[at + 4 : date] == serial:
            break
        at = following
        count += 1
    return at, count


def reason_code(value):
    """Return CRLReason (int) from an extension's value."""
    reader = Reader(value)
    reason = reader.integer(ENUMERATED)
    reader.finish()
    if reason == 7 or not 0 <= reason <= 10:
        reader.fail("unknown CRLReason")
    if reason == _REMOVE:
        raise CertError("unsupported", "removeFromCRL belongs into a delta CRL")
    return reason


def check_extensions(items, certificate):
    """Read crlExtensions; raise CertError(`unsupported`) if the CRL does not cover `certificate`.

    items: Reader over the contents of Extensions; certificate: x509.Certificate whose state is
    asked. Refused: delta CRLs, unknown critical extensions, and by IssuingDistributionPoint
    indirect CRLs, a part of the reasons, other kinds of certificates, other distribution points.
    Returns the cRLNumber (int) or None.
    """
    number = None
    while not items.empty():
        kind, critical, value = extensions.read(items)
        if kind == oid.DELTA_CRL_INDICATOR:
            raise CertError("unsupported", "a delta CRL")
        if kind == oid.ISSUING_DISTRIBUTION_POINT:
            _check_scope(value, certificate)
        elif kind == oid.CRL_NUMBER:
            number = _number(value)
            # 5.2.3: a conforming CA marks it non-critical
            if critical:
                raise CertError("unsupported", "a critical CRL number")
        elif critical and kind != oid.AUTHORITY_KEY_ID:
            raise CertError("unsupported", "a critical CRL extension is unknown", kind)
    return number


def _number(value):
    reader = Reader(value)
    number = reader.integer()
    reader.finish()
    return number


# IssuingDistributionPoint ::= SEQUENCE { distributionPoint [0], onlyContainsUserCerts [1],
#   onlyContainsCACerts [2], onlySomeReasons [3], indirectCRL [4], onlyContainsAttributeCerts [5] }
def _check_scope(value, certificate):
    reader = Reader(value)
    scope = reader.enter(SEQUENCE)
    reader.finish()
    has_point = scope.peek() == CONTEXT_C | 0
    points = extensions.distribution_point_names(scope)
    user = scope.peek() == CONTEXT | 1 and scope.boolean(CONTEXT | 1)
    authority = scope.peek() == CONTEXT | 2 and scope.boolean(CONTEXT | 2)
    reasons = scope.maybe_skip(CONTEXT | 3)
    indirect = scope.peek() == CONTEXT | 4 and scope.boolean(CONTEXT | 4)
    attribute = scope.peek() == CONTEXT | 5 and scope.boolean(CONTEXT | 5)
    scope.finish()
    if indirect or attribute or reasons:
        raise CertError("unsupported", "an indirect CRL, or one of some reasons only")
    if (user and certificate.is_ca) or (authority and not certificate.is_ca):
        raise CertError("unsupported", "a CRL for other kinds of certificates")
    if has_point and not _same_point(points, certificate):
        raise CertError("unsupported", "a CRL of another distribution point", points)


def _same_point(points, certificate):
    """6.3.3 (b)(2)(i): one of the CRL's names is one of the certificate's."""
    for theirs, reasons, issuers in certificate.distribution_points:
        for name in theirs or issuers:
            if name in points and reasons is None:
                return True
    return False
