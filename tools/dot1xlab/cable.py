"""A cable in user space between a network interface and an emulated set: no TAP, no root.

For network.py. QEMU's end is a UDP socket on loopback, ours a packet socket.
"""

import heapq
import random
import select
import socket
import threading
import time

_ALL = 0x0003  # ETH_P_ALL
_OUTGOING = 4  # PACKET_OUTGOING: what we sent ourselves
_ADD_MEMBERSHIP, _SOL_PACKET, _PROMISCUOUS = 1, 263, 1


class Weather:
    """What a line does to frames, each way. delay: seconds; loss: share; rate: bits a second."""

    def __init__(self, delay=0.0, loss=0.0, rate=None):
        """Keep them."""
        self.delay, self.loss, self.rate = delay, loss, rate


# ACCEPTANCE.md section 2, check 12: 600 ms round trip, 2 % loss, 64 kbit/s.
WAN = Weather(0.3, 0.02, 64000)


class Cable:
    """Carries frames both ways until close(); nic is what QEMU takes."""

    def __init__(self, interface, weather=None):
        """Plug one end into `interface`."""
        self._weather = weather or Weather()
        self._random = random.Random(1)
        self._free = [0.0, 0.0]  # when each way has sent what it was given
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
        waiting, order = [], 0  # heap of (time, order, way, frame)
        while not self._stop:
            now = time.monotonic()
            while waiting and waiting[0][0] <= now:
                _, _, way, frame = heapq.heappop(waiting)
                self._deliver(way, frame)
            patience = min(0.2, waiting[0][0] - now) if waiting else 0.2
            for end in select.select([self._packets, self._udp], [], [], patience)[0]:
                way, frame = self._take(end)
                if frame is not None and self._random.random() >= self._weather.loss:
                    order += 1
                    heapq.heappush(waiting, (self._arrival(way, frame), order, way, frame))

    def _take(self, end):
        """Return (way, frame): 0 from the set, 1 to it; a frame that we sent ourselves is None."""
        try:
            if end is self._udp:
                return 0, self._udp.recv(4096)
            frame, address = self._packets.recvfrom(4096)
            return 1, None if address[2] == _OUTGOING else frame
        except OSError:
            return 1, None  # the set is not switched on

    def _arrival(self, way, frame):
        """Return when a frame comes out at the other end."""
        start = max(time.monotonic(), self._free[way])
        if self._weather.rate:
            start += 8 * len(frame) / self._weather.rate
        self._free[way] = start
        return start + self._weather.delay

    def _deliver(self, way, frame):
        try:
            if way == 0:
                self._packets.send(frame)
            else:
                self._udp.sendto(frame, self._there)
        except OSError:
            pass  # the set is not switched on
