"""The other end of a set's Ethernet cable: raw frames, sent and received by a test.

For tests of the port's network code and of 802.1X.
"""

import select
import socket
import struct

PEER = bytes.fromhex("020000000002")


class Wire:
    """The other end of the set's cable: raw Ethernet frames over UDP (-nic socket)."""

    def __init__(self):
        """Bind a port for each end; the set's must be free when QEMU starts."""
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
        assert select.select([self._socket], [], [], timeout)[0], "no frame came"
        return self._socket.recv(4096)

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
