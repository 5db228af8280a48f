"""ASN.1 character strings: to text, and the choice between PrintableString and UTF8String.

For names, attributes and SCEP's own attributes.
X.680 section 41, RFC 5280 section 4.1.2.4, X.690 section 8.23.
"""

from scep.reader import DerError
from scep.tags import (
    BMP_STRING,
    IA5_STRING,
    NUMERIC_STRING,
    PRINTABLE_STRING,
    TELETEX_STRING,
    UNIVERSAL_STRING,
    UTF8_STRING,
    VISIBLE_STRING,
)

# PrintableString beside letters and digits (X.680 41.4)
_PRINTABLE = b" '()+,-./:=?"
_ASCII = (PRINTABLE_STRING, IA5_STRING, NUMERIC_STRING, VISIBLE_STRING)


def is_string(tag):
    """Return whether text() reads elements with this tag."""
    return tag in _ASCII or tag in (UTF8_STRING, TELETEX_STRING, BMP_STRING, UNIVERSAL_STRING)


def is_wide(tag):
    """Return whether a character of the string type may take more than one byte."""
    return tag in (UTF8_STRING, BMP_STRING, UNIVERSAL_STRING)


def text(tag, body):
    """Return the text (str) of a string element's contents (bytes-like); raises DerError.

    TeletexString is read as Latin-1, as everybody writes it; so are bytes beyond ASCII in the
    other strings of one byte a character, where they are a CA's mistake.
    """
    if tag == UTF8_STRING:
        try:
            return str(bytes(body), "utf-8")
        except UnicodeError:
            raise DerError("UTF8String is not UTF-8")
    if tag in _ASCII or tag == TELETEX_STRING:
        return "".join([chr(c) for c in body])
    if tag == BMP_STRING:
        return _wide(body, 2)
    if tag == UNIVERSAL_STRING:
        return _wide(body, 4)
    raise DerError("tag 0x%02x is no character string" % tag)


def ascii_text(body):
    """Return the text of an IA5String that names a host, mailbox or URI; raises DerError."""
    for c in body:
        if c > 0x7F:
            raise DerError("a character beyond ASCII in an IA5String")
    return text(IA5_STRING, body)


def is_printable(data):
    """Return whether all bytes of bytes-like data are PrintableString characters."""
    for c in data:
        letter = c | 0x20
        if not (0x61 <= letter <= 0x7A or 0x30 <= c <= 0x39 or c in _PRINTABLE):
            return False
    return True


def put(e, data):
    """Prepend a DirectoryString to Encoder e: PrintableString where the text allows, else UTF8.

    data: bytes-like UTF-8. A secret given as bytearray is copied into the encoder's buffer only.
    """
    e.tlv(PRINTABLE_STRING if is_printable(data) else UTF8_STRING, data)


def _wide(body, width):
    if len(body) % width:
        raise DerError("a string of %d-byte characters is cut off" % width)
    out = []
    for i in range(0, len(body), width):
        c = 0
        for k in range(i, i + width):
            c = c << 8 | body[k]
        if c > 0x10FFFF or 0xD800 <= c < 0xE000:
            raise DerError("a string holds no Unicode character")
        out.append(chr(c))
    return "".join(out)
