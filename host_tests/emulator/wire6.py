"""IPv6 on a set's cable: packets that a test sends as the set's neighbour and its router.

For test_port_ip6.py. RFC 8200, RFC 4443 (ICMPv6), RFC 4861 (neighbour discovery).
"""

import ipaddress
import struct

from emulator.wire import PEER, SET_MAC, checksum, ethernet

ICMP6, TCP, FRAGMENT = 58, 6, 44
PTB, ECHO, REPLY, RA, NS, NA = 2, 128, 129, 134, 135, 136


def address(text):
    """Return 16 octets."""
    return ipaddress.IPv6Address(text).packed


PREFIX = address("2001:db8:1::")
SUFFIX = bytes([SET_MAC[0] ^ 2]) + SET_MAC[1:3] + b"\xff\xfe" + SET_MAC[3:]
SET_LOCAL, SET_IP6 = address("fe80::")[:8] + SUFFIX, PREFIX[:8] + SUFFIX
PEER_LOCAL, PEER_IP6 = address("fe80::9"), PREFIX[:8] + address("::9")[8:]
ALL_NODES = address("ff02::1")


def ip6(protocol, payload, source=PEER_IP6, destination=SET_IP6, hops=255, length=None):
    """Return a frame with an IPv6 packet; length: a false one."""
    size = len(payload) if length is None else length
    head = struct.pack(">IHBB", 0x60000000, size & 0xFFFF, protocol, hops)
    mac = SET_MAC if destination[0] != 0xFF else b"\x33\x33" + destination[12:]
    return ethernet(0x86DD, head + source + destination + payload, mac)


def summed(protocol, payload, at, source, destination):
    """Return an upper-layer packet with its checksum, two octets at `at`, put right."""
    pseudo = source + destination + struct.pack(">II", len(payload), protocol)
    value = struct.pack(">H", checksum(pseudo + payload))
    return payload[:at] + value + payload[at + 2 :]


def icmp6(kind, body, source=PEER_IP6, destination=SET_IP6, code=0, hops=255):
    """Return a frame with an ICMPv6 message; body: what stands behind the checksum."""
    message = summed(ICMP6, bytes([kind, code, 0, 0]) + body, 2, source, destination)
    return ip6(ICMP6, message, source, destination, hops)


def advertisement(prefix=PREFIX, lifetime=1800, more=b""):
    """Return a router advertisement: a prefix of 64 bits on the link, for autoconfiguration."""
    body = struct.pack(">BBHII", 64, 0, lifetime, 0, 0)
    body += b"\x01\x01" + PEER
    body += struct.pack(">BBBBIII", 3, 4, 64, 0xC0, 86400, 14400, 0) + prefix
    return icmp6(RA, body + more, PEER_LOCAL, ALL_NODES)


def neighbour(frame):
    """Return the frame that answers a set's neighbour solicitation for PEER, or None."""
    if frame[12:14] != b"\x86\xdd" or frame[20] != ICMP6 or frame[54] != NS:
        return None
    target, source = frame[62:78], frame[22:38]
    if target not in (PEER_IP6, PEER_LOCAL) or source == bytes(16):
        return None
    return icmp6(NA, b"\x60\0\0\0" + target + b"\x02\x01" + PEER, target, source)


def segment(port, to, seq, ack, flags):
    """Return a frame with a TCP segment (RFC 9293) of PEER, without data; a SYN tells its MSS."""
    options = struct.pack(">BBH", 2, 4, 1440) if flags & 2 else b""
    length = (20 + len(options)) << 2
    head = struct.pack(">HHIIBBHHH", port, to, seq, ack, length, flags, 8192, 0, 0) + options
    return ip6(TCP, summed(TCP, head, 16, PEER_IP6, SET_IP6))


def read_segment(frame):
    """Return (set's port, port, seq, ack, flags, octets of data) of a set's segment, or None."""
    if frame[12:14] != b"\x86\xdd" or frame[20] != TCP:
        return None
    (length,) = struct.unpack(">H", frame[18:20])
    own, port, seq, ack, offset, flags = struct.unpack(">HHIIBB", frame[54:68])
    return own, port, seq, ack, flags, length - 4 * (offset >> 4)
