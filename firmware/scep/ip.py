"""IPv4 and IPv6 addresses between text and network bytes.

For iPAddress names in certificates.
RFC 4291 section 2.2, RFC 5952 (the text we write).
"""

from scep import is_number
from scep.reader import DerError


def pack(text_):
    """Return 4 or 16 bytes for an address in text; raises DerError(`config`)."""
    data = _pack6(text_) if ":" in text_ else _pack4(text_)
    if data is None:
        raise DerError("not an IP address: " + text_, code="config")
    return data


def text(data):
    """Return the text of 4 or 16 bytes; other lengths (name constraints) in hexadecimal."""
    if len(data) == 4:
        return ".".join([str(c) for c in data])
    if len(data) != 16:
        return "".join(["%02x" % c for c in data])
    groups = [data[i] << 8 | data[i + 1] for i in range(0, 16, 2)]
    # the first longest run of two or more zero groups becomes :: (RFC 5952 4.2)
    best, size = 0, 1
    for start in range(8):
        run = 0
        while start + run < 8 and not groups[start + run]:
            run += 1
        if run > size:
            best, size = start, run
    if size < 2:
        return ":".join(["%x" % group for group in groups])
    left = ":".join(["%x" % group for group in groups[:best]])
    return left + "::" + ":".join(["%x" % group for group in groups[best + size :]])


def _pack4(text_):
    parts = text_.split(".")
    if len(parts) != 4:
        return None
    for part in parts:
        if not is_number(part, 3) or int(part) > 255 or part != str(int(part)):
            return None
    return bytes([int(part) for part in parts])


def _pack6(text_):
    left, gap, right = text_.partition("::")
    head, tail = _groups(left), _groups(right)
    if head is None or tail is None:
        return None
    missing = 16 - len(head) - len(tail)
    if missing < 2 if gap else missing:
        return None
    return bytes(head + bytearray(missing) + tail)


def _groups(text_):
    """Return the bytes of groups between colons (the last may be an IPv4 address), or None."""
    out = bytearray()
    parts = text_.split(":") if text_ else []
    for i, part in enumerate(parts):
        if "." in part and i == len(parts) - 1:
            quad = _pack4(part)
            if quad is None:
                return None
            out.extend(quad)
            continue
        if not 1 <= len(part) <= 4 or part.strip("0123456789abcdefABCDEF"):
            return None
        group = int(part, 16)
        out.append(group >> 8)
        out.append(group & 0xFF)
    return out
