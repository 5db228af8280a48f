"""OBJECT IDENTIFIERs between their dotted text and their encoded contents.

For names with unknown attribute types, for logs and for the tools.
X.690 section 8.19.
"""

from scep import is_number
from scep.reader import DerError


def text(body):
    """Return `1.2.840.113549` for the contents of an OBJECT IDENTIFIER (bytes-like)."""
    arcs = []
    value = 0
    for c in body:
        value = value << 7 | c & 0x7F
        if c < 0x80:
            if not arcs:
                # the first two arcs share a number; the first one is 0, 1 or 2 [8.19.4]
                first = min(value // 40, 2)
                arcs.append(str(first))
                value -= 40 * first
            arcs.append(str(value))
            value = 0
    return ".".join(arcs)


def body(text_):
    """Return the contents (bytes) for dotted text; raises DerError(`config`)."""
    try:
        arcs = [int(arc) for arc in text_.split(".") if is_number(arc, len(arc)) or _refuse(text_)]
    except ValueError:
        _refuse(text_)
    if len(arcs) < 2 or arcs[0] > 2 or (arcs[0] < 2 and arcs[1] > 39):
        _refuse(text_)
    arcs[1] += 40 * arcs[0]
    out = bytearray()
    for value in arcs[1:]:
        start = len(out)
        out.append(value & 0x7F)
        while value > 0x7F:
            value >>= 7
            out.append(0x80 | value & 0x7F)
        # written from the low end: turn this arc around
        for i in range((len(out) - start) // 2):
            j = len(out) - 1 - i
            out[start + i], out[j] = out[j], out[start + i]
    return bytes(out)


def _refuse(text_):
    raise DerError("not an object identifier: " + text_, code="config")
