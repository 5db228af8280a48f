"""Frames that an authenticator sends, as bytes; under both Pythons.

For micropython/test_eapol.py and test_dot1x.py.
"""

from phone import eap

MAC = b"\x02\x00\x5e\x00\x53\x01"
SWITCH = b"\x02\0\0\0\0\x01"


def framed(
    packet, kind=0, length=None, source=SWITCH, destination=eap.GROUP, ethertype=b"\x88\x8e"
):
    """Return a frame with `packet` as EAPOL; every field can be falsified."""
    length = len(packet) if length is None else length
    head = destination + source + ethertype + bytes((2, kind, length >> 8, length & 255))
    frame = head + packet
    return frame + bytes(max(0, 60 - len(frame)))
