"""A bad cable between a set and slirp: loses, doubles, delays and reorders Ethernet frames.

For tests of the set's own TCP, which `-nic user` alone cannot disturb. Each end is QEMU's UDP
socket backend; the network side is an emulator without a machine.
"""

import heapq
import os
import random
import select
import shutil
import socket
import subprocess
import threading
import time


def _free_port():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Cable:
    """Use as a context manager; `nic` is what the set's emulator takes.

    loss, double: share of frames; delay, jitter: seconds; rate: bits a second each way, or None.
    Reproducible by `seed` as far as the order of frames is.
    """

    def __init__(self, loss=0.0, double=0.0, delay=0.0, jitter=0.0, rate=None, seed=1):
        """Lay the cable and switch slirp on."""
        self._loss, self._double, self._delay, self._jitter = loss, double, delay, jitter
        self._rate, self._free = rate, [0.0, 0.0]  # when each way has sent what it was given
        self._random = random.Random(seed)
        self._ends = [self._end(), self._end()]  # each: (socket here, port there)
        self.nic = self._option(0)
        self.frames = self.lost = 0
        self._stop = False
        self._slirp = subprocess.Popen(
            [
                *(shutil.which("qemu-system-arm"), "-M", "none", "-display", "none"),
                *("-monitor", "none", "-serial", "none"),
                *("-netdev", "user,id=u", "-netdev", self._option(1) + ",id=s"),
                *("-netdev", "hubport,id=hu,hubid=1,netdev=u"),
                *("-netdev", "hubport,id=hs,hubid=1,netdev=s"),
            ],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=dict(os.environ, QEMU_AUDIO_DRV="none"),
        )
        self._thread = threading.Thread(target=self._carry, daemon=True)
        self._thread.start()

    def __enter__(self):
        """Return the cable."""
        return self

    def __exit__(self, *exception):
        """Cut it and end slirp."""
        self._stop = True
        self._thread.join()
        self._slirp.kill()
        self._slirp.wait()
        for end, _ in self._ends:
            end.close()

    @staticmethod
    def _end():
        end = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        end.bind(("127.0.0.1", 0))
        return end, _free_port()

    def _option(self, i):
        end, there = self._ends[i]
        return f"socket,udp=127.0.0.1:{end.getsockname()[1]},localaddr=127.0.0.1:{there}"

    def passes(self, side, frame):
        """Tell whether a frame goes on; side 0: it came from the set, 1: from the network."""
        return True

    def turn(self):
        """Do what time makes due; called several times a second."""

    def deliver(self, side, frame):
        """Put a frame out at an end: 0 the set's, 1 the network's."""
        end, there = self._ends[side]
        end.sendto(frame, ("127.0.0.1", there))

    def _carry(self):
        waiting, order = [], 0  # heap of (time, order, side, frame)
        while not self._stop:
            self.turn()
            now = time.monotonic()
            while waiting and waiting[0][0] <= now:
                _, _, side, frame = heapq.heappop(waiting)
                self.deliver(side, frame)
            timeout = min(0.1, waiting[0][0] - now) if waiting else 0.1
            for end in select.select([e for e, _ in self._ends], [], [], timeout)[0]:
                frame = end.recv(4096)
                side = 1 if end is self._ends[0][0] else 0
                if not self.passes(1 - side, frame):
                    continue
                self.frames += 1
                if self._random.random() < self._loss:
                    self.lost += 1
                    continue
                for _ in range(2 if self._random.random() < self._double else 1):
                    order += 1
                    at = self._through(side, frame)
                    at += self._delay + self._random.random() * self._jitter
                    heapq.heappush(waiting, (at, order, side, frame))

    def _through(self, side, frame):
        """Return when a frame has left on its way, one behind the other at the line's rate."""
        now = time.monotonic()
        if self._rate is None:
            return now
        self._free[side] = max(now, self._free[side]) + len(frame) * 8 / self._rate
        return self._free[side]
