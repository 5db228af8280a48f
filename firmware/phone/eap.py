"""EAPOL frames and EAP packets: read with every length checked, and built.

For eapol.py. IEEE 802.1X-2010 section 11.3 (EAPOL), RFC 3748 section 4 (EAP).
Lengths are the protocol's own: a short frame comes padded.
"""

from errors import Error

# IEEE 802.1X-2010 11.1.1: the PAE group address, which no bridge forwards; 11.1.4: EtherType.
GROUP = b"\x01\x80\xc2\x00\x00\x03"
ETHERTYPE = b"\x88\x8e"
# 11.3.1: version 1 is what every authenticator reads; a receiver takes any.
VERSION = 1
# 11.3.2 packet types; keys, MKA and announcements are not for a wire without MACsec.
EAP_PACKET, START, LOGOFF = 0, 1, 2
# RFC 3748 section 4 codes.
REQUEST, RESPONSE, SUCCESS, FAILURE = 1, 2, 3, 4
# RFC 3748 section 5 types; 13: RFC 5216.
IDENTITY, NOTIFICATION, NAK, TLS = 1, 2, 3, 13

_ETHERNET = 14
_EAPOL = 18  # Ethernet and EAPOL header


class EapError(Error):
    """An exchange that cannot go on: code `eap`."""


class Packet:
    """An EAP packet. code, identifier: int; kind: type of a Request, else None; data: what follows
    the type, a memoryview into the frame.
    """

    def __init__(self, code, identifier, kind, data):
        """Keep the fields."""
        self.code = code
        self.identifier = identifier
        self.kind = kind
        self.data = data


def read(frame, mac):
    """Return the Packet of a frame for the set (6 bytes `mac`), or None where it is no such thing.

    frame: bytes-like, with its Ethernet header. Everything malformed is discarded silently, as
    RFC 3748 section 4 wants it; a Response is none of ours.
    """
    view = memoryview(frame)
    if len(view) < _EAPOL or view[12:14] != ETHERTYPE or view[6:12] == mac:
        return None
    if view[:6] != GROUP and view[:6] != mac:
        return None
    length = view[16] << 8 | view[17]
    if view[15] != EAP_PACKET or length > len(view) - _EAPOL:
        return None
    return _packet(view[_EAPOL : _EAPOL + length])


def _packet(view):
    # Code (1), Identifier (1), Length (2), Data; octets beyond Length are padding (4.1)
    if len(view) < 4:
        return None
    code, identifier, length = view[0], view[1], view[2] << 8 | view[3]
    if length < 4 or length > len(view):
        return None
    if code == REQUEST:
        if length < 5:
            return None
        return Packet(code, identifier, view[4], view[5:length])
    if code in (SUCCESS, FAILURE) and length == 4:  # (4.2)
        return Packet(code, identifier, None, view[4:4])
    return None


def response(identifier, kind, data):
    """Return the Response packet (bytes) of type `kind` to the request `identifier`."""
    length = 5 + len(data)
    return bytes((RESPONSE, identifier, length >> 8, length & 0xFF, kind)) + bytes(data)


def frame(mac, kind, packet=b""):
    """Return the frame (bytes) from `mac` that carries `packet` as EAPOL type `kind`."""
    length = len(packet)
    header = bytes((VERSION, kind, length >> 8, length & 0xFF))
    return GROUP + mac + ETHERTYPE + header + packet
