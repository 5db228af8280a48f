"""Name constraints: which names a CA's certificate allows in the certificates below it.

For path validation.
RFC 5280 section 4.2.1.10.
"""

from scep import names, oid, strings
from scep.der import CONTEXT, CONTEXT_C, SEQUENCE, SET, Reader
from scep.signatures import CertError

# GeneralName's tags; other forms are not compared: a constrained one that appears is refused
_EMAIL = CONTEXT | 1
_DNS = CONTEXT | 2
_DIRECTORY = CONTEXT_C | 4
_URI = CONTEXT | 6
_IP = CONTEXT | 7


def check(path):
    """Raise CertError(`cert-name`) if a certificate of a path bears a name that one above forbids.

    path: list of Certificate from the leaf to the anchor. Self-issued certificates are exempt
    unless they are the leaf (6.1.3 b).
    """
    for above in range(1, len(path)):
        found = path[above].extension(oid.NAME_CONSTRAINTS)
        if found is None:
            continue
        permitted, excluded = _read(found[1])
        for below in range(above):
            if below == 0 or not path[below].is_self_issued():
                for tag, value in _names(path[below]):
                    _check_name(tag, value, permitted, excluded)


# NameConstraints ::= SEQUENCE { permittedSubtrees [0] GeneralSubtrees OPTIONAL,
#                                excludedSubtrees [1] GeneralSubtrees OPTIONAL }
def _read(value):
    """Return ([(tag, value)] permitted, the same excluded)."""
    reader = Reader(value)
    fields = reader.enter(SEQUENCE)
    reader.finish()
    if fields.empty():
        fields.fail("name constraints without a subtree")
    permitted = _subtrees(fields.maybe_enter(CONTEXT_C | 0))
    excluded = _subtrees(fields.maybe_enter(CONTEXT_C | 1))
    fields.finish()
    return permitted, excluded


# GeneralSubtree ::= SEQUENCE { base GeneralName, minimum [0] DEFAULT 0, maximum [1] OPTIONAL }
def _subtrees(reader):
    found = []
    if reader is None:
        return found
    if reader.empty():
        reader.fail("no subtree in name constraints")
    while not reader.empty():
        subtree = reader.enter(SEQUENCE)
        tag = subtree.peek()
        value = subtree.body()
        # minimum and maximum are not used with any name form
        subtree.finish()
        if tag == _DNS and (value[:1] == b"." or b"*" in bytes(value)):
            subtree.fail("malformed dNSName constraint")
        if tag == _IP:
            _check_mask(subtree, value)
        found.append((tag, value))
    return found


def _check_mask(reader, value):
    """A network is an address and a mask of ones followed by zeros."""
    half = len(value) // 2
    if len(value) not in (8, 32):
        reader.fail("malformed iPAddress constraint")
    ended = False
    for c in value[half:]:
        for bit in range(7, -1, -1):
            one = c >> bit & 1
            if one and ended:
                reader.fail("malformed mask in an iPAddress constraint")
            ended = ended or not one


def _names(certificate):
    """Yield (GeneralName tag, value memoryview) of each name that a certificate bears."""
    subject = certificate.subject
    if not names.is_empty(subject):
        yield _DIRECTORY, subject
    alternative = certificate.extension(oid.SUBJECT_ALT_NAME)
    if alternative is None:
        # e-mail addresses of old certificates stand in the subject
        rdns = Reader(subject).enter(SEQUENCE)
        while not rdns.empty():
            rdn = rdns.enter(SET)
            while not rdn.empty():
                attribute = rdn.enter(SEQUENCE)
                if attribute.oid() == oid.EMAIL_ADDRESS:
                    yield _EMAIL, attribute.body()
    else:
        reader = Reader(alternative[1]).enter(SEQUENCE)
        while not reader.empty():
            tag = reader.peek()
            yield tag, reader.body()


def _check_name(tag, value, permitted, excluded):
    allowed = None
    for kind, base in permitted:
        if kind == tag:
            allowed = allowed or _matches(tag, value, base, False)
    if allowed is False:
        raise CertError("cert-name", "a name outside of what the CA may certify")
    for kind, base in excluded:
        if kind == tag and _matches(tag, value, base, True):
            raise CertError("cert-name", "a name that the CA may not certify")


def _matches(tag, value, base, excluding):
    """Return whether a name lies in the subtree `base`; `excluding`: whether a part of it does."""
    if tag == _DIRECTORY:
        return names.is_within(value, base)
    if tag == _IP:
        half = len(base) // 2
        if len(value) != half:
            return False
        return not any((value[i] ^ base[i]) & base[half + i] for i in range(half))
    if tag not in (_EMAIL, _DNS, _URI):
        return excluding
    name = strings.ascii_text(value)
    limit = strings.ascii_text(base)
    if tag == _DNS:
        return _is_below(name.lower(), limit.lower(), excluding)
    if tag == _EMAIL:
        local, _, host = name.partition("@")
        if "@" in limit:
            wanted, _, where = limit.partition("@")
            return local == wanted and host.lower() == where.lower()
        return _is_host(host.lower(), limit.lower())
    host = name.partition("://")[2].partition("/")[0].partition("?")[0]
    host = host.rpartition("@")[2].partition(":")[0]
    # a URI without a host name cannot be judged
    return _is_host(host.lower(), limit.lower()) if host else excluding


def _is_below(name, limit, excluding):
    """Whether dNSName `name` is `limit` or below it; excluding: or a wildcard that reaches it."""
    if not limit or name == limit or name.endswith("." + limit):
        return True
    return excluding and name[:2] == "*." and limit.partition(".")[2] == name[2:]


def _is_host(host, limit):
    """Whether a host is `limit`, or lies below `limit` if that begins with a period."""
    return host.endswith(limit) if limit[:1] == "." else host == limit
