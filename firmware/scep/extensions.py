"""Contents of the certificate extensions that this package understands, read and written.

For certificates, requests and path validation; values are what stands in extnValue.
RFC 5280 section 4.2.
"""

from scep import altnames, oid
from scep.der import BOOLEAN, CONTEXT, CONTEXT_C, INTEGER, OCTET_STRING, SEQUENCE, Reader

# KeyUsage's named bits (4.2.1.3)
DIGITAL_SIGNATURE = 1 << 0
NON_REPUDIATION = 1 << 1
KEY_ENCIPHERMENT = 1 << 2
DATA_ENCIPHERMENT = 1 << 3
KEY_AGREEMENT = 1 << 4
KEY_CERT_SIGN = 1 << 5
CRL_SIGN = 1 << 6

# what path validation processes; certificatePolicies has no effect with the policy set
# any-policy and no explicit policy required, which is what this package asks for (6.1.1)
PROCESSED = (
    oid.KEY_USAGE,
    oid.BASIC_CONSTRAINTS,
    oid.EXTENDED_KEY_USAGE,
    oid.SUBJECT_ALT_NAME,
    oid.CERTIFICATE_POLICIES,
    oid.NAME_CONSTRAINTS,
)


def read(reader):
    """Take one Extension from a Reader; return (kind bytes, critical bool, value memoryview)."""
    outer = reader.open(SEQUENCE)
    kind = reader.oid()
    critical = reader.boolean() if reader.peek() == BOOLEAN else False
    value = reader.body(OCTET_STRING)
    reader.close(outer)
    return kind, critical, value


def check(reader):
    """Raise DerError unless a Reader holds well-formed Extensions, at least one, none twice.

    The Reader is one over the contents of SEQUENCE OF Extension; it is used up. Returns what
    read() made of each (list).
    """
    found = []
    if reader.empty():
        reader.fail("no extension in Extensions")
    while not reader.empty():
        one = read(reader)
        for other in found:
            if one[0] == other[0]:
                reader.fail("an extension stands twice")
        found.append(one)
    return found


def put(e, kind, end, critical=False):
    """Make what was written since pos was `end` the value of an Extension."""
    e.wrap(OCTET_STRING, end)
    if critical:
        e.boolean(True)
    e.oid(kind)
    e.wrap(SEQUENCE, end)


def put_requested(e, san, key_usage, purposes):
    """Prepend Extensions as a request or self-signed certificate carries them.

    san: [(kind, value)] as altnames.put, may be empty; key_usage: bits, 0 for none;
    purposes: key purposes (oid constants), may be empty. Nothing is written if all are empty.
    """
    end = e.pos
    if san:
        mark = e.pos
        altnames.put(e, san)
        put(e, oid.SUBJECT_ALT_NAME, mark)
    if purposes:
        mark = e.pos
        for purpose in reversed(purposes):
            e.oid(purpose)
        e.wrap(SEQUENCE, mark)
        put(e, oid.EXTENDED_KEY_USAGE, mark)
    if key_usage:
        mark = e.pos
        e.named_bits(key_usage)
        put(e, oid.KEY_USAGE, mark, critical=True)
    if e.pos != end:
        e.wrap(SEQUENCE, end)


def key_usage(value):
    """Return KeyUsage as bits, 1 << n for named bit n."""
    reader = Reader(value)
    bits = reader.named_bits()
    reader.finish()
    return bits


def basic_constraints(value):
    """Return (cA bool, pathLenConstraint int or None) (4.2.1.9)."""
    reader = Reader(value)
    fields = reader.enter(SEQUENCE)
    reader.finish()
    ca = fields.boolean() if fields.peek() == BOOLEAN else False
    length = fields.integer() if fields.peek() == INTEGER else None
    fields.finish()
    if length is not None and length < 0:
        fields.fail("negative pathLenConstraint")
    return ca, length


def key_purposes(value):
    """Return ExtKeyUsage as a list of oid bytes (4.2.1.12)."""
    reader = Reader(value)
    purposes = reader.enter(SEQUENCE)
    reader.finish()
    found = []
    while not purposes.empty():
        found.append(purposes.oid())
    if not found:
        purposes.fail("no purpose in ExtKeyUsage")
    return found


def subject_key_id(value):
    """Return the key identifier (memoryview) of SubjectKeyIdentifier (4.2.1.2)."""
    reader = Reader(value)
    key_id = reader.octet_string()
    reader.finish()
    return key_id


def authority_key_id(value):
    """Return the key identifier (memoryview) of AuthorityKeyIdentifier, or None (4.2.1.1)."""
    reader = Reader(value)
    fields = reader.enter(SEQUENCE)
    reader.finish()
    # keyIdentifier [0], authorityCertIssuer [1], authorityCertSerialNumber [2]
    key_id = fields.body() if fields.peek() == CONTEXT | 0 else None
    fields.maybe_skip(CONTEXT_C | 1)
    fields.maybe_skip(CONTEXT | 2)
    fields.finish()
    return key_id


def distribution_points(value):
    """Return CRLDistributionPoints as [(names, reasons, issuers)] (4.2.1.13).

    names: [(kind, value)] as altnames.read, empty if the name is relative or absent;
    reasons: bits or None; issuers: [(kind, value)].
    """
    reader = Reader(value)
    points = reader.enter(SEQUENCE)
    reader.finish()
    found = []
    while not points.empty():
        point = points.enter(SEQUENCE)
        names = distribution_point_names(point)
        reasons = issuers = None
        if point.peek() == CONTEXT | 1:
            reasons = point.named_bits(CONTEXT | 1)
        if point.peek() == CONTEXT_C | 2:
            issuers = altnames.read_names(point.enter(CONTEXT_C | 2))
        point.finish()
        found.append((names, reasons, issuers or []))
    return found


def distribution_point_names(reader):
    """Take an optional distributionPoint [0] from a Reader; return its fullName names or []."""
    choice = reader.maybe_enter(CONTEXT_C | 0)
    if choice is None:
        return []
    full = choice.maybe_enter(CONTEXT_C | 0)
    if full is None:
        # nameRelativeToCRLIssuer: an RDN that nobody uses
        choice.skip(CONTEXT_C | 1)
        return []
    choice.finish()
    return altnames.read_names(full)


def access_urls(value, method):
    """Return the URIs of an access method (oid) in AuthorityInfoAccess (4.2.2.1)."""
    reader = Reader(value)
    descriptions = reader.enter(SEQUENCE)
    reader.finish()
    urls = []
    while not descriptions.empty():
        description = descriptions.enter(SEQUENCE)
        kind = description.oid()
        for name, text in altnames.read_names(description):
            if kind == method and name == "uri":
                urls.append(text)
    return urls


def check_values(reader):
    """Raise DerError if the value of an extension that this module reads is malformed.

    reader: one over the contents of Extensions; it is used up.
    """
    while not reader.empty():
        kind, _, value = read(reader)
        if kind in _READERS:
            _READERS[kind](value)


_READERS = {
    oid.KEY_USAGE: key_usage,
    oid.BASIC_CONSTRAINTS: basic_constraints,
    oid.EXTENDED_KEY_USAGE: key_purposes,
    oid.SUBJECT_ALT_NAME: altnames.read,
    oid.SUBJECT_KEY_ID: subject_key_id,
    oid.AUTHORITY_KEY_ID: authority_key_id,
    oid.CRL_DISTRIBUTION_POINTS: distribution_points,
    oid.AUTHORITY_INFO_ACCESS: lambda value: access_urls(value, oid.AD_OCSP),
}
