"""A cable in user space between a network interface and an emulated set: no TAP, no root.

For network.py. QEMU's end is a UDP socket on loopback, ours a packet socket.
"""

import select
import socket
import threading

_ALL = 0x0003  # ETH_P_ALL
_OUTGOING = 4  # PACKET_OUTGOING: what we sent ourselves
_ADD_MEMBERSHIP, _SOL_PACKET, _PROMISCUOUS = 1, 263, 1


class Cable:
    """Carries frames both ways until close(); nic is what QEMU takes."""

    def __init__(self, interface):
        """Plug one end into `interface`."""
        self._packets = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(_ALL))
        self._packets.bind((interface, _ALL))
        index = socket.if_nametoindex(interface)
        request = index.to_bytes(4, "little") + _PROMISCUOUS.to_bytes(2, "little") + bytes(10)
        self._packets.setsockopt(_SOL_PACKET, _ADD_MEMBERSHIP, request)
        self._udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._udp.bind(("127.0.0.1", 0))
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            probe.bind(("127.0.0.1", 0))
            self._there = probe.getsockname()
        here = self._udp.getsockname()[1]
        self.nic = f"socket,udp=127.0.0.1:{here},localaddr=127.0.0.1:{self._there[1]}"
        self._stop = False
        self._thread = threading.Thread(target=self._carry, daemon=True)
        self._thread.start()

    def close(self):
        """Pull it out."""
        self._stop = True
        self._thread.join()
        self._packets.close()
        self._udp.close()

    def _carry(self):
        while not self._stop:
            for end in select.select([self._packets, self._udp], [], [], 0.2)[0]:
                try:
                    if end is self._udp:
                        self._packets.send(self._udp.recv(4096))
                        continue
                    frame, address = self._packets.recvfrom(4096)
                    if address[2] != _OUTGOING:
                        self._udp.sendto(frame, self._there)
                except OSError:
                    continue  # the set is not switched on
