"""The other end of a set's Ethernet cable: raw frames, sent and received by a test.

For tests of the port's network code and of 802.1X.
"""

import select
import socket
import struct
import time

PEER = bytes.fromhex("020000000002")

SET_MAC = bytes.fromhex("02005e005301")
SET_IP, PEER_IP = bytes([10, 0, 0, 1]), bytes([10, 0, 0, 9])


class Wire:
    """The other end of the set's cable: raw Ethernet frames over UDP (-nic socket)."""

    def __init__(self, ip6=False):
        """Bind a port for each end; the set's must be free when QEMU starts.

        ip6: receive() gives IPv6 frames too, which the set sends of its own accord.
        """
        self._ip6 = ip6
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            probe.bind(("127.0.0.1", 0))
            self._there = probe.getsockname()
        here = self._socket.getsockname()[1]
        self.nic = f"socket,udp=127.0.0.1:{here},localaddr=127.0.0.1:{self._there[1]}"

    def send(self, frame):
        """Send a frame to the set."""
        self._socket.sendto(frame, self._there)

    def receive(self, timeout=5):
        """Return the next frame of the set."""
        end = time.monotonic() + timeout
        while True:
            left = max(0, end - time.monotonic())
            assert select.select([self._socket], [], [], left)[0], "no frame came"
            frame = self._socket.recv(4096)
            if self._ip6 or frame[12:14] != b"\x86\xdd":
                return frame

    def drain(self):
        """Forget what the set has sent so far."""
        while select.select([self._socket], [], [], 0.2)[0]:
            self._socket.recv(4096)

    def close(self):
        """Cut the cable."""
        self._socket.close()


def arp_request(target_ip):
    """Return an ARP request of PEER (RFC 826)."""
    body = struct.pack(">HHBBH", 1, 0x800, 6, 4, 1) + PEER + bytes([10, 0, 0, 9])
    return b"\xff" * 6 + PEER + b"\x08\x06" + (body + bytes(6) + target_ip).ljust(46, b"\0")


def is_arp(frame, operation):
    """Tell whether a frame is an ARP request (1) or reply (2)."""
    return frame[12:14] == b"\x08\x06" and frame[20:22] == bytes([0, operation])


def checksum(data):
    """Return the internet checksum of data (RFC 1071)."""
    data += b"\0" * (len(data) % 2)
    total = sum(struct.unpack(f">{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def ip(protocol, payload, source=PEER_IP, destination=SET_IP, options=b"", **over):
    """Return an IPv4 packet (RFC 791) with a right checksum; over: header fields to falsify."""
    first = over.get("first", 0x40 | (5 + len(options) // 4))
    total = over.get("total", 20 + len(options) + len(payload))
    flags = over.get("flags", 0)
    head = struct.pack(">BBHHHBBH", first, 0, total, 1, flags, 64, protocol, 0)
    head += source + destination + options
    head = head[:10] + struct.pack(">H", checksum(head)) + head[12:]
    return head + payload


def ethernet(kind, payload, destination=SET_MAC):
    """Return an Ethernet frame."""
    return (destination + PEER + struct.pack(">H", kind) + payload).ljust(60, b"\0")
