"""URLs as SCEP needs them: read, resolved against a redirect, percent-encoded.

For http.py and client.py.  RFC 3986; userinfo and fragments have no place here.
"""

from errors import Error
from scep import is_number

_PORTS = {"http": 80, "https": 443}
_UNRESERVED = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~"
_HEX = b"0123456789ABCDEF"


class UrlError(Error):
    """A URL that cannot be used: code `config` from the configuration, `http-format` else."""


class Url:
    """An absolute URL.

    secure: bool, https; host: str, a name or a literal without brackets; port: int;
    path: str, the path and query, begins with "/".
    """

    def __init__(self, secure, host, port, path):
        """Keep the parts."""
        self.secure = secure
        self.host = host
        self.port = port
        self.path = path

    def authority(self):
        """Return the value of the Host field: brackets around IPv6, no default port."""
        host = "[" + self.host + "]" if ":" in self.host else self.host
        if self.port == _PORTS["https" if self.secure else "http"]:
            return host
        return "%s:%d" % (host, self.port)

    def __str__(self):
        """Return the URL as text."""
        return ("https://" if self.secure else "http://") + self.authority() + self.path


def parse(text, code="config"):
    """Read an absolute URL.

    text: str; code: the error code for one that cannot be used.  Returns Url; raises UrlError.
    """
    scheme, mark, rest = text.strip().partition("://")
    scheme = scheme.lower()
    if not mark or scheme not in _PORTS:
        raise UrlError(code, "not an http or https URL: " + text, text)
    rest = rest.split("#")[0]
    cut = len(rest)
    for mark in "/?":
        at = rest.find(mark)
        if 0 <= at < cut:
            cut = at
    authority, path = rest[:cut], rest[cut:]
    if not path.startswith("/"):
        path = "/" + path
    if "@" in authority:
        raise UrlError(code, "a URL with a user name is not supported", None)
    if authority.startswith("["):
        host, mark, port = authority[1:].partition("]")
        port = port[1:] if port.startswith(":") else port and None
        sane = bool(mark) and ":" in host
    else:
        host, _, port = authority.partition(":")
        sane = bool(host)
    if port is None or (port and not is_number(port, 5)):
        sane = False
    number = int(port) if sane and port else _PORTS[scheme]
    if not sane or not 0 < number < 65536 or not _printable(host) or not _printable(path):
        raise UrlError(code, "not a usable URL: " + text, text)
    return Url(scheme == "https", host, number, path)


def resolve(base, location):
    """Resolve a Location field against the URL that was asked (RFC 3986 section 5.2).

    base: Url; location: str.  Returns Url; raises UrlError("http-format").
    """
    if "://" in location.split("?")[0]:
        return parse(location, "http-format")
    if location.startswith("//"):
        return parse(("https:" if base.secure else "http:") + location, "http-format")
    if not location or not _printable(location):
        raise UrlError("http-format", "a redirect without a usable Location", location)
    if location.startswith("/"):
        path = location
    else:
        folder = base.path.split("?")[0]
        path = folder[: folder.rfind("/") + 1] + location
    return Url(base.secure, base.host, base.port, path.split("#")[0])


def quote(octets):
    """Percent-encode bytes-like data for a query value; returns bytes."""
    quoted = bytearray()
    for octet in octets:
        if octet in _UNRESERVED:
            quoted.append(octet)
        else:
            quoted += b"%"
            quoted.append(_HEX[octet >> 4])
            quoted.append(_HEX[octet & 15])
    return bytes(quoted)


def _printable(text):
    return all(32 < ord(c) < 127 for c in text)
