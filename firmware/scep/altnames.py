"""GeneralNames: the subject alternative names a request asks for and a certificate carries.

For requests (configuration key scep_san), certificates, CRL distribution points.
RFC 5280 section 4.2.1.6; otherName UPN: [MS-WCCE] 2.2.2.7.7.4.
"""

from scep import dotted, ip, names, oid, strings
from scep.der import CONTEXT, CONTEXT_C, SEQUENCE, UTF8_STRING, DerError, Reader

# what a configuration may ask for
KINDS = ("dns", "ip", "email", "uri", "upn")
# GeneralName's tags
_OTHER = CONTEXT_C | 0
_EMAIL = CONTEXT | 1
_DNS = CONTEXT | 2
_DIRECTORY = CONTEXT_C | 4
_URI = CONTEXT | 6
_IP = CONTEXT | 7
_REGISTERED = CONTEXT | 8


def parse(text):
    """Return [(kind, value)] for `dns:host,upn:user@realm,uri:tag:x,2022:y`; DerError(`config`).

    A value ends where a comma or blank is followed by one of KINDS and a colon, so that it may
    hold commas and colons itself.
    """
    found = []
    start = 0
    for at in range(len(text) + 1):
        if at == len(text) or (text[at] in ", " and _kind(text[at + 1 :].lstrip())):
            part = text[start:at].strip()
            start = at + 1
            if part.strip(", "):
                kind = _kind(part)
                if not kind:
                    raise DerError("scep_san: none of dns ip email uri upn: " + part, code="config")
                found.append((kind, part[len(kind) + 1 :].strip(" ").rstrip(",")))
    return found


def put(e, values):
    """Prepend GeneralNames for [(kind, value)] to Encoder e; raises DerError(`config`)."""
    end = e.pos
    for kind, value in reversed(values):
        _put_name(e, kind, value)
    e.wrap(SEQUENCE, end)


def read(data):
    """Return [(kind, value)] for GeneralNames (bytes-like DER); raises DerError.

    Kinds beside KINDS: `dir` (value: RFC 4514 text), `rid` and `other` (dotted OID).
    """
    reader = Reader(data)
    found = read_names(reader.enter(SEQUENCE))
    reader.finish()
    return found


def read_names(reader):
    """Return [(kind, value)] for the GeneralName elements that are left in a Reader."""
    found = []
    while not reader.empty():
        found.append(_read_name(reader))
    return found


def _kind(text):
    kind = text.partition(":")[0]
    return kind if kind in KINDS and ":" in text else None


def _put_name(e, kind, value):
    end = e.pos
    if not value:
        raise DerError("scep_san: no value for " + kind, code="config")
    if kind == "upn":
        e.tlv(UTF8_STRING, value.encode())
        e.wrap(_OTHER, end)
        e.oid(oid.MS_UPN)
        e.wrap(_OTHER, end)
    elif kind == "ip":
        e.tlv(_IP, ip.pack(value))
    else:
        raw = value.encode()
        if max(raw) > 0x7F or min(raw) <= 0x20 or (kind == "dns" and b"," in raw):
            raise DerError("scep_san: a character that %s does not allow" % kind, code="config")
        e.tlv({"email": _EMAIL, "dns": _DNS, "uri": _URI}[kind], raw)


def _read_name(reader):
    tag = reader.peek()
    if tag == _URI:
        # CAs put directory names into LDAP URIs as they are: no reason to refuse a certificate
        return ("uri", strings.text(strings.IA5_STRING, reader.body()))
    if tag in (_DNS, _EMAIL):
        return ("dns" if tag == _DNS else "email", strings.ascii_text(reader.body()))
    if tag == _OTHER:
        other = reader.enter(_OTHER)
        kind = other.oid()
        value = other.enter(_OTHER)
        if kind == oid.MS_UPN and value.peek() == UTF8_STRING:
            return ("upn", strings.text(UTF8_STRING, value.body()))
        return ("other", dotted.text(kind))
    if tag == _DIRECTORY:
        # a CHOICE is tagged explicitly [X.680 31.2.7]
        return ("dir", names.text(reader.body()))
    if tag == _IP:
        return ("ip", ip.text(reader.body()))
    if tag == _REGISTERED:
        return ("rid", dotted.text(reader.oid(_REGISTERED)))
    reader.skip()
    # x400Address [3], ediPartyName [5]
    if tag not in (CONTEXT_C | 3, CONTEXT_C | 5):
        raise DerError("tag 0x%02x is no GeneralName" % tag, reader.pos)
    return ("other", "")
