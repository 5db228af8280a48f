"""A whole set in memory on CPython: the real main loop over RAM flash, a CA in memory behind it.

For the tests of what sits on the set: the menus.
"""

import contextlib
import os

import scepcore
from keystore import layout, record, slots
from keystore.device import Flash
from keystore.factory import write_factory
from phone import main, network
from ramflash import MAC, RamFlash
from rsa_keys import key
from small_pki import Authority
from small_scep import Network


class Line:
    """A serial line: `sent` is what comes in, `said` what the set wrote."""

    def __init__(self):
        """Nothing was said."""
        self.sent = bytearray()
        self.said = bytearray()

    def readinto(self, buf):
        """Give what was sent."""
        size = min(len(buf), len(self.sent))
        buf[:size] = self.sent[:size]
        del self.sent[:size]
        return size

    def write(self, data):
        """Keep what the set writes."""
        self.said += data


class Board:
    """A board without display and keys; boards/UNIX/board.py is the contract."""

    NAME = "SMALL"
    FEATURES = ()

    def __init__(self, device):
        """device: RamFlash."""
        self.device = device
        self.line = Line()

    def flash(self):
        """Return the flash."""
        return self.device

    def console(self):
        """Return the line."""
        return self.line

    def mac(self):
        """Return nothing: the factory record has it."""
        return None

    def start_time(self):
        """Return 2027-01-15."""
        return 1800000000

    def jitter(self):
        """Return noise."""
        return os.urandom(16)

    def memory(self):
        """Return what nobody looks at."""
        return {"heap": 0, "stack": None}

    def idle(self):
        """Do not wait."""

    def net(self, mac, static=None, renew=False):
        """Generator: the network is there."""
        yield None
        return {"ip": "127.0.0.1", "dns": []}

    def traceback(self, error):
        """Let a fault of the firmware fail the test."""
        raise error


def factory():
    """Return the RamFlash of a factory-fresh set."""
    scepcore.set_device_secret(bytes(range(32)))
    device = RamFlash(5, 16384, 4)
    flash = Flash(device)
    ca = Authority("CN=Factory CA", 3)
    own = key(4)
    values = [
        (slots.KEY, layout.KEY, own),
        (slots.CERTIFICATE, 0, bytes(ca.issue("CN=00809F59E1A0", own).der)),
        (slots.CHAIN, 0, bytes(ca.certificate.der)),
        (slots.MAC, 0, MAC),
    ]
    geometry = layout.Layout(flash.unit, flash.block, 1, flash.blocks)
    write_factory(flash, geometry, scepcore.Kek.derive(record.PURPOSE), values, 0x1234567)
    return device


@contextlib.contextmanager
def switched_on(device, ca=None):
    """Give a set that came up, its SCEP server `ca` (small_scep.Ca) in memory."""
    real, network.transport = network.transport, lambda set_: Network(ca)
    try:
        set_ = main.Set(Board(device))
        set_._open()
        yield set_
    finally:
        network.transport = real


def turn(set_, until, limit=200000):
    """Turn the main loop until until() is true."""
    for _ in range(limit):
        if until():
            return
        set_.turn()
    raise AssertionError("it does not come to an end")
