"""An identity that comes as PEM blocks in lanpbx.cfg: key, certificate and its issuers in clear.

For filed.py: customers without SCEP, and files older than `identity_cms`. RFC 7468; RFC 5958 and
RFC 8017 (the key). The key is sealed into the key store at once; its text is wiped, never shown.
"""

import scepcore
from errors import Error
from phone import charset
from scep.x509 import Certificate

_KEYS = ("PRIVATE KEY", "RSA PRIVATE KEY")
_CERTIFICATE = "CERTIFICATE"
_LEFT_OUT = "the key and certificate in the file are not taken over: "


def apply(set_, blocks):
    """Take the blocks over, once; return the list of events. All blocks are wiped.

    blocks: list of (label, bytearray of base64 text). Where SCEP is switched on it alone gives
    identities: the file is not authenticated.
    """
    try:
        keys = [text for label, text in blocks if label in _KEYS]
        if not keys:
            names = ", ".join([label for label, _text in blocks])
            wrong = Error("unsupported", "PEM blocks without a key are not used: " + names)
            return [wrong.warning()]
        wrong = Error(
            "config", "a private key stands in the file in clear: use identity_cms instead"
        )
        events = [wrong.warning()]
        records = set_.records
        certificates = [text for label, text in blocks if label == _CERTIFICATE]
        mark = _mark(certificates)
        if records.handed() == mark:
            return events
        if records.config.yes("scep_run") and records.config.urls():
            return events + [Error("config", "SCEP is on").warning(_LEFT_OUT)]
        try:
            _take_over(records, keys, certificates, mark)
        except Error as e:
            return events + [e.warning(_LEFT_OUT)]
        return events + [{"event": "slot", "slot": "active"}]
    finally:
        for _label, text in blocks:
            charset.wipe(text)


# -- private, in the order of use


def _mark(certificates):
    """Return what the key store remembers: the head of a digest of the certificates' text."""
    digest = scepcore.hash("sha256")
    for text in certificates:
        digest.update(text)
    return "".join(["%02x" % b for b in digest.digest()[:8]])


def _take_over(records, keys, certificates, mark):
    """Make the identity active, in one commit. Raises Error(`config`, `asn1`, `cert-*`)."""
    if len(keys) > 1:
        raise Error("config", "there are several private keys")
    found = [Certificate(bytes(_decode(text))) for text in certificates]
    der = _decode(keys[0])
    try:
        key = scepcore.RSAKey.from_der(der)
    except (ValueError, scepcore.Error):
        raise Error("config", "the private key is no RSA key that can be used")
    finally:
        charset.wipe(der)
    try:
        records.take_over(key, _chain(found, key.public()), mark)
    finally:
        key.wipe()


def _chain(found, public):
    """Return the DER of the key's own certificate and of its issuers, in order."""
    own = [c for c in found if c.public_key() == public]
    if not own:
        raise Error("config", "no certificate belongs to the key")
    path = [own[0]]
    for _ in found:
        for above in found:
            if above.subject == path[-1].issuer and above not in path:
                path[-1].verify(above)
                path.append(above)
                break
    return [bytes(c.der) for c in path]


def _decode(text):
    """Return the octets of base64 `text` (bytearray, overwritten) in the same bytearray's head.

    Own code: binascii leaves a copy of the key that nobody can wipe.
    """
    bits = count = size = 0
    for i in range(len(text)):
        value = _value(text[i])
        text[i] = 0
        if value < 0:
            continue
        bits = (bits << 6 | value) & 0xFFF
        count += 6
        if count >= 8:
            count -= 8
            text[size] = bits >> count & 0xFF
            size += 1
    whole = bytearray(size)
    for i in range(size):
        whole[i] = text[i]
        text[i] = 0
    return whole


def _value(c):
    """Return the six bits of a base64 character, -1 for a line's end or padding."""
    if 0x41 <= c <= 0x5A:
        return c - 0x41
    if 0x61 <= c <= 0x7A:
        return c - 0x47
    if 0x30 <= c <= 0x39:
        return c + 4
    if c == 0x2B:
        return 62
    if c == 0x2F:
        return 63
    if c in b"=\r\n\t ":
        return -1
    raise Error("config", "a PEM block is not base64")
