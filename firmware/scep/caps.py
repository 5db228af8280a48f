"""The answer to GetCACaps: what a CA says that it can do, as one small integer.

For policy.py (which algorithms) and client.py (which operations).  RFC 8894 section 3.5.2.
"""

# Bits of a capability set.  The names are the keywords of RFC 8894 table 7 and of
# draft-nourse-scep-23 appendix C; they stand in learned records: never renumber.
AES = 0x0001
DES3 = 0x0002
GET_NEXT_CA_CERT = 0x0004
POST = 0x0008
RENEWAL = 0x0010
SHA1 = 0x0020
SHA224 = 0x0040
SHA256 = 0x0080
SHA384 = 0x0100
SHA512 = 0x0200
STANDARD = 0x0400
UPDATE = 0x0800

NONE = 0

# The keyword of each bit, in the order of the bits.
_KEYWORDS = (
    "AES",
    "DES3",
    "GetNextCACert",
    "POSTPKIOperation",
    "Renewal",
    "SHA-1",
    "SHA-224",
    "SHA-256",
    "SHA-384",
    "SHA-512",
    "SCEPStandard",
    "Update",
)

_LONGEST = 16  # octets of the longest keyword: what is longer is unknown and needs no copy


def parse(body):
    """Read the body of a GetCACaps answer.

    body: bytes-like of any length and content: text with one keyword a line, in any order and
    case, lines ended by LF or CRLF, blanks around them; what is not a keyword is ignored.
    Returns the set as int.  Never raises: no answer and a foreign answer mean `NONE`.
    """
    found = NONE
    word = bytearray()
    too_long = False
    for octet in body:
        if octet in b"\n\r":
            found |= _bit(word, too_long)
            word[:] = b""
            too_long = False
        elif octet in b" \t\x00" and not word:
            pass
        elif len(word) < 2 * _LONGEST:
            word.append(octet)
        elif octet not in b" \t\x00":
            too_long = True
    return found | _bit(word, too_long)


def implied(found):
    """Add what SCEPStandard implies: AES, POSTPKIOperation and SHA-256 (RFC 8894 table 7)."""
    if found & STANDARD:
        return found | AES | POST | SHA256
    return found


def names(found):
    """Return the keywords of a set as a list of str, in the order of the bits, for people."""
    return [_KEYWORDS[i] for i in range(len(_KEYWORDS)) if found & (1 << i)]


def _bit(word, too_long):
    if too_long or not word:
        return NONE
    keyword = bytes(word).strip(b" \t\x00").lower()
    for i in range(len(_KEYWORDS)):
        if keyword == _KEYWORDS[i].lower().encode():
            return 1 << i
    return NONE
