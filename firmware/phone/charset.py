"""Text of configuration files: UTF-8, else Latin-1, without ever making a string of a secret.

For lanpbx.py, dm.py and console.py.
RFC 3629 (UTF-8), ISO 8859-1 (Latin-1).
"""


def is_utf8(buf):
    """Tell whether `buf` (bytes-like) is well-formed UTF-8 (RFC 3629 section 4)."""
    i = 0
    n = len(buf)
    while i < n:
        lead = buf[i]
        i += 1
        if lead < 0x80:
            continue
        low, high = 0x80, 0xBF
        if 0xC2 <= lead <= 0xDF:
            more = 1
        elif 0xE0 <= lead <= 0xEF:
            more = 2
            if lead == 0xE0:
                low = 0xA0  # shorter forms exist
            elif lead == 0xED:
                high = 0x9F  # surrogates
        elif 0xF0 <= lead <= 0xF4:
            more = 3
            if lead == 0xF0:
                low = 0x90
            elif lead == 0xF4:
                high = 0x8F  # beyond U+10FFFF
        else:
            return False
        while more:
            if i >= n or not low <= buf[i] <= high:
                return False
            low, high = 0x80, 0xBF
            i += 1
            more -= 1
    return True


def wipe(buf):
    """Overwrite a bytearray with zeros in place (no copy, so no trace on the heap)."""
    for i in range(len(buf)):
        buf[i] = 0


def to_utf8(buf):
    """Return a new bytearray with `buf` in UTF-8: as it is, or read as Latin-1."""
    return bytearray(buf) if is_utf8(buf) else from_latin1(buf, len(buf))


def from_latin1(buf, count):
    """Return the first `count` octets of `buf`, Latin-1, as a bytearray in UTF-8.

    Sized before it is filled: a bytearray that grows leaves copies of a secret behind.
    """
    size = count
    for i in range(count):
        if buf[i] >= 0x80:
            size += 1
    out = bytearray(size)
    o = 0
    for i in range(count):
        c = buf[i]
        if c >= 0x80:
            out[o] = 0xC0 | (c >> 6)
            o += 1
            c = 0x80 | (c & 0x3F)
        out[o] = c
        o += 1
    return out


def to_str(buf):
    """Return `buf` as str, UTF-8 else Latin-1. Not for secrets."""
    return str(bytes(to_utf8(buf)), "utf-8")
