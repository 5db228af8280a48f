"""Distinguished names: RFC 4514 text to DER and back, comparison, templates.

For certificates, requests and the configuration key scep_subject.
RFC 4514, RFC 5280 sections 4.1.2.4 and 7.1.
"""

from scep import dotted, oid, strings
from scep.der import IA5_STRING, OID, PRINTABLE_STRING, SEQUENCE, SET, DerError, Encoder, Reader

# ` name=type`, in RFC 4514 section 3, then what OpenSSL prints for the rest (RFC 4519, RFC 2985,
# RFC 5280 appendix A); the first name of a type is printed. One string: it costs no heap.
_TYPES = (
    " CN=2.5.4.3 L=2.5.4.7 ST=2.5.4.8 O=2.5.4.10 OU=2.5.4.11 C=2.5.4.6 STREET=2.5.4.9"
    " DC=0.9.2342.19200300.100.1.25 UID=0.9.2342.19200300.100.1.1 serialNumber=2.5.4.5"
    " emailAddress=1.2.840.113549.1.9.1 SN=2.5.4.4 GN=2.5.4.42 title=2.5.4.12 initials=2.5.4.43"
    " generationQualifier=2.5.4.44 dnQualifier=2.5.4.46 pseudonym=2.5.4.65 name=2.5.4.41"
    " unstructuredName=1.2.840.113549.1.9.2 unstructuredAddress=1.2.840.113549.1.9.8"
    " E=1.2.840.113549.1.9.1 S=2.5.4.8 surname=2.5.4.4 givenName=2.5.4.42 T=2.5.4.12 "
)
# types that RFC 5280 appendix A.1 ties to one string type
_IA5 = (oid.EMAIL_ADDRESS, oid.DOMAIN_COMPONENT)
_PRINTABLE_ONLY = (oid.COUNTRY, oid.SERIAL_NUMBER, oid.DN_QUALIFIER)
# escaped wherever they stand (RFC 4514 2.4)
_SPECIAL = '"+,;<>\\'
_HEX = "0123456789abcdefABCDEF"


def text(name):
    """Return the RFC 4514 text of a Name (bytes-like DER): the last RDN first; raises DerError."""
    rdns = []
    rdn = Reader(name).enter(SEQUENCE)
    while not rdn.empty():
        rdns.append("+".join([_attribute_text(*pair) for pair in _attributes(rdn)]))
    rdns.reverse()
    return ",".join(rdns)


def attribute(name, kind):
    """Return the text of the last attribute of a type (constant of `oid`) in a Name, or None."""
    found = None
    rdn = Reader(name).enter(SEQUENCE)
    while not rdn.empty():
        for type_, value in _attributes(rdn):
            if type_ == kind and strings.is_string(value[0]):
                found = strings.text(value[0], Reader(value).body())
    return found


def common_name(name):
    """Return the text of the last commonName of a Name, or None."""
    return attribute(name, oid.COMMON_NAME)


def check(name):
    """Raise DerError unless bytes-like `name` is a well-formed Name; return the number of RDNs."""
    reader = Reader(name)
    count = take(reader)
    reader.finish()
    return count


# Name ::= SEQUENCE OF SET OF SEQUENCE { type OBJECT IDENTIFIER, value ANY }
def take(reader):
    """Move a Reader past a Name and check it on the way; return the number of RDNs."""
    count = 0
    whole = reader.open(SEQUENCE)
    while not reader.empty():
        rdn = reader.open(SET)
        if reader.empty():
            reader.fail("an RDN without attributes")
        while not reader.empty():
            attribute = reader.open(SEQUENCE)
            reader.oid()
            tag = reader.peek()
            reader.skip()
            if strings.is_wide(tag):
                # strings of more than one byte a character may be broken inside
                strings.text(tag, reader.buf[reader.at : reader.to])
            reader.close(attribute)
        reader.close(rdn)
        count += 1
    reader.close(whole)
    return count


def put(e, text_):
    """Prepend the Name for RFC 4514 text to Encoder e; raises DerError(`config`).

    PrintableString where the text allows, else UTF8String; IA5String and PrintableString only
    where the type demands it.
    """
    end = e.pos
    at = 0
    rdn_end = e.pos
    # the text's first RDN is the last of the SEQUENCE: reading forward suits writing backward
    while at < len(text_):
        at = _put_attribute(e, text_, at)
        if at < len(text_) and text_[at] == "+":
            at += 1
            _more(text_, at)
            continue
        e.sort(rdn_end)
        e.wrap(SET, rdn_end)
        rdn_end = e.pos
        if at < len(text_):
            at += 1
            _more(text_, at)
    e.wrap(SEQUENCE, end)


def encode(text_):
    """Return the Name for RFC 4514 text as bytes; raises DerError(`config`)."""
    e = Encoder(bytearray(2 * len(text_.encode()) + 64))
    put(e, text_)
    return bytes(e.view())


def escape(value):
    """Return a value (str) as it stands in RFC 4514 text."""
    out = []
    for i, c in enumerate(value):
        if c in _SPECIAL or (c in " #" and i == 0) or (c == " " and i == len(value) - 1):
            out.append("\\" + c)
        elif ord(c) < 0x20 or ord(c) == 0x7F:
            out.append("\\%02X" % ord(c))
        else:
            out.append(c)
    return "".join(out)


def fill(template, values):
    """Return RFC 4514 text: each `{key}` of the template becomes values[key], escaped.

    values: dict of str; raises DerError(`config`) for a key that is not there (or None).
    """
    parts = template.split("{")
    out = [parts[0]]
    for part in parts[1:]:
        key, brace, rest = part.partition("}")
        value = values.get(key) if brace else None
        if value is None:
            _refuse("the subject's template names {" + key + "}, which is not known")
        out.append(escape(value))
        out.append(rest)
    return "".join(out)


def equal(a, b):
    """Return whether two Names (bytes-like DER) match by RFC 5280 section 7.1; raises DerError.

    Strings compare over their types, letter case (ASCII and Latin-1) and runs of blanks.
    """
    if a == b:
        return True
    left, right = Reader(a).enter(SEQUENCE), Reader(b).enter(SEQUENCE)
    return _starts_with(left, right) and left.empty()


def is_within(name, base):
    """Return whether Name `base` is `name` or stands above it in the directory's tree (7.1)."""
    return _starts_with(Reader(name).enter(SEQUENCE), Reader(base).enter(SEQUENCE))


def is_empty(name):
    """Return whether a Name has no RDN."""
    return Reader(name).enter(SEQUENCE).empty()


def fold(value):
    """Return text prepared for a comparison: lower case, blanks trimmed and single."""
    out = []
    for c in value:
        n = ord(c)
        if 0x41 <= n <= 0x5A or (0xC0 <= n <= 0xDE and n != 0xD7):
            c = chr(n + 32)
        elif c in "\t\n\r\x0b\x0c\xa0":
            c = " "
        elif n == 0xAD:
            continue
        if c != " " or (out and out[-1] != " "):
            out.append(c)
    if out and out[-1] == " ":
        out.pop()
    return "".join(out)


def _starts_with(name, base):
    """Return whether the RDNs of Reader base are the first of Reader name; name moves past them."""
    while not base.empty():
        if name.empty():
            return False
        ours, theirs = _attributes(name), _attributes(base)
        if len(ours) != len(theirs):
            return False
        for pair in ours:
            for other in theirs:
                if pair[0] == other[0] and _same_value(pair[1], other[1]):
                    theirs.remove(other)
                    break
            else:
                return False
    return True


def _attributes(rdn):
    """Take one RDN from a Reader; return a list of (type bytes, value element memoryview)."""
    values = rdn.enter(SET, 32)
    pairs = []
    while not values.empty():
        pair = values.enter(SEQUENCE)
        pairs.append((pair.oid(), pair.tlv()))
        pair.finish()
    if not pairs:
        raise DerError("an RDN without attributes", rdn.pos)
    return pairs


def _attribute_text(kind, value):
    number = dotted.text(kind)
    at = _TYPES.find("=" + number + " ")
    if at >= 0 and strings.is_string(value[0]):
        short = _TYPES[_TYPES.rfind(" ", 0, at) + 1 : at + 1]
        return short + escape(strings.text(value[0], Reader(value).body()))
    # no short name or no string: the hexadecimal form (RFC 4514 2.4)
    return number + "=#" + "".join(["%02x" % c for c in value])


def _same_value(a, b):
    if a == b:
        return True
    if not strings.is_string(a[0]) or not strings.is_string(b[0]):
        return False
    left = fold(strings.text(a[0], Reader(a).body()))
    return left == fold(strings.text(b[0], Reader(b).body()))


def _put_attribute(e, text_, at):
    """Prepend the AttributeTypeAndValue at text_[at:]; return where its separator stands."""
    equals = text_.find("=", at)
    if equals < 0:
        _refuse("no = in " + text_[at:])
    kind = _type(text_[at:equals].strip())
    raw, at = _value(text_, equals + 1)
    if not raw:
        _refuse("an attribute without a value")
    end = e.pos
    if text_[equals + 1 :].lstrip()[:1] == "#":
        _put_hex(e, raw)
    elif kind in _IA5:
        if max(raw or b"\0") > 0x7F:
            _refuse("only ASCII is allowed in an e-mail address or domain component")
        e.tlv(IA5_STRING, raw)
    elif kind in _PRINTABLE_ONLY:
        if not strings.is_printable(raw):
            _refuse("the type allows only a PrintableString: " + text_[equals + 1 : at])
        e.tlv(PRINTABLE_STRING, raw)
    else:
        strings.put(e, raw)
    e.tlv(OID, kind)
    e.wrap(SEQUENCE, end)
    return at


def _put_hex(e, raw):
    try:
        digits = str(raw[1:], "utf-8")
        if digits.strip(_HEX):
            raise ValueError
        data = bytes([int(digits[i : i + 2], 16) for i in range(0, len(digits), 2)])
        element = Reader(data)
        element.skip()
        element.finish()
    except (ValueError, DerError):
        _refuse("#hex is not one DER element")
    e.raw(data)


def _type(key):
    wanted = " " + key.lower() + "="
    at = _TYPES.lower().find(wanted)
    if at >= 0:
        at += len(wanted)
        return dotted.body(_TYPES[at : _TYPES.find(" ", at)])
    if key[:4].upper() == "OID.":
        key = key[4:]
    if not key[:1].isdigit():
        _refuse("unknown attribute type " + key)
    return dotted.body(key)


def _value(text_, at):
    """Read an escaped value; return (its UTF-8 bytes, where the separator stands)."""
    while text_[at : at + 1] == " ":
        at += 1
    out = bytearray()
    solid = 0
    while at < len(text_) and text_[at] not in ",+":
        c = text_[at]
        at += 1
        if c == "\\":
            pair = text_[at : at + 2]
            if len(pair) == 2 and pair[0] in _HEX and pair[1] in _HEX:
                out.append(int(pair, 16))
                at += 2
            elif pair and pair[0] in _SPECIAL + ' "#=':
                out.extend(pair[0].encode())
                at += 1
            else:
                _refuse("a backslash with nothing to escape")
            solid = len(out)
        elif c in _SPECIAL:
            _refuse("a character that needs a backslash: " + c)
        else:
            out.extend(c.encode())
            if c != " ":
                solid = len(out)
    # trailing blanks count only when escaped
    raw = bytes(out[:solid])
    try:
        str(raw, "utf-8")
    except UnicodeError:
        _refuse("hexadecimal pairs that are not UTF-8")
    return raw, at


def _more(text_, at):
    if not text_[at:].strip():
        _refuse("a name that ends with a separator")


def _refuse(message):
    raise DerError("distinguished name: " + message, code="config")
