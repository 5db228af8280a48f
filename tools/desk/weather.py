"""Bad networks for UDP servers: delays and lost datagrams, by a seeded draw.

For every server of the desk lab.
"""

import asyncio
import random


class Weather:
    """Delays each datagram by `latency` ms and loses a share `loss` (0..1) of them."""

    def __init__(self, latency=0, loss=0.0, seed=1):
        """Keep the figures; the draws are reproducible by `seed`."""
        self._latency = latency / 1000
        self._loss = loss
        self._chance = random.Random(seed)

    def send(self, transport, data, address):
        """Send `data` through asyncio `transport`, late or never."""
        if self._chance.random() < self._loss:
            return
        if self._latency:
            loop = asyncio.get_running_loop()
            loop.call_later(self._latency, transport.sendto, data, address)
        else:
            transport.sendto(data, address)
