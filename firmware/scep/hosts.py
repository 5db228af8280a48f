"""Whether a server's certificate is for the host that was asked.

For HTTPS and EAP-TLS servers.
RFC 9525 section 6: the subject alternative names only, never the common name.
"""

from scep import ip
from scep.der import DerError


def matches(certificate, host):
    """Return whether `certificate` bears `host` (str): a DNS name or an IP literal.

    An IP literal (brackets allowed) matches an iPAddress only; a DNS name a dNSName, in which
    `*` may stand for the whole first label if two more follow.
    """
    address = _address(host)
    wanted = host.lower().rstrip(".")
    for kind, value in certificate.alternative_names:
        if address is not None:
            if kind == "ip" and value == address:
                return True
        elif kind == "dns" and _is_same(value.lower().rstrip("."), wanted):
            return True
    return False


def _address(host):
    """Return the text of an IP literal as altnames writes it, or None."""
    try:
        return ip.text(ip.pack(host.strip("[]")))
    except DerError:
        return None


def _is_same(pattern, host):
    if pattern[:2] != "*.":
        return pattern == host and "*" not in host
    label, _, rest = host.partition(".")
    # not *.com, and no wildcard for a name that is an A-label's part or empty
    return bool(label) and rest == pattern[2:] and "." in rest and "*" not in rest
